"""What every reader promises, on the fake and on the real worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from kireji.core.errors import ReaderError
from kireji.core.ports import Reader
from kireji.reader.client import ReaderProcess
from tests.fakes.reader import FakeReader

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURE = (Path(__file__).parents[2] / "resources" / "examples" / "error.png").read_bytes()


def _make(kind: str) -> Reader:
    return ReaderProcess() if kind == "real" else FakeReader(("Traceback", "KeyError: 'REGION'"))


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["fake", "real"])
async def reader(request: pytest.FixtureRequest) -> AsyncIterator[Reader]:
    reader = _make(request.param)
    yield reader
    await reader.aclose()


async def test_says_that_it_can_work(reader: Reader) -> None:
    assert (await reader.availability()).ok


async def test_yields_the_lines_of_a_picture(reader: Reader) -> None:
    async with aclosing(reader.read(PICTURE)) as lines:
        found = [line.text async for line in lines]
    assert "KeyError: 'REGION'" in found


async def test_every_line_has_a_score_and_a_box_inside_the_picture(reader: Reader) -> None:
    width, height = Image.open(BytesIO(PICTURE)).size
    for line in (await reader.read_all(PICTURE)).lines:
        left, top, right, bottom = line.box
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        assert 0 <= line.score <= 1


async def test_bytes_that_are_no_picture_are_refused_in_a_sentence(reader: Reader) -> None:
    with pytest.raises(ReaderError) as caught:
        await reader.read_all(b"this is not a picture")
    assert caught.value.message.endswith(".")
    assert caught.value.hint.endswith(".")


async def test_is_usable_after_a_refused_picture(reader: Reader) -> None:
    with pytest.raises(ReaderError):
        await reader.read_all(b"")
    assert (await reader.read_all(PICTURE)).lines


async def test_is_usable_after_leaving_early(reader: Reader) -> None:
    async with aclosing(reader.read(PICTURE)) as lines:
        await anext(lines)
    assert (await reader.read_all(PICTURE)).lines


async def test_answers_two_questions_at_once(reader: Reader) -> None:
    first, second = await asyncio.gather(reader.read_all(PICTURE), reader.read_all(PICTURE))
    assert first == second


@pytest.mark.parametrize("kind", ["fake", "real"])
async def test_refuses_to_read_when_closed(kind: str) -> None:
    closed = _make(kind)
    await closed.aclose()
    with pytest.raises(ReaderError):
        await closed.read_all(PICTURE)


@pytest.mark.parametrize("kind", ["fake", "real"])
async def test_closing_twice_is_harmless(kind: str) -> None:
    closed = _make(kind)
    await closed.warm()
    await closed.aclose()
    await closed.aclose()
