"""Writes structured questions and their answers into the history, like any other."""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple

import msgspec

from kireji.core.errors import KirejiError, StoreError
from kireji.core.history import ConversationSetup, ConversationSummary, Origin, StoredMessage
from kireji.core.history_ports import ConversationStore
from kireji.core.messages import Message, MessageState, Role, TextPart, Usage
from kireji.core.structured.questions import Asker, StructuredAnswer, StructuredQuestion
from kireji.core.structured.results import Result, ResultStore
from kireji.core.words import say
from kireji.services.structured.naming import title_of_result
from kireji.services.turns import QuestionSaved

log = logging.getLogger(__name__)

_TITLE_LENGTH = 60


class Place(NamedTuple):
    """Where a question stands.

    Args:
        conversation: Which conversation.
        question: Its row there.
        begun: Both as stored.
        answer: The answer's row, which counts as interrupted from the moment in which this process is gone.
    """

    conversation: int
    question: int
    begun: QuestionSaved
    answer: StoredMessage


class AnswerKeeping:
    """Keeps them: the question before anything leaves, the answer when it is whole or has failed.

    Args:
        conversations: The history.
        results: What is kept beside answers.
        origin: This process, written beside answers that are not there yet.
    """

    def __init__(self, conversations: ConversationStore, results: ResultStore, origin: Origin) -> None:
        self._conversations = conversations
        self._results = results
        self._origin = origin

    async def with_setup(self, asker: Asker) -> Asker:
        """The asker with what was chosen for the conversation, as it is kept, where nothing newer is said.

        Raises:
            StoreError: It could not be read.
        """
        if asker.conversation is None or asker.setup is not None:
            return asker
        found = await self._conversations.outline(asker.conversation)
        return asker if found is None else msgspec.structs.replace(asker, setup=found.setup)

    async def begin(self, question: StructuredQuestion, asker: Asker) -> Place:
        """Write the question down, with what it asks for, and a row for its answer.

        Raises:
            KirejiError: There is no such conversation, or no such question in it.
            StoreError: It could not be written.
        """
        given_up, over = asyncio.Event(), asyncio.Event()
        try:
            return await asyncio.shield(self._begin(question, asker, given_up, over))
        except asyncio.CancelledError:
            given_up.set()
            await over.wait()
            raise

    async def _begin(
        self, question: StructuredQuestion, asker: Asker, given_up: asyncio.Event, over: asyncio.Event
    ) -> Place:
        try:
            summary, stored = await self._question(question, asker)
            if question.asked is not None:
                await self._results.keep_asked(stored.id, question.asked)
            answer = await self._conversations.append(
                summary.id, stored.id, Message(Role.ASSISTANT, ()), MessageState.STREAMING, origin=self._origin
            )
            place = Place(summary.id, stored.id, QuestionSaved(summary, stored), answer)
            if given_up.is_set():  # no row stays open
                await self._write(place, "", MessageState.STOPPED, "", "", None, "")
            return place
        finally:
            over.set()

    async def _question(self, question: StructuredQuestion, asker: Asker) -> tuple[ConversationSummary, StoredMessage]:
        message = Message(Role.USER, (*question.images, TextPart(question.words)))
        if asker.conversation is None:
            effort = asker.effort.value if asker.effort else ""
            setup = asker.setup or ConversationSetup(asker.provider, asker.model, effort)
            return await self._conversations.create(_title(question.words), message, setup)
        found = await self._conversations.outline(asker.conversation)
        if found is None:
            raise KirejiError(
                say("There is no conversation {number}.", number=asker.conversation),
                say("List them with: kireji history list"),
            )
        if asker.again is not None:
            return found.summary, await self._earlier(asker.conversation, asker.again)
        if asker.edit is not None:
            parent = (await self._earlier(asker.conversation, asker.edit)).parent
        else:
            parent = found.messages[-1].id if found.messages else None
        return found.summary, await self._conversations.append(asker.conversation, parent, message)

    async def _earlier(self, conversation: int, question: int) -> StoredMessage:
        found = await self._conversations.messages(conversation, [question])
        if not found or found[0].message.role is not Role.USER:
            raise KirejiError(
                say("The question is no longer in this conversation."), say("Open the conversation again.")
            )
        return found[0]

    async def end(self, place: Place, answer: StructuredAnswer, words: str, result: Result) -> StoredMessage:
        """Write the answer down.

        Args:
            place: Of the question.
            answer: Who answered, and what it used.
            words: The answer for people, as Markdown: what later questions, the search and exports see.
            result: The same as values.

        Raises:
            StoreError: It could not be written.
        """
        return await asyncio.shield(self._end(place, answer, words, result))

    async def _end(self, place: Place, answer: StructuredAnswer, words: str, result: Result) -> StoredMessage:
        try:  # first the values: whoever sees that the answer is whole finds them
            await self._results.keep(place.answer.id, result)
        finally:
            stored = await self._write(
                place, words, MessageState.COMPLETE, answer.provider, answer.model, answer.usage, answer.note
            )
        await self._name(place, result)
        return stored

    async def _name(self, place: Place, result: Result) -> None:
        """Name the conversation after what came of its first question, unless it has a name of its own by now."""
        begun = place.begun
        if begun.message.parent is not None or begun.conversation.title != _title(begun.message.message.text):
            return
        if title := title_of_result(result):
            try:
                await self._conversations.suggest_title(place.conversation, title)
            except (LookupError, StoreError) as error:  # the answer is kept, whatever it is called
                log.info("the conversation keeps its first title: %s", error)

    async def fail(self, place: Place, error: KirejiError, text: str = "") -> StoredMessage:
        """Write down that there is no answer.

        Args:
            place: Of the question.
            error: Why.
            text: What had come, if anything.

        Raises:
            StoreError: It could not be written.
        """
        provider = getattr(error, "provider", "")
        return await asyncio.shield(self._write(place, text, MessageState.FAILED, provider, "", None, error.sentence))

    async def stop(self, place: Place, state: MessageState = MessageState.STOPPED) -> StoredMessage:
        """Write down that the person has stopped it.

        Args:
            place: Of the question.
            state: `INTERRUPTED` where it was not the person who did, such as at the end of the program.
        """
        return await asyncio.shield(self._write(place, "", state, "", "", None, ""))

    async def _write(
        self,
        place: Place,
        words: str,
        state: MessageState,
        provider: str,
        model: str,
        usage: Usage | None,
        note: str,
    ) -> StoredMessage:
        message = Message(Role.ASSISTANT, (TextPart(words),) if words else ())
        await self._conversations.update(
            place.answer.id, message, state, usage=usage, error=note, provider=provider, model=model
        )
        return msgspec.structs.replace(
            place.answer, message=message, state=state, usage=usage, error=note, provider=provider, model=model
        )


def _title(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _TITLE_LENGTH else f"{line[: _TITLE_LENGTH - 1].rstrip()}…"
