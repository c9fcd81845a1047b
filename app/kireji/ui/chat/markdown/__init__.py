"""Markdown to blocks, in segments that can be laid out apart, for text that may still be growing."""

from kireji.ui.chat.markdown.characters import LINE_BREAK
from kireji.ui.chat.markdown.links import allowed_link
from kireji.ui.chat.markdown.scan import Limits, Segment, SegmentKind
from kireji.ui.chat.markdown.source import Changes, MarkdownSource
from kireji.ui.chat.markdown.whole import Highlight, Parsed, parse, plain_code

__all__ = [
    "LINE_BREAK",
    "Changes",
    "Highlight",
    "Limits",
    "MarkdownSource",
    "Parsed",
    "Segment",
    "SegmentKind",
    "allowed_link",
    "parse",
    "plain_code",
]
