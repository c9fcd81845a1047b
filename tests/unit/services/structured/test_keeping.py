"""Structured questions and answers in the history: the question first, the answer whole or with why there is none."""

from __future__ import annotations

import asyncio

import pytest

from kireji.core.errors import ConnectionFailed, KirejiError
from kireji.core.extraction.sheets import Extraction
from kireji.core.history import Origin, StoredConversation
from kireji.core.messages import ImagePart, MessageState, Usage
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker, StructuredAnswer, StructuredQuestion
from kireji.services.structured.keeping import AnswerKeeping
from tests.fakes.habits import MemoryResultStore
from tests.fakes.history import MemoryConversationStore

PICTURE = ImagePart("a" * 64, "image/png", 10, 10)
ANSWER = StructuredAnswer({}, "anthropic", "m", usage=Usage(10, 2, cost=0.1), note="Asked instead of another.")
ORIGIN = Origin(1, "now")


def asked(words: str, *images: ImagePart) -> StructuredQuestion:
    return StructuredQuestion(AnswerForm.TABLE, words, "", "", b"{}", images, asked=AskedForm(AnswerForm.TABLE, "wish"))


class Scene:
    """A history, empty at first."""

    def __init__(self) -> None:
        self.conversations = MemoryConversationStore()
        self.results = MemoryResultStore()
        self.keeping = AnswerKeeping(self.conversations, self.results, ORIGIN)

    async def conversation(self, number: int = 1) -> StoredConversation:
        found = await self.conversations.load(number)
        assert found is not None
        return found


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_question_begins_a_conversation_with_its_words_as_title(scene: Scene) -> None:
    place = await scene.keeping.begin(asked("Take out\nthe   table", PICTURE), Asker("anthropic", "m"))
    conversation = await scene.conversation(place.conversation)
    assert conversation.summary.title == "Take out the table"
    question, _ = conversation.messages
    assert (question.message.text, question.message.images) == ("Take out\nthe   table", (PICTURE,))
    assert question.id == place.question


async def test_a_long_title_is_cut(scene: Scene) -> None:
    await scene.keeping.begin(asked("word " * 1_000), Asker())
    title = (await scene.conversation()).summary.title
    assert len(title) <= 60
    assert title.endswith("…")


async def test_a_question_joins_a_conversation_at_its_end(scene: Scene) -> None:
    first = await scene.keeping.begin(asked("One"), Asker())
    await scene.keeping.end(first, ANSWER, "Answer", Extraction(()))
    second = await scene.keeping.begin(asked("Two"), Asker(conversation=first.conversation))
    assert second.conversation == first.conversation
    texts = [message.message.text for message in (await scene.conversation()).messages]
    assert texts == ["One", "Answer", "Two", ""]


async def test_a_conversation_that_is_not_there_is_told(scene: Scene) -> None:
    with pytest.raises(KirejiError, match="no conversation 7"):
        await scene.keeping.begin(asked("One"), Asker(conversation=7))


async def test_an_answer_is_kept_with_who_gave_it_what_it_used_and_its_values(scene: Scene) -> None:
    place = await scene.keeping.begin(asked("One"), Asker())
    stored = await scene.keeping.end(place, ANSWER, "**Words**", Extraction(()))
    answer = (await scene.conversation()).messages[-1]
    assert (answer.id, answer.message.text, answer.state) == (stored.id, "**Words**", MessageState.COMPLETE)
    assert (answer.provider, answer.model, answer.usage) == ("anthropic", "m", ANSWER.usage)
    assert answer.error == ANSWER.note
    assert await scene.results.find(stored.id) == Extraction(())


async def test_a_failure_is_kept_with_its_sentence_and_what_had_come(scene: Scene) -> None:
    place = await scene.keeping.begin(asked("One"), Asker())
    await scene.keeping.fail(place, ConnectionFailed("It is gone.", "Try again."), '{"cut')
    answer = (await scene.conversation()).messages[-1]
    assert (answer.state, answer.message.text) == (MessageState.FAILED, '{"cut')
    assert answer.error == "It is gone. Try again."
    assert scene.results.kept == {}


