"""The colours of code in the segments of an answer, also of code that several segments share."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kireji.ui.chat.blocks import Block, Kind
from kireji.ui.chat.markdown.pieces import Segment, SegmentKind

if TYPE_CHECKING:
    from kireji.ui.chat.highlight import CodeColours, GrowingColours

_AT_ONCE = 0.002
"""Seconds for colours that are found while a segment is parsed."""
_KEPT = 2
"""Long fences whose colours are kept."""


@dataclass(slots=True)
class _Shared:
    """Code that several segments share.

    Args:
        code: The whole.
        parts: Where in it the parts of its segments begin and end.
        colours: Found as far as was needed.
    """

    code: str
    parts: list[tuple[int, int]]
    colours: CodeColours | None = None


class Colours:
    """Colours the code of one source.

    Args:
        segments: Of the source; read only.
        blocks: Parses one of them.
    """

    def __init__(self, segments: Sequence[Segment], blocks: Callable[[int], tuple[Block, ...]]) -> None:
        self._segments = segments
        self._blocks = blocks
        self._last: GrowingColours | None = None
        self._shared: dict[int, _Shared] = {}
        self._waiting: dict[int, None] = {}
        self._growing: set[int] = set()
        """Segments that were looked at while their code could still grow."""
        self._settled = 0

    def settle(self, settled: int) -> None:
        """Code that may still grow is plain.

        Args:
            settled: How many segments do not change any more.
        """
        if settled != self._settled:
            self._settled = settled
            for index in sorted(self._growing):
                if index >= len(self._segments) or self._range(index)[1] < settled:
                    self._growing.discard(index)
                    self._waiting[index] = None

    @property
    def waiting(self) -> bool:
        """Whether segments that were looked at still lack colours."""
        return bool(self._waiting)

    def find(self, seconds: float) -> set[int]:
        """Find colours for some time; the last segments that were looked at come first.

        Returns:
            Segments that have all their colours now.
        """
        deadline = time.monotonic() + seconds
        found: set[int] = set()
        for index in reversed(tuple(self._waiting)):
            if index >= len(self._segments):
                del self._waiting[index]
                continue
            _, complete = self._paint(index, self._blocks(index), deadline)
            if complete:
                del self._waiting[index]
                found.add(index)
            if time.monotonic() >= deadline:
                break
        return found

    def coloured(self, index: int, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """The blocks of a segment with the colours that are known or found quickly."""
        if not any(block.kind is Kind.CODE and block.language for block in blocks):
            return blocks
        painted, complete = self._paint(index, blocks, time.monotonic() + _AT_ONCE)
        if not complete:
            self._waiting.pop(index, None)
            self._waiting[index] = None
        return painted

    def code(self, index: int) -> str:
        """The whole of the code that a segment shares with others."""
        first, last = self._range(index)
        return self._whole(first, last).code

    def _paint(self, index: int, blocks: tuple[Block, ...], deadline: float) -> tuple[tuple[Block, ...], bool]:
        painted, complete = list(blocks), True
        for number, block in enumerate(blocks):
            if block.kind is not Kind.CODE or not block.language or not block.runs:
                continue
            last = number == len(blocks) - 1
            if (self._goes_on(index) and last) or self._segments[index].kind is SegmentKind.CODE:
                coloured, known = self._part(index, block, deadline)
            elif block.open and index >= self._settled:
                coloured, known = self._grown(index, block, deadline), True
            else:
                coloured, known = self._alone(block, deadline)
            painted[number] = coloured
            complete = complete and known
        return tuple(painted), complete

    def _alone(self, block: Block, deadline: float) -> tuple[Block, bool]:
        from kireji.ui.chat.highlight import known, load_soon, shared

        if not known(block.language):
            load_soon(block.language)
            return block, False
        runs = shared().find(block.text, block.language, deadline)
        return (block, False) if runs is None else (replace(block, runs=runs), True)

    def _part(self, index: int, block: Block, deadline: float) -> tuple[Block, bool]:
        from kireji.ui.chat.highlight import CodeColours, known, load_soon

        first, last = self._range(index)
        if last >= self._settled:
            return self._grown(index, block, deadline), True
        if not known(block.language):
            load_soon(block.language)
            return block, False
        shared = self._whole(first, last)
        if shared.colours is None:
            shared.colours = CodeColours(shared.code, block.language)
        start, end = shared.parts[index - first]
        if not shared.colours.advance(end, deadline):
            return block, False
        return replace(block, runs=shared.colours.runs(start, end)), True

    def _grown(self, index: int, block: Block, deadline: float) -> Block:
        """Code whose fence is still open, with the colours that it would have alone."""
        from kireji.ui.chat.highlight import GrowingColours, known, load_soon

        self._growing.add(index)
        if not known(block.language):
            load_soon(block.language)
            return block
        if index < len(self._segments) - 1:
            return self._alone(block, deadline)[0]
        if self._last is None:
            self._last = GrowingColours()
        return replace(block, runs=self._last(block.text, block.language))

    def _goes_on(self, index: int) -> bool:
        following = index + 1
        return following < len(self._segments) and self._segments[following].kind is SegmentKind.CODE

    def _range(self, index: int) -> tuple[int, int]:
        """The first and last of the segments that share code with one."""
        first = last = index
        while first and self._segments[first].kind is SegmentKind.CODE:
            first -= 1
        while self._goes_on(last):
            last += 1
        return first, last

    def _whole(self, first: int, last: int) -> _Shared:
        shared = self._shared.get(first)
        if shared is not None and len(shared.parts) == last - first + 1 and last < self._settled:
            return shared
        pieces: list[str] = []
        parts: list[tuple[int, int]] = []
        length = 0
        for index in range(first, last + 1):
            blocks = self._blocks(index)
            text = blocks[-1].text if blocks else ""
            if index > first and not self._segments[index].opening.midline:
                pieces.append("\n")
                length += 1
            pieces.append(text)
            parts.append((length, length + len(text)))
            length += len(text)
        shared = _Shared("".join(pieces), parts)
        if last < self._settled:
            self._shared[first] = shared
            while len(self._shared) > _KEPT:
                del self._shared[next(iter(self._shared))]
        return shared
