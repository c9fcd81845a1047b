"""A short list of texts of which each can be removed: folders, hosts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kireji.ui.parts import button, frame, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.tools.words import breakable
from kireji.ui.translation import tr


class Entries(QWidget):
    """One row for each text.

    Args:
        theme: Colours and text size.
        empty: What is said when there is none.
    """

    removed = Signal(object)
    """The text of the row that shall go."""

    def __init__(self, theme: Theme, empty: str) -> None:
        super().__init__()
        self._theme = theme
        self._texts: tuple[str, ...] | None = None
        self._rows: list[Entry] = []
        self._empty = label(empty, "small", wrap=True)
        self._column = QVBoxLayout(self)
        spread(self._column, 0, SPACE[0])
        self._column.addWidget(self._empty)

    def show_texts(self, texts: Sequence[str]) -> None:
        """What holds now."""
        if tuple(texts) == self._texts:
            return
        place = next((number for number, row in enumerate(self._rows) if row.remove.hasFocus()), None)
        self._texts = tuple(texts)
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [Entry(self._theme, text) for text in texts]
        for row in self._rows:
            row.removed.connect(self.removed)
            self._column.addWidget(row)
            row.show()  # a layout shows it later, and until then it takes no focus
        self._empty.setVisible(not texts)
        if place is not None:
            self._focus(place)

    def rows(self) -> Sequence[Entry]:
        """As shown."""
        return tuple(self._rows)

    def _focus(self, place: int) -> None:
        """Where the keyboard goes when the row that had it is gone."""
        if self._rows:
            self._rows[min(place, len(self._rows) - 1)].remove.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.focusNextChild()


class Entry(QWidget):
    """One text.

    Args:
        theme: Colours and text size.
        text: The text.
    """

    removed = Signal(object)

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self.text = text
        self.remove = button("", "quiet", name=tr("Remove {what}", what=text))
        surface = frame("editor")
        outer = QHBoxLayout(self)
        spread(outer)
        outer.addWidget(surface)
        layout = QHBoxLayout(surface)
        spread(layout, (SPACE[2], SPACE[0], SPACE[0], SPACE[0]), SPACE[0])
        layout.addWidget(label(breakable(text), "value", wrap=True), 1)
        layout.addWidget(self.remove)
        self.remove.clicked.connect(self._removed)
        theme.changed.connect(self._dress)
        self._dress()

    def _removed(self) -> None:
        self.removed.emit(self.text)

    def _dress(self) -> None:
        set_icon(self.remove, self._theme, "x", self._theme.colours.muted)
