"""From a region of the frozen screen to the encoded picture."""

from __future__ import annotations

import time

from PIL import Image, ImageDraw, ImageFont

from kireji.core.geometry import Rect, ScreenImage
from kireji.imaging.codec import PillowCodec
from tests.benchmarks.table import Row, median

_RUNS = 5


def screen_of_text(width: int, height: int) -> ScreenImage:
    """A screen full of windows with text in many sizes and colours, as BGRX."""
    picture = Image.new("RGB", (width, height), "#1c2128")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(14)
    for row, y in enumerate(range(0, height, 19)):
        shade = 90 + row * 7 % 160
        words = (
            f"{row:4d}  def measure_{row}(value: int) -> float:  # the quick brown fox jumps over {row * 37} dogs " * 5
        )
        draw.text((8, y), words, fill=(shade, 200 - shade // 3, 255 - shade // 2), font=font)
    data = picture.convert("RGBA").tobytes("raw", "BGRA")
    return ScreenImage(memoryview(data), width, height, width * 4, Rect(0, 0, width, height))


def measure() -> list[Row]:
    codec = PillowCodec()
    screen = screen_of_text(3840, 2160)
    rows = []
    for name, rect, goal in (
        ("1200 x 600", Rect(300, 200, 1200, 600), 60.0),
        ("3840 x 2160", Rect(0, 0, 3840, 2160), 250.0),
    ):
        values = []
        for _ in range(_RUNS + 1):
            begin = time.perf_counter()
            picture = codec.encode_region(screen, rect)
            values.append((time.perf_counter() - begin) * 1000)
        measured = median(values[1:])
        size = f"{picture.media_type}, {picture.width} x {picture.height}, {len(picture.data) / 1000:.0f} kB"
        rows.append(
            Row(f"Region to picture, {name}", f"< {goal:.0f} ms", "none: absolute, median of 5",
                f"{measured:.0f} ms ({size})", f"{measured / goal:.2f}", measured < goal)
        )  # fmt: skip
    return rows
