"""The pipeline that every captured region takes does not cost a word."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from kireji.core.geometry import Rect, ScreenImage
from kireji.imaging.codec import PillowCodec
from kireji.reader.client import ReaderProcess

LINES = ("The committee met on Thursday to review", "the budget: further savings are needed", "before March 2027.")


def _drawn(width: int, height: int, size: int) -> Image.Image:
    picture = Image.new("RGB", (width, height), "#101418")
    for number, line in enumerate(LINES):
        place = (width // 8, height // 4 + number * size * 2)
        ImageDraw.Draw(picture).text(place, line, "#d0d5da", ImageFont.load_default(size))
    return picture


def _screen(picture: Image.Image) -> ScreenImage:
    pixels = picture.convert("RGBX").tobytes("raw", "BGRX")
    native = Rect(0, 0, picture.width, picture.height)
    return ScreenImage(memoryview(pixels), picture.width, picture.height, picture.width * 4, native)


@pytest.mark.parametrize(("width", "height", "size"), [(700, 300, 14), (3200, 900, 30)], ids=["as it is", "shrunk"])
async def test_the_same_words_are_found_before_and_after(width: int, height: int, size: int) -> None:
    picture = _drawn(width, height, size)
    untouched = BytesIO()
    picture.save(untouched, "PNG", compress_level=0)
    screen = _screen(picture)
    encoded = PillowCodec().encode_region(screen, Rect(0, 0, width, height))
    reader = ReaderProcess()
    try:
        before = (await reader.read_all(untouched.getvalue())).text.split()
        after = (await reader.read_all(encoded.data)).text.split()
    finally:
        await reader.aclose()
    assert before == after == " ".join(LINES).split()
