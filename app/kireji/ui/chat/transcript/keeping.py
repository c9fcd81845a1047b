"""How many words of a conversation are kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from kireji.ui.chat.transcript.rows import Item

MOST = 3_000_000
"""Characters; when there are more, the farthest are let go down to half of it."""
_EACH = 20_000
"""What a message takes beside its words, as characters: its rows, and what is known of its Markdown."""

ItemT = TypeVar("ItemT", bound=Item)


class Kept(Generic[ItemT]):
    """The sizes of what has its words."""

    def __init__(self) -> None:
        self._sizes: dict[ItemT, int] = {}
        self._total = 0

    def add(self, item: ItemT, size: int) -> None:
        """An item has its words now, so many characters."""
        size += _EACH
        self._total += size - self._sizes.get(item, 0)
        self._sizes[item] = size

    def remove(self, item: ItemT) -> None:
        """It has none any more, or is gone."""
        self._total -= self._sizes.pop(item, 0)

    def keep_only(self, wanted: Callable[[ItemT], bool]) -> None:
        """Forget the items that are gone."""
        for item in [item for item in self._sizes if not wanted(item)]:
            self.remove(item)

    def too_far(self, index: int) -> Iterator[ItemT]:
        """What shall be let go when there is too much, seen from an item of the column.

        Args:
            index: Of that item.
        """
        if self._total <= MOST:
            return
        room = MOST // 2
        for item in sorted(self._sizes, key=lambda one: abs(one.index - index)):
            room -= self._sizes[item]
            if room < 0:
                yield item
