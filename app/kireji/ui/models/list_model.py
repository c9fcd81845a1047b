"""The rows as Qt's views want them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from kireji.ui.models.rows import Kind, Row
from kireji.ui.models.words import Pick, abilities, spoken
from kireji.ui.translation import tr

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole + 1
"""Role under which a row itself is found."""
CHOSEN = Qt.ItemDataRole.UserRole + 2
"""Role that says whether it is the model in force."""

_NOWHERE = QModelIndex()


class RowModel(QAbstractListModel):
    """Holds rows that never change one by one."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[Row] = ()
        self._chosen = Pick()

    def fill(self, rows: Sequence[Row], chosen: Pick) -> None:
        """Show these from now on.

        Args:
            rows: All of them.
            chosen: The model in force, which is marked.
        """
        self.beginResetModel()
        self._rows, self._chosen = rows, chosen
        self.endResetModel()

    def row(self, index: Index) -> Row | None:
        """The row at an index."""
        return self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None

    def find(self, pick: Pick) -> QModelIndex:
        """Where a model stands; invalid when it is not shown."""
        for number, row in enumerate(self._rows):
            if row.info is not None and (row.provider, row.info.id) == (pick.provider, pick.model):
                return self.index(number, 0)
        return QModelIndex()

    def step(self, start: int, direction: int) -> QModelIndex:
        """The next row that can be chosen, from row number `start` on; invalid when there is none."""
        number = start + direction
        while 0 <= number < len(self._rows):
            if self._rows[number].kind in (Kind.MODEL, Kind.PROBLEM):
                return self.index(number, 0)
            number += direction
        return QModelIndex()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row(index)
        if row is None or row.kind in (Kind.HEADING, Kind.NOTICE):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index)
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.text
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(row)
        if role == ROW:
            return row
        return self._is_chosen(row) if role == CHOSEN else None

    def _is_chosen(self, row: Row) -> bool:
        return row.info is not None and (row.provider, row.info.id) == (self._chosen.provider, self._chosen.model)

    def _spoken(self, row: Row) -> str:
        if row.info is None:
            return f"{row.text} {tr('Open settings')}" if row.kind is Kind.PROBLEM else row.text
        words = spoken(row.info, row.group, row.default)
        return f"{words}, {tr('in use')}" if self._is_chosen(row) else words

    @staticmethod
    def _tip(row: Row) -> str | None:
        if row.info is None:
            return None
        can = tr(", ").join(tr(ability.words) for ability in abilities(row.info))
        parts = (row.info.id, can.capitalize(), row.info.note)
        text = "\n".join(part for part in parts if part)
        return None if "<" in text else text  # a tool tip guesses markup; the service's words are shown as they are
