"""Markdown to blocks: CommonMark with tables and strikethrough, without HTML and without any picture.

What a model writes is hostile input: HTML shows as the text it is, a picture becomes its description, and a link that
is not http, https or mailto becomes plain text; the host of a link stands behind it unless the words show it already.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kireji.ui.chat.blocks import Align, Block, Cell, Kind, Run, Style
from kireji.ui.chat.markdown.links import allowed_link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Highlight = Callable[[str, str], "tuple[Run, ...]"]
"""Code and language to runs."""

LINE_BREAK = "\u2028"
_LONGEST_PARAGRAPH = 6000
"""Characters; layout time of one paragraph grows with the square of its length, so a longer one is divided."""
_LONGEST_WORD = 800
"""Characters without a space: laying out one unbroken line of 100 KB takes more than a second."""
_ALIGNMENTS = {"text-align:center": Align.CENTRE, "text-align:right": Align.END}


def plain_code(code: str, _language: str) -> tuple[Run, ...]:
    """Code without colours."""
    return (Run(code, Style(code=True)),) if code else ()


@functools.cache
def _parser() -> MarkdownIt:
    # The parser takes 40 ms to import, which no start should pay; parsing keeps nothing, so one serves all views.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable(["table", "strikethrough"])


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a source holds.

    Args:
        blocks: In order.
        settled: How many of the blocks no further text can change.
        settled_until: Where in the source the first block that may still change begins.
    """

    blocks: tuple[Block, ...]
    settled: int
    settled_until: int


def parse(source: str, highlight: Highlight = plain_code, references: dict[str, Any] | None = None) -> Parsed:
    """Read Markdown.

    Args:
        source: May end anywhere, even in the middle of a word.
        highlight: Colours code blocks that are closed.
        references: Link definitions of what came before; new ones are added.
    """
    env: dict[str, Any] = {} if references is None else references
    # One character for one, so that places in the source stay where they are; the parser takes \r for a line's end.
    source = source.replace("\0", "\ufffd").replace("\r", " ")
    tokens = _parser().parse(source, env)
    reader = _Reader(source, highlight)
    starts: list[tuple[int, int]] = []
    for group in _top_level(tokens):
        starts.append((group[0].map[0] if group[0].map else 0, len(reader.blocks)))
        reader.read(group)
    settled_line, settled = _settled(starts, source.count("\n"))
    return Parsed(tuple(reader.blocks), settled, _offset_of_line(source, settled_line))


