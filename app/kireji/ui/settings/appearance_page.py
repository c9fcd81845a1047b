"""Colours and text size."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kireji.core.settings import AppearanceSettings, Theme
from kireji.ui.settings.pane import ChoiceRow, rows
from kireji.ui.translation import mark, tr

THEMES = ((Theme.SYSTEM, mark("As the system has it")), (Theme.LIGHT, mark("Light")), (Theme.DARK, mark("Dark")))
SIZES = tuple((percent / 100, f"{percent} %") for percent in (80, 90, 100, 110, 125, 150, 175, 200))


class AppearancePage(QWidget):
    """The whole page."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = ChoiceRow(tr("Colours"), [(value, tr(words)) for value, words in THEMES])
        self.text_size = ChoiceRow(tr("Text size"), SIZES)
        self.setLayout(rows(self.theme, self.text_size))

    def show_settings(self, appearance: AppearanceSettings) -> None:
        """What holds now."""
        self.theme.set_value(appearance.theme)
        self.text_size.set_value(appearance.text_scale)
