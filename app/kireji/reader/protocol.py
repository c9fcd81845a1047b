"""What the program and its reading process say to each other.

In frames (`core.frames`). Towards the worker a frame is an encoded picture; from the worker it is one reply as JSON.
The worker answers `Ready` once after loading, then for each picture any number of `Line` and one `Done` or `Failed`.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from kireji.core.frames import FrameError, frame
from kireji.core.reading import ReadLine

PICTURE_LIMIT = 32 * 1024 * 1024
"""Bytes of an encoded picture; the largest that a provider takes is far below."""

REPLY_LIMIT = 64 * 1024
"""Bytes of one reply; a line of text is never near that."""

LINE_LIMIT = 10_000
"""Lines of one picture; more cannot stand in the pixels that are allowed."""


class Ready(msgspec.Struct, frozen=True, tag_field="kind", tag="ready"):
    """The engine is loaded."""


class Line(msgspec.Struct, frozen=True, tag_field="kind", tag="line"):
    """One more line of the picture, in reading order; without text where nothing could be read."""

    line: ReadLine


class Done(msgspec.Struct, frozen=True, tag_field="kind", tag="done"):
    """The picture is read."""


class Failed(msgspec.Struct, frozen=True, tag_field="kind", tag="error"):
    """The picture cannot be read, or the engine cannot start; the words are for the person."""

    message: str
    hint: str = ""


Reply: TypeAlias = Ready | Line | Done | Failed


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
