"""Turns that run now, so that another window can join one in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kireji.core.messages import DocumentPart, MessageState
from kireji.core.publisher import Publisher
from kireji.services.turns import AnswerBegins, AnswerEnds, Observer, QuestionSaved, TurnControl, TurnEvent


class LiveTurn:
    """One running turn.

    Args:
        begun: The question as saved.
        control: Stops it.
        observe: Who asked; sees everything first.

    Attributes:
        conversation: Where it runs.
        control: Stops it.
        over: Set when it has ended, by whatever way.
        outcome: How the answer stands in the history since it ended; None before, and when it came to no end.
    """

    def __init__(self, begun: QuestionSaved, control: TurnControl, observe: Observer) -> None:
        self.conversation = begun.conversation.id
        self.control = control
        self.over = asyncio.Event()
        self.outcome: MessageState | None = None
        self._begun = begun
        self._observers: list[Observer] = [observe]
        self._events: list[TurnEvent] = []
        self.feed(begun)

    @property
    def question(self) -> int:
        """The row of the question that is being answered."""
        return self._begun.message.id

    @property
    def documents(self) -> tuple[DocumentPart, ...]:
        """What goes along with the question, besides pictures."""
        return self._begun.message.message.documents

    def feed(self, event: TurnEvent) -> None:
        """Tell everyone; called by the turn itself."""
        if isinstance(event, AnswerBegins):
            # An attempt with another provider that brought nothing is of no interest to those who come later.
            self._events = [self._begun]
        elif isinstance(event, AnswerEnds):
            self.outcome = event.message.state
        self._events.append(event)
        for observe in tuple(self._observers):
            observe(event)

    def attach(self, observe: Observer) -> Callable[[], None]:
        """Call `observe` with all that has happened and will happen; returns what ends that without stopping the turn.

        Args:
            observe: Called on the loop's thread.
        """
        for event in tuple(self._events):
            observe(event)
        self._observers.append(observe)

        def detach() -> None:
            if observe in self._observers:
                self._observers.remove(observe)

        return detach


class LiveTurns:
    """The running turns by conversation.

    Attributes:
        changed: Publishes a conversation's number when a turn in it begins or ends.
        ended: Publishes a turn that has ended; after `changed`.
    """

    def __init__(self) -> None:
        self._turns: dict[int, LiveTurn] = {}
        self.changed: Publisher[int] = Publisher()
        self.ended: Publisher[LiveTurn] = Publisher()

    @property
    def running(self) -> int:
        """How many run."""
        return len(self._turns)

    def find(self, conversation: int) -> LiveTurn | None:
        """The newest turn that runs in a conversation."""
        return self._turns.get(conversation)

    async def stop(self, conversation: int) -> None:
        """Stop whatever runs in a conversation, and wait for its end: something is asked in its place."""
        while (turn := self.find(conversation)) is not None:
            turn.control.stop()
            await turn.over.wait()

    def begin(self, turn: LiveTurn) -> None:
        """A turn runs from now on."""
        self._turns[turn.conversation] = turn
        self.changed.publish(turn.conversation)

    def end(self, turn: LiveTurn) -> None:
        """It has ended, by whatever way."""
        if self._turns.get(turn.conversation) is turn:
            del self._turns[turn.conversation]
        turn.over.set()
        self.changed.publish(turn.conversation)
        self.ended.publish(turn)
