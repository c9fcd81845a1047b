"""What changed between two regions, beside a selection."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from kireji.core.capture_places import Placed
from kireji.core.geometry import Rect
from kireji.core.ports import EncodedPicture
from kireji.core.structured.comparison import Change, ChangeKind, Comparison, Difference
from kireji.core.structured.forms import AnswerForm
from kireji.ui.overlay.forms.comparison_result import ComparisonResult
from tests.fakes.provider import Hold, answer
from tests.ui.overlay.forms.support import FormStand
from tests.ui.overlay.support import until

pytestmark = pytest.mark.qt

CHOOSE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
DIFFERENCE = Difference(True, 0.1, ((10, 10, 50, 30), (10, 60, 50, 80)), first=(200, 100), second=(200, 100))
CHANGES = (Change(ChangeKind.CHANGED, "The price went up.", "1.00", "2.00", (1,)),)
COMPARISON = Comparison("A price is another one.", CHANGES, DIFFERENCE, (0,))
PNG = EncodedPicture(b"\x89PNG earlier", "image/png", 200, 100)


def held(forms: FormStand) -> ComparisonResult:
    result = forms.card.results.held
    assert isinstance(result, ComparisonResult)
    return result


async def two_regions(forms: FormStand) -> None:
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_Insert)
    forms.stand.drag((400, 100), (600, 200))
    forms.stand.key(Qt.Key.Key_D, CHOOSE)


async def test_the_kept_region_and_this_one_are_compared_and_both_are_marked(forms: FormStand) -> None:
    forms.script.result = COMPARISON
    forms.stand.world.remote.enqueue(answer("{}"))
    await two_regions(forms)
    await forms.done()
    over = forms.stand.presenter.asking.forms.over
    placed = [(rect.x(), rect.y()) for rect in over.marked_on(forms.stand.window)]
    assert sorted(placed) == [(110, 110), (110, 160), (410, 110), (410, 160)]
    assert sorted(mark.number for mark in over.marks) == [1, 1, 2, 2]


async def test_regions_are_numbered_before_anybody_has_said_what_they_mean(forms: FormStand) -> None:
    hold = Hold()
    forms.script.early, forms.script.result = [DIFFERENCE], COMPARISON
    forms.stand.world.remote.enqueue([hold, *answer("{}")])
    await two_regions(forms)
    await forms.stand.card_says("2 regions differ. Asking what they mean…")
    assert len(forms.stand.presenter.asking.forms.over.marks) == 4
    hold.release()
    await forms.done()


async def test_a_change_that_is_chosen_stands_out_with_its_regions(forms: FormStand) -> None:
    forms.script.result = COMPARISON
    forms.stand.world.remote.enqueue(answer("{}"))
    await two_regions(forms)
    await forms.done()
    (row,) = held(forms).rows
    assert isinstance(row, QAbstractButton)
    row.click()
    over = forms.stand.presenter.asking.forms.over
    assert {mark.number for mark in over.marks if mark.strong} == {2}
    assert held(forms)._rest.text() == "Of these regions nothing was said: 1."


async def test_one_region_is_compared_with_its_earlier_capture(
    forms: FormStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def earlier(place: Rect | None = None) -> Placed | None:
        assert place == Rect(100, 100, 200, 100)
        return Placed(before, place)

    before = await forms.stand.services.capture.store(PNG)
    monkeypatch.setattr(forms.stand.services.capture, "earlier", earlier)
    forms.script.result = COMPARISON
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_D, CHOOSE)
    await forms.done()
    ((form, given),) = forms.script.asked
    assert form is AnswerForm.COMPARISON
    assert given["images"][0] == before
    over = forms.stand.presenter.asking.forms.over
    assert [(rect.x(), rect.y()) for rect in over.marked_on(forms.stand.window)] == [(110, 110), (110, 160)]


async def test_without_a_second_picture_the_card_says_what_to_do(forms: FormStand) -> None:
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_D, CHOOSE)
    await forms.stand.card_says("There is nothing to compare this with. Keep a region first (Insert)")
    await until(lambda: forms.card._retry.isVisible(), "the way out")
    assert forms.stand.world.remote.asked == []
