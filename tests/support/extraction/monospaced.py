"""Readings of pages whose letters are all as wide as each other."""

from __future__ import annotations

import re
import textwrap

from kireji.core.reading import Reading, ReadLine
from kireji.core.word_boxes import Box

WIDTH, HEIGHT = 10, 30
"""Of a letter, and from line to line."""


def page(text: str) -> Reading:
    """What a reader gives of a page: a letter for each of the text's, at its place."""
    lines = textwrap.dedent(text).strip("\n").split("\n")
    return Reading(tuple(_line(number, line.rstrip()) for number, line in enumerate(lines) if line.strip()))


def at(line: int, begin: int, end: int) -> Box:
    """The box of letters of a line."""
    return (begin * WIDTH, line * HEIGHT + 4, end * WIDTH, line * HEIGHT + 24)


def _line(number: int, text: str) -> ReadLine:
    top = number * HEIGHT
    columns, edges = [], []
    for place, sign in enumerate(text):
        columns.append(place * WIDTH + WIDTH // 2)
        left, right = place * WIDTH, (place + 1) * WIDTH
        edges += [left, left if sign == " " else right]
    first = len(text) - len(text.lstrip())
    box = (first * WIDTH, top, len(text) * WIDTH, top + 28)
    return ReadLine(text, 0.9, box, tuple(columns), (), tuple(edges), (top + 4, top + 24))


def boxes(text: str, wanted: str) -> list[Box]:
    """Where a text stands on a page, each time."""
    lines = textwrap.dedent(text).strip("\n").split("\n")
    return [
        at(number, found.start(), found.end())
        for number, line in enumerate(lines)
        for found in re.finditer(re.escape(wanted), line)
    ]
