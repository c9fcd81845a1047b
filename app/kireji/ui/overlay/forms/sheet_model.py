"""A table as it is shown beside a selection: its first rows and columns, as a model for Qt."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from kireji.core.extraction.sheets import Cell, CellType, Presence, Sheet
from kireji.ui.chat.words import is_right_to_left
from kireji.ui.parts import tip
from kireji.ui.translation import mark, tr

Index = QModelIndex | QPersistentModelIndex

MOST_ROWS, MOST_COLUMNS = 200, 24
"""More does not help anybody beside a selection; all of it is in the main window."""
_LONGEST = 400
"""Characters of a cell that are looked at."""
DOUBTED = (Presence.MISSING, Presence.DIFFERS)
_NUMBERS = (CellType.NUMBER, CellType.CURRENCY)
CELL = Qt.ItemDataRole.UserRole
_ROOT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
_NOT_FOUND = mark("This does not stand on the picture.")
_SEEN = mark("On the picture stands: {seen}")
_MISREAD = mark("This is no value of its column.")


class SheetModel(QAbstractTableModel):
    """The cells of one sheet.

    Args:
        parent: As usual in Qt.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheet = Sheet("", (), ())
        self._upright = False

    def show(self, sheet: Sheet, *, upright: bool = False) -> None:
        """Show another one, or more of the same.

        Args:
            sheet: Which.
            upright: Its columns stand below each other, with their values beside them: fields of one set.
        """
        before = self._sheet
        grows = (
            not upright
            and not self._upright
            and before.columns == sheet.columns
            and len(sheet.rows) > len(before.rows) > 0
            and len(before.rows) < MOST_ROWS
        )
        if grows:
            last = min(len(sheet.rows), MOST_ROWS) - 1
            self.beginInsertRows(QModelIndex(), len(before.rows), last)
            self._sheet = sheet
            self.endInsertRows()
            self.dataChanged.emit(self.index(0, 0), self.index(len(before.rows) - 1, self.columnCount() - 1))
            return
        self.beginResetModel()
        self._sheet, self._upright = sheet, upright
        self.endResetModel()

    @property
    def sheet(self) -> Sheet:
        """What it shows."""
        return self._sheet

    @property
    def upright(self) -> bool:
        """Whether columns stand below each other."""
        return self._upright

    def cell(self, index: Index) -> Cell | None:
        """The cell at an index; None for the name of a field."""
        row, column = index.row(), index.column()
        if self._upright:
            return self._sheet.rows[0][row] if column == 1 and self._sheet.rows else None
        return self._sheet.rows[row][column]

    def rowCount(self, parent: Index = _ROOT) -> int:
        if parent.isValid():
            return 0
        if self._upright:
            return min(len(self._sheet.columns), MOST_ROWS) if self._sheet.rows else 0
        return min(len(self._sheet.rows), MOST_ROWS)

    def columnCount(self, parent: Index = _ROOT) -> int:
        if parent.isValid():
            return 0
        return 2 if self._upright else min(len(self._sheet.columns), MOST_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            numbers = not self._upright and self._sheet.columns[section].type in _NUMBERS
            side = _RIGHT if numbers else Qt.AlignmentFlag.AlignLeading
            return side | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if self._upright:
            return tr("Field") if section == 0 else tr("Value")
        return one_line(self._sheet.columns[section].name)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.cell(index)
        if cell is None:
            name = one_line(self._sheet.columns[index.row()].name)
            return name if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return one_line(cell.text)
            case Qt.ItemDataRole.ToolTipRole:
                return tip(_said_of(cell))
            case Qt.ItemDataRole.AccessibleTextRole:
                return " ".join(filter(None, (one_line(cell.text), remark(cell))))
            case Qt.ItemDataRole.TextAlignmentRole:
                # Amounts stand below each other by their ends; among fields there is nothing else below them.
                ends = is_right_to_left(cell.text[:_LONGEST]) if self._upright else _ends(cell)
                side = _RIGHT if ends else Qt.AlignmentFlag.AlignLeading
                return side | Qt.AlignmentFlag.AlignVCenter
            case _ if role == CELL:
                return cell
        return None


def one_line(text: str) -> str:
    """The beginning of a text without line breaks."""
    return " ".join(text[:_LONGEST].split())


def remark(cell: Cell) -> str:
    """What the person should know of a cell; empty when there is nothing."""
    if cell.presence is Presence.DIFFERS:
        return tr(_SEEN, seen=one_line(cell.seen))
    if cell.presence is Presence.MISSING:
        return tr(_NOT_FOUND)
    return tr(_MISREAD) if cell.misread else ""


def _said_of(cell: Cell) -> str:
    return "\n".join(filter(None, (cell.text[:_LONGEST], remark(cell))))


def _ends(cell: Cell) -> bool:
    """Whether it stands at the right: numbers, and words that are written from there."""
    return (cell.type in _NUMBERS and bool(cell.value)) or is_right_to_left(cell.text[:_LONGEST])
