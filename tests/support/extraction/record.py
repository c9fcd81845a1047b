"""Records the documents of `recorded` anew: `python -m tests.support.extraction.record`."""

from __future__ import annotations

import asyncio
import io
import random

import msgspec

from kireji.reader.client import ReaderProcess
from tests.support.extraction.documents import any_document
from tests.support.extraction.planting import plant
from tests.support.extraction.recorded import FILE, Recorded

_NUMBERS = (0, 2, 3, 4, 7, 9, 10, 11, 15, 17, 20, 23)


async def main() -> None:
    """Draw them, read them, write them down."""
    reader = ReaderProcess()
    try:
        lines = [msgspec.json.encode(await _one(reader, number)) for number in _NUMBERS]
    finally:
        await reader.aclose()
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(b"".join(line + b"\n" for line in lines))


async def _one(reader: ReaderProcess, number: int) -> Recorded:
    rng = random.Random(f"recorded {number}")
    made = any_document(rng, number)
    plant(rng, made.document, 2)
    out = io.BytesIO()
    made.picture.save(out, "PNG")
    return Recorded.of(made.document, await reader.read_all(out.getvalue()))


if __name__ == "__main__":
    asyncio.run(main())
