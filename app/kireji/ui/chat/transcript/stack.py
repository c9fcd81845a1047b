"""Items below each other, which of them are on the screen, and what keeps its place there while heights change.

Heights are whole pixels: measured, or estimated until a row is built. The person's place is remembered as a row and an
offset in it, so that heights above that become known later move nothing on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kireji.ui.chat.transcript.heights import Heights
from kireji.ui.chat.transcript.rows import Item, Row


class Anchor(NamedTuple):
    """What keeps its place on the screen.

    Args:
        item: At the upper edge.
        row: Of it; None when it has none.
        offset: How much of that is above the edge, in pixels.
    """

    item: Item
    row: Row | None
    offset: int


class Stack:
    """All items of a column.

    Args:
        margins: Above and below everything, in pixels.

    Attributes:
        items: First to last.
        top: How far it is scrolled.
        screen: Height of what is visible.
        following: Whether the end is kept in view.
    """

    def __init__(self, margins: tuple[int, int]) -> None:
        self._margins = margins
        self.items: list[Item] = []
        self._heights = Heights()
        self._anchor: Anchor | None = None
        self.top = 0
        self.screen = 0
        self.following = True

    # What is in it.

    def set_items(self, items: Sequence[Item]) -> list[Item]:
        """Have these items.

        Returns:
            Those that are no longer there.
        """
        kept = {id(item) for item in items}
        gone = [item for item in self.items if id(item) not in kept]
        self.items = list(items)
        for index, item in enumerate(self.items):
            item.index = index
        self._heights = Heights(item.height for item in self.items)
        if self._anchor is not None and id(self._anchor.item) not in kept:
            self._anchor = self.anchor_at(self.top)
        return gone

    def add_item(self, item: Item) -> None:
        """Have one more at the end."""
        item.index = len(self.items)
        self.items.append(item)
        self._heights.append(item.height)

    def put_rows(self, item: Item, rows: Sequence[Row], width: int) -> list[Row]:
        """Change the rows of an item.

        Args:
            item: Which.
            rows: All that it has now, some of which it may have had before.
            width: Of the column, for estimates.

        Returns:
            Those that are no longer there.
        """
        gone = item.put(rows, width)
        if self._anchor is not None and any(self._anchor.row is row for row in gone):
            within = max(0, self.top - self.top_of_item(item))
            self._anchor = Anchor(item, None, within)
        self.note_height(item)
        return gone

    def add_rows(self, item: Item, rows: Sequence[Row], width: int) -> None:
        """Have more rows at the end of an item."""
        item.extend(rows, width)
        self.note_height(item)

    def close(self, item: Item) -> None:
        """Take an item's rows away; its height stays."""
        item.close()
        if self._anchor is not None and self._anchor.item is item:
            self._anchor = Anchor(item, None, self.top - self.top_of_item(item))

    def holds(self, item: Item) -> bool:
        """Whether an item is one of these."""
        return item.index < len(self.items) and self.items[item.index] is item

    def note_height(self, item: Item) -> None:
        """An item has another height."""
        if self.holds(item):
            self._heights.set(item.index, item.height)

    def set_height(self, row: Row, height: int) -> bool:
        """A row has another height; of one that was estimated, the same share stays above the edge.

        Returns:
            Whether it is different from before.
        """
        if height == row.height:
            return False
        anchor = self._anchor
        if anchor is not None and anchor.row is row and not row.measured and row.height:
            self._anchor = anchor._replace(offset=anchor.offset * height // row.height)
        row.height = height
        row.item.heights.set(row.index, height)
        self.note_height(row.item)
        return True

    # Where things are.

    @property
    def total(self) -> int:
        """Height of everything."""
        return self._heights.total + sum(self._margins)

    @property
    def last_top(self) -> int:
        """How far it can be scrolled."""
        return max(0, self.total - self.screen)

    def top_of(self, row: Row) -> int:
        """Where a row begins, from the beginning of everything."""
        return self.top_of_item(row.item) + row.item.heights.before(row.index)

    def top_of_item(self, item: Item) -> int:
        """Where an item begins."""
        return self._margins[0] + self._heights.before(item.index)

    def span_of(self, item: Item) -> tuple[int, int]:
        """Where an item begins and ends."""
        begin = self.top_of_item(item)
        return begin, begin + item.height

    def anchor_at(self, y: int) -> Anchor | None:
        """What is at a height; None when there is nothing at all."""
        if not self.items:
            return None
        item = self.items[self._heights.find(y - self._margins[0])]
        within = y - self.top_of_item(item)
        if not item.rows:
            return Anchor(item, None, within)
        row = item.rows[item.heights.find(within)]
        return Anchor(item, row, within - item.heights.before(row.index))

    def walk(self, begin: int, end: int) -> Iterator[tuple[Item, Row | None, int, int]]:
        """All rows between two heights, with where they begin and end; None stands for an item without rows."""
        if not self.items:
            return
        index = self._heights.find(begin - self._margins[0])
        y = self._margins[0] + self._heights.before(index)
        while index < len(self.items) and y < end:
            item = self.items[index]
            index += 1
            if not item.rows:
                yield item, None, y, y + item.height
                y += item.height
                continue
            first = item.heights.find(begin - y) if begin > y else 0
            at = y + item.heights.before(first)
            for number in range(first, len(item.rows)):
                if at >= end:
                    break
                row = item.rows[number]
                yield item, row, at, at + row.height
                at += row.height
            y += item.height

    # Where the person is.

    def follow(self) -> None:
        """Keep the end in view."""
        self.following, self._anchor = True, None

    def hold(self, y: int) -> None:
        """Keep what is at a height at the upper edge."""
        self.following, self._anchor = False, self.anchor_at(y)

    def hold_to(self, item: Item, row: Row | None, offset: int) -> None:
        """Keep a place at the upper edge."""
        self.following, self._anchor = False, Anchor(item, row, offset)

    def wanted_top(self) -> int:
        """How far it has to be scrolled now."""
        if self.following:
            return self.last_top
        if self._anchor is None:
            return max(0, min(self.top, self.last_top))
        item, row, offset = self._anchor
        return max(0, min(self.last_top, (self.top_of_item(item) if row is None else self.top_of(row)) + offset))

    def settle(self) -> int:
        """Scroll there; what is at the upper edge then stays there.

        Returns:
            By how many pixels everything moves down on the screen.
        """
        top = self.wanted_top()
        moved, self.top = self.top - top, top
        if not self.following:
            self._anchor = self.anchor_at(top)
        return moved
