"""Blocks as HTML in which every word is escaped and nothing is loaded: for pages and for the clipboard. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from kireji.ui.chat.blocks import Align, Block, Cell, Kind, Run
from kireji.ui.chat.markdown.characters import LINE_BREAK

_TASKS = {True: "\u2611 ", False: "\u2610 "}


@dataclass(frozen=True, slots=True)
class Manner:
    """What is done beyond plain words.

    Args:
        classes: Whether the page's style sheet is there: what is quiet, set close, a task or coloured has its class.
        formula: HTML for a formula's TeX and whether it is displayed; nothing for the source to be shown.
        colours: Code, whole, and its language to runs with roles.
    """

    classes: bool = False
    formula: Callable[[str, bool], str] | None = None
    colours: Callable[[str, str], tuple[Run, ...]] | None = None


def html_of(blocks: Iterable[Block], manner: Manner | None = None) -> str:
    """Blocks as HTML.

    Args:
        blocks: In order; parts of one code block, table or paragraph may follow each other.
        manner: What is done beyond plain words.
    """
    writer = _Writer(manner or Manner())
    for parts in _wholes(blocks):
        writer.write(parts)
    writer.leave(0)
    return "".join(writer.out)


def _wholes(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """The parts of what was divided, together."""
    parts: list[Block] = []
    for block in blocks:
        if parts and not (block.joined and (block.kind, block.path) == (parts[0].kind, parts[0].path)):
            yield parts
            parts = []
        parts.append(block)
    if parts:
        yield parts


@dataclass(slots=True)
class _Container:
    """A list or quote that is open.

    Args:
        end: Closes it.
        rtl: Whether it reads from right to left.
        inside_rtl: The same of its present item.
        following: The number of its next item; None for bullets and quotes.
    """

    end: str
    rtl: bool
    inside_rtl: bool
    following: int | None = None


class _Writer:
    """Writes blocks, and opens and closes the lists and quotes around them.

    Attributes:
        out: The HTML so far.
    """

    def __init__(self, manner: Manner) -> None:
        self.out: list[str] = []
        self._manner = manner
        self._path = ""
        self._around: list[_Container] = []

    def write(self, parts: Sequence[Block]) -> None:
        """Write what parts of one kind are together."""
        first = parts[0]
        self._enter(first)
        box = _TASKS[first.task] if first.marker and first.task is not None else ""
        if first.kind in (Kind.PARAGRAPH, Kind.HEADING):
            if words := box + self._words(parts):
                self._put(first, f"h{first.level}" if first.kind is Kind.HEADING else "p", words)
            return
        self.out.append(box)
        match first.kind:
            case Kind.CODE:
                self._put(first, "pre", f"<code>{self._code(parts)}</code>")
            case Kind.RULE:
                self.out.append("<hr>")
            case Kind.TABLE:
                rows = "".join(self._rows(block) for block in parts)
                self.out.append(f'<table border="1"{self._direction(first.rtl)}>{rows}</table>')
            case Kind.FORMULA:
                self._put(first, "p", self._runs(first.runs))

    def leave(self, depth: int) -> None:
        """Close the lists and quotes that are deeper."""
        while len(self._around) > depth:
            self.out.append(self._around.pop().end)
        self._path = self._path[:depth]

    def _enter(self, block: Block) -> None:
        """Go from where the block before stood to where this one stands."""
        path, common = block.path, 0
        while common < min(len(self._path), len(path)) and self._path[common] == path[common]:
            common += 1
        if block.marker and common == len(path) and self._around[common - 1].following != _number(block):
            # Another list stands right behind the one before.
            common -= 1
        self.leave(common)
        if block.marker and common == len(path):
            self.out.append("</li>")
            self._begin_item(block)
        for depth in range(common, len(path)):
            self._open(path[depth], block, innermost=depth == len(path) - 1)
        self._path = path

    def _open(self, kind: str, block: Block, *, innermost: bool) -> None:
        turned, rtl = self._direction(block.rtl), block.rtl
        if kind == "q":
            self.out.append(f"<blockquote{turned}>")
            self._around.append(_Container("</blockquote>", rtl, rtl))
            return
        number = _number(block) if innermost else None
        start = "" if number is None or number == 1 else f' start="{number}"'
        name = "ul" if number is None else "ol"
        self.out.append(f"<{name}{start}{turned}>")
        self._around.append(_Container(f"</li></{name}>", rtl, rtl, number))
        self._begin_item(block)

    def _begin_item(self, block: Block) -> None:
        around = self._around[-1]
        around.inside_rtl = around.rtl
        if around.following is not None:
            around.following += 1
        task = ' class="task"' if self._manner.classes and block.marker and block.task is not None else ""
        self.out.append(f"<li{task}{self._direction(block.rtl)}>")
        around.inside_rtl = block.rtl

    def _direction(self, rtl: bool) -> str:
        """What must be said of the direction inside the present item or quote."""
        around = self._around[-1].inside_rtl if self._around else False
        return "" if rtl == around else f' dir="{"rtl" if rtl else "ltr"}"'

    def _put(self, block: Block, tag: str, inner: str) -> None:
        close = ' class="tight"' if self._manner.classes and block.tight else ""
        self.out.append(f"<{tag}{close}{self._direction(block.rtl)}>{inner}</{tag}>")

    def _words(self, parts: Sequence[Block]) -> str:
        words = self._runs(parts[0].runs)
        for part in parts[1:]:
            words += (" " if part.midline else "<br>") + self._runs(part.runs)
        return words

    def _code(self, parts: Sequence[Block]) -> str:
        code = parts[0].text + "".join(("" if part.midline else "\n") + part.text for part in parts[1:])
        language = parts[0].language
        if self._manner.colours is None or not language:
            return escape(code)
        return "".join(
            f'<span class="{run.style.role}">{escape(run.text)}</span>' if run.style.role else escape(run.text)
            for run in self._manner.colours(code, language)
        )

    def _rows(self, block: Block) -> str:
        return "".join(
            f"<tr>{''.join(self._cell(cell, block, head=not number and not block.headless) for cell in row)}</tr>"
            for number, row in enumerate(block.rows)
        )

    def _cell(self, cell: Cell, block: Block, *, head: bool) -> str:
        tag = "th" if head else "td"
        ends = {Align.START: "", Align.CENTRE: ' align="center"', Align.END: f' align="{_end(block)}"'}
        return f"<{tag}{ends[cell.align]}>{self._runs(cell.runs)}</{tag}>"

    def _runs(self, runs: Iterable[Run]) -> str:
        marks = ' rel="noopener noreferrer"' if self._manner.classes else ""
        out = ""
        for link, linked in groupby(runs, key=lambda run: run.style.link):
            words = "".join(map(self._run, linked))
            out += f'<a href="{escape(link)}"{marks}>{words}</a>' if link else words
        return out

    def _run(self, run: Run) -> str:
        style, manner = run.style, self._manner
        if style.tex and manner.formula is not None and (made := manner.formula(style.tex, style.display)):
            return made
        text = escape(run.text).replace(LINE_BREAK, "<br>").replace("\n", "<br>")
        if manner.classes and style.picture:
            text = f'<span class="muted">[{text}]</span>'
        elif manner.classes and style.quiet:
            text = f'<span class="muted">{text}</span>'
        tags = ((style.code or bool(style.tex), "code"), (style.struck, "s"), (style.italic, "em"), (style.bold, "b"))
        for on, tag in tags:
            text = f"<{tag}>{text}</{tag}>" if on else text
        return text


def _number(block: Block) -> int | None:
    return int(block.marker) if block.marker not in ("", "*") else None


def _end(block: Block) -> str:
    return "left" if block.rtl else "right"
