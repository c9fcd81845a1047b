"""What is different between two pictures."""

from __future__ import annotations

import enum
import math

import msgspec

from kireji.core.word_boxes import Box


class Difference(msgspec.Struct, frozen=True):
    """What the pixels say.

    Args:
        same_size: Whether the pictures have the same size.
        share: Part of the pixels that differ, 0 to 1.
        boxes: Regions that differ, in the first picture's pixels, from top to bottom; near ones are one.
        more: So many more regions were left out.
        offset: Where the second picture's corner lies in the first one's pixels, when it shows a part of the first or
            the same scrolled; only what both show was compared then. None: it was laid over the whole first, stretched
            to its size where that is another.
        first: Width and height of the first picture.
        second: The same of the second.
    """

    same_size: bool
    share: float
    boxes: tuple[Box, ...]
    more: int = 0
    offset: tuple[int, int] | None = None
    first: tuple[int, int] = (0, 0)
    second: tuple[int, int] = (0, 0)

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return self.same_size and not self.boxes and not self.more and self.offset is None

    def on_second(self, box: Box) -> Box:
        """Where a region lies on the second picture, in its pixels."""
        left, top, right, bottom = box
        if self.offset is not None:
            across, down = self.offset
            return (left - across, top - down, right - across, bottom - down)
        if self.first == self.second or not all(self.first):
            return box
        width, height = self.second
        wide, high = width / self.first[0], height / self.first[1]
        return (
            math.floor(left * wide),
            math.floor(top * high),
            min(width, math.ceil(right * wide)),
            min(height, math.ceil(bottom * high)),
        )


class ChangeKind(enum.Enum):
    """What happened to something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class Change(msgspec.Struct, frozen=True):
    """One thing that is different.

    Args:
        kind: What happened.
        words: What, in one sentence.
        before: The words or value before; empty where there are none.
        after: The same after.
        regions: Numbers of the regions of `Difference.boxes` that it is about, from 0.
    """

    kind: ChangeKind
    words: str
    before: str = ""
    after: str = ""
    regions: tuple[int, ...] = ()


class Comparison(msgspec.Struct, frozen=True, tag_field="form", tag="comparison"):
    """The whole of it.

    Args:
        summary: In a sentence or two.
        changes: The most important first.
        difference: What the pixels say.
        unexplained: Regions that no change is about, from 0.
    """

    summary: str
    changes: tuple[Change, ...]
    difference: Difference
    unexplained: tuple[int, ...] = ()
