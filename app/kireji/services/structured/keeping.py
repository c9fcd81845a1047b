"""Writes structured questions and their answers into the history, like any other."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationSetup, StoredMessage
from kireji.core.history_ports import ConversationStore
from kireji.core.messages import ImagePart, Message, MessageState, Role, TextPart, Usage
from kireji.core.structured.questions import Asker, StructuredAnswer
from kireji.core.structured.results import Result, ResultStore
from kireji.core.words import say
from kireji.services.turns import QuestionSaved

_TITLE_LENGTH = 60


class Place(NamedTuple):
    """Where a question stands.

    Args:
        conversation: Which conversation.
        question: Its row there.
        begun: Both as stored.
    """

    conversation: int
    question: int
    begun: QuestionSaved


class AnswerKeeping:
    """Keeps them: the question before anything leaves, the answer when it is whole or has failed.

    Args:
        conversations: The history.
        results: What is kept beside answers.
    """

    def __init__(self, conversations: ConversationStore, results: ResultStore) -> None:
        self._conversations = conversations
        self._results = results

    async def with_setup(self, asker: Asker) -> Asker:
        """The asker with what was chosen for the conversation, as it is kept, where nothing newer is said.

        Raises:
            StoreError: It could not be read.
        """
        if asker.conversation is None or asker.setup is not None:
            return asker
        found = await self._conversations.outline(asker.conversation)
        return asker if found is None else msgspec.structs.replace(asker, setup=found.setup)

    async def begin(self, words: str, images: tuple[ImagePart, ...], asker: Asker) -> Place:
        """Write the question down.

        Raises:
            KirejiError: There is no such conversation.
            StoreError: It could not be written.
        """
        message = Message(Role.USER, (*images, TextPart(words)))
        if asker.conversation is None:
            effort = asker.effort.value if asker.effort else ""
            setup = asker.setup or ConversationSetup(asker.provider, asker.model, effort)
            summary, stored = await self._conversations.create(_title(words), message, setup)
            return Place(summary.id, stored.id, QuestionSaved(summary, stored))
        found = await self._conversations.outline(asker.conversation)
        if found is None:
            raise KirejiError(
                say("There is no conversation {number}.", number=asker.conversation),
                say("List them with: kireji history list"),
            )
        parent = found.messages[-1].id if found.messages else None
        stored = await self._conversations.append(asker.conversation, parent, message)
        return Place(asker.conversation, stored.id, QuestionSaved(found.summary, stored))

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
        stored = await asyncio.shield(
            self._append(place, words, MessageState.COMPLETE, answer.provider, answer.model, answer.usage, answer.note)
        )
        await asyncio.shield(self._results.keep(stored.id, result))
        return stored

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
        return await asyncio.shield(self._append(place, text, MessageState.FAILED, provider, "", None, error.sentence))

    async def stop(self, place: Place, state: MessageState = MessageState.STOPPED) -> StoredMessage:
        """Write down that the person has stopped it.

        Args:
            place: Of the question.
            state: `INTERRUPTED` where it was not the person who did, such as at the end of the program.
        """
        return await asyncio.shield(self._append(place, "", state, "", "", None, ""))

    async def _append(
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
        stored = await self._conversations.append(
            place.conversation, place.question, message, state, provider=provider, model=model
        )
        if usage is None and not note:
            return stored
        await self._conversations.update(stored.id, message, state, usage=usage, error=note)
        return msgspec.structs.replace(stored, usage=usage, error=note)


def _title(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _TITLE_LENGTH else f"{line[: _TITLE_LENGTH - 1].rstrip()}…"
