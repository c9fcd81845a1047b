"""The Markdown of one answer, which may still be growing, as segments that are parsed only when they are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kireji.ui.chat.markdown.colours import Colours
from kireji.ui.chat.markdown.definitions import Definitions
from kireji.ui.chat.markdown.lines import parting
from kireji.ui.chat.markdown.links import FROM_OUTSIDE, Addresses
from kireji.ui.chat.markdown.pieces import Limits, Opening, Segment, SegmentKind
from kireji.ui.chat.markdown.scan import Scanner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kireji.ui.chat.blocks import Block


@dataclass(frozen=True, slots=True)
class Changes:
    """What became different.

    Args:
        first: From this segment on everything is new.
        restyled: Segments before it whose blocks are others now, in order.
    """

    first: int
    restyled: tuple[int, ...] = ()


class MarkdownSource:
    """The Markdown of one answer, cut into segments that can be laid out apart.

    How the text comes does not matter: after every piece the segments are those of the whole text so far, and together
    they show what one parse of it shows, except that

    - blocks of a list are set close or apart by the empty lines between them, not for the whole list at once;
    - very long paragraphs and lines are divided, and emphasis or a link does not reach over that place;
    - quotes and lists deeper than `DEEPEST` are words;
    - links are defined by paragraphs that have ended, not by the one that is being written.

    Args:
        text: What is there already.
        limits: When to cut.
        addresses: What links and pictures may lead to.
    """

    def __init__(self, text: str = "", *, limits: Limits | None = None, addresses: Addresses = FROM_OUTSIDE) -> None:
        self._limits = limits or Limits()
        self._addresses = addresses
        self._segments: list[Segment] = []
        self._sources: list[str] = []
        self._begin_anew()
        self._changed_from = 0
        self._restyled: set[int] = set()
        if text:
            self.append(text)

    def _begin_anew(self) -> None:
        self._scanner = Scanner(self._limits)
        self._definitions = Definitions()
        self._firm = 0
        """How many of the segments shown are settled; behind them stand those of the tail."""
        self._settled_segments: list[Segment] = []
        """Settled since the segments were last looked at."""
        self._settled_sources: list[str] = []
        self._columns: dict[int, tuple[float, ...]] = {}
        self._colours = Colours(self._segments, self.plain_blocks)
        self._opening = Opening()
        self._tail = ""
        self._tail_start = 0
        self._scanned = 0
        """How far the tail was read."""
        self._in_line = False
        """Whether the line that goes on there was begun before."""
        self._fresh = True
        self._finished = False

    @property
    def text(self) -> str:
        """Everything so far."""
        self._refresh()
        return "".join(self._sources)

    @property
    def finished(self) -> bool:
        """Whether nothing more comes."""
        return self._finished

    @property
    def definitions(self) -> dict[str, Any]:
        """The links that are defined so far, as the parser wants them."""
        self._refresh()
        return self._definitions.known

    @property
    def segments(self) -> Sequence[Segment]:
        """All of them, in order, without gaps."""
        self._refresh()
        return self._segments

    @property
    def settled(self) -> int:
        """How many of the segments no further text changes, except by defining a link that they use."""
        self._refresh()
        return len(self._segments) if self._finished else self._firm

    def append(self, text: str) -> None:
        """More text.

        Raises:
            ValueError: The text was said to be whole.
        """
        if self._finished:
            raise ValueError("the text is finished")
        if text:
            self._tail += text
            self._fresh = False
            self._scan()

    def finish(self, text: str | None = None) -> None:
        """Nothing more comes.

        Args:
            text: The whole, if it may differ from what came; segments that are the same stay what they are.
        """
        if text is not None and text != self.text:
            self._begin_anew()
            self.append(text)
        if not self._finished:
            self._read_rest(self._scanner)
            self._finished = True
            self._fresh = False
            self._refresh()

    def take_changes(self) -> Changes:
        """What changed since this was asked last."""
        self._refresh()
        first = self._changed_from
        changes = Changes(first, tuple(sorted(index for index in self._restyled if index < first)))
        self._changed_from = len(self._segments)
        self._restyled.clear()
        return changes

    def blocks(self, index: int) -> tuple[Block, ...]:
        """What a segment shows; it is parsed for this.

        Code has colours when they are known or found quickly; otherwise `colour` finds them.

        Args:
            index: Of the segment.
        """
        return self._colours.coloured(index, self.plain_blocks(index))

    def plain_blocks(self, index: int) -> tuple[Block, ...]:
        """What a segment shows, without colours for code."""
        from kireji.ui.chat.markdown.reader import read

        self._refresh()
        opening = self._segments[index].opening
        following = self._segments[index + 1].opening if index + 1 < len(self._segments) else None
        columns = self._columns_before(index) if opening.kind is SegmentKind.TABLE else ()
        return read(self._sources[index], opening, following, self._definitions.known, columns, self._addresses)

    def code(self, index: int) -> str:
        """The whole code, as it is shown, of the fence with which a segment goes on or that goes on behind it."""
        return self._colours.code(index)

    @property
    def uncoloured(self) -> bool:
        """Whether code that was looked at waits for its colours."""
        self._refresh()
        return self._colours.waiting

    def colour(self, seconds: float = 0.004) -> None:
        """Find colours for code that waits for them; what got some is among the next changes.

        Args:
            seconds: How long this may take. Languages are loaded in a thread, so it may be too early.
        """
        self._refresh()
        self._restyled |= self._colours.find(seconds)

    def _columns_before(self, index: int) -> tuple[float, ...]:
        """The widths of the columns of a table that goes on, which its first part decides."""
        while index and self._segments[index].kind is SegmentKind.TABLE:
            index -= 1
        if index in self._columns:
            return self._columns[index]
        blocks = self.plain_blocks(index)
        columns = blocks[-1].columns if blocks else ()
        if index < self._firm:
            self._columns[index] = columns
        return columns

    def _scan(self) -> None:
        scanner, limits, tail = self._scanner, self._limits, self._tail
        pos = self._scanned
        while True:
            end = tail.find("\n", pos)
            if (end if end >= 0 else len(tail)) - pos > limits.line:
                cut = parting(tail, pos, limits.line)
                scanner.broken(_plain(tail[pos:cut]), pos, first=not self._in_line)
                self._in_line = True
                pos = cut
            elif end < 0:
                break
            else:
                if self._in_line:
                    scanner.ended(pos)
                    self._in_line = False
                else:
                    scanner.line(_plain(tail[pos:end]), pos)
                pos = end + 1
        self._scanned = pos
        if scanner.cuts:
            self._settle()

    def _settle(self) -> None:
        begin, opening = 0, self._opening
        for at, following in self._scanner.cuts:
            self._add(self._settled_segments, self._settled_sources, begin, at, opening)
            begin, opening = at, following
        self._scanner.cuts.clear()
        self._scanner.shift(begin)
        self._opening = opening
        self._tail = self._tail[begin:]
        self._tail_start += begin
        self._scanned -= begin

    def _add(self, segments: list[Segment], sources: list[str], begin: int, end: int, opening: Opening) -> None:
        if end > begin:
            segments.append(Segment(self._tail_start + begin, self._tail_start + end, opening))
            sources.append(self._tail[begin:end])

    def _read_rest(self, scanner: Scanner) -> None:
        """The line that has no end ends here."""
        rest = self._tail[self._scanned :]
        if self._in_line and rest:
            scanner.ended(self._scanned)
        elif rest:
            scanner.line(_plain(rest), self._scanned)
        scanner.finish()

    def _refresh(self) -> None:
        """Cut the tail as if the text ended here."""
        if self._fresh:
            return
        self._fresh = True
        scanner = self._scanner
        if not self._finished:
            scanner = scanner.copied()
            self._read_rest(scanner)
        segments, sources = self._settled_segments, self._settled_sources
        settled = len(segments)
        begin, opening = 0, self._opening
        for at, following in [*scanner.cuts, (len(self._tail), Opening())]:
            self._add(segments, sources, begin, at, opening)
            begin, opening = at, following
        firm = self._firm
        first = firm + self._same(segments, sources)
        self._changed_from = min(self._changed_from, first)
        if first and _lists(self._segments[first : first + 1]) != _lists(segments[first - firm : first - firm + 1]):
            self._restyled.add(first - 1)
        self._segments[firm:], self._sources[firm:] = segments, sources
        self._firm += settled
        self._colours.settle(len(self._segments) if self._finished else self._firm)
        self._settled_segments, self._settled_sources = [], []
        self._define()

    def _same(self, segments: list[Segment], sources: list[str]) -> int:
        """How many of the segments behind the settled ones are what they were."""
        same = 0
        for index, (segment, source) in enumerate(zip(segments, sources, strict=True), self._firm):
            if index >= len(self._segments) or self._sources[index] != source or self._segments[index] != segment:
                break
            same += 1
        return same

    def _define(self) -> None:
        texts = self._scanner.definitions
        if texts:
            added = self._definitions.add("\n\n".join(texts))
            texts.clear()
            self._restyled |= self._definitions.users(added, self._sources)


def _lists(following: list[Segment]) -> bool:
    """Whether the segment before goes on with a list; its last block is set close to this one then."""
    return any(segment.opening.goes_on_with_list for segment in following)


def _plain(line: str) -> str:
    return line.replace("\r", " ") if "\r" in line else line
