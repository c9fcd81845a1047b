"""Pictures and documents that stand inside a body as base64."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_LEAST = 200
"""Characters of base64 that are taken for a picture or a document and not for words."""
_HEAD = 16
_URL = re.compile(r"\s*data:[a-z0-9.+/-]{0,100}(?:;[a-z0-9=._-]{0,100}){0,5};base64,", re.IGNORECASE)
_BEGINNINGS = (
    (b"%PDF", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"RIFF", "image/webp"),
)


class Embedded(NamedTuple):
    """Something that is no text.

    Args:
        holders: The objects and lists around it, from the outside in.
        place: Its name or place in the last of them.
        text: The string as it stands there.
        media_type: What it is, by its bytes; empty when it is said to be data and is none that is known.
        data: Its bytes; empty when they cannot be told.
    """

    holders: tuple[Any, ...]
    place: str | int
    text: str
    media_type: str
    data: bytes


def embedded(said: Any) -> Iterator[Embedded]:
    """Everything in a decoded body that is no text: addresses with data in them, and long base64 of a known kind."""
    todo: list[tuple[Any, tuple[Any, ...]]] = [(said, ())]
    while todo:
        holder, above = todo.pop()
        items: list[tuple[Any, Any]] = []
        if isinstance(holder, dict):
            items = list(holder.items())
        elif isinstance(holder, list):
            items = list(enumerate(holder))
        for place, value in items:
            if isinstance(value, dict | list):
                todo.append((value, (*above, holder)))
            elif isinstance(value, str) and (found := _told(holder, place, value)) is not None:
                yield Embedded((*above, holder), place, value, *found)


def as_url(media_type: str, data: bytes) -> str:
    """Data as an address."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def _told(holder: Any, place: Any, text: str) -> tuple[str, bytes] | None:
    """What a string holds; None for words."""
    url = _URL.match(text)
    is_source = isinstance(holder, dict) and holder.get("type") == "base64" and place == "data"
    if url is not None:
        coded = text[url.end() :]
    elif is_source or len(text) >= _LEAST:
        coded = text
    else:
        return None
    said = url is not None or is_source
    data = _bytes(coded, whole=said)
    media_type = next((kind for start, kind in _BEGINNINGS if data.startswith(start)), "")
    if media_type:
        return media_type, data
    return ("", b"") if said else None


def _bytes(coded: str, *, whole: bool) -> bytes:
    """What base64 stands for; empty when it is none. Words are told from it by their first letters."""
    try:
        if not whole:
            head = base64.b64decode(coded[:_HEAD], validate=True)
            if not any(head.startswith(start) for start, _ in _BEGINNINGS):
                return b""
        return base64.b64decode("".join(coded.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
