"""What waits for the person before it leaves: what would be hidden of it, or what could not be looked through."""

from __future__ import annotations

import asyncio
import enum
import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kireji.core.publisher import Publisher
from kireji.services.live import LiveTurns
from kireji.services.redaction import Asked
from kireji.services.turns import ConsentAsked, ConsentGiven, TurnEvent

NOWHERE = 0
"""Stands for the conversation of what is asked and not kept; no row has this number."""


class Decision(enum.Enum):
    """What the person says."""

    HIDDEN = "hidden"
    """Send it with all of that hidden."""
    AS_IS = "as it is"
    AGAIN = "again"
    """Look through it once more."""
    NOT = "not"
    """Do not send it."""


class LookAgain(Exception):
    """What could not be looked through shall be looked through once more."""


class Decided(NamedTuple):
    """What the person has said of a question.

    Args:
        asked: What they were asked.
        hides: Their answer, as `services.redaction.Asker` gives it.
    """

    asked: Asked
    hides: bool | None


class Consents:
    """Keeps what waits until it is answered or its turn ends; the place where it was asked shows it.

    Args:
        live: The running turns.

    Attributes:
        changed: Publishes the conversation in which something waits now or waits no longer.
    """

    def __init__(self, live: LiveTurns) -> None:
        self._live = live
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Asked, asyncio.Future[Decision]]] = {}
        self._decided: dict[int, Sequence[Decided]] = {}
        self.changed: Publisher[int | None] = Publisher()

    def pending(self, conversation: int | None) -> tuple[int, ...]:
        """The numbers of what waits in a conversation, first asked first."""
        return tuple(number for number, (asked, _) in self._waiting.items() if asked.conversation == conversation)

    def answer(self, number: int, decision: Decision) -> bool:
        """Give the person's answer; False when it waits no longer."""
        _, future = self._waiting.get(number, (None, None))
        if future is None or future.done():
            return False
        future.set_result(decision)
        return True

    async def ask(self, asked: Asked, tell: Callable[[TurnEvent], None]) -> bool | None:
        """Wait for the person.

        Args:
            asked: What they are asked.
            tell: Shows it to them.

        Returns:
            As `services.redaction.Asker`.

        Raises:
            LookAgain: They want it looked through once more.
        """
        number = next(self._numbers)
        future: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (asked, future)
        try:
            tell(ConsentAsked(number, asked))
            self.changed.publish(asked.conversation)
            decision = await future
        finally:
            del self._waiting[number]
            tell(ConsentGiven(number))
            self.changed.publish(asked.conversation)
        match decision:
            case Decision.AGAIN:
                raise LookAgain
            case Decision.NOT:
                return None
        # What could not be looked through goes as it is, while the words beside it stay hidden.
        return decision is Decision.HIDDEN or bool(asked.problem)

    async def ask_in_turn(self, asked: Asked) -> bool | None:
        """The same where a turn runs in the conversation; whoever shows that turn shows what is asked.

        Without a turn nobody can be asked: all is hidden, and what could not be looked through is not sent. What the
        person has said of the same before the question was stored holds.
        """
        for decided in self._decided.get(asked.conversation or NOWHERE, ()):
            if (decided.asked.hidden, decided.asked.problem) == (asked.hidden, asked.problem):
                return decided.hides
        turn = None if asked.conversation is None else self._live.find(asked.conversation)
        if turn is None:
            return None if asked.problem else True
        return await self.ask(asked, turn.feed)

    def keep(self, conversation: int, decided: Sequence[Decided]) -> None:
        """What the person has said before the question was stored; none forgets it."""
        self._decided.pop(conversation, None)
        if decided:
            self._decided[conversation] = decided
