"""Where pictures were cut out, in a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kireji.core.capture_places import Placed
from kireji.core.geometry import Rect
from kireji.core.messages import ImagePart, Message, Role
from kireji.core.ports import EncodedPicture
from kireji.storage.capture_places import SqliteCapturePlaces
from kireji.storage.captures import FileCaptureStore
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database

PLACE = Rect(-1920, 40, 800, 600)


class Disk:
    """Pictures, places and conversations in one folder."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.time = datetime(2026, 11, 29, tzinfo=UTC)
        self.captures = FileCaptureStore(folder / "captures", database)
        self.conversations = SqliteConversationStore(database, lambda _: True, captures=self.captures)
        self.places = SqliteCapturePlaces(database, self.now)

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    async def cut(self, data: bytes, place: Rect = PLACE) -> ImagePart:
        image = await self.captures.put(EncodedPicture(data, "image/png", 800, 600))
        self.places.note(image.blob, place)
        return image

    async def asked(self, data: bytes, place: Rect = PLACE) -> tuple[ImagePart, int]:
        image = await self.cut(data, place)
        summary, _ = await self.conversations.create("Title", Message(Role.USER, (image,)))
        return image, summary.id


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    database = await Database.open(tmp_path / "kireji.db")
    yield Disk(tmp_path, database)
    await database.close()


async def test_a_picture_keeps_its_place(disk: Disk) -> None:
    image = await disk.cut(b"one")
    assert await disk.places.place_of(image.blob) == PLACE
    assert await disk.places.place_of("0" * 64) is None


async def test_the_last_picture_of_a_place_is_found(disk: Disk) -> None:
    await disk.asked(b"one")
    image, _ = await disk.asked(b"two")
    await disk.asked(b"elsewhere", Rect(0, 0, 800, 600))
    assert await disk.places.last(PLACE) == Placed(image, PLACE)


async def test_nearly_the_same_place_counts_and_gives_its_own(disk: Disk) -> None:
    image, _ = await disk.asked(b"one")
    near = Rect(-1915, 30, 810, 605)
    assert await disk.places.last(near) == Placed(image, PLACE)


@pytest.mark.parametrize("place", [Rect(-1920, 40, 400, 600), Rect(-1700, 40, 800, 600), Rect(-1920, 40, 1600, 1200)])
async def test_another_place_does_not_count(disk: Disk, place: Rect) -> None:
    await disk.asked(b"one")
    assert await disk.places.last(place) is None


async def test_without_a_place_the_last_of_all_is_found(disk: Disk) -> None:
    assert await disk.places.last() is None
    await disk.asked(b"one")
    image, _ = await disk.asked(b"elsewhere", Rect(0, 0, 80, 60))
    assert await disk.places.last() == Placed(image, Rect(0, 0, 80, 60))


async def test_what_nobody_asked_about_is_no_earlier_picture(disk: Disk) -> None:
    await disk.cut(b"one")
    assert await disk.places.last(PLACE) is None


async def test_what_lies_in_the_bin_is_no_earlier_picture(disk: Disk) -> None:
    _, conversation = await disk.asked(b"one")
    await disk.conversations.remove(conversation)
    assert await disk.places.last(PLACE) is None


async def test_the_place_goes_with_the_picture(disk: Disk) -> None:
    image = await disk.cut(b"one")
    await disk.captures.discard(image)
    assert await disk.places.place_of(image.blob) is None


async def test_a_picture_that_is_gone_already_gets_no_place(disk: Disk) -> None:
    disk.places.note("0" * 64, PLACE)
    assert await disk.places.place_of("0" * 64) is None


async def test_the_same_bytes_have_the_place_where_they_were_seen_last(disk: Disk) -> None:
    await disk.asked(b"one")
    image = await disk.cut(b"one", Rect(5, 5, 800, 600))
    assert await disk.places.place_of(image.blob) == Rect(5, 5, 800, 600)
