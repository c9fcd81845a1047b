"""What a search found, as Qt's list wants it: titles of conversations, and below each what was found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from kireji.core.history import ConversationSummary, SearchHit
from kireji.core.messages import Role
from kireji.ui.chat.words import row_time
from kireji.ui.sidebar.list_model import title_of
from kireji.ui.translation import tr

Index = QModelIndex | QPersistentModelIndex
FOUND = Qt.ItemDataRole.UserRole + 1
"""Role under which an entry itself is found."""

_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Title:
    """Stands above what was found in a conversation.

    Args:
        conversation: Which.
        time: When it changed last, as rows say it.
        hit: Set when the title itself was found.
    """

    conversation: ConversationSummary
    time: str
    hit: SearchHit | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One message in which the words were found."""

    hit: SearchHit


Found = Title | Passage


class ResultModel(QAbstractListModel):
    """Holds the hits that were fetched so far, those of one conversation together."""

    more_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Found] = []
        self._hits: list[SearchHit] = []
        self._more = self._asked = False

    @property
    def hits(self) -> Sequence[SearchHit]:
        """All of them, as they came."""
        return self._hits

    @property
    def oldest(self) -> int | None:
        """The lowest message that was found; the next page begins before it."""
        return min((hit.message for hit in self._hits if hit.message is not None), default=None)

    def entry(self, index: Index) -> Found | None:
        """What stands at an index."""
        return self._entries[index.row()] if 0 <= index.row() < len(self._entries) else None

    def reset(self, hits: Sequence[SearchHit], *, more: bool) -> None:
        """Show these from now on.

        Args:
            hits: The first page.
            more: Whether there are others.
        """
        self.beginResetModel()
        self._entries, self._hits = grouped(hits, datetime.now().astimezone()), list(hits)
        self._more, self._asked = more, False
        self.endResetModel()

    def extend(self, hits: Sequence[SearchHit], *, more: bool) -> None:
        """Add the next page; what is shown stays where it is, so a conversation may stand there once more."""
        self._more, self._asked = more, False
        last = self._hits[-1].conversation.id if self._hits else None
        entries = grouped(hits, datetime.now().astimezone(), last)
        if entries:
            row = len(self._entries)
            self.beginInsertRows(QModelIndex(), row, row + len(entries) - 1)
            self._entries += entries
            self._hits += hits
            self.endInsertRows()

    def canFetchMore(self, parent: Index = _NOWHERE) -> bool:
        return self._more and not self._asked and not parent.isValid()

    def fetchMore(self, _parent: Index = _NOWHERE) -> None:
        self._asked = True
        self.more_wanted.emit()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        entry = self.entry(index)
        if entry is None or (isinstance(entry, Title) and entry.hit is None):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entry(index)
        if role == FOUND:
            return entry
        if role == Qt.ItemDataRole.DisplayRole and entry is not None:
            return title_of(entry.conversation) if isinstance(entry, Title) else entry.hit.snippet
        return spoken(entry) if role == Qt.ItemDataRole.AccessibleTextRole and entry is not None else None


def grouped(hits: Sequence[SearchHit], now: datetime, last: int | None = None) -> list[Found]:
    """Hits below the titles of their conversations, in the order in which each conversation comes first.

    Args:
        hits: One page.
        now: The time in the person's own zone.
        last: The conversation that the page before ended with; it needs no title again.
    """
    groups: dict[int, list[SearchHit]] = {}
    for hit in sorted(hits, key=lambda hit: hit.message is not None):  # titles first
        groups.setdefault(hit.conversation.id, []).append(hit)
    if last in groups:
        groups = {last: groups.pop(last)} | groups
    found: list[Found] = []
    for conversation, members in groups.items():
        titled = next((hit for hit in members if hit.message is None), None)
        if conversation != last or titled is not None:
            summary = members[0].conversation
            found.append(Title(summary, row_time(summary.updated.astimezone(now.tzinfo), now), titled))
        found += [Passage(hit) for hit in members if hit.message is not None]
    return found


def spoken(entry: Found) -> str:
    """An entry in words, for screen readers."""
    if isinstance(entry, Title):
        return tr(", ").join(part for part in (title_of(entry.conversation), entry.time) if part)
    title = title_of(entry.hit.conversation)
    if entry.hit.role is Role.USER:
        return tr("You asked in {title}: {words}", title=title, words=entry.hit.snippet)
    return tr("Answer in {title}: {words}", title=title, words=entry.hit.snippet)
