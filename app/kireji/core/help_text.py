"""A page of the help as plain text for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from kireji.core.help_pages import HelpPage

_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_MARKS = re.compile(r"(`+)(.+?)\1|\*\*(.+?)\*\*|\*(.+?)\*")
_ITEM = re.compile(r"(\s*)(-|\d+\.) +(.*)")
_HEADING = re.compile(r"(#{1,3}) +(.+)")
_UNDERLINE = {1: "=", 2: "-", 3: ""}
_BETWEEN = "  "
_LEAST = 16
"""Columns that the last cell of a table gets at least."""


def plain_text(page: HelpPage, width: int) -> str:
    """All of a page.

    Args:
        page: Which.
        width: Columns; code is not wrapped.
    """
    lines = "\n".join(section.text for section in page.sections).split("\n")
    blocks = ["\n".join(_block(block, width)) for block in _blocks(lines)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Lines that belong together; those of code keep what is empty among them."""
    block: list[str] = []
    in_code = False
    for line in lines:
        fence = line.startswith("```")
        if fence and not in_code and block:
            yield block
            block = []
        if line.strip() or in_code:
            block.append(line)
        ends = (fence and in_code) or (not in_code and (not line.strip() or _HEADING.match(line)))
        in_code ^= fence
        if ends and block:
            yield block
            block = []
    if block:
        yield block


def _block(lines: list[str], width: int) -> Iterator[str]:
    first = lines[0]
    if heading := _HEADING.fullmatch(first):
        words = _words(heading[2])
        yield words
        if sign := _UNDERLINE[len(heading[1])]:
            yield sign * len(words)
    elif first.startswith("```"):
        yield from ("    " + line if line else "" for line in lines[1:-1])
    elif first.startswith("|"):
        yield from _table(lines, width)
    elif _ITEM.match(first):
        yield from _items(lines, width)
    elif words := _words(" ".join(lines)):
        yield from _wrapped(words, width)


def _items(lines: list[str], width: int) -> Iterator[str]:
    items: list[tuple[str, list[str]]] = []
    for line in lines:
        if item := _ITEM.fullmatch(line):
            items.append((f"{item[1]}{item[2]} ", [item[3]]))
        else:
            items[-1][1].append(line.strip())
    for begin, parts in items:
        yield from _wrapped(_words(" ".join(parts)), width, begin)


def _table(lines: list[str], width: int) -> Iterator[str]:
    rows = [[_words(cell.strip()) for cell in line.strip().strip("|").split("|")] for line in lines]
    rows = [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]
    columns = max(map(len, rows), default=0)
    rows = [row + [""] * (columns - len(row)) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(columns - 1)]
    before = sum(widths) + len(_BETWEEN) * len(widths)
    if rows and before + _LEAST > width:
        yield from _one_below_the_other(rows, width)
        return
    for row in rows:
        begin = "".join(cell.ljust(size) + _BETWEEN for cell, size in zip(row, widths, strict=False))
        yield from _wrapped(row[-1], width, begin) if row[-1] else (begin.rstrip(),)


def _one_below_the_other(rows: list[list[str]], width: int) -> Iterator[str]:
    """A table that has no room side by side: each row by its first cell, the others with the names of their columns."""
    head, *others = rows
    for place, (first, *rest) in enumerate(others):
        if place:
            yield ""
        yield from _wrapped(first, width)
        for name, cell in zip(head[1:], rest, strict=True):
            yield from _wrapped(f"{name}: {cell}" if cell else "", width, "  ")


def _wrapped(words: str, width: int, begin: str = "") -> list[str]:
    return textwrap.wrap(
        words,
        width,
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _words(markdown: str) -> str:
    words = _LINK.sub(_linked, _PICTURE.sub("", markdown))
    return " ".join(_MARKS.sub(lambda mark: mark[2] or mark[3] or mark[4], words).split())


def _linked(link: re.Match[str]) -> str:
    words, address = link[1], link[2]
    page, dot, _ = address.partition(".md")
    if dot and "/" not in page:
        return f"{words} (kireji help {page})"
    return words if address.startswith("#") or words == address else f"{words} ({address})"
