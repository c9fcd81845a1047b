"""A few generated documents as the real reader has read them, so that they are at hand without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from kireji.core.reading import Reading
from kireji.core.word_boxes import Box
from tests.support.extraction.documents import Document, Place

FILE = Path(__file__).parents[2] / "data" / "extraction" / "documents.jsonl"


class Recorded(msgspec.Struct, frozen=True):
    """One document with its reading.

    Args:
        name: Which.
        answer: What the model says.
        boxes: Cells that stand on the picture, with their box.
        planted: Cells that do not, with what was done.
        reading: What the reader found.
    """

    name: str
    answer: dict[str, Any]
    boxes: tuple[tuple[Place, Box], ...]
    planted: tuple[tuple[Place, str], ...]
    reading: Reading

    @classmethod
    def of(cls, document: Document, reading: Reading) -> Recorded:
        """A document and its reading."""
        boxes, planted = tuple(document.boxes.items()), tuple(document.planted.items())
        return cls(f"{document.name} ({document.country})", document.answer, boxes, planted, reading)


def recorded() -> list[Recorded]:
    """All of them."""
    return [msgspec.json.decode(line, type=Recorded) for line in FILE.read_bytes().splitlines()]
