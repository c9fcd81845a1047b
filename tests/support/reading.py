"""What is written on a screen, read with the project's own reader."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import Image

from kireji.reader.client import ReaderProcess
from tests.support.x11 import XClient


def screenshot(client: XClient, x: int, y: int, width: int, height: int) -> bytes:
    """A region of the screen as PNG."""
    pixels = client.pixels(x, y, width, height)
    picture = Image.frombytes("RGB", (width, height), pixels, "raw", "BGRX")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def words_on(client: XClient, x: int, y: int, width: int, height: int) -> str:
    """All text in a region of the screen, one line per row."""

    async def read(picture: bytes) -> str:
        reader = ReaderProcess()
        try:
            return (await reader.read_all(picture)).text
        finally:
            await reader.aclose()

    return asyncio.run(read(screenshot(client, x, y, width, height)))


@contextmanager
def reading(client: XClient) -> Iterator[Callable[[int, int, int, int], str]]:
    """The same with one reader for many looks: starting it takes longer than reading."""
    reader = ReaderProcess()
    with asyncio.Runner() as runner:
        try:
            yield lambda *place: runner.run(reader.read_all(screenshot(client, *place))).text
        finally:
            runner.run(reader.aclose())
