"""Where letters begin and end is found in the pixels."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from kireji.reader.ink import ink

SIZE = 20
HEIGHT = 32


def drawn(text: str, ground: str = "white", letters: str = "black") -> tuple[Image.Image, list[tuple[int, int]]]:
    """A line of text, and where each of its letters begins and ends."""
    font = ImageFont.load_default(SIZE)
    picture = Image.new("RGB", (round(font.getlength(text)) + 40, HEIGHT), ground)
    pen = ImageDraw.Draw(picture)
    edges = []
    for at, sign in enumerate(text):
        left = 20 + font.getlength(text[:at])
        pen.text((left, 4), sign, letters, font)
        box = font.getbbox(sign)
        edges.append((round(left + box[0]), round(left + box[2])))
    return picture, edges


def places(picture: Image.Image, edges: list[tuple[int, int]], text: str) -> list[float]:
    """What the recogniser says: about the middle of each letter, of a blank that of the letter before."""
    found: list[float] = []
    for (left, right), sign in zip(edges, text, strict=True):
        found.append(found[-1] if sign == " " else (left + right) / 2 / picture.width)
    return found


def near(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return all(abs(left - right) <= 2 for left, right in zip(one, other, strict=True))


@pytest.mark.parametrize(("ground", "letters"), [("white", "black"), ("#101418", "#d0d5da"), ("#2060c0", "#ffe000")])
def test_each_letter_has_its_edges(ground: str, letters: str) -> None:
    text = "Home 8042"
    picture, edges = drawn(text, ground, letters)
    found = ink(np.asarray(picture), text, places(picture, edges, text))
    assert found is not None
    assert all(near(one, other) for one, other, sign in zip(found.edges, edges, text, strict=True) if sign.isalnum()), (
        list(zip(found.edges, edges, strict=True))
    )


def test_a_blank_reaches_from_letter_to_letter() -> None:
    text = "a b"
    picture, edges = drawn(text)
    found = ink(np.asarray(picture), text, places(picture, edges, text))
    assert found is not None
    assert found.edges[1] == (found.edges[0][1], found.edges[2][0])


def test_top_and_bottom_are_those_of_the_letters() -> None:
    text = "HHH"
    picture, edges = drawn(text)
    found = ink(np.asarray(picture), text, places(picture, edges, text))
    box = picture.convert("L").point(lambda level: 255 - level).getbbox()
    assert found is not None
    assert box is not None
    assert (found.top, found.bottom) == pytest.approx((box[1], box[3]), abs=1)


def test_lines_of_a_grid_are_no_letters() -> None:
    text = "HHH"
    picture, edges = drawn(text)
    pen = ImageDraw.Draw(picture)
    pen.line((0, 0, picture.width, 0), "black")
    pen.line((0, HEIGHT - 1, picture.width, HEIGHT - 1), "black")
    found = ink(np.asarray(picture), text, places(picture, edges, text))
    assert found is not None
    assert 0 < found.top < found.bottom < HEIGHT - 1


def test_noise_is_no_letter() -> None:
    text = "HHH"
    picture, edges = drawn(text)
    rng = random.Random(1)
    noise = Image.frombytes("L", picture.size, rng.randbytes(picture.width * picture.height)).convert("RGB")
    found = ink(np.asarray(Image.blend(picture, noise, 0.06)), text, places(picture, edges, text))
    assert found is not None
    assert near(found.edges[0], edges[0])


def test_where_there_is_no_ink_nothing_is_found() -> None:
    assert ink(np.full((20, 60, 3), 200, np.uint8), "abc", (0.1, 0.5, 0.9)) is None


def test_without_places_nothing_is_found() -> None:
    assert ink(np.zeros((20, 60, 3), np.uint8), "abc", ()) is None
    assert ink(np.zeros((2, 2, 3), np.uint8), "a", (0.5,)) is None


@pytest.mark.parametrize("seed", range(20))
def test_edges_never_go_back(seed: int) -> None:
    rng = random.Random(seed)
    pixels = np.frombuffer(rng.randbytes(30 * 90 * 3), np.uint8).reshape(30, 90, 3)
    middles = sorted(rng.random() for _ in range(9))
    found = ink(pixels, "abcdefghi", middles)
    if found is not None:
        flat = [edge for pair in found.edges for edge in pair]
        assert flat == sorted(flat)


def test_a_box_to_tick_beside_a_word_is_no_part_of_its_first_letter() -> None:
    text = "Connect"
    picture, edges = drawn(text)
    wider = Image.new("RGB", (picture.width + 20, HEIGHT), "white")
    wider.paste(picture, (20, 0))
    ImageDraw.Draw(wider).rectangle((15, 8, 31, 24), outline="black", width=2)
    moved = [(left + 20, right + 20) for left, right in edges]
    found = ink(np.asarray(wider), text, places(wider, moved, text))
    assert found is not None
    assert near(found.edges[0], moved[0])


def test_a_letter_of_several_strokes_is_whole() -> None:
    picture = Image.new("RGB", (80, HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    for left in (20, 29, 38):  # as of a Chinese river
        pen.rectangle((left, 6, left + 2, 26), fill="black")
    found = ink(np.asarray(picture), "川", [30 / 80])
    assert found is not None
    assert found.edges == ((20, 41),)
