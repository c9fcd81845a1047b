"""Pictures are looked through before anyone asks about them."""

from __future__ import annotations

import asyncio

import pytest

from kireji.core.errors import ReaderError
from kireji.core.ports import EncodedPicture
from kireji.ui.aio import TaskScope
from kireji.ui.looking_ahead import Looked, LookingAhead
from tests.fakes.reader import FakeReader
from tests.fakes.world import World

pytestmark = pytest.mark.qt

PICTURE = EncodedPicture(b"\x89PNG picture", "image/png", 400, 300)


def failed(error: BaseException) -> None:
    raise error


async def settled(scope: TaskScope, name: str) -> None:
    for _ in range(20):  # the fakes need no time, only turns of the loop
        await asyncio.sleep(0)
    assert not scope.running(name)


async def test_a_picture_is_looked_through_when_it_is_stored() -> None:
    world, scope = World(redacts=True), TaskScope("test", failed)
    services = world.services()
    looking = LookingAhead(services.capture, services.outbox.redaction, scope)
    changes: list[Looked] = []
    looking.changed.subscribe(lambda blob: changes.append(looking.how_far(blob)))
    part = await services.capture.store(PICTURE)
    await settled(scope, f"look through {part.blob}")
    assert services.outbox.redaction is not None
    assert services.outbox.redaction.covers(part.blob) == ()
    assert (changes[0], changes[-1]) == (Looked.NOW, Looked.DONE)
    assert looking.how_far(part.blob) is Looked.DONE
    await scope.aclose()


async def test_a_picture_that_is_thrown_away_is_not() -> None:
    world, scope = World(redacts=True), TaskScope("test", failed)
    services = world.services()
    looking = LookingAhead(services.capture, services.outbox.redaction, scope)
    part = await services.capture.store(PICTURE)
    await services.capture.discard(part)
    await settled(scope, f"look through {part.blob}")
    assert world.reader.pictures == []
    assert looking.how_far(part.blob) is Looked.NOT
    await scope.aclose()


async def test_a_picture_that_cannot_be_read_is_said_with_the_question() -> None:
    world, scope = World(reader=FakeReader([], error=ReaderError("It stopped.")), redacts=True), TaskScope("t", failed)
    services = world.services()
    looking = LookingAhead(services.capture, services.outbox.redaction, scope)
    part = await services.capture.store(PICTURE)
    await settled(scope, f"look through {part.blob}")
    assert services.outbox.redaction is not None
    assert services.outbox.redaction.covers(part.blob) is None
    assert looking.how_far(part.blob) is Looked.NOT
    await scope.aclose()


async def test_without_redaction_nothing_is_looked_through() -> None:
    world, scope = World(), TaskScope("test", failed)
    services = world.services()
    looking = LookingAhead(services.capture, services.outbox.redaction, scope)
    part = await services.capture.store(PICTURE)
    assert world.reader.pictures == []
    assert looking.how_far(part.blob) is Looked.NOT
    await scope.aclose()
