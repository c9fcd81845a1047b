"""One structured question from its place in the history to its result."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.structured.questions import AnswerUnusable, Asker, StructuredAnswer, StructuredQuestion
from kireji.core.structured.results import Result
from kireji.services.structured.asking import StructuredAsking
from kireji.services.structured.keeping import AnswerKeeping, Place


class Made(msgspec.Struct, frozen=True):
    """An answer that somebody has made sense of.

    Args:
        words: The answer for people, as Markdown.
        result: The same as values.
    """

    words: str
    result: Result


class Outcome(msgspec.Struct, frozen=True):
    """What came of a structured question.

    Args:
        result: The values.
        words: The same for people, as Markdown.
        answer: Who answered and what it used.
        conversation: Where it is kept; None when it is not.
        message: Row of the answer there; None when it is not kept.
    """

    result: Result
    words: str
    answer: StructuredAnswer
    conversation: int | None = None
    message: int | None = None


class StructuredTurns:
    """Runs them.

    Args:
        asking: Asks.
        keeping: Keeps question and answer.
    """

    def __init__(self, asking: StructuredAsking, keeping: AnswerKeeping) -> None:
        self._asking = asking
        self._keeping = keeping

    async def run(
        self,
        question: StructuredQuestion,
        asker: Asker,
        make: Callable[[StructuredAnswer], Awaitable[Made]],
        *,
        check: Callable[[Any], str] = lambda _: "",
        observe: Callable[[str], None] = lambda _: None,
        began: Callable[[int], None] = lambda _: None,
    ) -> Outcome:
        """Write the question down, ask, make sense of the answer, and write that down.

        Args:
            question: What.
            asker: On whose behalf.
            make: Makes sense of an answer that fits; also of one that the model refused to give (`answer.refusal`).
            check: As of `StructuredAsking.ask`.
            observe: The same.
            began: Told the conversation, once the question stands in it.

        Raises:
            KirejiError: As of `StructuredAsking.ask`; the history says it, too.
            asyncio.CancelledError: It was stopped; the history says so.
        """
        if not asker.keep:
            answer = await self._asking.ask(question, asker, None, check=check, observe=observe)
            made = await make(answer)
            return Outcome(made.result, made.words, answer)
        place = await self._keeping.begin(question.words, question.images, asker)
        began(place.conversation)
        try:
            answer = await self._asking.ask(
                question, asker, place.conversation, check=check, observe=observe, row=place.question
            )
            made = await make(answer)
        except asyncio.CancelledError:
            await self._keeping.stop(place)
            raise
        except KirejiError as error:
            await self._keeping.fail(place, error, error.text if isinstance(error, AnswerUnusable) else "")
            raise
        return await self._kept(place, answer, made)

    async def _kept(self, place: Place, answer: StructuredAnswer, made: Made) -> Outcome:
        stored = await self._keeping.end(place, answer, made.words, made.result)
        return Outcome(made.result, made.words, answer, place.conversation, stored.id)
