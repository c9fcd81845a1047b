"""One call that runs, as the context given to its source sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, TypeVar

from kireji.core.errors import ToolRefused
from kireji.core.permissions import CallFacts
from kireji.core.tool_ports import CallContext, ClippedContent, FetchedPage
from kireji.core.tools import Arguments, Outside
from kireji.core.words import say
from kireji.services.tools.gate import Circumstances, Passage
from kireji.services.turns import ToolProgressed

T = TypeVar("T")


class CallTime:
    """How long a call may still take; the time in which the person is asked does not count.

    Args:
        seconds: In all.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._timeout: asyncio.Timeout | None = None
        self._paused = 0
        self._left = seconds

    def limit(self) -> asyncio.Timeout:
        """What ends the call: to be entered where it runs."""
        self._timeout = asyncio.timeout(self.seconds)
        return self._timeout

    async def uncounted(self, waiting: Awaitable[T]) -> T:
        """Wait for something while the time stands still."""
        self._pause()
        try:
            return await waiting
        finally:
            self._resume()

    def _pause(self) -> None:
        self._paused += 1
        if self._paused == 1 and self._timeout is not None and (when := self._timeout.when()) is not None:
            self._left = when - asyncio.get_running_loop().time()
            self._timeout.reschedule(None)

    def _resume(self) -> None:
        self._paused -= 1
        if not self._paused and self._timeout is not None and not self._timeout.expired():
            self._timeout.reschedule(asyncio.get_running_loop().time() + max(0.0, self._left))


class Permitted(NamedTuple):
    """Something that may be done.

    Args:
        facts: As it was judged; the whole paths and hosts that were allowed are among them.
        passage: Who has let it pass.
    """

    facts: CallFacts
    passage: Passage


Permit: TypeAlias = Callable[[str, Arguments, frozenset[Outside]], Awaitable[Permitted]]
"""Passes a call of a built-in tool, by its own name, that another call makes, with whose words that one has been given
meanwhile; raises ToolRefused."""


_UNASKED = Passage()


@dataclass(frozen=True, slots=True)
class RunningCall:
    """What is known of a call that runs.

    Args:
        call_id: Of the call.
        facts: As it was judged: its tool, its source's fingerprint, the whole paths and hosts that were allowed.
        arguments: Valid ones.
        source: Its source, as people read it.
        where: Where it was made.
        time: How long it may take.
        permit: Asks for what the call wants of the program beyond itself.
        passage: Who has let it pass.
    """

    call_id: str
    facts: CallFacts
    arguments: Arguments
    source: str
    where: Circumstances
    time: CallTime
    permit: Permit
    passage: Passage = _UNASKED

    def progress(self, text: str, fraction: float | None = None) -> None:
        """Show how far it is."""
        self.where.observe(ToolProgressed(self.call_id, text, fraction))


Contexts: TypeAlias = Callable[[RunningCall], CallContext]
"""Makes what a source is given with a call."""


class BareContext:
    """A context for calls that need nothing of the program; it refuses all that could be asked of it.

    Args:
        running: The call.
    """

    def __init__(self, running: RunningCall) -> None:
        self._running = running

    @property
    def call_id(self) -> str:
        return self._running.call_id

    @property
    def seconds(self) -> float:
        return self._running.time.seconds

    @property
    def paths(self) -> Mapping[str, str]:
        return self._running.facts.paths

    def progress(self, text: str, fraction: float | None = None) -> None:
        self._running.progress(text, fraction)

    async def clipboard(self) -> ClippedContent:
        raise _not_here()

    async def capture(self) -> bytes:
        raise _not_here()

    async def fetch(self, url: str) -> FetchedPage:
        raise _not_here()

    async def read(self, path: str) -> bytes:
        raise _not_here()


def _not_here() -> ToolRefused:
    return ToolRefused(say("This is not to be had here."))
