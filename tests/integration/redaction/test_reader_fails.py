"""A reader that is killed or hangs while a question waits for it: nothing leaves by itself, and nothing is left."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from kireji.core.messages import ImagePart, MessageState
from kireji.core.ports import EncodedPicture
from kireji.reader.client import ReaderProcess
from kireji.services.redaction import Asked
from kireji.services.turns import Question, TurnControl, TurnEvent
from tests.integration.reader.children import ended
from tests.integration.redaction.scene import Scene, scene_of, will_say
from tests.integration.tools.test_loop import Model, anthropic
from tests.support.planted import HEIGHT, WIDTH, screen

__all__ = ["anthropic"]


class Halted(NamedTuple):
    """A program whose real reader does not run any more, and its question."""

    scene: Scene
    reader: ReaderProcess
    worker: int
    question: Question
    model: Model

    async def reading(self) -> None:
        """Return when a picture waits for the worker."""
        while not self.reader._turn.locked():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0)

    async def left(self) -> tuple[int, int]:
        """How many questions the service has received, and how many stand in the ledger."""
        received = [one for one in self.model.service.requests if one.method == "POST"]
        rows = await self.scene.services.ledger.recent(100)
        return len(received), sum(row.purpose == "answer" for row in rows)


@asynccontextmanager
async def halted(model: Model, home: Path, silence: float) -> AsyncIterator[Halted]:
    reader = ReaderProcess(silence_seconds=silence)
    async with scene_of(model, home, reader) as scene:
        shown = screen(4)
        picture = EncodedPicture(shown.png, "image/png", WIDTH, HEIGHT)
        image: ImagePart = await scene.services.capture.store(picture)
        await reader.warm()
        assert reader.pid is not None
        worker = reader.pid
        os.kill(worker, signal.SIGSTOP)
        yield Halted(scene, reader, worker, replace(model.question, text="What is it?", images=(image,)), model)


async def test_a_reader_that_hangs_sends_nothing_and_is_ended(anthropic: Model, tmp_path: Path) -> None:
    async with halted(anthropic, tmp_path, silence=0.3) as here:
        stored, _ = await here.scene.ask(here.question)
        assert (stored.state, await here.left()) == (MessageState.FAILED, (0, 0))
        assert "nothing was sent" in stored.error
        await ended(here.worker)
        assert (await here.scene.services.spending.today()).running == 0


@pytest.mark.parametrize(("said", "leaves"), [(True, 1), (False, 1), (None, 0)])
async def test_a_reader_that_is_killed_is_asked_about(
    anthropic: Model, tmp_path: Path, said: bool | None, leaves: int
) -> None:
    async with halted(anthropic, tmp_path, silence=60) as here:
        asked: list[Asked] = []

        async def person(question: Asked) -> bool | None:
            asked.append(question)
            assert await here.left() == (0, 0)
            return said

        here.scene.redaction.asker = person
        will_say(anthropic.service, "A screen.")
        async with asyncio.TaskGroup() as group:
            group.create_task(here.scene.ask(here.question))
            await here.reading()
            os.kill(here.worker, signal.SIGKILL)
        assert [one.unread for one in asked] == [(here.question.images[0].blob,)]
        assert "stopped unexpectedly" in asked[0].problem
        assert await here.left() == (leaves, leaves)


async def test_a_question_that_waits_for_a_reader_that_hangs_can_be_stopped(anthropic: Model, tmp_path: Path) -> None:
    async with halted(anthropic, tmp_path, silence=60) as here:
        control = TurnControl()
        seen: list[TurnEvent] = []
        async with asyncio.TaskGroup() as group:
            turn = group.create_task(here.scene.services.chat.ask(here.question, seen.append, control))
            await here.reading()
            control.stop()
        assert turn.cancelled()
        await ended(here.worker)
        loaded = await here.scene.services.conversations.load(1)
        assert loaded is not None
        assert loaded.messages[-1].state is MessageState.STOPPED
        assert await here.left() == (0, 0)
        assert here.scene.services.chat.live.running == 0
        assert (await here.scene.services.spending.today()).running == 0
        will_say(anthropic.service, "A screen.")
        stored, _ = await here.scene.ask(replace(anthropic.question, text="And without?", conversation=None))
        assert stored.state is MessageState.COMPLETE
