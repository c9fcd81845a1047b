from __future__ import annotations

import asyncio

import pytest

from kireji.core.errors import ConnectionFailed, KirejiError
from kireji.core.events import PartDelta
from kireji.core.messages import MessageState, Role
from kireji.services.turns import AnswerBegins, AnswerEnds, Question, QuestionSaved, TurnEvent
from tests.fakes.provider import Hold, answer
from tests.fakes.services import FakeSurroundings


def ignore(_event: TurnEvent) -> None:
    return


def words(events: list[TurnEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, PartDelta))


@pytest.fixture
def below() -> FakeSurroundings:
    return FakeSurroundings().with_key()


async def test_a_running_turn_can_be_joined_from_its_beginning(below: FakeSurroundings) -> None:
    services, hold = below.build(), Hold()
    steps = answer("one ", "two")
    below.provider.enqueue([*steps[:3], hold, *steps[3:]])
    seen: list[TurnEvent] = []
    async with asyncio.TaskGroup() as group:
        group.create_task(services.chat.ask(Question("why"), ignore))
        await hold.reached.wait()
        turn = services.chat.live.find(1)
        assert turn is not None
        turn.attach(seen.append)
        assert words(seen) == "one "
        hold.release()
    assert isinstance(seen[0], QuestionSaved)
    assert isinstance(seen[1], AnswerBegins)
    assert words(seen) == "one two"
    assert isinstance(seen[-1], AnswerEnds)


async def test_leaving_a_turn_does_not_stop_it(below: FakeSurroundings) -> None:
    services, hold = below.build(), Hold()
    steps = answer("one ", "two")
    below.provider.enqueue([*steps[:3], hold, *steps[3:]])
    seen: list[TurnEvent] = []
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(services.chat.ask(Question("why"), ignore))
        await hold.reached.wait()
        turn = services.chat.live.find(1)
        assert turn is not None
        turn.attach(seen.append)()
        hold.release()
    assert words(seen) == "one "
    assert asked.result().state is MessageState.COMPLETE


async def test_the_beginning_and_the_end_of_a_turn_are_published(below: FakeSurroundings) -> None:
    services = below.build()
    below.provider.enqueue(answer("x"))
    running: list[tuple[int, bool]] = []
    live = services.chat.live
    live.changed.subscribe(lambda number: running.append((number, live.find(number) is not None)))
    await services.chat.ask(Question("why"), ignore)
    assert running == [(1, True), (1, False)]


async def test_whoever_joins_can_stop_the_turn(below: FakeSurroundings) -> None:
    services, hold = below.build(), Hold()
    below.provider.enqueue([*answer("one")[:3], hold])
    asked = asyncio.get_running_loop().create_task(services.chat.ask(Question("why"), ignore))
    await hold.reached.wait()
    turn = services.chat.live.find(1)
    assert turn is not None
    turn.control.stop()
    with pytest.raises(asyncio.CancelledError):
        await asked
    stored = await below.conversations.load(1)
    assert stored is not None
    assert stored.messages[-1].state is MessageState.STOPPED


async def test_asking_again_stores_no_second_question(below: FakeSurroundings) -> None:
    services = below.build()
    below.provider.enqueue([ConnectionFailed("Not reached.")], answer("there"))
    failed = await services.chat.ask(Question("why"), ignore)
    await services.chat.ask(Question("", conversation=1, again=failed.parent), ignore)
    stored = await below.conversations.load(1)
    assert stored is not None
    assert [(one.message.role, one.message.text) for one in stored.messages] == [
        (Role.USER, "why"),
        (Role.ASSISTANT, "there"),
    ]
    assert [message.text for message in below.provider.encoded[-1].messages] == ["why"]


async def test_only_a_question_of_that_conversation_is_asked_again(below: FakeSurroundings) -> None:
    services = below.build()
    below.provider.enqueue(answer("x"))
    await services.chat.ask(Question("why"), ignore)
    with pytest.raises(KirejiError, match="no longer"):
        await services.chat.ask(Question("", conversation=1, again=99), ignore)
