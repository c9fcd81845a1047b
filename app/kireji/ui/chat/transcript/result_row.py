"""Below an answer that is more than words: the ways to see it as what it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from kireji.ui.chat.document import EDGE
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_OPEN = {
    "extraction": (mark("Open table"), "table-2"),
    "verdict": (mark("Open verdict"), "shield-check"),
    "translation": (mark("Open translation"), "languages"),
    "comparison": (mark("Open comparison"), "columns-2"),
}
_UNKNOWN = (mark("Open result"), "layers")
_SAVED = ("extraction", "translation")
_COPIES = {
    "extraction": mark("Copy for a spreadsheet"),
    "verdict": mark("Copy verdict"),
    "translation": mark("Copy translation"),
    "comparison": mark("Copy changes"),
}
_ICON = 14


class ResultRow(QWidget):
    """Quiet buttons in a row.

    Args:
        theme: Colours and text size.
        form: As `ResultStore.among` tells it.
    """

    clicked = Signal(str)
    """open, copy or save."""

    def __init__(self, theme: Theme, form: str) -> None:
        super().__init__()
        self._theme = theme
        words, icon = _OPEN.get(form, _UNKNOWN)
        inside = QWidget()
        self._row = FlowLayout(SPACE[1], inside)
        self.open = self._add(tr(words), icon, "")
        self.open.clicked.connect(self._open)
        if form in _COPIES:
            self.copy = self._add(tr(_COPIES[form]), "copy", "quiet")
            self.copy.clicked.connect(self._copy)
        if form in _SAVED:
            self.save = self._add(tr("Save…"), "save", "quiet")
            self.save.clicked.connect(self._save)
        layout = QVBoxLayout(self)
        spread(layout, (EDGE, 0, EDGE, SPACE[0]))
        layout.addWidget(inside)

    def _add(self, words: str, icon: str, kind: str) -> QPushButton:
        made = button(words, kind)
        colours = self._theme.colours
        set_icon(made, self._theme, icon, colours.muted if kind else colours.accent, _ICON)
        self._row.addWidget(made)
        return made

    def _open(self) -> None:
        self.clicked.emit("open")

    def _copy(self) -> None:
        self.clicked.emit("copy")

    def _save(self) -> None:
        self.clicked.emit("save")
