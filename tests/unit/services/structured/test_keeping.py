"""Structured questions and answers in the history: the question first, the answer whole or with why there is none."""

from __future__ import annotations

import asyncio

import pytest

from kireji.core.errors import ConnectionFailed, KirejiError
from kireji.core.extraction.sheets import Extraction
from kireji.core.history import StoredConversation
from kireji.core.messages import ImagePart, MessageState, Usage
from kireji.core.structured.questions import Asker, StructuredAnswer
from kireji.services.structured.keeping import AnswerKeeping
from tests.fakes.habits import MemoryResultStore
from tests.fakes.history import MemoryConversationStore

PICTURE = ImagePart("a" * 64, "image/png", 10, 10)
ANSWER = StructuredAnswer({}, "anthropic", "m", usage=Usage(10, 2, cost=0.1), note="Asked instead of another.")


class Scene:
    """A history, empty at first."""

    def __init__(self) -> None:
        self.conversations = MemoryConversationStore()
        self.results = MemoryResultStore()
        self.keeping = AnswerKeeping(self.conversations, self.results)

    async def conversation(self, number: int = 1) -> StoredConversation:
        found = await self.conversations.load(number)
        assert found is not None
        return found


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_question_begins_a_conversation_with_its_words_as_title(scene: Scene) -> None:
    place = await scene.keeping.begin("Take out\nthe   table", (PICTURE,), Asker("anthropic", "m"))
    conversation = await scene.conversation(place.conversation)
    assert conversation.summary.title == "Take out the table"
    [question] = conversation.messages
    assert (question.message.text, question.message.images) == ("Take out\nthe   table", (PICTURE,))
    assert question.id == place.question


async def test_a_long_title_is_cut(scene: Scene) -> None:
    await scene.keeping.begin("word " * 1_000, (), Asker())
    title = (await scene.conversation()).summary.title
    assert len(title) <= 60
    assert title.endswith("…")


async def test_a_question_joins_a_conversation_at_its_end(scene: Scene) -> None:
    first = await scene.keeping.begin("One", (), Asker())
    await scene.keeping.end(first, ANSWER, "Answer", Extraction(()))
    second = await scene.keeping.begin("Two", (), Asker(conversation=first.conversation))
    assert second.conversation == first.conversation
    texts = [message.message.text for message in (await scene.conversation()).messages]
    assert texts == ["One", "Answer", "Two"]


async def test_a_conversation_that_is_not_there_is_told(scene: Scene) -> None:
    with pytest.raises(KirejiError, match="no conversation 7"):
        await scene.keeping.begin("One", (), Asker(conversation=7))


async def test_an_answer_is_kept_with_who_gave_it_what_it_used_and_its_values(scene: Scene) -> None:
    place = await scene.keeping.begin("One", (), Asker())
    stored = await scene.keeping.end(place, ANSWER, "**Words**", Extraction(()))
    answer = (await scene.conversation()).messages[-1]
    assert (answer.id, answer.message.text, answer.state) == (stored.id, "**Words**", MessageState.COMPLETE)
    assert (answer.provider, answer.model, answer.usage) == ("anthropic", "m", ANSWER.usage)
    assert answer.error == ANSWER.note
    assert await scene.results.find(stored.id) == Extraction(())


async def test_a_failure_is_kept_with_its_sentence_and_what_had_come(scene: Scene) -> None:
    place = await scene.keeping.begin("One", (), Asker())
    await scene.keeping.fail(place, ConnectionFailed("It is gone.", "Try again."), '{"cut')
    answer = (await scene.conversation()).messages[-1]
    assert (answer.state, answer.message.text) == (MessageState.FAILED, '{"cut')
    assert answer.error == "It is gone. Try again."
    assert scene.results.kept == {}


async def test_a_stop_is_kept(scene: Scene) -> None:
    place = await scene.keeping.begin("One", (), Asker())
    await scene.keeping.stop(place)
    assert (await scene.conversation()).messages[-1].state is MessageState.STOPPED


async def test_an_answer_that_is_being_written_down_is_written_although_its_task_is_cancelled(scene: Scene) -> None:
    place = await scene.keeping.begin("One", (), Asker())
    waiting = asyncio.Event()
    go_on = asyncio.Event()
    append = scene.conversations.append

    async def slow(*arguments: object, **more: object) -> object:
        waiting.set()
        await go_on.wait()
        return await append(*arguments, **more)  # type: ignore[arg-type] # passed on as they came

    scene.conversations.append = slow  # type: ignore[method-assign, assignment] # the slow disk of this test
    async with asyncio.TaskGroup() as group:
        task = group.create_task(scene.keeping.end(place, ANSWER, "Words", Extraction(())))
        await waiting.wait()
        task.cancel()
        go_on.set()
    assert task.cancelled()
    assert (await scene.conversation()).messages[-1].message.text == "Words"
