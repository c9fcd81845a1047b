"""Colours, contrast, text size and language."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kireji.core.settings import AppearanceSettings, Theme
from kireji.ui.language import LANGUAGES, language_name
from kireji.ui.parts import label
from kireji.ui.settings.pane import ChoiceRow, rows
from kireji.ui.translation import mark, tr

THEMES = ((Theme.SYSTEM, mark("As the system has it")), (Theme.LIGHT, mark("Light")), (Theme.DARK, mark("Dark")))
SIZES = tuple((percent / 100, f"{percent} %") for percent in (80, 90, 100, 110, 125, 150, 175, 200))
CONTRASTS = (("", mark("As the system has it")), ("normal", mark("Normal")), ("high", mark("High")))


class AppearancePage(QWidget):
    """The whole page."""

    def __init__(self) -> None:
        super().__init__()
        self._language: str | None = None
        self.theme = ChoiceRow(tr("Colours"), [(value, tr(words)) for value, words in THEMES])
        self.text_size = ChoiceRow(tr("Text size"), SIZES)
        self.contrast = ChoiceRow(tr("Contrast"), [(value, tr(words)) for value, words in CONTRASTS])
        system = ("", tr("As the system has it"))
        self.language = ChoiceRow(tr("Language"), [system, *((name, language_name(name)) for name in LANGUAGES)])
        self.next_start = label(tr("Another language shows from the next start on."), "muted", wrap=True)
        self.next_start.hide()
        self.setLayout(rows(self.theme, self.contrast, self.text_size, self.language, self.next_start))

    def show_settings(self, appearance: AppearanceSettings) -> None:
        """What holds now."""
        self.theme.set_value(appearance.theme)
        self.contrast.set_value(appearance.contrast)
        self.text_size.set_value(appearance.text_scale)
        if self._language is None:
            self._language = appearance.language
        self.language.set_value(appearance.language)
        self.next_start.setVisible(appearance.language != self._language)
