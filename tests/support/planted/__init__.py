"""Screens with secrets planted in them, whose places are known to the pixel.

Every number gives always the same screen, on machines with the same fonts. What varies: the program that is shown, the
font, its size, the scale of the screen, how edges are smoothed, colours, selections, and whether the whole was enlarged
afterwards as programs are that know of no scale.
"""

from __future__ import annotations

import math
import random

from PIL import Image

from kireji.core.geometry import Rect
from tests.support.planted.lettering import MONO, SANS, SERIF, Lettering
from tests.support.planted.page import HEIGHT, PALETTES, WIDTH, Page, Planted, Screen
from tests.support.planted.styles import STYLES, random_kinds

__all__ = ["HEIGHT", "SIZES", "WIDTH", "Planted", "Screen", "ordinary", "screen"]

SIZES = (10, 11, 12, 13, 14, 15, 16, 18, 22)
"""Of text, in the pixels that a program counts in."""
_SCALES = (1.0, 1.0, 1.0, 1.0, 1.25, 1.5, 2.0)


def screen(number: int) -> Screen:
    """A screen of 900 x 500 pixels with up to five secrets."""
    return _made(number, planting=True)


def ordinary(number: int) -> Screen:
    """A screen like the others, without secrets."""
    return _made(number, planting=False)


def _made(number: int, *, planting: bool) -> Screen:
    rng = random.Random(number)
    style = list(STYLES)[number % len(STYLES)]
    palette, scale, fine = rng.choice(PALETTES), rng.choice(_SCALES), rng.random() < 0.4
    blurred = scale in (1.25, 1.5) and rng.random() < 0.4
    size = rng.choice(SIZES[(number // 6) % 3 :: 3])
    unit = 1.0 if blurred else scale
    names = MONO if style in ("terminal", "editor") else SANS + (SERIF if style == "browser" else ())
    letters = Lettering.chosen(rng, names, round(size * unit), fine=fine)
    image = Image.new("RGB", (WIDTH, HEIGHT), palette.ground)
    look = f"{scale:g}x{' enlarged' if blurred else ''}{' sub-pixel' if fine else ''}"
    result = Screen(image, style, palette.dark, letters.name, round(size * scale), look)
    page = Page(rng, result, letters, palette, unit)
    if blurred:
        page.right, page.bottom = int(WIDTH / scale) - 8, int(HEIGHT / scale)
    STYLES[style](page, random_kinds(rng, style) if planting else [])
    if blurred:
        _enlarge(result, scale)
    return result


def _enlarge(shown: Screen, scale: float) -> None:
    """What a compositor does to the window of a program that knows of no scale."""
    wide, high = round(WIDTH * scale), round(HEIGHT * scale)
    larger = shown.image.resize((wide, high), Image.Resampling.BILINEAR)
    shown.image = larger.crop((0, 0, WIDTH, HEIGHT))
    whole = Rect(0, 0, WIDTH, HEIGHT)
    shown.planted = [
        Planted(one.kind, one.value, tuple(_scaled(box, scale).intersection(whole) for box in one.boxes), shown.size)
        for one in shown.planted
    ]


def _scaled(box: Rect, scale: float) -> Rect:
    left, top = math.floor(box.x * scale) - 1, math.floor(box.y * scale) - 1
    right, bottom = math.ceil(box.right * scale) + 1, math.ceil(box.bottom * scale) + 1
    return Rect(left, top, right - left, bottom - top)
