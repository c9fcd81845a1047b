"""A table as Qt's views take it: cells are handed out as they come into view, however many there are."""

from __future__ import annotations

from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from kireji.core.extraction.sheets import Cell, CellType, Sheet
from kireji.ui.parts import tip
from kireji.ui.results import sheet_words as words
from kireji.ui.translation import tr

Index: TypeAlias = QModelIndex | QPersistentModelIndex
Place: TypeAlias = tuple[int, int]
"""Row and column in the sheet."""

CELL = Qt.ItemDataRole.UserRole + 1
"""The `Cell` itself; None for the name of a field."""
_ENDS = (CellType.NUMBER, CellType.CURRENCY)
_SHOWN = 300
"""Characters of a cell that are shown; its tool tip has more."""
_NOWHERE = Sheet("", (), ())


class SheetModel(QAbstractTableModel):
    """Shows a `Sheet`; fields stand below each other, their names at the side.

    Args:
        parent: Who owns it.
    """

    edited = Signal(object, object)
    """The place of a cell in the sheet, and what a person has written there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheet = _NOWHERE
        self._upright = False
        self.editable = False

    @property
    def sheet(self) -> Sheet:
        """What is shown."""
        return self._sheet

    @property
    def upright(self) -> bool:
        """Whether names stand at the side."""
        return self._upright

    def show_sheet(self, sheet: Sheet, *, fields: bool) -> None:
        """Show another sheet.

        Args:
            sheet: Which.
            fields: Whether its columns are fields, which stand below each other.
        """
        self.beginResetModel()
        self._sheet, self._upright = sheet, fields
        self.endResetModel()

    def replace(self, sheet: Sheet) -> None:
        """The same sheet with other values in its cells."""
        self._sheet = sheet
        self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def grow(self, sheet: Sheet) -> None:
        """The same sheet with rows more at its end."""
        old, new = len(self._sheet.rows), len(sheet.rows)
        if self._upright or sheet.columns != self._sheet.columns or new <= old:
            self.show_sheet(sheet, fields=self._upright)
            return
        self.beginInsertRows(QModelIndex(), old, new - 1)
        self._sheet = sheet
        self.endInsertRows()

    def place(self, index: Index) -> Place | None:
        """Which cell of the sheet stands there."""
        if not index.isValid():
            return None
        return (index.column(), index.row()) if self._upright else (index.row(), index.column())

    def at(self, place: Place) -> QModelIndex:
        """Where a cell of the sheet stands."""
        row, column = place
        return self.index(column, row) if self._upright else self.index(row, column)

    def cell(self, place: Place) -> Cell | None:
        """A cell of the sheet; None where there is none."""
        row, column = place
        rows = self._sheet.rows
        return rows[row][column] if 0 <= row < len(rows) and 0 <= column < len(rows[row]) else None

    def ends(self, section: int) -> bool:
        """Whether what stands in a column of the view stands at its end, as numbers do."""
        if self._upright:
            return False
        return 0 <= section < len(self._sheet.columns) and self._sheet.columns[section].type in _ENDS

    # As Qt asks.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 # as Qt has it
        if parent.isValid():
            return 0
        return len(self._sheet.columns) if self._upright else len(self._sheet.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if parent.isValid():
            return 0
        return len(self._sheet.rows) if self._upright else len(self._sheet.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = self.place(index)
        cell = self.cell(place) if place is not None else None
        if place is None or cell is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell.text[:_SHOWN]
            case Qt.ItemDataRole.EditRole:
                return cell.text
            case Qt.ItemDataRole.ToolTipRole:
                return tip(words.cell_tip(cell))
            case Qt.ItemDataRole.AccessibleTextRole:
                return words.cell_heard(self._sheet.columns[place[1]], cell)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignTrailing if self.ends(index.column()) else Qt.AlignmentFlag.AlignLeading
                return side | Qt.AlignmentFlag.AlignVCenter
            case _ if role == CELL:
                return cell
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        across = orientation == Qt.Orientation.Horizontal
        if across is self._upright:
            return self._row_head(section, role)
        if not 0 <= section < len(self._sheet.columns):
            return None
        column = self._sheet.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            name = " ".join(column.name.split())[:_SHOWN]
            return f"{name} ({column.unit})" if column.unit and column.unit not in name else name
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(words.column_words(column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            ends = across and self.ends(section)
            side = Qt.AlignmentFlag.AlignTrailing if ends else Qt.AlignmentFlag.AlignLeading
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _row_head(self, section: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            if self._upright and len(self._sheet.rows) == 1:
                return tr("Value")
            return str(section + 1)
        if role == Qt.ItemDataRole.ToolTipRole and section < len(self._sheet.sources):
            return tip(self._sheet.sources[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeading if self._upright else Qt.AlignmentFlag.AlignTrailing
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        result = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return result | Qt.ItemFlag.ItemIsEditable if self.editable else result

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        place = self.place(index)
        cell = self.cell(place) if place is not None else None
        if role != Qt.ItemDataRole.EditRole or cell is None or str(value) == cell.text:
            return False
        self.edited.emit(place, str(value))
        return True
