"""Where answers are being written, where one waits for the person, and where one came that nobody has seen yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kireji.core.publisher import Publisher
from kireji.services.live import LiveTurns


@dataclass(frozen=True, slots=True)
class AnswersNow:
    """Conversations by what happens in them.

    Args:
        running: An answer is being written.
        unread: One came while the conversation was not before the person.
        waiting: A call of a tool, or what would leave, waits for the person.
    """

    running: frozenset[int] = frozenset()
    unread: frozenset[int] = frozenset()
    waiting: frozenset[int] = frozenset()


class Asking(Protocol):
    """Keeps what waits for the person."""

    @property
    def changed(self) -> Publisher[int | None]:
        """Publishes the conversation in which something waits now or waits no longer."""

    def pending(self, conversation: int | None) -> Sequence[object]:
        """What waits in a conversation."""


class Answers:
    """Follows all turns of this process from the start, so that a window that is built later knows of them.

    Args:
        live: The running turns.
        shows: Whether the person has a conversation before them.
        asking: What waits for the person.

    Attributes:
        now: The present state.
        changed: Publishes every new state.
    """

    def __init__(self, live: LiveTurns, shows: Callable[[int], bool], *asking: Asking) -> None:
        self._live = live
        self._asking = asking
        self._shows = shows
        self.now = AnswersNow()
        self.changed: Publisher[AnswersNow] = Publisher()
        live.changed.subscribe(self._turns_changed)
        for one in asking:
            one.changed.subscribe(self._asking_changed)

    def seen(self, conversation: int | None) -> None:
        """The person has this conversation before them now."""
        if conversation in self.now.unread:
            self._become(replace(self.now, unread=self.now.unread - {conversation}))

    def _turns_changed(self, conversation: int) -> None:
        one = frozenset((conversation,))
        running, unread = self.now.running - one, self.now.unread - one
        if self._live.find(conversation) is not None:
            running |= one
        elif not self._shows(conversation):
            unread |= one
        self._become(replace(self.now, running=running, unread=unread))

    def _asking_changed(self, conversation: int | None) -> None:
        if conversation is not None:
            pending = any(one.pending(conversation) for one in self._asking)
            waits = frozenset((conversation,)) if pending else frozenset()
            self._become(replace(self.now, waiting=self.now.waiting - {conversation} | waits))

    def _become(self, now: AnswersNow) -> None:
        if now != self.now:
            self.now = now
            self.changed.publish(now)
