"""A card that would lie over the translation that it belongs to shows only its buttons."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QRect, Qt

from kireji.core.structured.translation import TextBlock, TranslatedBlock, Translation
from kireji.ui.overlay.forms.translation_result import TranslationResult
from tests.fakes.provider import answer
from tests.ui.overlay.forms.support import FormStand
from tests.ui.overlay.support import until

pytestmark = pytest.mark.qt

CHOOSE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
BOX = (10, 10, 90, 30)
SAVE = Translation("English", (TranslatedBlock(TextBlock("保存", BOX, (BOX,)), "Save"),), "", 200, 100)


async def large(forms: FormStand, translation: Translation = SAVE) -> QRect:
    """Translate nearly all of the screen; gives what was selected."""
    window_size = await _size(forms)
    area = QRect(40, 60, window_size[0] - 80, window_size[1] - 180)
    forms.script.result = translation
    forms.stand.world.remote.enqueue(answer("{}"))
    forms.stand.drag((area.left(), area.top()), (area.right() + 1, area.bottom() + 1))
    forms.stand.key(Qt.Key.Key_L, CHOOSE)
    await forms.done()
    return area


async def _size(forms: FormStand) -> tuple[int, int]:
    await forms.stand.capture()
    asking = forms.stand.presenter.asking
    await until(lambda: asking._suggestions is not None and asking._suggestions.loaded, "the prompts")
    return forms.stand.window.width(), forms.stand.window.height()


def write(forms: FormStand, words: str) -> None:
    """Each letter goes to what has the keys by then."""
    for letter in words:
        forms.stand.type(letter)


def shown(forms: FormStand) -> TranslationResult:
    held = forms.card.results.held
    assert isinstance(held, TranslationResult)
    return held


async def test_what_was_translated_stays_to_be_seen(forms: FormStand) -> None:
    area = await large(forms)
    assert not forms.card.geometry().intersects(area)
    assert shown(forms).original.isVisible()
    assert not forms.card.field.isVisible()


async def test_a_card_that_has_room_beside_it_shows_all(forms: FormStand) -> None:
    forms.script.result = SAVE
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_L, CHOOSE)
    await forms.done()
    assert forms.card.field.isVisible()
    assert not shown(forms).more.isVisible()


async def test_space_shows_the_original_while_it_is_folded(forms: FormStand) -> None:
    await large(forms)
    forms.stand.key(Qt.Key.Key_Space)
    assert not shown(forms).is_on
    forms.stand.key(Qt.Key.Key_Space)
    assert shown(forms).is_on


async def test_enter_brings_the_field(forms: FormStand) -> None:
    await large(forms)
    forms.stand.key(Qt.Key.Key_Return)
    assert forms.card.field.isVisible()
    assert forms.card.field.hasFocus()


async def test_what_is_written_stands_in_the_field_from_its_first_letter(forms: FormStand) -> None:
    await large(forms)
    write(forms, "why")
    assert forms.card.field.text() == "why"


async def test_the_button_unfolds_and_folds(forms: FormStand) -> None:
    area = await large(forms)
    shown(forms).more.click()
    assert forms.card.field.isVisible()
    shown(forms).more.click()
    assert not forms.card.field.isVisible()
    assert not forms.card.geometry().intersects(area)


async def test_the_next_answer_has_all_of_the_card(forms: FormStand) -> None:
    await large(forms)
    write(forms, "why")
    forms.stand.world.remote.enqueue(answer("A button."))
    forms.stand.key(Qt.Key.Key_Return)
    await forms.stand.answer_is("A button.")
    assert forms.card.field.isVisible()
    assert forms.card.question_text == "why"


async def test_what_the_model_left_out_is_said_all_the_same(forms: FormStand) -> None:
    missing = msgspec.structs.replace(SAVE.blocks[0], text="", missing=True)
    await large(forms, msgspec.structs.replace(SAVE, blocks=(*SAVE.blocks, missing)))
    assert shown(forms)._told.isVisible()


async def test_esc_closes_it(forms: FormStand) -> None:
    await large(forms)
    forms.stand.key(Qt.Key.Key_Escape)
    await until(lambda: not forms.stand.shown, "the windows to go")
