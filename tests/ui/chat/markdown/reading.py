"""What a text shows."""

from __future__ import annotations

from kireji.ui.chat.blocks import Block, Run
from kireji.ui.chat.markdown import Limits, MarkdownSource


def whole(text: str, limits: Limits | None = None) -> MarkdownSource:
    source = MarkdownSource(text, limits=limits)
    source.finish()
    return source


def blocks(text: str, limits: Limits | None = None) -> list[Block]:
    source = whole(text, limits)
    return [block for index in range(len(source.segments)) for block in source.blocks(index)]


def runs(text: str) -> list[Run]:
    return [run for block in blocks(text) for run in block.runs]


def words(text: str) -> str:
    return "\n".join(block.text for block in blocks(text))