def _top_level(tokens: Sequence[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            groups.append([])
        groups[-1].append(token)
        depth += token.nesting
    return groups


def _settled(starts: list[tuple[int, int]], unfinished_line: int) -> tuple[int, int]:
    """Line and number of blocks before the last top-level block that begins on a finished line.

    That block is certain to have begun, so nothing can be added to those before it.
    """
    for line, blocks in reversed(starts):
        if line < unfinished_line:
            return line, blocks
    return 0, 0


def _offset_of_line(source: str, line: int) -> int:
    offset = 0
    for _ in range(line):
        offset = source.index("\n", offset) + 1
    return offset


@dataclass(slots=True)
class _Reader:
    source: str
    highlight: Highlight
    blocks: list[Block] = field(default_factory=list)
    _path: str = ""
    _numbers: list[int | None] = field(default_factory=list)
    _marker: str = ""
    _heading: int = 0
    _rows: list[tuple[Cell, ...]] = field(default_factory=list)
    _cells: list[Cell] = field(default_factory=list)
    _align: Align | None = None

    def read(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            handler = _HANDLERS.get(token.type)
            if handler is not None:
                handler(self, token)

    def _add(self, block: Block) -> None:
        self.blocks.append(replace(block, path=self._path, marker=self._marker))
        self._marker = ""

    def _list_open(self, token: Token) -> None:
        self._flush_marker()
        ordered = token.type == "ordered_list_open"
        self._numbers.append(int(token.attrGet("start") or 1) if ordered and token.attrGet("start") != 0 else None)
        if ordered and token.attrGet("start") == 0:
            self._numbers[-1] = 0
        self._path += "l"

    def _list_close(self, _token: Token) -> None:
        self._numbers.pop()
        self._path = self._path[:-1]

    def _item_open(self, _token: Token) -> None:
        number = self._numbers[-1]
        self._marker = "*" if number is None else str(number)
        if number is not None:
            self._numbers[-1] = number + 1

    def _item_close(self, _token: Token) -> None:
        self._flush_marker()

    def _flush_marker(self) -> None:
        """An item without words of its own still shows its marker."""
        if self._marker:
            self._add(Block(Kind.PARAGRAPH, tight=True))

    def _quote_open(self, _token: Token) -> None:
        self._flush_marker()
        self._path += "q"

    def _quote_close(self, _token: Token) -> None:
        self._path = self._path[:-1]

    def _heading_open(self, token: Token) -> None:
        self._heading = int(token.tag[1:])

    def _heading_close(self, _token: Token) -> None:
        self._heading = 0

    def _paragraph_open(self, token: Token) -> None:
        self._tight = token.hidden

    _tight: bool = False

    def _inline(self, token: Token) -> None:
        runs = _inline_runs(token.children or [])
        if self._align is not None:
            self._cells.append(Cell(runs, self._align))
        elif self._heading:
            self._add(Block(Kind.HEADING, runs, level=self._heading))
        else:
            for part in _divided(runs):
                self._add(Block(Kind.PARAGRAPH, part, tight=self._tight))

    def _fence(self, token: Token) -> None:
        language = token.info.split(maxsplit=1)[0][:40] if token.info.strip() else ""
        code = token.content[:-1] if token.content.endswith("\n") else token.content
        closed = token.type == "code_block" or self._closed(token)
        paint = self.highlight if closed else plain_code
        self._add(Block(Kind.CODE, paint(code, language), language=language))

    def _closed(self, token: Token) -> bool:
        if token.map is None:
            return False
        lines = self.source.split("\n")
        last = lines[token.map[1] - 1] if token.map[1] <= len(lines) else ""
        return token.map[1] - token.map[0] > 1 and last.strip(" >\t").startswith(token.markup)

    def _rule(self, _token: Token) -> None:
        self._add(Block(Kind.RULE))

    def _row_open(self, _token: Token) -> None:
        self._cells = []

    def _row_close(self, _token: Token) -> None:
        self._rows.append(tuple(self._cells))

    def _cell_open(self, token: Token) -> None:
        self._align = _ALIGNMENTS.get(str(token.attrGet("style") or ""), Align.START)

    def _cell_close(self, _token: Token) -> None:
        self._align = None

    def _table_close(self, _token: Token) -> None:
        self._add(Block(Kind.TABLE, rows=tuple(self._rows)))
        self._rows = []


_HANDLERS: Mapping[str, Callable[[_Reader, Any], None]] = {
    "bullet_list_open": _Reader._list_open,
    "ordered_list_open": _Reader._list_open,
    "bullet_list_close": _Reader._list_close,
    "ordered_list_close": _Reader._list_close,
    "list_item_open": _Reader._item_open,
    "list_item_close": _Reader._item_close,
    "blockquote_open": _Reader._quote_open,
    "blockquote_close": _Reader._quote_close,
    "heading_open": _Reader._heading_open,
    "heading_close": _Reader._heading_close,
    "paragraph_open": _Reader._paragraph_open,
    "inline": _Reader._inline,
    "fence": _Reader._fence,
    "code_block": _Reader._fence,
    "hr": _Reader._rule,
    "tr_open": _Reader._row_open,
    "tr_close": _Reader._row_close,
    "th_open": _Reader._cell_open,
    "td_open": _Reader._cell_open,
    "th_close": _Reader._cell_close,
    "td_close": _Reader._cell_close,
    "table_close": _Reader._table_close,
}


def _inline_runs(tokens: Sequence[Token]) -> tuple[Run, ...]:
    runs: list[Run] = []
    styles = [Style()]
    links: list[tuple[str, int]] = []
    for token in tokens:
        style = styles[-1]
        match token.type:
            case "text" | "html_inline":
                runs.append(Run(_foldable(token.content), style))
            case "softbreak" | "hardbreak":
                runs.append(Run(LINE_BREAK, style))
            case "code_inline":
                runs.append(Run(_foldable(token.content), replace(style, code=True)))
            case "image":
                runs.append(Run(f"[picture: {token.content}]" if token.content else "[picture]", style))
            case "strong_open":
                styles.append(replace(style, bold=True))
            case "em_open":
                styles.append(replace(style, italic=True))
            case "s_open":
                styles.append(replace(style, struck=True))
            case "link_open":
                address = allowed_link(str(token.attrGet("href") or ""))
                links.append((address, len(runs)))
                styles.append(replace(style, link=address))
            case "link_close":
                styles.pop()
                runs.extend(_shown_host(*links.pop(), runs))
            case "strong_close" | "em_close" | "s_close":
                styles.pop()
    return _spaced(_joined(runs))


def _shown_host(address: str, begin: int, runs: Sequence[Run]) -> list[Run]:
    if not address:
        return []
    words = "".join(run.text for run in runs[begin:])
    parts = urlsplit(address)
    target = parts.path if parts.scheme == "mailto" else parts.hostname or ""
    # Words that are the address may be shown alone; words that merely contain the host may still lie.
    plain = words.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("mailto:")
    if plain == target or plain.startswith(f"{target}/"):
        return []
    return [Run(f" ({target})", Style(quiet=True))]


def _joined(runs: Sequence[Run]) -> tuple[Run, ...]:
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].style == run.style:
            joined[-1] = Run(joined[-1].text + run.text, run.style)
        elif run.text:
            joined.append(run)
    return tuple(joined)


def _spaced(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Mark the spaces on both sides of code."""
    result: list[Run] = []
    for index, run in enumerate(runs):
        text, before, behind = run.text, "", ""
        if not run.style.code:
            if index and runs[index - 1].style.code and text.startswith(" "):
                before, text = " ", text[1:]
            if index + 1 < len(runs) and runs[index + 1].style.code and text.endswith(" "):
                behind, text = " ", text[:-1]
        wide = replace(run.style, wide=True)
        result += [Run(piece, style) for piece, style in ((before, wide), (text, run.style), (behind, wide)) if piece]
    return tuple(result)


def _foldable(text: str) -> str:
    if len(text) <= _LONGEST_WORD:
        return text
    words = []
    for word in text.split(" "):
        pieces = [word[at : at + _LONGEST_WORD] for at in range(0, len(word), _LONGEST_WORD)] or [""]
        words.append("\u200b".join(pieces))
    return " ".join(words)


def _divided(runs: tuple[Run, ...]) -> list[tuple[Run, ...]]:
    parts: list[list[Run]] = [[]]
    length = 0
    for run in runs:
        text = run.text
        while length + len(text) > _LONGEST_PARAGRAPH:
            cut = text.rfind(" ", 0, max(1, _LONGEST_PARAGRAPH - length))
            cut = cut + 1 if cut >= 0 else max(1, _LONGEST_PARAGRAPH - length)
            parts[-1].append(Run(text[:cut], run.style))
            parts.append([])
            text, length = text[cut:], 0
        if text:
            parts[-1].append(Run(text, run.style))
            length += len(text)
    return [tuple(part) for part in parts if part] or [()]
