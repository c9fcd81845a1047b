"""The rows of a job as Qt's table wants them: pages that come when they are scrolled to, and go when they are far."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from kireji.core.jobs.answers import Answer, Column, ColumnKind
from kireji.core.jobs.states import ENDED_ROWS, RowState
from kireji.core.jobs.values import Mode
from kireji.ui.chat.words import count
from kireji.ui.jobs import results_words as words
from kireji.ui.jobs.verdict_cells import verdict_cell
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from kireji.core.moderation.policies import Policy

Index = QModelIndex | QPersistentModelIndex

PAGE = 100
"""Rows that are fetched together."""
_KEPT = 30
"""Pages that are held; those that were looked at longest ago go first."""
ANSWER = Qt.ItemDataRole.UserRole + 1
"""Role under which the `Answer` of a row is found; None while it is being fetched."""
NUMBER, NAME, STATE, DATA = range(4)
"""Columns of the table; from the last one on stands the answer, and behind it the cost."""
_NOWHERE = QModelIndex()
_SETTLED = ENDED_ROWS | {RowState.INVALID}


class ResultModel(QAbstractTableModel):
    """Rows in the order of the input.

    Without a filter the row at place n is number n + 1, so that any place can be scrolled to at once. With one it is
    not known which rows there are; they are found page by page.
    """

    wanted = Signal(object)
    """Number of a page that has come into view and is not there."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[Column, ...] = ()
        self.mode = Mode.BATCH
        self.policy: Policy | None = None
        self._pages: OrderedDict[int, Sequence[Answer]] = OrderedDict()
        self._starts: list[int] = []
        self._rows = 0
        self._filtered = False
        self._more = False

    # What is held.

    def reset(self, rows: int, *, filtered: bool) -> None:
        """Show the rows of a job from now on; none is there yet.

        Args:
            rows: How many the job has; with a filter at most.
            filtered: Whether only some of them are shown, so that they must be found.
        """
        self.beginResetModel()
        self._pages.clear()
        self._starts = [0]
        self._filtered = filtered
        self._rows = 0 if filtered else rows
        self._more = filtered and rows > 0
        self.endResetModel()

    def show_columns(self, columns: tuple[Column, ...], mode: Mode, policy: Policy | None = None) -> None:
        """What stands in the table between state and cost.

        Args:
            columns: Of the answers.
            mode: Where they come from.
            policy: By which the job judges, for what its categories are called.
        """
        self.beginResetModel()
        self.columns, self.mode, self.policy = columns, mode, policy
        self.endResetModel()

    @property
    def filtered(self) -> bool:
        """Whether only some rows are shown."""
        return self._filtered

    def begin_of(self, page: int) -> int | None:
        """The number after which a page begins; None when it is not known yet."""
        if not self._filtered:
            return page * PAGE
        return self._starts[page] if page < len(self._starts) else None

    def last_page(self) -> int:
        """The last page that is known, for a filter."""
        return len(self._starts) - 1

    def fill(self, page: int, answers: Sequence[Answer]) -> None:
        """A page has arrived, or has arrived anew; nothing that is shown moves.

        Args:
            page: Its number.
            answers: At most `PAGE`; fewer end a filtered table.
        """
        if self._filtered:
            self._found(page, answers)
        else:
            self._keep(page, answers)
        first, last = page * PAGE, min((page + 1) * PAGE, self._rows) - 1
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))

    def _found(self, page: int, answers: Sequence[Answer]) -> None:
        first, known = page * PAGE, self._rows
        end = first + len(answers)
        if end > known:
            self.beginInsertRows(QModelIndex(), known, end - 1)
        elif page == self.last_page() and end < known:
            self.beginRemoveRows(QModelIndex(), end, known - 1)
        self._keep(page, answers)
        if end > known or (page == self.last_page() and end < known):
            self._rows = end
            (self.endInsertRows if end > known else self.endRemoveRows)()
        if page == self.last_page():
            self._more = len(answers) == PAGE
            if self._more:
                self._starts.append(answers[-1].row.number)

    def _keep(self, page: int, answers: Sequence[Answer]) -> None:
        self._pages[page] = answers
        self._pages.move_to_end(page)
        while len(self._pages) > _KEPT:
            self._pages.popitem(last=False)

    def unsettled(self, first: int, last: int) -> Sequence[int]:
        """Pages in a range of places that are there and hold rows that may change still.

        Args:
            first: A place.
            last: One at or below it.
        """
        pages = range(max(0, first) // PAGE, max(0, last) // PAGE + 1)
        found = ((page, self._pages.get(page)) for page in pages)
        return [page for page, rows in found if rows is not None and not all(map(_settled, rows))]

    def forget_others(self, first: int, last: int) -> None:
        """Let go of the pages outside of a range of places: they are fetched anew when they are scrolled to."""
        for page in [page for page in self._pages if not first // PAGE <= page <= last // PAGE]:
            del self._pages[page]

    def grow(self, rows: int) -> None:
        """The job has more rows than it had."""
        if not self._filtered and rows > self._rows:
            self.beginInsertRows(QModelIndex(), self._rows, rows - 1)
            self._rows = rows
            self.endInsertRows()

    def answer(self, place: int) -> Answer | None:
        """The row at a place; None while it is being fetched, which asks for it."""
        if not 0 <= place < self._rows:
            return None
        page, offset = divmod(place, PAGE)
        rows = self._pages.get(page)
        if rows is None:
            self.wanted.emit(page)
            return None
        self._pages.move_to_end(page)
        return rows[offset] if offset < len(rows) else None

    def place_of(self, number: int) -> int | None:
        """Where a row stands; None when that is not known."""
        if not self._filtered:
            return number - 1 if 0 < number <= self._rows else None
        for page, rows in self._pages.items():
            for offset, answer in enumerate(rows):
                if answer.row.number == number:
                    return page * PAGE + offset
        return None

    # As Qt asks.

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else DATA + self.width() + 1

    def width(self) -> int:
        """How many columns the answer takes."""
        return max(1, len(self.columns))

    def canFetchMore(self, _parent: Index = _NOWHERE) -> bool:
        return self._filtered and self._more

    def fetchMore(self, _parent: Index = _NOWHERE) -> None:
        self.wanted.emit(self.last_page())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(section)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if section < DATA:
            return (tr("#"), tr("Row"), tr("State"))[section]
        if section == self.columnCount() - 1:
            return tr("Cost")
        return self.columns[section - DATA].name if self.columns else tr("Answer")

    def alignment(self, section: int) -> Qt.AlignmentFlag:
        """Numbers end at the same place."""
        column = self.column(section)
        numbers = column is not None and column.kind in (ColumnKind.INTEGER, ColumnKind.NUMBER)
        if numbers or section in (NUMBER, self.columnCount() - 1):
            return Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter

    def column(self, section: int) -> Column | None:
        """The property of the answers in a column of the table; None where there is none."""
        return self.columns[section - DATA] if DATA <= section < DATA + len(self.columns) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(index.column())
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
            ANSWER,
        ):
            return None
        answer = self.answer(index.row())
        if role == ANSWER:
            return answer
        if answer is None:
            return count(index.row() + 1) if index.column() == NUMBER and not self._filtered else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.state_in_full(answer) if index.column() == STATE else None
        return self._words(answer, index.column())

    def _words(self, answer: Answer, section: int) -> str:
        if section == NUMBER:
            return count(answer.row.number)
        if section == NAME:
            return words.name_of(answer.row)
        if section == STATE:
            return words.state(answer)
        if section == self.columnCount() - 1:
            return words.cost(answer)
        return self.said(answer, section)

    def said(self, answer: Answer, section: int) -> str:
        """What an answer has in one column of the table."""
        column = self.column(section)
        if column is not None and (properties := answer.properties) is not None:
            if (
                answer.verdict is not None
                and (told := verdict_cell(answer.verdict, column.name, self.policy)) is not None
            ):
                return words.short(told)
            return words.cell(properties.get(column.name), column)
        return (words.why_in_table(answer, self.mode) or words.plain(answer.text)) if section == DATA else ""


def _settled(answer: Answer) -> bool:
    return words.ended_as(answer) in _SETTLED
