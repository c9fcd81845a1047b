"""The Markdown of one answer, or of one part of it, as rows of the column."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from kireji.ui.chat.blocks import Block, Cell, Kind
from kireji.ui.chat.formats import CODE_PADDING
from kireji.ui.chat.markdown import SegmentKind
from kireji.ui.chat.markdown.links import FROM_OUTSIDE, Addresses
from kireji.ui.chat.markdown.source import MarkdownSource
from kireji.ui.chat.transcript.listing import fits, listed
from kireji.ui.chat.transcript.piece import Piece
from kireji.ui.chat.transcript.rows import Item, Row
from kireji.ui.theme import Theme
from kireji.ui.tokens import LINE_HEIGHT, SPACE, TYPE_BODY

if TYPE_CHECKING:
    from kireji.ui.chat.transcript.selecting import SelectingColumn

_SPARE = 6
"""Pieces of one message that are kept for its next rows."""
_PLAIN = 1000
"""Characters of first words that are shown as they are."""
_LETTER = 0.5
"""Width of a usual letter in type sizes."""


class Body:
    """Markdown that may still grow.

    Args:
        item: Where it stands.
        column: Shows it.
        theme: Colours and text size.
        addresses: What links and pictures may lead to.
    """

    def __init__(self, item: Item, column: SelectingColumn, theme: Theme, addresses: Addresses = FROM_OUTSIDE) -> None:
        self.source = MarkdownSource(addresses=addresses)
        self.addresses = addresses
        self.rows: list[PieceRow] = []
        self.theme = theme
        self.column = column
        self._item = item
        self.plain = False
        self.finished = False
        self.empty = True
        self.restyled: Callable[[], None] | None = None
        """Called when colours were found for code of text that still grows."""
        self._arrived: list[str] = []

    @property
    def text(self) -> str:
        """The source, for copying."""
        return self.source.text + "".join(self._arrived)

    def begin(self, text: str) -> None:
        """The first words, to be shown before any parser is there, unless they are many."""
        self.plain, self.empty = len(text) <= _PLAIN, False
        self.source.append(text)
        self._take()

    def append(self, text: str) -> None:
        """More words; they show with the next `refresh`."""
        self._arrived.append(text)

    def finish(self, text: str | None = None) -> None:
        """Nothing more comes.

        Args:
            text: All of it, as it counts.
        """
        self._hand_over()
        self.source.finish(text)
        self.empty = not self.source.segments
        self.finished = True

    def _hand_over(self) -> None:
        if self._arrived:
            self.source.append("".join(self._arrived))
            self._arrived.clear()

    def refresh(self) -> list[PieceRow]:
        """Take in what has changed in the source.

        Returns:
            The rows whose words are different now.
        """
        if not self.finished:
            self._hand_over()
        was_plain, self.plain = self.plain, False
        changed = self._take()
        if was_plain and self.rows and self.rows[0] not in changed:
            self.rows[0].renew()
            changed = [self.rows[0], *changed]
        return changed

    def _take(self) -> list[PieceRow]:
        changes = self.source.take_changes()
        count, had = len(self.source.segments), len(self.rows)
        del self.rows[count:]
        # How the last one ends can depend on what follows it.
        first = changes.first - 1 if had <= changes.first < count else changes.first
        touched = set(range(max(0, first), count)) | {at for at in changes.restyled if at < count}
        for at in range(len(self.rows), count):
            self.rows.append(PieceRow(self._item, self, at))
        result = [self.rows[at] for at in sorted(touched)]
        for row in result:
            row.renew()
        return result

    def show_colours(self) -> None:
        """Colours were found for its code."""
        if self.finished:
            for row in self.refresh():
                self.column.relay(row)
            self.column.later()
        elif self.restyled is not None:
            self.restyled()

    def settled(self, at: int) -> bool:
        """Whether further text can no longer change a segment."""
        return self.finished or at < self.source.settled

    def blocks(self, at: int) -> tuple[Block, ...]:
        """A segment, parsed."""
        return self.source.blocks(at)

    def source_of(self, at: int) -> str:
        """The Markdown of a segment."""
        segment = self.source.segments[at]
        return self.source.text[segment.start : segment.end]

    def fit(self, blocks: tuple[Block, ...], at: int, width: int) -> tuple[Block, ...]:
        """Blocks as they can be read in a column of that many logical pixels: tables that are too wide as lists."""
        if not any(block.kind is Kind.TABLE for block in blocks):
            return blocks
        size = self.theme.px(TYPE_BODY)
        return tuple(
            part
            for block in blocks
            for part in ((block,) if fits(block, width, size) else listed(block, self._head(block, at)))
        )

    def _head(self, block: Block, at: int) -> tuple[Cell, ...]:
        """The head of a table, which its first part has."""
        if not block.headless:
            return block.rows[0] if block.rows else ()
        while at and self.source.segments[at].opening.kind is SegmentKind.TABLE:
            at -= 1
        tables = [one for one in self.source.blocks(at) if one.kind is Kind.TABLE]
        return tables[-1].rows[0] if tables and tables[-1].rows else ()

    def all_blocks(self) -> list[Block]:
        """Everything, parsed."""
        return [block for at in range(len(self.source.segments)) for block in self.source.blocks(at)]

    def joins(self, at: int) -> bool:
        """Whether a segment goes on with what the one before it began."""
        return 0 < at < len(self.source.segments) and self.source.segments[at].opening.joined

    def offset(self, at: int, first: Block | None = None) -> int:
        """Room above the words of a segment, in logical pixels.

        Args:
            at: Which.
            first: Its first block, when that is known.
        """
        begins_with_code = first is not None and first.kind is Kind.CODE
        if at == 0:
            return CODE_PADDING if begins_with_code else 0
        opening = self.source.segments[at].opening
        if opening.joined and (opening.kind is not SegmentKind.FLOW or (first is not None and first.joined)):
            return 0
        if begins_with_code:
            return CODE_PADDING + SPACE[1]
        if first is not None and first.kind is Kind.HEADING:
            return SPACE[3]
        close = opening.joined and first is not None and first.tight
        return SPACE[0] if close else SPACE[2]

    def guess(self, at: int, width: int) -> int:
        """How high a segment will probably be, in a column of that many logical pixels."""
        segment = self.source.segments[at]
        letters = segment.end - segment.start
        lines = letters // 60
        size = self.theme.px(TYPE_BODY)
        per_line = max(8.0, width / (size * _LETTER))
        rows = max(lines + 1, letters / per_line + lines / 2)
        return self.offset(at) + round(rows * size * LINE_HEIGHT)


class PieceRow(Row):
    """One segment of Markdown.

    Args:
        item: What it belongs to.
        body: Whose segment.
        at: Which.
    """

    __slots__ = ("_has_table", "_parsed", "_width", "at", "body", "stale")

    def __init__(self, item: Item, body: Body, at: int) -> None:
        super().__init__(item)
        self.body = body
        self.at = at
        self.stale = True
        self._parsed: tuple[Block, ...] | None = None
        self._width = 0
        self._has_table = False

    def renew(self) -> None:
        """Its words are different."""
        self.stale, self.measured, self._parsed = True, False, None

    def prepare(self) -> bool:
        if self._parsed is None and not self.body.plain and (self.stale or self.widget is None):
            self._parsed = self.body.blocks(self.at)
            return True
        return False

    def estimate(self, width: int) -> int:
        return self.gap + self.body.guess(self.at, width)

    def build(self) -> QWidget:
        self.stale = True
        if self.item.spare:
            self.widget = spare = self.item.spare.pop()
            return spare
        self.widget = piece = Piece(self.body.theme, self.body.column.formulas)
        piece.link_activated.connect(self.body.column.open_link)
        piece.renewed.connect(self.body.column.renew_piece)
        return piece

    def drop(self) -> None:
        piece = self.piece
        spare = self.item.spare = self.item.spare if self.item.spare is not None else []
        if piece is None or len(spare) >= _SPARE:
            super().drop()
            return
        # To show a widget is dear: X11 is asked where the pointer is. So it stays shown, out of sight.
        piece.rest()
        spare.append(piece)
        self.forget()
        self.measured = False

    def measure(self, width: int) -> int:
        piece = self.piece
        assert piece is not None
        body, at = self.body, self.at
        if self._width != width:
            self._width = width
            self.stale = self.stale or piece.has_figures or self._has_table
        if self.stale:
            if body.plain:
                piece.write_plain(body.text)
            else:
                blocks = self._parsed if self._parsed is not None else body.blocks(at)
                self._has_table = any(block.kind is Kind.TABLE for block in blocks)
                piece.write(body.fit(blocks, at, width), width, goes_on=body.joins(at + 1))
                self._parsed = None
        offset = body.offset(at, piece.first_block)
        height = self.gap + piece.lay_out(width, offset, above=body.joins(at), below=body.joins(at + 1))
        if body.settled(at) and not body.plain:
            piece.settle()
            self.new_stops = True
        if self.stale:
            self.stale = False
            body.column.refine(self)
        return height

    @property
    def piece(self) -> Piece | None:
        return self.widget if isinstance(self.widget, Piece) else None

    @property
    def selectable(self) -> bool:
        return True

    def source(self) -> str:
        return self.body.source_of(self.at)

    def words(self, start: int, end: int) -> str:
        if (piece := self.piece) is not None and not self.stale:
            return piece.text_between(start, end)
        passing = Piece(self.body.theme, self.body.column.formulas)
        passing.write(self.body.blocks(self.at), self._width)
        text = passing.text_between(start, end)
        passing.deleteLater()
        return text


class BodyItem(Item):
    """An item that is Markdown and nothing else.

    Args:
        column: Shows it.
        theme: Colours and text size.
        name: What assistive programs call it.
        addresses: What links and pictures may lead to.
    """

    __slots__ = ("_name", "body")

    def __init__(self, column: SelectingColumn, theme: Theme, name: str, addresses: Addresses = FROM_OUTSIDE) -> None:
        super().__init__()
        self._name = name
        self.body = Body(self, column, theme, addresses)

    def renew(self) -> None:
        """Begin with nothing again; the rows are the column's to take away."""
        self.body = Body(self, self.body.column, self.body.theme, self.body.addresses)

    def open(self, width: int) -> bool:
        del width
        return True

    def name(self) -> str:
        return self._name
