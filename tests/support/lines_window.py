"""A window that shows lines as a terminal does, as a program of its own: `python -m tests.support.lines_window X Y W H
LINE...`."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kireji.core.geometry import Rect
from tests.support.plain_window import show

LEFT, TOP, STEP = 20, 18, 28
_SIZE = 17
_BACKGROUND, _INK = "#1d2b36", "#d7e3ea"


@cache
def _font() -> ImageFont.FreeTypeFont:
    found = sorted(Path("/usr/share/fonts").rglob("DejaVuSansMono.ttf"))
    font = ImageFont.truetype(found[0], _SIZE) if found else ImageFont.load_default(_SIZE)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def ink_of(line: str, row: int, part: str) -> Rect:
    """Where a part of a line is drawn, in the window's pixels.

    Args:
        line: The line.
        row: Its number, from 0.
        part: Words in it.
    """
    before = _font().getlength(line[: line.index(part)])
    left, top, right, bottom = _font().getbbox(part)
    x, y = LEFT + before, TOP + row * STEP
    return Rect(int(x + left), int(y + top), int(right - left), int(bottom - top))


def picture_of(lines: list[str], width: int, height: int) -> bytes:
    """The pixels: blue, green, red, unused."""
    picture = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        draw.text((LEFT, TOP + row * STEP), line, fill=_INK, font=_font())
    return picture.convert("RGBA").tobytes("raw", "BGRA")


if __name__ == "__main__":
    left, top, wide, high = map(int, sys.argv[1:5])
    show(left, top, wide, high, picture_of(sys.argv[5:], wide, high))
