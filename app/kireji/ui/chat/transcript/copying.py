"""An answer for the clipboard: formatted words for programs that take them, plain ones for the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from PySide6.QtCore import QMimeData

from kireji.ui.chat.blocks import Align, Block, Cell, Kind, Run
from kireji.ui.chat.transcript.answers import AnswerItem
from kireji.ui.chat.transcript.parts import Words

_ALIGN = {Align.START: "", Align.CENTRE: ' style="text-align:center"', Align.END: ' style="text-align:end"'}


def rich_text(item: AnswerItem) -> QMimeData:
    """The words of an answer as formatted and as plain text."""
    blocks = [block for part in item.parts if isinstance(part, Words) for block in part.body.all_blocks()]
    data = QMimeData()
    data.setHtml(html_of(blocks))
    data.setText(item.text)
    return data


def html_of(blocks: Sequence[Block]) -> str:
    """Blocks as HTML in which every word of theirs is escaped and nothing is loaded.

    Args:
        blocks: In order; parts of one code block or table may follow each other.
    """
    nest = _Nest()
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        nest.enter(block)
        nest.out.append(_block(block, goes_on=following is not None and following.joined))
    nest.leave(0)
    return "".join(nest.out)


class _Nest:
    """Opens and closes the lists and quotes around blocks.

    Attributes:
        out: The HTML so far.
    """

    def __init__(self) -> None:
        self.out: list[str] = []
        self._path = ""
        self._ends: list[str] = []

    def enter(self, block: Block) -> None:
        """Go from where the block before stood to where this one stands."""
        path, common = block.path, 0
        while common < min(len(self._path), len(path)) and self._path[common] == path[common]:
            common += 1
        self.leave(common)
        if block.marker and common == len(path) and path.endswith("l"):
            self.out.append("</li>")
            self._begin_item(block)
        for depth in range(common, len(path)):
            self._open(path[depth], block if depth == len(path) - 1 else None)
        self._path = path

    def leave(self, depth: int) -> None:
        """Close what is deeper."""
        while len(self._ends) > depth:
            self.out.append(self._ends.pop())
        self._path = self._path[:depth]

    def _open(self, kind: str, block: Block | None) -> None:
        if kind == "q":
            self.out.append("<blockquote>")
            self._ends.append("</blockquote>")
            return
        number = block.marker if block is not None and block.marker not in ("", "*") else ""
        self.out.append(f'<ol start="{number}">' if number else "<ul>")
        self._ends.append("</li></ol>" if number else "</li></ul>")
        self._begin_item(block)

    def _begin_item(self, block: Block | None) -> None:
        self.out.append("<li>")
        if block is not None and block.task is not None:
            self.out.append("\u2611 " if block.task else "\u2610 ")


def _block(block: Block, *, goes_on: bool) -> str:
    turned = ' dir="rtl"' if block.rtl else ""
    match block.kind:
        case Kind.HEADING:
            return f"<h{block.level}{turned}>{_runs(block.runs)}</h{block.level}>"
        case Kind.CODE:
            begin = "\n" if block.joined else "<pre><code>"
            return f"{begin}{escape(block.text)}{'' if goes_on else '</code></pre>'}"
        case Kind.RULE:
            return "<hr>"
        case Kind.TABLE:
            begin = "" if block.joined else f'<table border="1"{turned}>'
            return f"{begin}{_rows(block)}{'' if goes_on else '</table>'}"
        case Kind.FORMULA:
            return f"<p><code>{escape(block.text)}</code></p>"
    return f"<p{turned}>{_runs(block.runs)}</p>"


def _rows(block: Block) -> str:
    return "".join(
        f"<tr>{''.join(_cell(cell, head=not number and not block.headless) for cell in row)}</tr>"
        for number, row in enumerate(block.rows)
    )


def _cell(cell: Cell, *, head: bool) -> str:
    tag = "th" if head else "td"
    return f"<{tag}{_ALIGN[cell.align]}>{_runs(cell.runs)}</{tag}>"


def _runs(runs: Iterable[Run]) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    style = run.style
    text = escape(run.text).replace("\u2028", "<br>").replace("\u200b", "")
    tags = ((style.code or bool(style.tex), "code"), (style.struck, "s"), (style.italic, "em"), (style.bold, "b"))
    for on, tag in tags:
        text = f"<{tag}>{text}</{tag}>" if on else text
    return f'<a href="{escape(style.link)}">{text}</a>' if style.link else text
