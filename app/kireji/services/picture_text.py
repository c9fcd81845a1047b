"""The text in a picture, for models that cannot see."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from kireji.core.messages import Sha256
from kireji.core.ports import Reader

LABEL = "Text in the picture, read on this computer:"
_KEPT = 64
"""Texts in memory; a picture is read again when it has fallen out."""


class PictureText:
    """Reads each picture once, so that what is sent again with every question stays the same to the byte.

    Args:
        reader: This computer's text reader.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._texts: OrderedDict[Sha256, str] = OrderedDict()
        self._reading = asyncio.Lock()

    async def of(self, blob: Sha256, picture: bytes) -> str:
        """What a model is told in the place of a picture.

        Args:
            blob: The picture's name.
            picture: Its bytes.

        Raises:
            ReaderError: It could not be read.
        """
        async with self._reading:
            if blob not in self._texts:
                reading = await self._reader.read_all(picture)
                self._texts[blob] = _told([line.text for line in reading.lines])
            self._texts.move_to_end(blob)
            while len(self._texts) > _KEPT:
                self._texts.popitem(last=False)
            return self._texts[blob]


def _told(lines: list[str]) -> str:
    text = "\n".join(" ".join(line.splitlines()) for line in lines).strip()
    if not text:
        return f"{LABEL} no text was found in it."
    fence = "`" * max(3, _longest_run(text) + 1)  # what a hostile picture says cannot end the block it stands in
    return f"{LABEL}\n{fence}text\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest
