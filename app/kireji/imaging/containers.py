"""What else a picture file carries beside its pixels: told from its structure, without decoding."""

from __future__ import annotations

import struct

_PNG_KEPT = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"pHYs", b"sBIT"))
_JPEG_DROPPED = frozenset((*range(0xE1, 0xEE), 0xEF, 0xFE))
"""APP1 (Exif, XMP) to APP13 and APP15, comments. APP0 is JFIF, APP14 says how colours are coded."""


def is_bare(data: bytes, kind: str) -> bool:
    """Whether a file holds its picture and nothing more: no metadata, colour profile, animation or trailing bytes.

    Args:
        data: The file.
        kind: PNG, JPEG, WEBP or GIF.

    Returns:
        False also for what is damaged; decoding will tell.
    """
    try:
        match kind:
            case "PNG":
                return _bare_png(data)
            case "JPEG":
                return _bare_jpeg(data)
            case "WEBP":
                return data[12:16] in (b"VP8 ", b"VP8L") and _riff_length(data) == len(data)
            case "GIF":
                return _bare_gif(data)
    except (struct.error, IndexError):
        pass
    return False


def _bare_png(data: bytes) -> bool:
    at = 8
    if data[24] > 8:  # bits per channel
        return False
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        if name not in _PNG_KEPT:
            return False
        at += 12 + int(length)
        if name == b"IEND":
            return bool(at == len(data))


def _bare_jpeg(data: bytes) -> bool:
    at = 2
    while True:
        mark, marker, length = struct.unpack_from(">BBH", data, at)
        if mark != 0xFF or marker in _JPEG_DROPPED:
            return False
        at += 2 + length
        if marker == 0xDA:  # the compressed pixels follow
            end = data.find(b"\xff\xd9", at)
            return end == len(data) - 2


def _riff_length(data: bytes) -> int:
    (length,) = struct.unpack_from("<I", data, 4)
    return 8 + int(length)


def _bare_gif(data: bytes) -> bool:
    """Exactly one frame and no extension but its own timing and transparency."""
    at = 13 + _colours(data[10])
    frames = 0
    while data[at] != 0x3B:
        if data[at] == 0x21 and data[at + 1] == 0xF9:
            at += 2
        elif data[at] == 0x2C:
            frames += 1
            at += 10 + _colours(data[at + 9]) + 1
        else:
            return False
        while data[at]:
            at += 1 + data[at]
        at += 1
    return frames == 1 and at + 1 == len(data)


def _colours(flags: int) -> int:
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0
