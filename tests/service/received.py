"""What the service received."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.service.connection import Incoming

_KEPT = 4_000_000
"""Bytes of a batch above which it is neither read as a whole nor kept."""


@dataclass
class Request:
    """A request that was received.

    Args:
        method: GET, HEAD or POST.
        path: Without the query.
        query: As written.
        headers: As sent, in order.
        raw: The body's bytes.
        body: The body as JSON; None when it is none, or a batch too large to be kept, whose `raw` is empty, too.
        arrived: Seconds of the system's monotonic clock at which the whole request was there.
        status: What was answered; 0 before that.
        refusal: Why it was refused; empty otherwise.
        disconnected: Monotonic seconds at which the client left before the answer was whole; None otherwise.
        first_delta: Monotonic seconds at which the first delta was about to be written; None before that.
        ended: Monotonic seconds at which the answer was written to its end; None before that.
        delivered: How many deltas were written.
        held: Whether the stream waits to be released.
    """

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    raw: bytes
    body: Any
    arrived: float
    status: int = 0
    refusal: str = ""
    disconnected: float | None = None
    first_delta: float | None = None
    delivered: int = 0
    held: bool = False
    finished: bool = False
    ended: float | None = None

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((value for header, value in self.headers if header.lower() == name.lower()), None)

    def forget_batch(self) -> None:
        """Drop the bytes of a batch that is too large to be kept."""
        if _is_large(self.path, self.raw):
            self.raw = b""

    def state(self) -> dict[str, Any]:
        """How far it is, for the control endpoint."""
        names = ("path", "arrived", "status", "first_delta", "delivered", "held", "disconnected", "finished", "ended")
        return {name: getattr(self, name) for name in names}

    def logged(self) -> dict[str, Any]:
        """The line in the log."""
        names = ("method", "path", "query", "headers", "body", "arrived", "status", "refusal")
        return {name: getattr(self, name) for name in names}


def received(incoming: Incoming) -> Request:
    """What came, with its body read where it is JSON."""
    url, body = incoming.target, None
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        if incoming.raw and not _is_large(url.path, incoming.raw):
            body = msgspec.json.decode(incoming.raw)
    return Request(incoming.method, url.path, url.query, incoming.headers, incoming.raw, body, time.monotonic())


def _is_large(path: str, raw: bytes) -> bool:
    return path.endswith("/batches") and len(raw) > _KEPT
