"""Hostile pictures are refused before they cost anything."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kireji.core.errors import PictureError
from kireji.reader.pictures import opened


def _encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    target = BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claiming(width: int, height: int) -> bytes:
    """A tiny PNG that says it is large."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


SMALL = _encoded(Image.new("RGB", (40, 20), "navy"))


@pytest.mark.parametrize("side", [7_100, 10_000, 20_000, 2**31 - 1])
def test_a_picture_of_too_many_pixels_is_refused(side: int) -> None:
    with pytest.raises(PictureError):
        opened(claiming(side, side))


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(PictureError):
        opened(data)


@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
def test_a_damaged_picture_is_read_or_refused(place: int, change: int) -> None:
    damaged = bytearray(SMALL)
    damaged[place] ^= change
    with suppress(PictureError):
        assert opened(bytes(damaged)).mode in ("RGB", "RGBA")


def test_a_cut_picture_is_refused() -> None:
    noise = Image.effect_noise((200, 200), 90)
    with pytest.raises(PictureError):
        opened(_encoded(noise)[:2000])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_four_formats_are_read(kind: str) -> None:
    assert opened(_encoded(Image.new("RGB", (40, 20)), kind)).size == (40, 20)


def test_other_formats_are_refused() -> None:
    with pytest.raises(PictureError):
        opened(_encoded(Image.new("RGB", (40, 20)), "TIFF"))


def test_a_palette_becomes_colours() -> None:
    picture = Image.new("RGB", (4, 4), "#ff6f61").convert("P", palette=Image.Palette.ADAPTIVE)
    assert opened(_encoded(picture)).getpixel((0, 0)) == (255, 111, 97)


def test_transparency_is_kept() -> None:
    assert opened(_encoded(Image.new("RGBA", (4, 4), (1, 2, 3, 0)))).mode == "RGBA"


def test_a_picture_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(_encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif)).size == (20, 40)
