"""An answer's Markdown as HTML for a page that is exported: what the window shows. No Qt: the command line exports too.

Raw HTML is text; links lead to http, https and mailto only; pictures that an answer names are told, never loaded. Each
block has the direction of its own first letter, code is left to right.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from kireji.ui.chat.block_html import Manner, html_of
from kireji.ui.chat.blocks import Block, Run
from kireji.ui.chat.markdown import MarkdownSource

_MOST_TEX = 100_000
"""Characters of all formulas of one answer, which take about 1 s; the others are shown as their source."""
_EACH = 20
"""Characters that a formula counts more than it has."""
_SECONDS = 5.0
"""For the colours of all code of one answer; what is left then has none."""


def render(markdown: str) -> str:
    """The HTML of one answer; may be called in any thread."""
    source = MarkdownSource(markdown)
    source.finish()
    return html_of(_blocks(source), Manner(classes=True, formula=_Formulas(), colours=_Colours()))


def _blocks(source: MarkdownSource) -> Iterator[Block]:
    for index in range(len(source.segments)):
        yield from source.plain_blocks(index)


class _Formulas:
    """The formulas of one answer as MathML."""

    def __init__(self) -> None:
        self._left = _MOST_TEX

    def __call__(self, tex: str, display: bool) -> str:
        from kireji.ui.chat.mathml import mathml

        self._left -= len(tex) + _EACH
        return mathml(tex, display=display) if self._left >= 0 else ""


class _Colours:
    """The colours of the code of one answer; nothing is shared with the window's, which another thread finds."""

    def __init__(self) -> None:
        self._left = _SECONDS

    def __call__(self, code: str, language: str) -> tuple[Run, ...]:
        from kireji.ui.chat.highlight import CodeColours, known, load, plain_code

        if self._left <= 0:
            return plain_code(code)
        if not known(language):
            load(language)
        begun = time.monotonic()
        colours = CodeColours(code, language)
        found = colours.advance(len(code), begun + self._left)
        self._left -= time.monotonic() - begun
        return colours.runs(0, len(code)) if found else plain_code(code)
