"""The rows that are reviewed as Qt's list wants them: numbers of all, and the rows themselves where they are seen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from kireji.core.jobs.reviews import ReviewItem
from kireji.ui.jobs.review.listing import Listing

Index = QModelIndex | QPersistentModelIndex
PAGE = 100
"""Rows that are fetched together."""
ITEM = Qt.ItemDataRole.UserRole + 1
"""Role under which a `ReviewItem` is found; None while it is being fetched."""
_KEPT = 5_000
"""Rows that are held; those that were looked at longest ago go first."""
_NOWHERE = QModelIndex()


class ReviewModel(QAbstractListModel):
    """Rows in the order in which they were found; what is decided changes a row and not its place.

    Args:
        spoken: What a screen reader says of a row.
    """

    wanted = Signal(object)
    """Place of the first row of a page that has come into view and is not there."""

    def __init__(self, spoken: Callable[[ReviewItem], str]) -> None:
        super().__init__()
        self._spoken = spoken
        self.listing = Listing()
        self._items: OrderedDict[int, ReviewItem] = OrderedDict()

    def reset(self, listing: Listing | None = None) -> None:
        """Show other rows from now on; none is there yet."""
        self.beginResetModel()
        self.listing = listing or Listing()
        self._items.clear()
        self.endResetModel()

    def append(self, numbers: Sequence[int]) -> int:
        """Rows that were not there come behind the others; returns how many. At most some thousands at once."""
        new = self.listing.without(numbers)
        if new:
            first = len(self.listing.numbers)
            self.beginInsertRows(_NOWHERE, first, first + len(new) - 1)
            self.listing.extend(new)
            self.endInsertRows()
        return len(new)

    def fill(self, items: Sequence[ReviewItem]) -> None:
        """Rows have arrived, or have changed."""
        places = []
        for item in items:
            place = self.listing.place(item.number)
            if place is not None:
                self._items[item.number] = item
                self._items.move_to_end(item.number)
                places.append(place)
        while len(self._items) > _KEPT:
            self._items.popitem(last=False)
        if places:
            self.dataChanged.emit(self.index(min(places), 0), self.index(max(places), 0))

    def page_at(self, place: int) -> Sequence[int]:
        """The numbers of the rows of a page, by the place of any of them."""
        begin = place - place % PAGE
        return self.listing.numbers[begin : begin + PAGE]

    def number(self, place: int) -> int | None:
        """Which row stands at a place."""
        return self.listing.numbers[place] if 0 <= place < len(self.listing.numbers) else None

    def place(self, number: int) -> int | None:
        """Where a row stands."""
        return self.listing.place(number)

    def item(self, place: int) -> ReviewItem | None:
        """What stands at a place; None while it is being fetched, which asks for it."""
        number = self.number(place)
        if number is None:
            return None
        item = self._items.get(number)
        if item is None:
            self.wanted.emit(place - place % PAGE)
        return item

    def known(self, number: int) -> ReviewItem | None:
        """A row if it is there."""
        return self._items.get(number)

    def undecided_after(self, place: int) -> int | None:
        """The next row that waits, or may wait: it is not looked for far beyond what is known."""
        for following in range(place + 1, min(self.rowCount(), place + 1 + PAGE)):
            item = self._items.get(self.listing.numbers[following])
            if item is None or item.review is None:
                return following
        return None

    # What Qt asks.

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.listing.numbers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (ITEM, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        item = self.item(index.row())
        if role == ITEM:
            return item
        return self._spoken(item) if item is not None else ""
