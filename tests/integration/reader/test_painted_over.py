"""Pictures with planted secrets through the real reader: what leaves holds none of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
import pytest_asyncio
from PIL import Image

from kireji.core.covering import covers
from kireji.core.reading import Reading
from kireji.core.secrets.detection import Detection
from kireji.core.secrets.kinds import Kind
from kireji.imaging.codec import PillowCodec
from kireji.reader.client import ReaderProcess
from tests.support.planted import HEIGHT, WIDTH, Screen, screen

pytestmark = pytest.mark.asyncio(loop_scope="module")

MUST = (Kind.KEY, Kind.CARD, Kind.PRIVATE_KEY)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[ReaderProcess]:
    reader = ReaderProcess()
    yield reader
    await reader.aclose()


READ: dict[int, Reading] = {}


async def read(reader: ReaderProcess, number: int) -> Reading:
    """What the reader finds on a screen, which takes it seconds, so each is read once."""
    if number not in READ:
        READ[number] = await reader.read_all(screen(number).png)
    return READ[number]


def sent(shown: Screen, reading: Reading) -> Image.Image:
    boxes = covers(reading, Detection().find_read(reading.text), WIDTH, HEIGHT)
    painted = PillowCodec().covered(shown.png, [box.rect for box in boxes])
    return Image.open(BytesIO(painted.data)).convert("RGB")


@pytest.mark.parametrize("number", [4, 7, 13, 26])
async def test_every_key_card_and_private_key_is_solid_in_what_is_sent(reader: ReaderProcess, number: int) -> None:
    shown = screen(number)
    pixels = sent(shown, await read(reader, number))
    for secret in shown.planted:
        if secret.kind in MUST:
            for ink in secret.boxes:
                assert pixels.crop((ink.x, ink.y, ink.right, ink.bottom)).getextrema() == ((0, 0),) * 3, secret


async def test_the_reader_finds_nothing_of_it_in_what_is_sent(reader: ReaderProcess) -> None:
    shown = screen(7)
    buffer = BytesIO()
    sent(shown, await read(reader, 7)).save(buffer, "PNG")
    again = await reader.read_all(buffer.getvalue())
    assert not [one for one in Detection().find_read(again.text) if one.kind in MUST]


async def test_each_character_has_its_column(reader: ReaderProcess) -> None:
    reading = await read(reader, 4)
    for line in reading.lines:
        assert len(line.columns) == len(line.text)
        assert list(line.columns) == sorted(line.columns)
        assert all(line.box[0] <= column <= line.box[2] for column in line.columns)
