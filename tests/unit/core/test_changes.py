"""Whether a picture really changed, with signatures of real pictures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageFont

from kireji.core.changes import REAL_CHANGE, SIGNATURE_SIDE, difference
from kireji.core.geometry import Rect, ScreenImage
from kireji.imaging.codec import PillowCodec

Draw = Callable[[ImageDraw.ImageDraw], None]
SIZE = (480, 360)


def nothing(_: ImageDraw.ImageDraw) -> None:
    """The page as it is."""


def caret(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((60, 320, 61, 336), fill="black")


def words(text: str) -> Draw:
    return lambda draw: draw.text((10, 320), text, fill="black", font=ImageFont.load_default(14))


def wheel(start: int) -> Draw:
    return lambda draw: draw.arc((440, 320, 456, 336), start, start + 250, fill="black", width=3)


def block(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((100, 100, 200, 160), fill="black")


def signature(change: Draw, size: tuple[int, int] = SIZE) -> bytes:
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for line in range(12):
        draw.text((10, 10 + 22 * line), f"compiling module {line} of the project …", fill="black")
    change(draw)
    data = image.tobytes("raw", "BGRX")
    screen = ScreenImage(memoryview(data), *size, size[0] * 4, Rect(0, 0, *size))
    return PillowCodec().signature(screen, Rect(0, 0, *size))


@pytest.mark.parametrize(
    ("before", "after"),
    [(nothing, nothing), (nothing, caret), (words("12:34"), words("12:35")), (wheel(0), wheel(120))],
    ids=["nothing", "a caret", "a clock", "a turning wheel"],
)
def test_small_movements_are_no_change(before: Draw, after: Draw) -> None:
    assert difference(signature(before), signature(after)) <= REAL_CHANGE


@pytest.mark.parametrize(
    ("before", "after"),
    [(words("Status: running"), words("Status: failed, 3 errors")), (nothing, words("BUILD FAILED: 3 errors in 12 s")),
     (nothing, block)],
    ids=["other words", "a line", "a block"],
)  # fmt: skip
def test_what_a_person_would_call_a_change_is_one(before: Draw, after: Draw) -> None:
    assert difference(signature(before), signature(after)) > REAL_CHANGE


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (63, 200), (2000, 20)])
def test_a_region_of_any_size_has_a_signature_of_one_size(size: tuple[int, int]) -> None:
    assert len(signature(nothing, size)) == SIGNATURE_SIDE**2


def test_signatures_of_different_sizes_are_not_compared() -> None:
    with pytest.raises(ValueError, match="different sizes"):
        difference(b"ab", b"a")
