"""Failures of a connection; apart from what raises them, so that nothing heavy is loaded to catch them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from kireji.core.errors import KirejiError, ToolSourceError


class SessionLost(ToolSourceError):
    """The server does not know the connection any more, and has done nothing; the call may be made over a new one."""


class Unreached(ToolSourceError):
    """No answer came over the network."""


class ConnectionEnded(ToolSourceError):
    """The server went away in the middle of a call."""


class NotLetOut(ToolSourceError):
    """The request was not sent at all, and why; what is known of the server does not matter beside that."""


class Trouble:
    """What went wrong last on the way to a server, for the sentence.

    Attributes:
        status: HTTP status of the last answer; 0 before one came.
        reason: Why no answer came to the last request; empty when one did.
        error: A failure of the program's own, such as a ledger that cannot be written.
    """

    def __init__(self) -> None:
        self.status = 0
        self.reason = ""
        self.error: KirejiError | None = None


_OWN: ContextVar[Trouble | None] = ContextVar("trouble", default=None)


@contextmanager
def asking() -> Iterator[Trouble]:
    """Keep the trouble of what is asked in here apart from that of all else that goes over the connection meanwhile.

    The protocol's library only says that a request failed, not why; its tasks inherit the context of who asked.
    """
    trouble = Trouble()
    token = _OWN.set(trouble)
    try:
        yield trouble
    finally:
        _OWN.reset(token)


def own_trouble() -> Trouble | None:
    """Takes what goes wrong with what is asked here; None outside of `asking`."""
    return _OWN.get()
