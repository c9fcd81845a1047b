"""Addresses of the web that stand in the text without any marks become links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

_ADDRESS = re.compile(
    r"://[A-Za-z0-9][^\s<>\"'`\\^{|}\[\]\u0000-\u0020\u007f-\u00a0\u3000-\u3002\uff00-\uff0f]{1,2000}"
)
_SCHEMES = ("https", "http")
_BEFORE = re.compile(r"[A-Za-z0-9+._-]")
"""What makes a scheme the end of another word."""
_TRAILING = ".,:;!?*_~"


def add_to(parser: MarkdownIt) -> None:
    """Add the rule to a parser."""
    parser.inline.ruler.after("text", "address", _address)


def _address(state: StateInline, silent: bool) -> bool:
    source, pos = state.src, state.pos
    if source[pos] != ":" or state.linkLevel > 0 or not source.startswith("://", pos):
        return False
    scheme = next((name for name in _SCHEMES if source[max(0, pos - len(name)) : pos].lower() == name), "")
    begin = pos - len(scheme)
    if not scheme or (begin and _BEFORE.match(source[begin - 1])):
        return False
    match = _ADDRESS.match(source, pos, state.posMax)
    if match is None:
        return False
    end = _trimmed(source, begin, match.end())
    address = source[begin:end]
    target = state.md.normalizeLink(address)
    if not silent:
        state.pending = state.pending[: -len(scheme)]
        token = state.push("link_open", "a", 1)
        token.attrs = {"href": target}
        token.info = "auto"
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos = end
    return True


def _trimmed(source: str, begin: int, end: int) -> int:
    """Where an address ends that may have the sentence's punctuation behind it."""
    while end > begin:
        last = source[end - 1]
        unpaired = last == ")" and source.count(")", begin, end) > source.count("(", begin, end)
        if last not in _TRAILING and not unpaired:
            break
        end -= 1
    return end
