"""The context that a plugin's tools get: what is asked for goes to the program, and its answer comes back."""

from __future__ import annotations

import io
import itertools
import math
import os
import queue
import time
from collections.abc import Callable
from typing import TypeVar

from kireji.core.tool_ports import ClippedContent, FetchedPage
from kireji.plugins import Context, Image, Refused, ToolError
from kireji.tools.host_protocol import (
    TEXT_LIMIT,
    Ask,
    Captured,
    Clipped,
    Denied,
    Fetched,
    FromHost,
    Given,
    Opened,
    Progress,
)

GivenT = TypeVar("GivenT", Clipped, Captured, Fetched, Opened)
_PROGRESS_SECONDS = 0.05
"""More often nobody can read it."""


class Asks:
    """What calls have asked for and wait for.

    Args:
        send: Sends a message to the program; may be called from any thread.
    """

    def __init__(self, send: Callable[[FromHost], None]) -> None:
        self._send = send
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[int, Callable[[Given], None]]] = {}

    def ask(self, call: int, what: str, argument: str, deliver: Callable[[Given], None]) -> None:
        """Ask for something.

        Args:
            call: Which call.
            what: As in `host_protocol.Ask`.
            argument: The same.
            deliver: Takes the answer, on another thread.
        """
        number = next(self._numbers)
        self._waiting[number] = (call, deliver)
        self._send(Ask(number, call, what, clean(argument)))

    def answer(self, given: Given) -> None:
        """Pass an answer on."""
        if found := self._waiting.pop(given.ask, None):
            found[1](given)

    def give_up(self, call: int) -> None:
        """Nothing more is given to a call."""
        for number, (of, _) in tuple(self._waiting.items()):
            if of == call:
                self.answer(Denied(number, "The call was stopped.", refused=False))


class Reporter:
    """Says how far one call is.

    Args:
        call: Which call.
        send: Sends a message to the program.
    """

    def __init__(self, call: int, send: Callable[[FromHost], None]) -> None:
        self._call = call
        self._send = send
        self._last = -math.inf

    def report(self, text: str, fraction: float | None) -> None:
        """Send it, unless something was sent just now."""
        now = time.monotonic()
        if now - self._last < _PROGRESS_SECONDS:
            return
        self._last = now
        share = None if fraction is None or math.isnan(fraction) else min(1.0, max(0.0, float(fraction)))
        self._send(Progress(self._call, clean(text), share))


class HostContext(Context):
    """The context of one call of a plain function.

    Args:
        call: Of the call.
        asks: Passes questions on.
        send: Sends a message to the program.
    """

    def __init__(self, call: int, asks: Asks, send: Callable[[FromHost], None]) -> None:
        self._call = call
        self._asks = asks
        self._reporter = Reporter(call, send)

    def progress(self, text: str, fraction: float | None = None) -> None:
        self._reporter.report(text, fraction)

    def clipboard(self) -> ClippedContent:
        return clipped(self._wait("clipboard", "", Clipped))

    def capture(self) -> Image:
        return Image(self._wait("capture", "", Captured).picture)

    def fetch(self, url: str) -> FetchedPage:
        return page(self._wait("fetch", url, Fetched))

    def open(self, path: str | os.PathLike[str]) -> io.BytesIO:
        return io.BytesIO(self._wait("open", os.fspath(path), Opened).data)

    def _wait(self, what: str, argument: str, kind: type[GivenT]) -> GivenT:
        answers: queue.SimpleQueue[Given] = queue.SimpleQueue()
        self._asks.ask(self._call, what, argument, answers.put)
        return granted(answers.get(), kind)


def granted(given: Given, kind: type[GivenT]) -> GivenT:
    """The answer, if it is one. Raises Refused and ToolError."""
    if isinstance(given, Denied):
        raise (Refused if given.refused else ToolError)(given.reason)
    if not isinstance(given, kind):
        raise ToolError("The program gave something else.")
    return given


def clipped(given: Clipped) -> ClippedContent:
    """The clipboard as authors see it."""
    return ClippedContent(given.text, given.picture)


def page(given: Fetched) -> FetchedPage:
    """A page as authors see it."""
    return FetchedPage(given.url, given.status, given.media_type, given.body, given.charset, given.location)


def clean(text: object, limit: int = TEXT_LIMIT) -> str:
    """A text as it can be sent: without half characters, and not too long."""
    return str(text)[:limit].encode("utf-8", "replace").decode("utf-8")
