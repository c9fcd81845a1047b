"""Which colours hold: the person's choice, else the system's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from kireji.core.settings import AppearanceSettings
from kireji.core.settings import Theme as Choice
from kireji.ui.theme import Theme
from kireji.ui.tokens import DARK_STRONG, LIGHT, LIGHT_STRONG

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
