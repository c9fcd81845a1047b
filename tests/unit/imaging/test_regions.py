"""Regions of a frozen screen: exact pixels, limits, formats."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from kireji.core.errors import RegionInvalid
from kireji.core.geometry import Rect, ScreenImage
from kireji.core.ports import EncodedPicture
from kireji.imaging.codec import MAX_LOSSLESS, PillowCodec


def screen_with(image: Image.Image, padding: int = 0) -> ScreenImage:
    """A frame that shows `image`, its rows `padding` bytes longer than their pixels."""
    row = image.width * 4
    plain = image.convert("RGBX").tobytes("raw", "BGRX")
    rows = (plain[at : at + row] + bytes(padding) for at in range(0, len(plain), row))
    return ScreenImage(
        memoryview(b"".join(rows)), image.width, image.height, row + padding, Rect(0, 0, image.width, image.height)
    )


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(width * height).randbytes(width * height * 3))


def desktop(width: int, height: int) -> Image.Image:
    """Lines of text in a few colours."""
    image = Image.new("RGB", (width, height), (250, 250, 252))
    draw = ImageDraw.Draw(image)
    for y in range(4, height, 40):
        draw.text((8, y), "Traceback (most recent call last): " * (width // 200), fill=(y % 200, 40, 120))
    return image


def decoded(picture: EncodedPicture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    assert Image.MIME[image.format or ""] == picture.media_type
    assert image.size == (picture.width, picture.height)
    return image


@pytest.mark.parametrize("padding", [0, 12])
@pytest.mark.parametrize(
    "rect", [Rect(0, 0, 40, 30), Rect(0, 0, 1, 1), Rect(39, 29, 1, 1), Rect(7, 3, 20, 11), Rect(0, 29, 40, 1)], ids=str
)
def test_a_region_is_encoded_pixel_for_pixel(rect: Rect, padding: int) -> None:
    image = noise(40, 30)
    picture = PillowCodec().encode_region(screen_with(image, padding), rect)
    assert decoded(picture).tobytes() == image.crop((rect.x, rect.y, rect.right, rect.bottom)).tobytes()


@settings(max_examples=40)
@given(st.integers(-60, 60), st.integers(-60, 60), st.integers(-5, 80), st.integers(-5, 80))
def test_a_region_is_what_it_has_in_common_with_the_screen_or_invalid(x: int, y: int, width: int, height: int) -> None:
    rect = Rect(x, y, width, height)
    common = rect.intersection(Rect(0, 0, 40, 30))
    if rect.empty or common.empty:
        with pytest.raises(RegionInvalid):
            PillowCodec().encode_region(screen_with(noise(40, 30)), rect)
    else:
        picture = PillowCodec().encode_region(screen_with(noise(40, 30)), rect)
        assert (picture.width, picture.height) == (common.width, common.height)


def test_an_invalid_region_is_one_sentence_that_says_what_is_valid() -> None:
    with pytest.raises(RegionInvalid, match="500,0,10,10") as caught:
        PillowCodec().encode_region(screen_with(noise(40, 30)), Rect(500, 0, 10, 10))
    assert "40 x 30" in caught.value.hint


def test_text_is_kept_exactly_and_without_loss() -> None:
    image = desktop(1200, 600)
    picture = PillowCodec().encode_region(screen_with(image), Rect(0, 0, 1200, 600))
    assert picture.media_type == "image/png"
    assert decoded(picture).tobytes() == image.tobytes()


def test_a_small_region_is_never_enlarged() -> None:
    picture = PillowCodec().encode_region(screen_with(noise(40, 30)), Rect(0, 0, 12, 7))
    assert (picture.width, picture.height) == (12, 7)


@pytest.mark.parametrize(
    ("size", "limited"),
    [((2000, 10), (2000, 10)), ((2001, 10), (2000, 10)), ((2400, 3), (2000, 2)), ((1, 4000), (1, 2000))],
)
def test_the_long_side_is_at_most_2000_pixels(size: tuple[int, int], limited: tuple[int, int]) -> None:
    picture = PillowCodec().encode_region(screen_with(noise(*size)), Rect(0, 0, *size))
    assert (picture.width, picture.height) == limited


def test_a_4k_screen_stays_lossless_and_keeps_its_proportions() -> None:
    picture = PillowCodec().encode_region(screen_with(desktop(3840, 2160)), Rect(0, 0, 3840, 2160))
    assert (picture.media_type, picture.width, picture.height) == ("image/png", 2000, 1125)


def test_only_what_is_over_3_mb_without_loss_becomes_a_jpeg_with_full_colour() -> None:
    picture = PillowCodec().encode_region(screen_with(noise(1200, 1000)), Rect(0, 0, 1200, 1000))
    image = decoded(picture)
    assert MAX_LOSSLESS < 1200 * 1000 * 3
    assert picture.media_type == "image/jpeg"
    assert [sampling[1:3] for sampling in image.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]


def test_the_frame_is_not_copied() -> None:
    screen = screen_with(noise(40, 30))
    frame = screen.pixels
    PillowCodec().encode_region(screen, Rect(0, 0, 4, 4))
    frame.release()  # would raise BufferError while a view of it is kept
