"""The conversations as Qt's list wants them: pages that come when they are scrolled to, rows that change in place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from kireji.core.history import ConversationSummary
from kireji.ui.chat.words import ago, row_time
from kireji.ui.sidebar.order import Heading, Key, Shelf, heading_of, key_of, moment_of
from kireji.ui.translation import tr

Index = QModelIndex | QPersistentModelIndex
Entry = Heading | ConversationSummary

ENTRY = Qt.ItemDataRole.UserRole + 1
"""Role under which a heading or a conversation itself is found."""
TIME = Qt.ItemDataRole.UserRole + 2
RUNNING = Qt.ItemDataRole.UserRole + 3
UNREAD = Qt.ItemDataRole.UserRole + 4
OPEN = Qt.ItemDataRole.UserRole + 5
WAITING = Qt.ItemDataRole.UserRole + 6

_NOWHERE = QModelIndex()
_FEW = timedelta(hours=24)


class ConversationModel(QAbstractListModel):
    """Holds the conversations that were fetched so far, in the order of the list, each group below its heading."""

    more_wanted = Signal()
    """The end of what is known has come into view."""
    renamed = Signal(object)
    """Number and new title of a conversation whose row was edited."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._keys: list[Key] = []
        self._known: dict[int, ConversationSummary] = {}
        self._now = datetime.now().astimezone()
        self._more = self._asked = False
        self._running: frozenset[int] = frozenset()
        self._unread: frozenset[int] = frozenset()
        self._waiting: frozenset[int] = frozenset()
        self._open: int | None = None
        self._shelf = Shelf.CURRENT

    # What is held.

    @property
    def shelf(self) -> Shelf:
        """Which conversations these are."""
        return self._shelf

    @property
    def known(self) -> int:
        """How many conversations were fetched."""
        return len(self._known)

    @property
    def last(self) -> ConversationSummary | None:
        """The lowest one that was fetched; the next page begins below it."""
        entry = self._entries[-1] if self._entries else None
        return entry if isinstance(entry, ConversationSummary) else None

    def summary(self, conversation: int) -> ConversationSummary | None:
        """A conversation that was fetched."""
        return self._known.get(conversation)

    def entry(self, index: Index) -> Entry | None:
        """What stands at an index."""
        return self._entries[index.row()] if 0 <= index.row() < len(self._entries) else None

    def find(self, conversation: int | None) -> QModelIndex:
        """Where a conversation stands; invalid when it was not fetched."""
        summary = self._known.get(conversation) if conversation is not None else None
        return QModelIndex() if summary is None else self.index(bisect_left(self._keys, key_of(summary)), 0)

    def step(self, start: QModelIndex, direction: int) -> ConversationSummary | None:
        """The next conversation above (-1) or below (1) an index; from nowhere, the first."""
        row = start.row() + direction if start.isValid() else 0
        while 0 <= row < len(self._entries):
            entry = self._entries[row]
            if isinstance(entry, ConversationSummary):
                return entry
            row += direction if start.isValid() else 1
        return None

    # Changes.

    def reset(self, summaries: Sequence[ConversationSummary], *, more: bool, shelf: Shelf = Shelf.CURRENT) -> None:
        """Show these from now on.

        Args:
            summaries: The first page, in any order.
            more: Whether there are others below them.
            shelf: Which conversations these are.
        """
        self.beginResetModel()
        self._shelf = shelf
        self._known = {one.id: one for one in summaries}
        self._more, self._asked = more, False
        self._fill()
        self.endResetModel()

    def extend(self, summaries: Sequence[ConversationSummary], *, more: bool) -> None:
        """Add the page below the last one."""
        self._more = self._asked = False  # while they are placed, nothing counts as beyond what is known
        end = self._keys[-1] if self._keys else None
        below = [one for one in summaries if one.id not in self._known and (end is None or key_of(one) > end)]
        known = {one.id for one in below}
        self._append(sorted(below, key=key_of))
        for summary in summaries:
            if summary.id not in known:
                self.place(summary)
        self._more = more

    def forget_below(self, count: int) -> None:
        """Keep only the uppermost rows; the others are fetched again when they are scrolled to."""
        if count < len(self._entries):
            count -= isinstance(self._entries[count - 1], Heading)
            self.beginRemoveRows(QModelIndex(), count, len(self._entries) - 1)
            for entry in self._entries[count:]:
                if isinstance(entry, ConversationSummary):
                    del self._known[entry.id]
            del self._entries[count:], self._keys[count:]
            self._more, self._asked = True, False
            self.endRemoveRows()

    def merge(self, summaries: Sequence[ConversationSummary], *, more: bool) -> None:
        """Take the first page over as it is now; what was fetched below it stays."""
        self.tell_time(datetime.now().astimezone())
        found = {one.id for one in summaries}
        end = max(map(key_of, summaries)) if summaries and more else None
        for old in tuple(self._known.values()):
            if old.id not in found and (end is None or key_of(old) <= end):
                self.remove(old.id)
        if not more:
            self._more = False
        elif not self._known:
            self._more, self._asked = True, False
        for summary in summaries:
            self.place(summary)

    def place(self, summary: ConversationSummary) -> None:
        """Put a new or changed conversation where it belongs now; everything else stays as it is."""
        key, old = key_of(summary), self._known.get(summary.id)
        if self._more and self._keys and key > self._keys[-1]:
            self.remove(summary.id)  # its page comes when it is scrolled to
        elif old is None:
            self._insert(summary, key)
        elif key_of(old) == key:
            self._replace(bisect_left(self._keys, key), summary)
        else:
            self._move(old, summary, key)

    def remove(self, conversation: int) -> None:
        """Take a conversation away; harmless when it is not there."""
        if (summary := self._known.pop(conversation, None)) is not None:
            row = bisect_left(self._keys, key_of(summary))
            self._take(row)
            self._drop_heading(row - 1)

    def set_running(self, conversations: frozenset[int]) -> None:
        """Where an answer is being written."""
        changed, self._running = self._running ^ conversations, conversations
        self._tell(changed, RUNNING)

    def set_unread(self, conversations: frozenset[int]) -> None:
        """Where an answer came that the person has not seen."""
        changed, self._unread = self._unread ^ conversations, conversations
        self._tell(changed, UNREAD)

    def set_waiting(self, conversations: frozenset[int]) -> None:
        """Where a call of a tool waits for the person."""
        changed, self._waiting = self._waiting ^ conversations, conversations
        self._tell(changed, WAITING)

    def set_open(self, conversation: int | None) -> None:
        """Which conversation the window shows."""
        changed = {each for each in (self._open, conversation) if each is not None}
        self._open = conversation
        self._tell(changed, OPEN)

    def tell_time(self, now: datetime) -> None:
        """Time has passed: say how long ago anew, and on another day group anew.

        Args:
            now: In the person's own zone.
        """
        same_day = (now.date(), now.tzinfo) == (self._now.date(), self._now.tzinfo)
        self._now = now
        if same_day:
            if self._entries:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._entries) - 1, 0), [TIME])
            return
        self.beginResetModel()
        self._fill()
        self.endResetModel()

    def _fill(self) -> None:
        self._entries = self._headed(sorted(self._known.values(), key=key_of), None)
        self._keys = [_key(entry) for entry in self._entries]

    def _headed(self, summaries: Sequence[ConversationSummary], group: Key | None) -> list[Entry]:
        """Conversations in order with the headings between them; none for the group that goes on."""
        found: list[Entry] = []
        for summary in summaries:
            heading = heading_of(summary, self._now)
            if heading.key != group:
                group = heading.key
                found.append(heading)
            found.append(summary)
        return found

    def _append(self, summaries: Sequence[ConversationSummary]) -> None:
        if not summaries:
            return
        last = self.last
        entries = self._headed(summaries, heading_of(last, self._now).key if last is not None else None)
        row = len(self._entries)
        self.beginInsertRows(QModelIndex(), row, row + len(entries) - 1)
        self._known |= {one.id: one for one in summaries}
        self._entries += entries
        self._keys += [_key(entry) for entry in entries]
        self.endInsertRows()

    def _insert(self, summary: ConversationSummary, key: Key) -> None:
        self._head(summary)
        self._known[summary.id] = summary
        self._put(bisect_left(self._keys, key), summary, key)

    def _replace(self, row: int, summary: ConversationSummary) -> None:
        if self._entries[row] != summary:
            self._entries[row] = self._known[summary.id] = summary
            index = self.index(row, 0)
            self.dataChanged.emit(index, index)

    def _move(self, old: ConversationSummary, summary: ConversationSummary, key: Key) -> None:
        self._head(summary)
        source, target = bisect_left(self._keys, key_of(old)), bisect_left(self._keys, key)
        if target not in (source, source + 1):
            self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), target)
            del self._entries[source], self._keys[source]
            row = target - (target > source)
            self._entries.insert(row, old)
            self._keys.insert(row, key)
            self.endMoveRows()
        else:
            row = source
            self._keys[row] = key
        self._known[summary.id] = old
        self._replace(row, summary)
        self._drop_heading(source - 1 + (row < source))

    def _head(self, summary: ConversationSummary) -> None:
        """See to it that the heading of its group is there."""
        heading = heading_of(summary, self._now)
        row = bisect_left(self._keys, heading.key)
        if row == len(self._keys) or self._keys[row] != heading.key:
            self._put(row, heading, heading.key)

    def _drop_heading(self, row: int) -> None:
        """Take a heading away below which nothing stands."""
        if 0 <= row < len(self._entries) and isinstance(self._entries[row], Heading):
            below = self._entries[row + 1] if row + 1 < len(self._entries) else None
            if not isinstance(below, ConversationSummary):
                self._take(row)

    def _put(self, row: int, entry: Entry, key: Key) -> None:
        self.beginInsertRows(QModelIndex(), row, row)
        self._entries.insert(row, entry)
        self._keys.insert(row, key)
        self.endInsertRows()

    def _take(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._entries[row], self._keys[row]
        self.endRemoveRows()

    def _tell(self, conversations: frozenset[int] | set[int], role: int) -> None:
        for conversation in conversations:
            index = self.find(conversation)
            if index.isValid():
                self.dataChanged.emit(index, index, [role, Qt.ItemDataRole.AccessibleTextRole])

    # As Qt asks.

    def canFetchMore(self, parent: Index = _NOWHERE) -> bool:
        return self._more and not self._asked and not parent.isValid()

    def fetchMore(self, _parent: Index = _NOWHERE) -> None:
        self._asked = True
        self.more_wanted.emit()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not isinstance(self.entry(index), ConversationSummary):
            return Qt.ItemFlag.NoItemFlags
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return usual if self._shelf is Shelf.REMOVED else usual | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entry(index)
        if role == ENTRY:
            return entry
        if isinstance(entry, Heading):
            return entry.text if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        if entry is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return title_of(entry)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(entry)
        if role == TIME:
            return row_time(moment_of(entry).astimezone(self._now.tzinfo), self._now)
        if role == RUNNING:
            return entry.id in self._running
        if role == UNREAD:
            return entry.id in self._unread
        if role == WAITING:
            return entry.id in self._waiting
        return entry.id == self._open if role == OPEN else None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        entry = self.entry(index)
        title = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or not isinstance(entry, ConversationSummary):
            return False
        if title and title != title_of(entry):
            self.renamed.emit((entry.id, title))
        return True

    def _spoken(self, summary: ConversationSummary) -> str:
        """A row in words, for screen readers."""
        moment = moment_of(summary).astimezone(self._now.tzinfo)
        elapsed = self._now - moment
        when = ago(elapsed) if elapsed < _FEW else row_time(moment, self._now)
        parts = [
            title_of(summary),
            when,
            tr("pinned") if summary.pinned else "",
            tr("waits for you") if summary.id in self._waiting else "",
            tr("an answer is being written") if summary.id in self._running else "",
            tr("new answer") if summary.id in self._unread else "",
            tr("open") if summary.id == self._open else "",
        ]
        return tr(", ").join(part for part in parts if part)


def _key(entry: Entry) -> Key:
    return entry.key if isinstance(entry, Heading) else key_of(entry)


def title_of(summary: ConversationSummary) -> str:
    """A title in one line; what has none has a name all the same."""
    return " ".join(summary.title.split()) or tr("Conversation")
