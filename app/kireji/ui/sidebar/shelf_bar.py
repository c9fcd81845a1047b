"""Stands above the list while it shows what was put away: the way back, and the choice between archive and deleted."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, set_icon, spread
from kireji.ui.sidebar.order import Shelf
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_SMALL
from kireji.ui.translation import tr


class ShelfBar(QWidget):
    """Says which conversations the list shows.

    Args:
        theme: Colours and text size.
    """

    chosen = Signal(object)
    """A `Shelf`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._back = button(tr("All conversations"), "nav")
        self._archived = button(tr("Archived"), "segment")
        self._removed = button(tr("Recently deleted"), "segment")
        group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(self._back)
        row = FlowLayout(SPACE[0])
        for each in (self._archived, self._removed):
            each.setCheckable(True)
            group.addButton(each)
            row.addWidget(each)
        layout.addLayout(row)
        self._back.clicked.connect(self._to_current)
        self._archived.clicked.connect(self._to_archived)
        self._removed.clicked.connect(self._to_removed)
        theme.changed.connect(self._dress)
        self._dress()

    def show_shelf(self, shelf: Shelf) -> None:
        """Mark what is shown."""
        self._archived.setChecked(shelf is Shelf.ARCHIVED)
        self._removed.setChecked(shelf is Shelf.REMOVED)

    def _to_current(self) -> None:
        self.chosen.emit(Shelf.CURRENT)

    def _to_archived(self) -> None:
        self.chosen.emit(Shelf.ARCHIVED)

    def _to_removed(self) -> None:
        self.chosen.emit(Shelf.REMOVED)

    def _dress(self) -> None:
        set_icon(self._back, self._theme, "message-square", self._theme.colours.muted)
        for each in (self._archived, self._removed):
            # What is chosen is bold, and Qt keeps the width of the words as they were before.
            font = QFont(each.font())
            font.setPixelSize(self._theme.px(TYPE_SMALL))
            font.setWeight(QFont.Weight.DemiBold)
            each.setMinimumWidth(QFontMetrics(font).horizontalAdvance(each.text()) + 2 * SPACE[2])
