"""Picture files that show a whole desktop."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from kireji.core.errors import PictureError
from kireji.core.geometry import Rect
from kireji.imaging.screens import decode_screen
from tests.support.pictures import png


def test_every_pixel_is_kept_in_its_place() -> None:
    screen = decode_screen(png(300, 7))
    assert (screen.width, screen.height, screen.stride) == (300, 7, 1200)
    assert screen.native == Rect(0, 0, 300, 7)
    last = bytes(screen.pixels[6 * 1200 + 299 * 4 :])
    assert last[:3] == bytes((299 // 256 * 16, 6, 299 % 256))  # blue, green, red


def test_the_fourth_byte_is_full_even_where_the_file_has_holes() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (3, 2), (9, 9, 9, 0)).save(buffer, "PNG")
    assert set(bytes(decode_screen(buffer.getvalue()).pixels[3::4])) == {255}


@pytest.mark.parametrize("mode", ["RGBA", "L", "P", "1", "I;16"])
def test_other_kinds_of_pixels_are_brought_into_one(mode: str) -> None:
    image = Image.new(mode, (5, 4))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    assert len(decode_screen(buffer.getvalue()).pixels) == 5 * 4 * 4


def test_a_jpeg_is_read_as_well() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), (255, 0, 0)).save(buffer, "JPEG")
    blue, _green, red = bytes(decode_screen(buffer.getvalue()).pixels[:3])
    assert red > 200 > 50 > blue


@pytest.mark.parametrize("data", [b"", b"GIF", b"<svg/>", b"\x89PNG\r\n\x1a\n", png(40, 40)[:90]])
def test_what_is_no_picture_is_said(data: bytes) -> None:
    with pytest.raises(PictureError):
        decode_screen(data)


@pytest.mark.parametrize("side", [30_000, 2_000_000_000])
def test_a_picture_too_large_is_refused_before_it_is_decoded(side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(header)) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    with pytest.raises(PictureError, match="large"):
        decode_screen(
            b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
        )
