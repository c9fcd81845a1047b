"""Lines that are too long to be laid out as one."""

from __future__ import annotations

import unicodedata

_BOUND = "\u200d\ufe0e\ufe0f"


def parting(text: str, start: int, limit: int) -> int:
    """Where to divide a line that is too long: behind a space if one is near, never inside a character."""
    space = text.rfind(" ", start + limit // 2, start + limit)
    if space >= 0:
        return space + 1
    at = start + limit
    for _ in range(32):
        if not (unicodedata.combining(text[at]) or text[at] in _BOUND or text[at - 1] == "\u200d"):
            break
        at -= 1
    return at
