"""Where two pictures differ: what counts, what is noise, and what is one region."""

from __future__ import annotations

import io
import random
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from kireji.core.errors import PictureError
from kireji.core.structured.comparison import Difference
from kireji.core.word_boxes import Box
from kireji.imaging.differences import PillowComparer
from kireji.imaging.regions import MOST_REGIONS

PAPER, INK = "white", "#202020"
WORDS = ["alpha", "beta", "gamma", "delta", "line", "word", "report", "value", "total", "amount", "north", "south"]
FONT = ImageFont.load_default(16)


def page(width: int = 800, height: int = 600, *, seed: int = 1, size: int = 16, paper: str = PAPER) -> Image.Image:
    """A page of words, no two lines of it the same."""
    chance = random.Random(seed)
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    for number in range(height // (size * 2)):
        words = " ".join(chance.choice(WORDS) for _ in range(width // 90))
        draw.text((20, size // 2 + number * size * 2), f"{number} {words}", INK, ImageFont.load_default(size))
    return image


def rewritten(image: Image.Image, line: int, words: str, x: int = 20) -> Image.Image:
    """The same page with other words in one line."""
    changed = image.copy()
    draw = ImageDraw.Draw(changed)
    draw.rectangle((x, line * 32 + 4, image.width, line * 32 + 34), PAPER)
    draw.text((x, 8 + line * 32), words, INK, FONT)
    return changed


def encoded(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def difference(before: Image.Image, after: Image.Image) -> Difference:
    return PillowComparer().difference(encoded(before), encoded(after))


def holds(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


class TestTheSame:
    def test_the_same_bytes_are_identical(self) -> None:
        found = difference(page(), page())
        assert found.identical
        assert (found.share, found.first, found.second) == (0.0, (800, 600), (800, 600))

    def test_the_same_pixels_in_another_file_are_identical(self) -> None:
        before, after = encoded(page(), compress_level=1), encoded(page(), "WEBP", lossless=True)
        assert PillowComparer().difference(before, after).identical

    @pytest.mark.parametrize("quality", [75, 85, 92])
    def test_what_jpeg_does_to_letters_is_no_difference(self, quality: int) -> None:
        lossy = encoded(page(), "JPEG", quality=quality)
        assert PillowComparer().difference(encoded(page()), lossy).identical

    def test_what_jpeg_does_to_colours_is_no_difference(self) -> None:
        image = page()
        ImageDraw.Draw(image).rectangle((100, 500, 260, 560), "#2266cc")
        lossy = encoded(image, "JPEG", quality=85)
        assert PillowComparer().difference(encoded(image), lossy).identical

    @pytest.mark.parametrize("width", [1, 2, 3])
    def test_a_caret_is_no_difference(self, width: int) -> None:
        blinked = page()
        ImageDraw.Draw(blinked).rectangle((600, 300, 600 + width - 1, 322), "black")
        assert difference(page(), blinked).identical

    def test_a_little_softer_edges_are_no_difference(self) -> None:
        image = page()
        softer = Image.blend(image, image.resize((800, 600), Image.Resampling.BICUBIC, (0.08, 0, 799.9, 600)), 0.5)
        assert difference(image, softer).identical


class TestRegions:
    def test_a_changed_line_is_one_region(self) -> None:
        found = difference(page(), rewritten(page(), 5, "something entirely else stands here in this line now"))
        [box] = found.boxes
        assert holds((15, 5 * 32, 790, 5 * 32 + 32), box)
        assert 0 < found.share < 0.05
        assert not found.identical

    def test_one_changed_digit_is_found_in_its_place(self) -> None:
        before, after = page(), page()
        for image, digit in ((before, "3"), (after, "8")):
            ImageDraw.Draw(image).text((700, 400), digit, INK, FONT)
        [box] = difference(before, after).boxes
        assert holds((695, 395, 720, 425), box)

    def test_a_letter_of_thin_grey_is_found(self) -> None:
        after = page()
        ImageDraw.Draw(after).text((700, 560), "x", "#a0a0a0", ImageFont.load_default(11))
        assert len(difference(page(), after).boxes) == 1

    def test_another_colour_of_the_same_brightness_is_found(self) -> None:
        before, after = page(), page()
        ImageDraw.Draw(before).ellipse((700, 500, 712, 512), (200, 50, 50))
        ImageDraw.Draw(after).ellipse((700, 500, 712, 512), (50, 127, 50))
        assert len(difference(before, after).boxes) == 1

    def test_lines_that_lie_apart_are_regions_of_their_own_from_top_to_bottom(self) -> None:
        after = rewritten(rewritten(page(), 12, "the second of two"), 3, "the first of two, at the right", 400)
        boxes = difference(page(), after).boxes
        assert [box[1] // 32 for box in boxes] == [3, 12]

    def test_a_new_line_that_moves_all_others_down_is_told_as_scrolled(self) -> None:
        longer = Image.new("RGB", (800, 600), PAPER)
        longer.paste(page().crop((0, 0, 800, 504)), (0, 96))
        found = difference(page(), longer)
        assert found.offset == (0, -96)
        assert found.boxes == ()

    def test_there_are_never_more_regions_than_can_be_looked_at(self) -> None:
        after = page(2000, 1400)
        draw = ImageDraw.Draw(after)
        for x in range(60, 2000, 190):
            for y in range(40, 1400, 130):
                draw.rectangle((x, y, x + 6, y + 6), "red")
        found = difference(page(2000, 1400), after)
        assert len(found.boxes) <= MOST_REGIONS
        assert found.boxes

    def test_noise_all_over_is_one_region(self) -> None:
        noise = Image.effect_noise((800, 600), 90).convert("RGB")
        [box] = difference(page(), noise).boxes
        assert (box[2] - box[0]) * (box[3] - box[1]) > 0.9 * 800 * 600


class TestOtherSizes:
    def test_the_same_at_another_size_has_no_regions_but_is_not_identical(self) -> None:
        found = difference(page(), page().resize((640, 480), Image.Resampling.LANCZOS))
        assert found.boxes == ()
        assert not found.same_size
        assert not found.identical
        assert found.offset is None

    def test_a_change_at_another_size_is_found_in_the_first_ones_pixels(self) -> None:
        after = rewritten(page(), 5, "something entirely else stands here").resize((640, 480), Image.Resampling.LANCZOS)
        found = difference(page(), after)
        [box] = found.boxes
        assert holds((10, 5 * 32 - 4, 790, 5 * 32 + 36), box)
        left, top, right, bottom = found.on_second(box)
        assert holds((0, 0, 640, 480), (left, top, right, bottom))
        assert abs(top - box[1] * 0.8) <= 1

    def test_a_part_of_a_picture_is_found_in_it(self) -> None:
        part = rewritten(page(), 8, "but this line is another").crop((16, 100, 700, 500))
        found = difference(page(), part)
        assert found.offset == (16, 100)
        [box] = found.boxes
        assert box[1] // 32 == 8
        assert found.on_second(box)[1] == box[1] - 100

    def test_a_larger_picture_around_the_first_is_found(self) -> None:
        assert difference(page().crop((16, 100, 700, 500)), page()).offset == (-16, -100)

    def test_what_was_scrolled_is_compared_where_it_is_now(self) -> None:
        long = page(800, 2000)
        after = rewritten(long, 10, "this line is another").crop((0, 96, 800, 696))
        found = difference(long.crop((0, 0, 800, 600)), after)
        assert found.same_size
        assert found.offset == (0, 96)
        assert [box[1] // 32 for box in found.boxes] == [10]

    def test_what_stays_beside_what_was_scrolled_is_no_difference(self) -> None:
        long, bar = page(800, 2000), page(200, 600, seed=7)
        before, after = (long.crop((0, top, 800, top + 600)) for top in (0, 96))
        for image in (before, after):
            image.paste(bar, (600, 0))
        found = difference(before, after)
        assert found.offset == (0, 96)
        assert found.boxes == ()


class TestOddPictures:
    def test_a_single_pixel_can_be_compared(self) -> None:
        black, white = (Image.new("RGB", (1, 1), colour) for colour in ("black", "white"))
        assert difference(black, black).identical
        assert difference(black, white).boxes == ((0, 0, 1, 1),)
        assert difference(black, page()).boxes

    def test_what_shows_through_is_compared_as_it_is_sent(self) -> None:
        holes = page().convert("RGBA")
        holes.putalpha(255)
        assert difference(page(), holes).identical

    def test_of_what_moves_the_first_frame_is_compared(self) -> None:
        out = io.BytesIO()
        page().save(out, "WEBP", save_all=True, append_images=[page(seed=9)], lossless=True)
        assert PillowComparer().difference(encoded(page()), out.getvalue()).identical

    def test_a_very_large_picture_is_compared_at_the_size_in_which_it_is_sent(self) -> None:
        found = difference(Image.new("RGB", (4000, 3000)), Image.new("RGB", (4000, 3000), "white"))
        assert found.first == (2000, 1500)

    @pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n damaged", encoded(page())[:3000]])
    @pytest.mark.parametrize("first", [True, False])
    def test_a_damaged_picture_is_a_sentence(self, data: bytes, *, first: bool) -> None:
        pictures = (data, encoded(page())) if first else (encoded(page()), data)
        with pytest.raises(PictureError):
            PillowComparer().difference(*pictures)


@st.composite
def specks(draw: st.DrawFn, narrowest: int = 0) -> Image.Image:
    image = Image.new("RGB", (draw(st.integers(1, 300)), draw(st.integers(1, 300))), PAPER)
    for _ in range(draw(st.integers(0, 60))):
        x, y = draw(st.integers(0, 299)), draw(st.integers(0, 299))
        size = draw(st.integers(narrowest, 30))
        ImageDraw.Draw(image).rectangle(
            (x, y, x + size, y + draw(st.integers(0, 30))), draw(st.sampled_from(WORDS_INK))
        )
    return image


WORDS_INK = ("black", "red", "#f0f0f0", "#8090a0")


@settings(deadline=None, max_examples=50)
@given(specks(), specks())
def test_regions_lie_within_the_first_picture_and_apart(before: Image.Image, after: Image.Image) -> None:
    found = difference(before, after)
    assert 0.0 <= found.share <= 1.0
    assert bool(found.boxes) == (found.share > 0)
    assert len(found.boxes) <= MOST_REGIONS
    for left, top, right, bottom in found.boxes:
        assert 0 <= left < right <= before.width
        assert 0 <= top < bottom <= before.height
    if found.same_size and found.offset is None:
        for one, other in combinations(found.boxes, 2):
            assert max(one[0], other[0]) >= min(one[2], other[2]) or max(one[1], other[1]) >= min(one[3], other[3])


@settings(deadline=None, max_examples=30)
@given(specks(narrowest=4))
def test_every_pixel_that_differs_much_lies_in_a_region_or_is_counted_as_more(after: Image.Image) -> None:
    before = Image.new("RGB", after.size, PAPER)
    found = difference(before, after)
    if found.more or found.offset is not None:
        return
    for left, top, right, bottom in found.boxes:
        ImageDraw.Draw(after).rectangle((left, top, right - 1, bottom - 1), PAPER)
    assert difference(before, after).boxes == ()
