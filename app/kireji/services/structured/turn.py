"""One structured question from its place in the history to its result."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState, Usage
from kireji.core.structured.questions import AnswerUnusable, Asker, StructuredAnswer, StructuredQuestion
from kireji.core.structured.results import Result
from kireji.core.words import say
from kireji.services.catalog import DEVICE, Choice
from kireji.services.consents import NOWHERE, Consents, Decided
from kireji.services.live import LiveTurn, LiveTurns
from kireji.services.looking_first import look_first
from kireji.services.redaction import Redaction
from kireji.services.structured.asking import StructuredAsking
from kireji.services.structured.keeping import AnswerKeeping, Place
from kireji.services.turns import AnswerBegins, AnswerEnds, TurnControl

log = logging.getLogger(__name__)


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


class StoppedWith(asyncio.CancelledError):
    """It was stopped when a part of it had come, which is kept.

    Args:
        answer: Who answered, with all that was used.
        made: What had come.
    """

    def __init__(self, answer: StructuredAnswer, made: Made) -> None:
        super().__init__()
        self.answer = answer
        self.made = made


Check: TypeAlias = Callable[[Any], str]
Observe: TypeAlias = Callable[[str], None]
Ask: TypeAlias = Callable[[StructuredQuestion, Check, Observe], Awaitable[StructuredAnswer]]
"""Asks, on behalf of whoever the whole is for; raises as `StructuredAsking.ask` does."""


class StructuredTurns:
    """Runs them; those that are kept run like any turn, so that a window can join one, stop it, and be asked.

    Args:
        asking: Asks.
        keeping: Keeps question and answer.
        live: The running turns.
        consents: Asks the person before something leaves.
        redaction: What looks through it; None where nothing is hidden.
    """

    def __init__(
        self,
        asking: StructuredAsking,
        keeping: AnswerKeeping,
        live: LiveTurns,
        consents: Consents,
        redaction: Redaction | None,
    ) -> None:
        self._asking = asking
        self._keeping = keeping
        self._live = live
        self._consents = consents
        self._redaction = redaction

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
            NotSent: Whoever tells the person asked them, and they do not want it sent; nothing was stored.
            asyncio.CancelledError: It was stopped; the history says so, unless it was not stored yet.
        """

        async def work(ask: Ask) -> tuple[StructuredAnswer, Made]:
            answer = await ask(question, check, observe)
            return answer, await make(answer)

        return await self.run_with(question, asker, work, began=began)

    async def run_with(
        self,
        question: StructuredQuestion,
        asker: Asker,
        work: Callable[[Ask], Awaitable[tuple[StructuredAnswer, Made]]],
        *,
        began: Callable[[int], None] = lambda _: None,
    ) -> Outcome:
        """The same where one question of the history takes several that are sent, such as one for each picture.

        Args:
            question: As it stands in the history; what the person is asked about before anything leaves.
            asker: On whose behalf.
            work: Is given what asks, and gives who answered, with all that was used, and what came of it.
            began: As of `run`.

        Raises:
            KirejiError: As of `run`.
            asyncio.CancelledError: The same.
        """
        if not asker.keep:
            return await self._unkept(question, asker, work)
        control = TurnControl()
        control.attach()
        asker = await self._keeping.with_setup(asker)
        decided = await self._look_first(question, asker)
        if asker.conversation is not None and (asker.again, asker.edit) != (None, None):
            await self._live.stop(asker.conversation)
        place = await self._keeping.begin(question, asker)
        turn = LiveTurn(place.begun, control, asker.tell or _nobody)
        self._live.begin(turn)
        self._consents.keep(place.conversation, decided)
        try:
            began(place.conversation)
            return await self._answered(asker, work, place, turn)
        finally:
            self._consents.keep(place.conversation, ())
            self._live.end(turn)

    async def _unkept(
        self,
        question: StructuredQuestion,
        asker: Asker,
        work: Callable[[Ask], Awaitable[tuple[StructuredAnswer, Made]]],
    ) -> Outcome:
        """What the person says of it before it leaves holds until it is answered, as there is no turn to ask in."""
        decided = await self._look_first(question, asker)

        async def ask(part: StructuredQuestion, check: Check, observe: Observe) -> StructuredAnswer:
            return await self._asking.ask(part, asker, None, check=check, observe=observe)

        if decided:
            self._consents.keep(NOWHERE, decided)
        try:
            answer, made = await work(ask)
        finally:
            if decided:
                self._consents.keep(NOWHERE, ())
        return Outcome(made.result, made.words, answer)

    async def known(
        self, question: StructuredQuestion, asker: Asker, made: Made, *, began: Callable[[int], None] = lambda _: None
    ) -> Outcome:
        """Write down a question with an answer that this computer knows itself; nobody is asked.

        Args:
            question: What.
            asker: On whose behalf.
            made: The answer.
            began: Told the conversation, once the question stands in it.

        Raises:
            KirejiError: There is no such conversation.
            StoreError: It could not be written.
        """
        answer = StructuredAnswer(None, DEVICE, "", usage=Usage(cost=0.0), attempts=0)
        if not asker.keep:
            return Outcome(made.result, made.words, answer)
        place = await self._keeping.begin(question, asker)
        turn = LiveTurn(place.begun, TurnControl(), asker.tell or _nobody)
        self._live.begin(turn)
        try:
            began(place.conversation)
            turn.feed(AnswerBegins(DEVICE, "", ""))
            stored = await self._keeping.end(place, answer, made.words, made.result)
            turn.feed(AnswerEnds(stored, None))
        finally:
            self._live.end(turn)
        return Outcome(made.result, made.words, answer, place.conversation, stored.id)

    async def _look_first(self, question: StructuredQuestion, asker: Asker) -> tuple[Decided, ...]:
        """What the person says of it before it is stored, where somebody shows it to them."""
        redaction = self._redaction
        if redaction is None or asker.tell is None or not (asker.hide and asker.attended):
            return ()
        try:
            choice, request = await self._asking.would_ask(question, asker)
        except KirejiError as error:
            log.info("not looked through before: %s", error)  # asking will say it
            return ()
        return await look_first(
            redaction, self._consents, choice.provider.name, request, asker.conversation, asker.tell
        )

    async def _answered(
        self,
        asker: Asker,
        work: Callable[[Ask], Awaitable[tuple[StructuredAnswer, Made]]],
        place: Place,
        turn: LiveTurn,
    ) -> Outcome:
        def begins(choice: Choice, note: str) -> None:
            turn.feed(AnswerBegins(choice.provider.name, choice.model, note))

        async def ask(part: StructuredQuestion, check: Check, observe: Observe) -> StructuredAnswer:
            return await self._asking.ask(
                part, asker, place.conversation, check=check, observe=observe, begins=begins, row=place.question
            )

        def ended(message: StoredMessage, error: KirejiError | None = None) -> None:
            turn.feed(AnswerEnds(message, error))

        try:
            answer, made = await work(ask)
        except StoppedWith as stopped:
            ended(await self._keeping.end(place, stopped.answer, stopped.made.words, stopped.made.result))
            raise
        except asyncio.CancelledError:
            # A window stops a turn by its control; where none shows it, a command ends as the person presses Ctrl+C.
            by_person = turn.control.stopped or asker.tell is None
            state = MessageState.STOPPED if by_person else MessageState.INTERRUPTED
            ended(await self._keeping.stop(place, state))
            raise
        except KirejiError as error:
            text = error.text if isinstance(error, AnswerUnusable) else ""
            ended(await self._keeping.fail(place, error, text), error)
            raise
        except Exception:
            # Our own fault, which goes on its way; but no question stays without a word about its answer.
            ended(await self._keeping.fail(place, _our_fault()), _our_fault())
            raise
        stored = await self._keeping.end(place, answer, made.words, made.result)
        ended(stored)
        return Outcome(made.result, made.words, answer, place.conversation, stored.id)


def _nobody(_event: object) -> None:
    return


def _our_fault() -> KirejiError:
    return KirejiError(
        say("Something in Kireji failed before this answer was complete."), say("Ask again; the log says more.")
    )
