"""Lines that cannot be used, with the reason: thousands of them cost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from kireji.core.jobs.values import Row
from kireji.ui.chat.words import count
from kireji.ui.theme import Theme
from kireji.ui.tokens import TYPE_LABEL
from kireji.ui.translation import tr

Index = QModelIndex | QPersistentModelIndex

PAGE = 200
_NOWHERE = QModelIndex()
_MOST_COPIED = 10_000
_MOST_ROWS = 6


class BadLines(QAbstractTableModel):
    """Rows that were refused, fetched as they are scrolled to."""

    more_wanted = Signal(object)
    """The row number after which more are wanted."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._total = 0
        self._asked = False

    def reset(self, total: int) -> None:
        """There are so many; none is there yet."""
        self.beginResetModel()
        self._rows, self._total, self._asked = [], total, False
        self.endResetModel()

    def extend(self, rows: Sequence[Row]) -> None:
        """More have arrived."""
        self._asked = False
        if not rows:
            self._total = len(self._rows)
            return
        self.beginInsertRows(_NOWHERE, len(self._rows), len(self._rows) + len(rows) - 1)
        self._rows.extend(rows)
        self.endInsertRows()

    def text(self, places: Sequence[int]) -> str:
        """Some of them as lines to paste elsewhere."""
        chosen = [self._rows[place] for place in places if place < len(self._rows)]
        return "\n".join(f"{row.line}\t{row.sentence}" for row in chosen[:_MOST_COPIED])

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else 2

    def canFetchMore(self, _parent: Index = _NOWHERE) -> bool:
        return len(self._rows) < self._total and not self._asked

    def fetchMore(self, _parent: Index = _NOWHERE) -> None:
        self._asked = True
        self.more_wanted.emit(self._rows[-1].number if self._rows else 0)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        return (tr("Line"), tr("Why it cannot be used"))[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(index.column())
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 1 and "<" not in row.sentence:
            return row.sentence
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (count(row.line), row.sentence)[index.column()]


class BadTable(QTableView):
    """Shows `BadLines`; what is selected can be copied.

    Args:
        theme: Colours and text size.
        lines: What it shows.
    """

    def __init__(self, theme: Theme, lines: BadLines) -> None:
        super().__init__()
        self._theme = theme
        self._lines = lines
        self.setModel(lines)
        self.setAccessibleName(tr("Lines that cannot be used"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        lines.rowsInserted.connect(self._fit)
        lines.modelReset.connect(self._fit)
        theme.changed.connect(self._dress)
        self._dress()

    def copy(self) -> None:
        """Copy what is selected, else all that was fetched."""
        chosen = sorted({index.row() for index in self.selectedIndexes()})
        QGuiApplication.clipboard().setText(self._lines.text(chosen or range(self._lines.rowCount())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        super().keyPressEvent(event)

    def _dress(self) -> None:
        height = self._theme.px(TYPE_LABEL) + 15
        self.verticalHeader().setDefaultSectionSize(height)
        self.horizontalHeader().setFixedHeight(height)
        self.setColumnWidth(0, self._theme.px(80))
        self._fit()

    def _fit(self) -> None:
        """As high as its rows, up to a few; the others are scrolled to."""
        height = self.verticalHeader().defaultSectionSize()
        rows = min(max(self._lines.rowCount(), 1), _MOST_ROWS)
        self.setFixedHeight(height * (rows + 1) + 2)


def _side(section: int) -> Qt.AlignmentFlag:
    end = Qt.AlignmentFlag.AlignTrailing if section == 0 else Qt.AlignmentFlag.AlignLeading
    return end | Qt.AlignmentFlag.AlignVCenter
