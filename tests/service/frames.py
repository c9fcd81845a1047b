"""Pieces of a stream of server-sent events, whatever they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FRAME_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Frame:
    """One event as bytes.

    Args:
        data: With the blank line that ends it.
        is_delta: Whether it carries content: delays, holds and breaks count these.
    """

    data: bytes
    is_delta: bool


def split_frames(stream: bytes, delta: bytes) -> Iterator[Frame]:
    """The events of a recorded stream; those that hold `delta` count as deltas."""
    start = 0
    for match in _FRAME_END.finditer(stream):
        data = stream[start : match.end()]
        yield Frame(data, delta in data)
        start = match.end()
    if stream[start:]:
        yield Frame(stream[start:], False)


def payload(frame: Frame) -> bytes:
    """The data of an event; empty when it has none."""
    lines = _LINE_END.split(frame.data)
    return b"\n".join(line.removeprefix(b"data:").strip() for line in lines if line.startswith(b"data:"))
