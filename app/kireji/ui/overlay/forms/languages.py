"""Languages into which a capture can be translated, as people name them and as the model is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from kireji.ui.quick_prompts import interface_language

_LONGEST = 60
_USUAL = {
    "English": "English",
    "Arabic": "العربية",
    "Chinese": "中文",
    "Czech": "Čeština",
    "Dutch": "Nederlands",
    "French": "Français",
    "German": "Deutsch",
    "Hindi": "हिन्दी",
    "Italian": "Italiano",
    "Japanese": "日本語",
    "Korean": "한국어",
    "Polish": "Polski",
    "Portuguese": "Português",
    "Russian": "Русский",
    "Spanish": "Español",
    "Turkish": "Türkçe",
    "Ukrainian": "Українська",
    "Vietnamese": "Tiếng Việt",
}
"""As Qt names them in English, and as those call them who speak them: Qt adds the country to some of these."""


class Language(NamedTuple):
    """One of them.

    Args:
        name: In English: what the model is told, and what is remembered.
        shown: In the language itself.
    """

    name: str
    shown: str


def languages(present: str) -> Sequence[Language]:
    """Those that are offered, the person's own first.

    Args:
        present: The one in force, which is among them whatever it is.
    """
    first = [name for name in (interface_language(), present) if name]
    return [Language(name, shown_name(name)) for name in dict.fromkeys((*first, *_USUAL))]


def in_force(chosen: str) -> str:
    """Into which language is translated: the one that was chosen last, else the person's own."""
    return chosen[:_LONGEST] or interface_language() or "English"


def shown_name(name: str) -> str:
    """A language as those call it who speak it; as it was named where that is not known."""
    return _USUAL.get(name, name)


class LanguageMenu(QMenu):
    """Languages with a mark at the one in force.

    Args:
        title: Of the menu, where it opens from another.
        parent: As usual in Qt.
    """

    chosen = Signal(object)
    """The English name of one."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.triggered.connect(self._triggered)

    def show_languages(self, present: str) -> None:
        """Offer them.

        Args:
            present: The one in force.
        """
        self.clear()
        for language in languages(present):
            entry = self.addAction(language.shown.replace("&", "&&"))
            entry.setData(language.name)
            entry.setCheckable(True)
            entry.setChecked(language.name == present)

    def _triggered(self, entry: QAction) -> None:
        self.chosen.emit(entry.data())
