from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from kireji.core.models import ModelInfo
from kireji.services.catalog import ProviderModels
from kireji.ui.models.picker import ModelPicker
from kireji.ui.models.popup import Popup, placed
from kireji.ui.models.words import Pick
from kireji.ui.shadow import shadow_region
from kireji.ui.theme import Theme
from tests.support.painted import Painted
from tests.support.waiting import until_true
from tests.ui.models.support import ALL, BLIND, HAIKU, OLD, SERVERS

pytestmark = pytest.mark.qt


class Stand:
    """A window with a button and the picker that it opens."""

    def __init__(self, theme: Theme, chosen: Pick) -> None:
        self.window = QWidget()
        self.window.resize(900, 700)
        self.button = QPushButton("Model", self.window)
        self.picker = ModelPicker(theme)
        self.popup = Popup(theme, self.picker)
        self.heard: list[tuple[str, object]] = []
        self.picker.picked.connect(self._picked)
        self.picker.effort_picked.connect(self._effort)
        self.picker.default_wanted.connect(self._default)
        self.picker.settings_clicked.connect(self._settings)
        self.picker.show_models(ALL, SERVERS, chosen)
        self.window.show()
        self.popup.open_at(self.button)

    def _picked(self, pick: object) -> None:
        self.heard.append(("picked", pick))

    def _effort(self, pick: object) -> None:
        self.heard.append(("effort", pick))

    def _default(self, pick: object) -> None:
        self.heard.append(("default", pick))

    def _settings(self) -> None:
        self.heard.append(("settings", None))

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.picker.search, key)

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()


@pytest.fixture
def stand(qapp: QApplication) -> Iterator[Stand]:
    theme = Theme(qapp)
    made = Stand(theme, Pick("anthropic", HAIKU.id, "medium"))
    yield made
    made.close()
    theme.deleteLater()


def test_it_opens_at_the_model_in_force(stand: Stand) -> None:
    assert stand.picker.marked() == Pick("anthropic", HAIKU.id, "medium")


async def test_a_panel_that_shrinks_leaves_nothing_of_its_shadow_behind(stand: Stand) -> None:
    painted = Painted(stand.popup)
    await until_true(lambda: not painted.region.isEmpty())
    before = QRegion(shadow_region(stand.picker.geometry()).intersected(stand.popup.rect()))
    painted.region = QRegion()
    QTest.keyClicks(stand.picker.search, "llama")
    assert shadow_region(stand.picker.geometry()).height() < before.boundingRect().height()
    await until_true(lambda: before.subtracted(painted.region).isEmpty())


def test_typing_filters_and_enter_takes_the_first(stand: Stand) -> None:
    QTest.keyClicks(stand.picker.search, "llama")
    stand.key(Qt.Key.Key_Return)
    assert stand.heard == [("picked", Pick("local", BLIND.id, ""))]


def test_arrows_skip_headings(stand: Stand) -> None:
    stand.key(Qt.Key.Key_Down)
    assert stand.picker.marked() == Pick("anthropic", OLD.id, "medium")
    stand.key(Qt.Key.Key_Up)
    stand.key(Qt.Key.Key_Up)
    assert stand.picker.marked() == Pick("anthropic", HAIKU.id, "medium")


def test_an_effort_that_the_model_does_not_know_is_dropped(stand: Stand) -> None:
    stand.key(Qt.Key.Key_Down)
    stand.key(Qt.Key.Key_Return)
    assert stand.heard == [("picked", Pick("anthropic", OLD.id, ""))]


def test_only_the_efforts_of_the_marked_model_are_offered(stand: Stand) -> None:
    assert (stand.picker.effort.values(), stand.picker.effort.value()) == (("", "low", "medium", "high"), "medium")
    stand.key(Qt.Key.Key_Down)
    assert stand.picker.effort.isHidden() or not stand.picker.effort.isVisible()


def test_another_effort_keeps_the_panel_open(stand: Stand) -> None:
    stand.picker.effort.press("high")
    assert stand.heard == [("effort", Pick("anthropic", HAIKU.id, "high"))]
    assert stand.popup.isVisible()


def test_the_default_cannot_be_made_default_again(stand: Stand) -> None:
    assert (stand.picker.default.text(), stand.picker.default.isEnabled()) == (
        "This is the default for Anthropic",
        False,
    )
    stand.key(Qt.Key.Key_Down)
    stand.picker.default.click()
    assert stand.picker.default.text() == "Make default for Anthropic"
    assert stand.heard == [("default", Pick("anthropic", OLD.id, "medium"))]


def test_a_group_without_a_key_leads_to_the_settings(stand: Stand) -> None:
    stand.key(Qt.Key.Key_Down)
    stand.key(Qt.Key.Key_Down)
    stand.key(Qt.Key.Key_Return)
    assert stand.heard == [("settings", None)]


def test_escape_puts_it_away(stand: Stand) -> None:
    stand.key(Qt.Key.Key_Escape)
    assert stand.popup.isHidden()


def test_a_click_beside_it_puts_it_away(stand: Stand) -> None:
    QTest.mouseClick(stand.popup, Qt.MouseButton.LeftButton, pos=stand.popup.rect().bottomRight())
    assert stand.popup.isHidden()


def test_new_lists_leave_the_mark_where_it_is(stand: Stand) -> None:
    stand.key(Qt.Key.Key_Down)
    stand.picker.show_models(ALL, SERVERS, Pick("anthropic", HAIKU.id, "medium"))
    marked = stand.picker.marked()
    assert marked is not None
    assert marked.model == OLD.id


def test_hundreds_of_models_are_no_widgets(stand: Stand) -> None:
    before = len(stand.picker.findChildren(QWidget))
    many = tuple(ModelInfo("openrouter", f"a/{number}", f"Model {number}") for number in range(400))
    stand.picker.show_models((ProviderModels("openrouter", True, "", many, "a/0"),), {}, Pick())
    assert len(stand.picker.shown_rows()) == 401
    assert len(stand.picker.findChildren(QWidget)) <= before + 4


ROOM = QRect(8, 8, 784, 584)


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        (QRect(100, 20, 120, 26), QRect(100, 50, 300, 400)),
        (QRect(100, 560, 120, 26), QRect(100, 156, 300, 400)),
        (QRect(700, 20, 80, 26), QRect(492, 50, 300, 400)),
    ],
    ids=["below", "above", "at the edge"],
)
def test_it_stands_near_what_opened_it(anchor: QRect, expected: QRect) -> None:
    assert placed(QSize(300, 400), anchor, ROOM) == expected


def test_it_never_leaves_the_window() -> None:
    for top in range(8, 560, 40):
        assert ROOM.contains(placed(QSize(300, 500), QRect(200, top, 100, 26), ROOM))


def test_the_picker_is_only_as_high_as_what_it_lists(stand: Stand) -> None:
    before = stand.picker.height()
    stand.picker.search.setText(BLIND.id)
    assert stand.picker.height() < before
    assert stand.picker.list.height() >= stand.picker.list.rows_height()
    stand.picker.search.clear()
    assert stand.picker.height() == before
