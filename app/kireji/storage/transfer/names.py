"""File names that every system takes."""

from __future__ import annotations

import re
import unicodedata

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)")
_LONGEST = 150
"""Bytes; systems take 255, and an ending and a number still come."""


def safe_name(title: str) -> str:
    """A title as a file's name without its ending; never empty, never more than one part of a path."""
    text = unicodedata.normalize("NFC", title)
    text = _FORBIDDEN.sub(" ", text)
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cf", "Cc", "Cs", "Co", "Cn"))
    text = " ".join(text.split()).strip(" .")
    while len(text.encode()) > _LONGEST:
        text = text[: max(1, len(text) - max(1, (len(text.encode()) - _LONGEST) // 4))].rstrip(" .")
    if _RESERVED.match(text):
        text = f"_{text}"
    return text or "conversation"


class Names:
    """Gives each name once, also where big and small letters are the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, stem: str, ending: str) -> str:
        """A name for a file; the same stem gets a number behind it the second time."""
        number, name = 1, stem + ending
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem} ({number}){ending}"
        self._taken.add(name.casefold())
        return name
