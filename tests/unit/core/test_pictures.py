from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kireji.core.pictures import is_animated, name_in_address, picture_address


def encoded(kind: str, frames: int) -> bytes:
    pictures = [Image.new("RGB", (8, 8), (60 * number, 10, 200)) for number in range(frames)]
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if frames > 1 else {}
    pictures[0].save(buffer, kind, **more)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize(("frames", "animated"), [(1, False), (3, True)])
def test_more_than_one_frame_is_an_animation(kind: str, frames: int, animated: bool) -> None:
    assert is_animated(encoded(kind, frames)) is animated


@given(st.binary(max_size=64), st.sampled_from([b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8X"]))
def test_any_bytes_can_be_looked_at(data: bytes, start: bytes) -> None:
    assert is_animated(start + data) in (True, False)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://example.org/a/b.PNG?size=2 \n", "https://example.org/a/b.PNG?size=2"),
        ("http://example.org/b.webp", "http://example.org/b.webp"),
        ("https://example.org/page", ""),
        ("see https://example.org/b.png", ""),
        ("file:///etc/b.png", ""),
        ("https://[::1/b.png", ""),
        ("", ""),
    ],
)
def test_only_a_lone_address_that_ends_like_a_picture_is_one(text: str, address: str) -> None:
    assert picture_address(text) == address


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    assert picture_address(text) in ("", text.strip())


@pytest.mark.parametrize(
    ("address", "name"),
    [("https://example.org/a/b%20c.png?x", "b c.png"), ("https://example.org/", "example.org")],
)
def test_a_picture_on_the_web_is_called_by_the_last_part_of_its_address(address: str, name: str) -> None:
    assert name_in_address(address) == name
