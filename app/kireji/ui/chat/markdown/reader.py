"""A piece of Markdown to blocks, with what the pieces before it left open."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kireji.ui.chat.blocks import Align, Block, Cell, Kind, Run, Style
from kireji.ui.chat.markdown.characters import clean_code, right_to_left
from kireji.ui.chat.markdown.links import FROM_OUTSIDE, Addresses
from kireji.ui.chat.markdown.parser import parse, parse_words
from kireji.ui.chat.markdown.pieces import Container, Opening, SegmentKind
from kireji.ui.chat.markdown.tables import widths
from kireji.ui.chat.markdown.words import runs_of

if TYPE_CHECKING:
    from markdown_it.token import Token

_CODE = Style(code=True)
_LAZY = " " * 400
"""Stands before a line that goes on with a paragraph outside its containers: so far in, it can begin nothing."""
_LAZY_LEFT = re.compile("\n? {200,}")
"""What is left of it in code and formulas: lists inside take their indent, code has a space for the end of a line."""
_ALIGNMENTS = {"text-align:center": Align.CENTRE, "text-align:right": Align.END}


def read(
    source: str,
    opening: Opening,
    following: Opening | None,
    known: dict[str, Any],
    columns: tuple[float, ...] = (),
    addresses: Addresses = FROM_OUTSIDE,
) -> tuple[Block, ...]:
    """What a piece shows.

    Args:
        source: As it was written.
        opening: How it begins.
        following: How the piece behind it begins.
        known: Link definitions.
        columns: Widths of the columns, when it goes on with a table.
        addresses: What links and pictures may lead to.
    """
    source = source.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", " ")
    path = "".join(container.path for container in opening.around)
    if opening.kind is SegmentKind.CODE:
        return (_code(source, opening, path),)
    source = inside(source, opening.around, midline=opening.midline)
    if opening.kind is SegmentKind.TEXT:
        words = "\n".join(line.strip(" \t") for line in source.strip("\n").split("\n"))
        runs = runs_of(parse_words(words, known), addresses)
        midline = opening.midline
        return (Block(Kind.PARAGRAPH, runs, path=path, rtl=_rtl(runs), joined=True, midline=midline),)
    if opening.kind is SegmentKind.TABLE:
        source = opening.table + source
    reader = _Reader(source, path, opening, columns, addresses)
    level = sum(1 if container.mark == ">" else 2 for container in opening.around)
    tokens = parse(source, known, level)
    if _LAZY in source:
        _take_out(tokens)
    reader.read(tokens, following)
    return tuple(reader.blocks)


def inside(source: str, around: Sequence[Container], *, midline: bool = False) -> str:
    """What stands inside the quotes and list items that go on from before."""
    if not around:
        return source
    lines = source.split("\n")
    return "\n".join(line if midline and not index else _inner(line, around) for index, line in enumerate(lines))


def _inner(line: str, around: Sequence[Container]) -> str:
    if "\t" in line:
        blank = len(line) - len(line.lstrip(" \t>"))
        line = line[:blank].expandtabs(4) + line[blank:]
    pos = 0
    for container in around:
        text = line[pos:].lstrip(" ")
        indent = len(line) - pos - len(text)
        if container.mark == ">":
            if not text.startswith(">"):
                return _LAZY + text if text else ""
            pos += indent + 1
            if line.startswith(" ", pos):
                pos += 1
        else:
            if text and indent < container.indent:
                return _LAZY + text
            pos = min(len(line), pos + container.indent)
    return line[pos:]


def _take_out(tokens: Sequence[Token]) -> None:
    """Code and formulas among words keep the space at the beginning of their lines."""
    for token in tokens:
        for child in token.children or ():
            child.content = _LAZY_LEFT.sub(_line_end, child.content)
            child.markup = _LAZY_LEFT.sub(_line_end, child.markup)


def _line_end(left: re.Match[str]) -> str:
    return "\n" if left[0].startswith("\n") else " "


def _code(source: str, opening: Opening, path: str) -> Block:
    """Code that goes on from the piece before."""
    fence = opening.fence
    lines = source.split("\n")
    if lines[-1] == "":
        lines.pop()
    taken = 4 if fence is None else fence.indent
    shown = []
    is_open = fence is not None
    for index, line in enumerate(lines):
        if opening.midline and not index:
            shown.append(line)
            continue
        line = _inner(line, opening.around)
        text = line.lstrip(" ")
        if fence is not None and text.startswith(fence.mark) and not text.lstrip(fence.mark[0]).strip(" "):
            is_open = False
            break
        shown.append(line[min(taken, len(line) - len(text)) :])
    code = clean_code("\n".join(shown))
    language = fence.language if fence else ""
    runs = (Run(code, _CODE),) if code else ()
    return Block(
        Kind.CODE,
        runs,
        path=path,
        language=language,
        joined=True,
        midline=opening.midline,
        first_line=opening.line,
        open=is_open,
    )


def _rtl(runs: Sequence[Run]) -> bool:
    for run in runs:
        if not run.style.code and not run.style.tex and not run.style.quiet:
            direction = right_to_left(run.text)
            if direction is not None:
                return direction
    return False


class _Reader:
    """Tokens to blocks.

    Args:
        source: What was parsed.
        path: What stands around it.
        opening: How the piece begins.
        columns: Of the table that goes on.
        addresses: What links and pictures may lead to.
    """

    def __init__(
        self, source: str, path: str, opening: Opening, columns: tuple[float, ...], addresses: Addresses
    ) -> None:
        self.blocks: list[Block] = []
        self._lines = source.split("\n")
        self._opening = opening
        self._columns = columns
        self._addresses = addresses
        self._path = path
        self._lists = path.count("l")
        self._in_list = False
        """Whether the last block is in a list that has not ended."""
        self._line = 0
        self._item_line = 0
        self._begun = -1
        """Where the last block begins."""
        self._numbers: list[int | None] = []
        self._marker = ""
        self._task: bool | None = None
        self._heading = 0
        self._rows: list[tuple[Cell, ...]] = []
        self._cells: list[Cell] = []
        self._align: Align | None = None

    def read(self, tokens: Sequence[Token], following: Opening | None) -> None:
        """Take the tokens in order.

        Args:
            tokens: Of the whole piece.
            following: How the next piece begins.
        """
        for token in tokens:
            handler = _HANDLERS.get(token.type)
            if handler is not None:
                if token.map:
                    self._line = token.map[0]
                handler(self, token)
        if following is not None and following.goes_on_with_list:
            self._set_tight(len(self._lines) - 1)

    def _add(self, kind: Kind, runs: tuple[Run, ...] = (), **more: Any) -> None:
        line = self._item_line if self._marker else self._line
        if self._in_list:
            self._set_tight(line)
        self.blocks.append(Block(kind, runs, path=self._path, marker=self._marker, task=self._task, **more))
        self._in_list = self._lists > 0
        self._begun = line
        self._marker, self._task = "", None

    def _set_tight(self, line: int) -> None:
        """The last block is set close to one that begins in a line of the same list, unless a line is empty between."""
        if self.blocks and (line == self._begun or self._lines[line - 1].strip(" \t>")):
            last = self.blocks[-1]
            self.blocks[-1] = Block(
                last.kind, last.runs, last.level, last.path, last.marker, True, last.language, last.rows, last.task,
                last.rtl, last.columns, last.headless, last.joined, last.midline, last.first_line,
            )  # fmt: skip

    def _list_open(self, token: Token) -> None:
        self._flush_marker()
        number = None
        if token.type == "ordered_list_open":
            start = token.attrGet("start")
            number = 1 if start is None else int(start)
            if not self.blocks and not self._numbers and self._opening.number is not None:
                number = self._opening.number
        self._numbers.append(number)
        self._path += "l"
        self._lists += 1

    def _list_close(self, _token: Token) -> None:
        self._numbers.pop()
        self._path = self._path[:-1]
        self._lists -= 1
        self._in_list = self._lists > 0

    def _item_open(self, token: Token) -> None:
        self._item_line = self._line
        number = self._numbers[-1]
        self._marker = "*" if number is None else str(number)
        self._task = token.meta.get("checked") if token.meta else None
        if number is not None:
            self._numbers[-1] = number + 1

    def _flush_marker(self, _token: Token | None = None) -> None:
        """An item without words of its own still shows its marker."""
        if self._marker:
            self._add(Kind.PARAGRAPH)

    def _quote_open(self, _token: Token) -> None:
        self._flush_marker()
        self._path += "q"

    def _quote_close(self, _token: Token) -> None:
        self._path = self._path[:-1]

    def _heading_open(self, token: Token) -> None:
        self._heading = int(token.tag[1:])

    def _heading_close(self, _token: Token) -> None:
        self._heading = 0

    def _inline(self, token: Token) -> None:
        runs = runs_of(token.children or [], self._addresses)
        if self._align is not None:
            self._cells.append(Cell(runs, self._align))
        elif self._heading:
            self._add(Kind.HEADING, runs, level=self._heading, rtl=_rtl(runs))
        else:
            self._add(Kind.PARAGRAPH, runs, rtl=_rtl(runs))

    def _fence(self, token: Token) -> None:
        language = token.info.split(maxsplit=1)[0][:40] if token.info.strip() else ""
        code = clean_code(token.content[:-1] if token.content.endswith("\n") else token.content)
        is_open = token.type == "fence" and not self._closed(token)
        self._add(Kind.CODE, (Run(code, _CODE),) if code else (), language=language, open=is_open)

    def _closed(self, token: Token) -> bool:
        if token.map is None or token.map[1] - token.map[0] < 2 or token.map[1] > len(self._lines):
            return False
        last = self._lines[token.map[1] - 1].strip(" >\t")
        return last.startswith(token.markup) and not last.strip(token.markup[0])

    def _formula(self, token: Token) -> None:
        style = Style(tex=token.content, display=True)
        self._add(Kind.FORMULA, (Run(clean_code(token.markup), style),))

    def _rule(self, _token: Token) -> None:
        self._add(Kind.RULE)

    def _table_open(self, token: Token) -> None:
        self._table_line = token.map[0] if token.map else 0

    def _row_open(self, _token: Token) -> None:
        self._cells = []

    def _row_close(self, _token: Token) -> None:
        self._rows.append(tuple(self._cells))

    def _cell_open(self, token: Token) -> None:
        self._align = _ALIGNMENTS.get(str(token.attrGet("style") or ""), Align.START)

    def _cell_close(self, _token: Token) -> None:
        self._align = None

    def _table_close(self, _token: Token) -> None:
        self._line = self._table_line
        rows, self._rows = self._rows, []
        headless = self._opening.kind is SegmentKind.TABLE and not self.blocks
        words = [run for row in rows for cell in row for run in cell.runs]
        columns = self._columns if headless and self._columns else widths(rows)
        rows = rows[1:] if headless else rows
        self._add(Kind.TABLE, rows=tuple(rows), headless=headless, joined=headless, rtl=_rtl(words), columns=columns)


_HANDLERS: Mapping[str, Callable[[_Reader, Any], None]] = {
    "bullet_list_open": _Reader._list_open,
    "ordered_list_open": _Reader._list_open,
    "bullet_list_close": _Reader._list_close,
    "ordered_list_close": _Reader._list_close,
    "list_item_open": _Reader._item_open,
    "list_item_close": _Reader._flush_marker,
    "blockquote_open": _Reader._quote_open,
    "blockquote_close": _Reader._quote_close,
    "heading_open": _Reader._heading_open,
    "heading_close": _Reader._heading_close,
    "inline": _Reader._inline,
    "fence": _Reader._fence,
    "code_block": _Reader._fence,
    "formula_block": _Reader._formula,
    "hr": _Reader._rule,
    "table_open": _Reader._table_open,
    "tr_open": _Reader._row_open,
    "tr_close": _Reader._row_close,
    "th_open": _Reader._cell_open,
    "td_open": _Reader._cell_open,
    "th_close": _Reader._cell_close,
    "td_close": _Reader._cell_close,
    "table_close": _Reader._table_close,
}