async def test_a_stop_is_kept(scene: Scene) -> None:
    place = await scene.keeping.begin(asked("One"), Asker())
    await scene.keeping.stop(place)
    assert (await scene.conversation()).messages[-1].state is MessageState.STOPPED


async def test_an_answer_that_is_being_written_down_is_written_although_its_task_is_cancelled(scene: Scene) -> None:
    place = await scene.keeping.begin(asked("One"), Asker())
    waiting = asyncio.Event()
    go_on = asyncio.Event()
    update = scene.conversations.update

    async def slow(*arguments: object, **more: object) -> object:
        waiting.set()
        await go_on.wait()
        return await update(*arguments, **more)  # type: ignore[arg-type] # passed on as they came

    scene.conversations.update = slow  # type: ignore[method-assign, assignment] # the slow disk of this test
    async with asyncio.TaskGroup() as group:
        task = group.create_task(scene.keeping.end(place, ANSWER, "Words", Extraction(())))
        await waiting.wait()
        task.cancel()
        go_on.set()
    assert task.cancelled()
    assert (await scene.conversation()).messages[-1].message.text == "Words"


async def test_until_it_is_there_the_answer_counts_as_interrupted_once_the_process_is_gone(scene: Scene) -> None:
    place = await scene.keeping.begin(asked("One"), Asker())
    assert (await scene.conversation()).messages[-1].state is MessageState.STREAMING
    scene.conversations._alive = lambda _: False
    answer = (await scene.conversation()).messages[-1]
    assert (answer.id, answer.state) == (place.answer.id, MessageState.INTERRUPTED)


async def test_what_is_asked_for_is_kept_beside_the_question(scene: Scene) -> None:
    place = await scene.keeping.begin(asked("One"), Asker())
    assert await scene.results.asked(place.question) == AskedForm(AnswerForm.TABLE, "wish")


async def test_a_question_that_is_asked_again_gets_a_second_answer_beside_the_first(scene: Scene) -> None:
    first = await scene.keeping.begin(asked("One"), Asker())
    await scene.keeping.end(first, ANSWER, "First", Extraction(()))
    second = await scene.keeping.begin(asked("One"), Asker(conversation=1, again=first.question))
    await scene.keeping.end(second, ANSWER, "Second", Extraction(()))
    assert second.question == first.question
    assert [one.message.text for one in (await scene.conversation()).messages] == ["One", "Second"]
    await scene.conversations.select(1, first.answer.id)
    assert [one.message.text for one in (await scene.conversation()).messages] == ["One", "First"]


async def test_an_edited_question_stands_beside_the_one_it_replaces(scene: Scene) -> None:
    await scene.keeping.begin(asked("Zero"), Asker())
    first = await scene.keeping.begin(asked("One"), Asker(conversation=1))
    second = await scene.keeping.begin(asked("Two"), Asker(conversation=1, edit=first.question))
    assert [one.message.text for one in (await scene.conversation()).messages] == ["Zero", "", "Two", ""]
    assert second.begun.message.parent == first.begun.message.parent


@pytest.mark.parametrize("row", [2, 99])
async def test_what_is_no_question_cannot_be_asked_again(scene: Scene, row: int) -> None:
    await scene.keeping.begin(asked("One"), Asker())
    with pytest.raises(KirejiError, match="no longer in this conversation"):
        await scene.keeping.begin(asked("One"), Asker(conversation=1, again=row))


async def test_a_question_that_is_stopped_while_it_is_written_down_leaves_no_open_row(scene: Scene) -> None:
    waiting = asyncio.Event()
    go_on = asyncio.Event()
    create = scene.conversations.create

    async def slow(*arguments: object, **more: object) -> object:
        waiting.set()
        await go_on.wait()
        return await create(*arguments, **more)  # type: ignore[arg-type] # passed on as they came

    scene.conversations.create = slow  # type: ignore[method-assign, assignment] # the slow disk of this test
    async with asyncio.TaskGroup() as group:
        task = group.create_task(scene.keeping.begin(asked("One"), Asker()))
        await waiting.wait()
        task.cancel()
        go_on.set()
    assert task.cancelled()
    assert (await scene.conversation()).messages[-1].state is MessageState.STOPPED
