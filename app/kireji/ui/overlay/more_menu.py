"""What else can be done with a selection, as a menu of the tool bar."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from kireji.core.structured.forms import AnswerForm
from kireji.ui.overlay.forms.languages import LanguageMenu, in_force
from kireji.ui.overlay.forms.way import MENU
from kireji.ui.overlay.prompt_keys import FORM_KEYS
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_COMMANDS = (
    ("copy", mark("Copy picture"), "Ctrl+C"),
    ("save as", mark("Save as…"), "Ctrl+Shift+S"),
    ("pin", mark("Pin to the screen"), ""),
    ("watch", mark("Watch this region"), ""),
)


class MoreMenu(QMenu):
    """Ways of being answered above, what is done with the picture below.

    Args:
        parent: As usual in Qt.
    """

    command = Signal(object)
    """"copy", "save as", "pin" or "watch"."""
    form_wanted = Signal(object)
    """An `AnswerForm`."""
    language_wanted = Signal(object)
    """The English name of a language into which the picture shall be translated."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._languages = LanguageMenu(tr("Translate into"), self)
        self._languages.chosen.connect(self.language_wanted)
        self._forms: list[QAction] = []
        for offered in MENU:
            key = f"Ctrl+Shift+{chr(FORM_KEYS[offered.form].value)}"
            self._forms.append(self._entry(offered.form, tr(offered.title), key))
            if offered.form is AnswerForm.TRANSLATION:
                self._forms.append(self.addMenu(self._languages))
        self._forms.append(self.addSeparator())
        for name, title, keys in _COMMANDS:
            self._entry(name, tr(title), keys)
        self.triggered.connect(self._chosen)

    def _entry(self, data: object, title: str, keys: str) -> QAction:
        entry = self.addAction(f"{title}\t{keys}" if keys else title)
        entry.setData(data)
        return entry

    def open(self, below: QWidget, language: str, *, forms: bool) -> None:
        """Show it below a button.

        Args:
            below: The button.
            language: Into which is translated; empty for the person's own.
            forms: Whether something can be asked.
        """
        self._languages.show_languages(in_force(language))
        for entry in self._forms:
            entry.setVisible(forms)
        place = below.mapToGlobal(below.rect().bottomLeft()) + QPoint(0, SPACE[0])
        if below.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            place += QPoint(below.width() - self.sizeHint().width(), 0)
        self.popup(place)

    def _chosen(self, entry: QAction) -> None:
        data = entry.data()
        if entry.parent() is self._languages:
            return
        (self.form_wanted if isinstance(data, AnswerForm) else self.command).emit(data)
