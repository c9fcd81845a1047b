"""Which colours hold: the person's choice, else the system's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kireji.core.settings import AppearanceSettings
from kireji.core.settings import Theme as Choice
from kireji.ui.parts import ChoiceBox, button
from kireji.ui.settings.switch import Switch
from kireji.ui.theme import Theme
from kireji.ui.tokens import DARK_STRONG, LIGHT, LIGHT_STRONG
from tests.ui.window.test_stylesheet import contrast as contrast_of

pytestmark = pytest.mark.qt


class ThemeOfAStrongSystem(Theme):
    def system_wants_contrast(self) -> bool:
        return True


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = ThemeOfAStrongSystem(qapp)
    yield theme
    theme.deleteLater()


def test_high_contrast_follows_the_system(theme: Theme) -> None:
    theme.apply(AppearanceSettings(theme=Choice.LIGHT))
    assert theme.colours is LIGHT_STRONG


def test_the_person_can_refuse_it(theme: Theme) -> None:
    theme.apply(AppearanceSettings(theme=Choice.LIGHT, contrast="normal"))
    assert theme.colours is LIGHT


def test_the_person_can_choose_it(qapp: QApplication) -> None:
    theme = Theme(qapp)
    theme.apply(AppearanceSettings(theme=Choice.DARK, contrast="high"))
    assert theme.colours is DARK_STRONG
    assert theme.dark
    theme.deleteLater()


def test_the_windows_are_told_of_another_contrast(qapp: QApplication) -> None:
    theme, told = Theme(qapp), []
    theme.changed.connect(lambda: told.append(theme.colours.strong))
    theme.apply(AppearanceSettings(contrast="high"))
    theme.apply(AppearanceSettings(contrast="normal"))
    assert told == [True, False]
    theme.deleteLater()


def test_lines_that_stand_at_one_side_change_it_in_a_mirrored_window(qapp: QApplication) -> None:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    theme = Theme(qapp)
    sheet = qapp.styleSheet()
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert 'QFrame[kind="sidebar"]' in sheet
    assert "border-left" in sheet.split('QFrame[kind="sidebar"]')[1].split("}")[0]
    theme.deleteLater()


def test_menus_and_lists_of_choices_do_not_slide_or_fade(qapp: QApplication) -> None:
    qapp.setEffectEnabled(Qt.UIEffect.UI_AnimateCombo, True)
    theme = Theme(qapp)
    assert not any(qapp.isEffectEnabled(effect) for effect in Qt.UIEffect)
    theme.deleteLater()


@pytest.mark.parametrize("contrast", ["normal", "high"])
@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK])
@pytest.mark.parametrize("kind", ["", "primary", "chip", "quiet", "code", "segment", "tool", "row", "nav"])
def test_the_button_that_has_the_keyboard_can_be_seen(
    qapp: QApplication, qtbot: QtBot, kind: str, choice: Choice, contrast: str
) -> None:
    theme = Theme(qapp)
    theme.apply(AppearanceSettings(theme=choice, contrast=contrast))
    assert ring_of(button("Ask", kind), theme, qtbot) >= (2 if contrast == "normal" else 4)
    theme.deleteLater()


@pytest.mark.parametrize("made", [QLineEdit, ChoiceBox, lambda: Switch("Notify")], ids=["field", "choice", "switch"])
def test_the_control_that_has_the_keyboard_can_be_seen(qapp: QApplication, qtbot: QtBot, made: type[QWidget]) -> None:
    theme = Theme(qapp)
    theme.apply(AppearanceSettings(theme=Choice.LIGHT))
    assert ring_of(made(), theme, qtbot) >= 2
    theme.deleteLater()


@pytest.mark.parametrize(("contrast", "pixels"), [("normal", 2), ("high", 4)])
def test_the_entry_of_a_list_that_has_the_keyboard_can_be_seen(
    qapp: QApplication, qtbot: QtBot, contrast: str, pixels: int
) -> None:
    theme = Theme(qapp)
    theme.apply(AppearanceSettings(theme=Choice.LIGHT, contrast=contrast))
    entries = QListWidget()
    entries.setProperty("kind", "receipts")
    entries.addItem("One")
    entries.setCurrentRow(0)
    assert ring_of(entries, theme, qtbot) >= pixels
    theme.deleteLater()


def ring_of(control: QWidget, theme: Theme, qtbot: QtBot) -> int:
    """How many of its pixels along its middle line change visibly when it gets the keyboard: both sides of a ring."""
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    other = QLineEdit()
    layout.addWidget(control)
    layout.addWidget(other)
    window.show()
    window.activateWindow()
    other.setFocus()
    before = window.grab(control.geometry()).toImage()
    control.setFocus()
    qtbot.waitUntil(control.hasFocus)
    after = window.grab(control.geometry()).toImage()
    ground, x = theme.colours.surface, before.width() // 2
    pairs = [(before.pixelColor(x, y).name(), after.pixelColor(x, y).name()) for y in range(before.height())]
    return sum(was != now and max(contrast_of(now, ground), contrast_of(was, now)) >= 3 for was, now in pairs)
