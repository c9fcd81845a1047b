"""A structured question from its place in the history to its result, and what the history says of every end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kireji.core.errors import KirejiError, Overloaded
from kireji.core.extraction.sheets import Extraction, Sheet
from kireji.core.history import ConversationSetup, StoredConversation
from kireji.core.messages import MessageState, StopReason
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import AnswerUnusable, Asker, StructuredAnswer, StructuredQuestion
from kireji.services.structured.turn import Made, Outcome
from tests.fakes.provider import FakeProvider, Hold, Step, answer
from tests.fakes.world import World

QUESTION = StructuredQuestion(AnswerForm.TABLE, "As a table", "Take it out.", "words", b'{"type":"object"}')


async def make(answer: StructuredAnswer) -> Made:
    return Made(answer.refusal or f"Made of {answer.data}", Extraction(()))


class Scene:
    """A world that answers one after the other."""

    def __init__(self, *turns: list[Step]) -> None:
        self.world = World(remote=FakeProvider(*turns))
        services = self.world.services()
        self.live = services.chat.live
        self.turns = services.habits().extraction._turns
        self.began: list[int] = []

    async def run(self, asker: Asker | None = None, making: Any = make) -> Outcome:
        return await self.turns.run(QUESTION, asker or Asker(), making, began=self.began.append)

    async def conversation(self) -> StoredConversation:
        found = await self.world.conversations.load(1)
        assert found is not None
        return found


async def test_question_answer_and_values_are_kept_and_given() -> None:
    scene = Scene(answer('{"a": 1}'))
    outcome = await scene.run()
    question, kept = (await scene.conversation()).messages
    assert (question.message.text, kept.message.text) == ("As a table", "Made of {'a': 1}")
    assert (outcome.words, outcome.conversation, outcome.message) == (kept.message.text, 1, kept.id)
    assert scene.began == [1]
    assert await scene.world.results.find(kept.id) == outcome.result


async def named(data: StructuredAnswer) -> Made:
    return Made("Bill", Extraction((Sheet("Bill", (), ()),)))


async def test_a_conversation_is_named_after_what_came_of_its_first_question() -> None:
    scene = Scene(answer("{}"), answer("{}"))
    outcome = await scene.run(making=named)
    assert (await scene.conversation()).summary.title == "Table: Bill"
    await scene.world.conversations.suggest_title(1, "Another")
    await scene.run(Asker(conversation=outcome.conversation), making=named)
    assert (await scene.conversation()).summary.title == "Another"


async def test_a_conversation_that_the_person_has_named_meanwhile_keeps_that_name() -> None:
    hold = Hold()
    scene = Scene([hold, *answer("{}")])
    async with asyncio.TaskGroup() as group:
        group.create_task(scene.run(making=named))
        await hold.reached.wait()
        await scene.world.conversations.rename(1, "Mine")
        hold.release()
    assert (await scene.conversation()).summary.title == "Mine"


async def test_the_question_stands_in_the_history_before_anything_leaves() -> None:
    hold = Hold()
    scene = Scene([hold, *answer("{}")])
    async with asyncio.TaskGroup() as group:
        group.create_task(scene.run())
        await hold.reached.wait()
        assert [message.message.text for message in (await scene.conversation()).messages] == ["As a table", ""]
        hold.release()


async def test_where_nothing_is_to_be_kept_nothing_is() -> None:
    scene = Scene(answer("{}"))
    outcome = await scene.run(Asker(keep=False))
    assert (outcome.conversation, outcome.message, scene.began) == (None, None, [])
    assert await scene.world.conversations.load(1) is None
    assert scene.world.results.kept == {}


async def test_a_refusal_is_made_sense_of_like_an_answer() -> None:
    scene = Scene(answer(reason=StopReason.REFUSAL))
    outcome = await scene.run()
    assert "declined" in outcome.words
    assert (await scene.conversation()).messages[-1].state is MessageState.COMPLETE


async def test_a_failure_is_raised_and_the_history_says_it() -> None:
    scene = Scene([Overloaded("Too busy.")])
    with pytest.raises(Overloaded):
        await scene.run(Asker("anthropic"))
    kept = (await scene.conversation()).messages[-1]
    assert (kept.state, "Too busy." in kept.error) == (MessageState.FAILED, True)


async def test_of_an_answer_that_cannot_be_used_the_history_has_what_came() -> None:
    scene = Scene(answer("no"), answer("still no"))
    with pytest.raises(AnswerUnusable):
        await scene.run()
    kept = (await scene.conversation()).messages[-1]
    assert (kept.state, kept.message.text) == (MessageState.FAILED, "still no")


async def test_a_stop_is_written_down() -> None:
    hold = Hold()
    scene = Scene([hold])
    async with asyncio.TaskGroup() as group:
        task = group.create_task(scene.run())
        await hold.reached.wait()
        found = scene.live.find(1)
        assert found is not None
        found.control.stop()
    assert task.cancelled()
    assert (await scene.conversation()).messages[-1].state is MessageState.STOPPED
    assert scene.world.remote.open == 0


async def test_a_command_that_is_broken_off_was_stopped_by_the_person() -> None:
    hold = Hold()
    scene = Scene([hold])
    async with asyncio.TaskGroup() as group:
        task = group.create_task(scene.run())
        await hold.reached.wait()
        task.cancel()
    assert (await scene.conversation()).messages[-1].state is MessageState.STOPPED


async def test_what_a_window_shows_and_nobody_has_stopped_was_interrupted() -> None:
    hold = Hold()
    scene = Scene([hold])
    events: list[object] = []
    async with asyncio.TaskGroup() as group:
        task = group.create_task(scene.run(Asker(tell=events.append)))
        await hold.reached.wait()
        task.cancel()
    assert task.cancelled()
    assert (await scene.conversation()).messages[-1].state is MessageState.INTERRUPTED


async def test_an_answer_of_which_no_sense_can_be_made_is_a_failure_in_the_history() -> None:
    async def unable(_: StructuredAnswer) -> Made:
        raise KirejiError("It has no table.")

    scene = Scene(answer("{}"))
    with pytest.raises(KirejiError):
        await scene.run(making=unable)
    kept = (await scene.conversation()).messages[-1]
    assert (kept.state, kept.error) == (MessageState.FAILED, "It has no table.")


async def test_it_can_be_talked_about_further() -> None:
    scene = Scene(answer("{}"), answer("{}"))
    first = await scene.run()
    await scene.run(Asker(conversation=first.conversation))
    assert len((await scene.conversation()).messages) == 4


async def test_whom_the_person_has_chosen_for_a_conversation_is_asked_in_it() -> None:
    scene = Scene(answer("{}"), answer("{}"))
    first = await scene.run()
    await scene.world.conversations.configure(1, ConversationSetup("anthropic", "another-model"))
    await scene.run(Asker(conversation=first.conversation))
    assert [request.model for request in scene.world.remote.encoded] == ["fake-model", "another-model"]
