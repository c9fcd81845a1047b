"""A window that shows words, as a program of its own: `python -m tests.support.text_window X Y W H TEXT`."""

from __future__ import annotations

import sys

from PIL import Image, ImageDraw, ImageFont

from tests.support.plain_window import show


def picture_of(text: str, width: int, height: int) -> bytes:
    """Black on white; blue, green, red, unused per pixel."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((30, height // 2 - 14), text, fill="black", font=ImageFont.load_default(26))
    return picture.convert("RGBA").tobytes("raw", "BGRA")


if __name__ == "__main__":
    left, top, wide, high = map(int, sys.argv[1:5])
    show(left, top, wide, high, picture_of(sys.argv[5], wide, high))
