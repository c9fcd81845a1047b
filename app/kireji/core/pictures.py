"""What can be told of a picture file by its bytes or its name, without decoding it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_DIGITS = re.compile(r"(\d+)")


def natural_order(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    """By what names are sorted as people count: 2 before 10."""
    pieces = [piece for piece in _DIGITS.split(name.casefold()) if piece]
    return [(not piece.isdecimal(), int(piece) if piece.isdecimal() else 0, piece) for piece in pieces], name


def is_animated(data: bytes) -> bool:
    """Whether a file holds more than one frame; False also for what is no picture.

    PNG says so by an acTL chunk before its pixels, WebP by a flag of its VP8X chunk, GIF by a second image or by the
    extension that repeats.
    """
    if data.startswith(b"\x89PNG"):
        return b"acTL" in data[: data.find(b"IDAT")]
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X":
        return bool(data[20:21]) and bool(data[20] & 0x02)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return b"NETSCAPE2.0" in data[:2048] or data.count(b"\x21\xf9\x04") > 1
    return False


def picture_address(text: str) -> str:
    """The address of a picture on the web, if that is all that a text is; else empty.

    Only names that end like a picture count: whoever pastes the address of a page means the address.
    """
    address = text.strip()
    if not address.lower().startswith(("http://", "https://")) or len(address.split()) != 1:
        return ""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return address if PurePosixPath(path).suffix.lower() in PICTURE_ENDINGS else ""


def name_in_address(address: str) -> str:
    """How a picture on the web is called: the last part of its path, else its host."""
    parts = urlsplit(address)
    return PurePosixPath(unquote(parts.path)).name or parts.hostname or address
