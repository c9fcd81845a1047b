"""Redaction of screens with planted secrets: what is found, how much too much, and how long it takes.

`python -m tests.benchmarks.redaction 500` measures as many screens as are asked for and prints the whole table.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from kireji.core.covering import Cover, covers
from kireji.core.secrets.detection import Detection
from kireji.imaging.codec import PillowCodec
from kireji.reader.client import ReaderProcess
from tests.benchmarks.table import Row, median
from tests.support.planted import HEIGHT, WIDTH, Planted, Screen, screen

_SCREENS = 60
_FIRST = 5000
"""Numbers of screens that nothing was ever fitted to."""
_MUST = ("key", "card", "private_key")
_ADDED = 0.3
"""Seconds after Enter that redaction may take when the picture was read while the person typed."""


@dataclass
class Found:
    """What came out.

    Args:
        hits: Planted secrets whose every pixel is solid, by a word for what is counted.
        planted: All of them.
        right: Boxes that cover something of a secret.
        boxes: All boxes.
        reading: Seconds for each picture that the reader took.
        painting: Seconds that detection and painting took after that.
    """

    hits: Counter[str] = field(default_factory=Counter)
    planted: Counter[str] = field(default_factory=Counter)
    right: int = 0
    boxes: int = 0
    reading: list[float] = field(default_factory=list)
    painting: list[float] = field(default_factory=list)

    def recall(self, word: str) -> float:
        return self.hits[word] / self.planted[word] if self.planted[word] else 1.0


async def examine(first: int, count: int) -> Found:
    """Read, detect and paint screens one after the other."""
    detection, codec, result = Detection(), PillowCodec(), Found()
    detection.find_read("warm")
    reader = ReaderProcess()
    try:
        await reader.read_all(screen(first).png)
        for number in range(first, first + count):
            shown = screen(number)
            png = shown.png
            begun = time.perf_counter()
            reading = await reader.read_all(png)
            read = time.perf_counter()
            boxes = covers(reading, detection.find_read(reading.text), WIDTH, HEIGHT)
            sent = codec.covered(png, [box.rect for box in boxes]).data
            result.reading.append(read - begun)
            result.painting.append(time.perf_counter() - read)
            _count(result, shown, boxes, sent)
    finally:
        await reader.aclose()
    return result


def _count(result: Found, shown: Screen, boxes: tuple[Cover, ...], sent: bytes) -> None:
    with Image.open(BytesIO(sent)) as opened:
        pixels = opened.convert("RGB")
    for secret in shown.planted:
        words = [secret.kind.value, f"{secret.size} px", shown.style, "dark" if shown.dark else "light", "all"]
        result.planted.update(words)
        if _is_solid(pixels, secret):
            result.hits.update(words)
    result.boxes += len(boxes)
    result.right += sum(
        any(not box.rect.intersection(ink).empty for secret in shown.planted for ink in secret.boxes) for box in boxes
    )


def _is_solid(pixels: Image.Image, secret: Planted) -> bool:
    """Every pixel of every line of it has one colour."""
    colours = [pixels.crop((ink.x, ink.y, ink.right, ink.bottom)).getextrema() for ink in secret.boxes]
    return all(low == high for extrema in colours for low, high in extrema)  # type: ignore[misc]


def measure() -> Iterator[Row]:
    found = asyncio.run(examine(_FIRST, _SCREENS))
    must = {word: found.recall(word) for word in _MUST}
    of = ", ".join(f"{word.replace('_', ' ')}s {found.hits[word]} of {found.planted[word]}" for word in _MUST)
    others = found.hits["all"] - sum(found.hits[word] for word in _MUST)
    planted = found.planted["all"] - sum(found.planted[word] for word in _MUST)
    precision = found.right / found.boxes
    yield Row(
        f"Keys, cards, private keys painted over, {_SCREENS} screens", "every box solid in the sent pixels",
        "generator's own boxes", f"{of}; all other kinds {others} of {planted}",
        f"{min(must.values()):.3f} recall", min(must.values()) == 1.0,
    )  # fmt: skip
    yield Row(
        "Boxes that cover a planted secret", "told", "generator's own boxes",
        f"{found.right} of {found.boxes}", f"{precision:.3f} precision", True,
    )  # fmt: skip
    reading, painting = median(found.reading), median(found.painting)
    yield Row(
        "Redaction after Enter, picture read while typing", f"≤ {_ADDED * 1000:.0f} ms",
        f"reader alone: {reading * 1000:.0f} ms", f"{painting * 1000:.0f} ms",
        f"{painting / _ADDED:.2f}", painting <= _ADDED,
    )  # fmt: skip


def _table(found: Found) -> str:
    lines = ["| What | Planted | Solid in the sent pixels | Recall |", "| --- | --- | --- | --- |"]
    for word in sorted(found.planted, key=lambda word: (word.split()[-1] == "px", word.rjust(12))):
        lines.append(f"| {word} | {found.planted[word]} | {found.hits[word]} | {found.recall(word):.3f} |")
    lines.append(
        f"\nBoxes: {found.boxes}, of them {found.right} over a secret: precision {found.right / found.boxes:.3f}."
    )
    lines.append(f"Reading {median(found.reading):.2f} s, detecting and painting {median(found.painting):.3f} s each.")
    return "\n".join(lines)


if __name__ == "__main__":
    print(_table(asyncio.run(examine(_FIRST, int(sys.argv[1]) if sys.argv[1:] else _SCREENS))))
