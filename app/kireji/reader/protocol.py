"""What the program and its reading process say to each other.

Each frame is four bytes of length, highest first, and that many bytes. Towards the worker a frame is an encoded
picture; from the worker it is one reply as JSON. The worker answers `Ready` once after loading, then for each picture
any number of `Line` and one `Done` or `Failed`.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from kireji.core.reading import ReadLine

PICTURE_LIMIT = 32 * 1024 * 1024
"""Bytes of an encoded picture; the largest that a provider takes is far below."""

REPLY_LIMIT = 64 * 1024
"""Bytes of one reply; a line of text is never near that."""

LINE_LIMIT = 10_000
"""Lines of one picture; more cannot stand in the pixels that are allowed."""

_HEADER = 4


class FrameError(Exception):
    """The bytes are not frames, or not replies."""


class Ready(msgspec.Struct, frozen=True, tag_field="kind", tag="ready"):
    """The engine is loaded."""


class Line(msgspec.Struct, frozen=True, tag_field="kind", tag="line"):
    """One more line of the picture, in reading order."""

    line: ReadLine


class Done(msgspec.Struct, frozen=True, tag_field="kind", tag="done"):
    """The picture is read."""


class Failed(msgspec.Struct, frozen=True, tag_field="kind", tag="error"):
    """The picture cannot be read, or the engine cannot start; the words are for the person."""

    message: str
    hint: str = ""


Reply: TypeAlias = Ready | Line | Done | Failed


def frame(payload: bytes) -> bytes:
    """`payload` with its length in front."""
    return len(payload).to_bytes(_HEADER, "big") + payload


def encode(reply: Reply) -> bytes:
    """A reply as one frame."""
    return frame(msgspec.json.encode(reply))


def decode(payload: bytes) -> Reply:
    """The reply in a frame's payload.

    Raises:
        FrameError: It is none.
    """
    try:
        return msgspec.json.decode(payload, type=Ready | Line | Done | Failed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FrameError("not a reply") from error


class FrameDecoder:
    """Cuts a stream of bytes into payloads, whatever the pieces it arrives in.

    Args:
        limit: Largest payload in bytes; a larger length means that the stream is not ours.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes in; returns the payloads that are whole now.

        Raises:
            FrameError: A length is over the limit.
        """
        self._buffer += data
        payloads = []
        while len(self._buffer) >= _HEADER:
            end = _HEADER + int.from_bytes(self._buffer[:_HEADER], "big")
            if end > _HEADER + self._limit:
                raise FrameError("a frame is longer than allowed")
            if len(self._buffer) < end:
                break
            payloads.append(bytes(self._buffer[_HEADER:end]))
            del self._buffer[:end]
        return payloads
