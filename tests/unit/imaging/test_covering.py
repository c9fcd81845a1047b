"""Boxes are painted over in the bytes themselves."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from kireji.core.errors import PictureError
from kireji.core.geometry import Rect
from kireji.imaging.codec import PillowCodec


def picture(kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((80, 60), 90).convert("RGB").save(buffer, kind, **options)
    return buffer.getvalue()


def test_what_is_under_a_box_is_black_and_the_rest_is_as_it_was() -> None:
    data = picture()
    covered = PillowCodec().covered(data, [Rect(10, 20, 30, 5)])
    before, after = (Image.open(io.BytesIO(one)).convert("RGB") for one in (data, covered.data))
    for x in range(80):
        for y in range(60):
            inside = 10 <= x < 40 and 20 <= y < 25
            assert after.getpixel((x, y)) == ((0, 0, 0) if inside else before.getpixel((x, y)))


def test_a_box_may_reach_beyond_the_picture() -> None:
    covered = PillowCodec().covered(picture(), [Rect(-5, -5, 200, 200), Rect(3, 3, 0, 9)])
    assert Image.open(io.BytesIO(covered.data)).convert("RGB").getextrema() == ((0, 0),) * 3


def test_the_same_boxes_give_the_same_bytes() -> None:
    data = picture()
    assert PillowCodec().covered(data, [Rect(1, 1, 9, 9)]) == PillowCodec().covered(data, [Rect(1, 1, 9, 9)])


def test_a_jpeg_is_painted_over_too() -> None:
    covered = PillowCodec().covered(PillowCodec().encode_file(picture("JPEG")).data, [Rect(0, 0, 80, 60)])
    assert Image.open(io.BytesIO(covered.data)).convert("RGB").getextrema() == ((0, 0),) * 3


def test_a_picture_that_would_have_to_be_turned_is_refused() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with pytest.raises(PictureError):
        PillowCodec().covered(picture("JPEG", exif=exif.tobytes()), [Rect(0, 0, 5, 5)])


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(PictureError):
        PillowCodec().covered(b"no picture", [])
