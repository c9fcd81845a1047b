"""Markdown to blocks, in segments that can be laid out apart, for text that may still be growing.

What a model writes is hostile input: HTML shows as the text it is, nothing that the text names is ever loaded, a link
that is not http, https or mailto is words, and the host of a link stands behind it unless the words show it already.
"""

from kireji.ui.chat.markdown.characters import LINE_BREAK
from kireji.ui.chat.markdown.links import allowed_link
from kireji.ui.chat.markdown.pieces import Limits, Opening, Segment, SegmentKind
from kireji.ui.chat.markdown.source import Changes, MarkdownSource

__all__ = [
    "LINE_BREAK",
    "Changes",
    "Limits",
    "MarkdownSource",
    "Opening",
    "Segment",
    "SegmentKind",
    "allowed_link",
    "load",
]


def load() -> None:
    """Load the parser and what colours code: some 60 ms, in any thread, so that the first answer need not wait."""
    from kireji.ui.chat import highlight
    from kireji.ui.chat.markdown.parser import parser

    parser()
    highlight.load("python")
