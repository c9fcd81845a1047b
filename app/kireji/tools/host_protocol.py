"""What the program and the process of a plugin say to each other: frames (`core.frames`) with MessagePack in them.

The program says `Load` once, then `Describe` and `Call` as it needs them, `Cancel` for a call that nobody waits for,
and one answer for each `Ask`. The host answers `Loaded` or `Broken` to `Load`, `Described` or `Broken` to `Describe`,
and one `Finished` to each `Call`; in between come `Progress` and `Ask`.
"""

from __future__ import annotations

from typing import Generic, TypeAlias, TypeVar

import msgspec

from kireji.core.frames import FrameError, frame
from kireji.core.tools import Output, Tool

RESULT_LIMIT = 10 * 1024 * 1024
"""Bytes of what one call gives back."""

FROM_HOST_LIMIT = RESULT_LIMIT + 64 * 1024
"""Bytes of a frame from the host; more is no frame of ours."""

TO_HOST_LIMIT = 256 * 1024 * 1024
"""Bytes of a frame to the host: what was fetched or opened, which has limits of its own."""

TOOL_LIMIT = 200
"""Tools of one plugin."""

PROGRESS_LIMIT = 100_000
"""How often one call may say how far it is."""

ASK_LIMIT = 1_000
"""How often one call may ask for something."""

TEXT_LIMIT = 2_000
"""Characters of a progress, a reason, or what is asked for."""


# to the host


class Load(msgspec.Struct, frozen=True, tag="load"):
    """Import the plugin.

    Args:
        name: Of the plugin.
        path: Its file, or its folder's `__init__.py`; empty for an installed one.
        entry: Value of an installed one's entry point: `package.module` or `package.module:function`.
        files: All that its fingerprint is made of.
        fingerprint: What they must add up to.
    """

    name: str
    path: str
    entry: str
    files: tuple[str, ...]
    fingerprint: str


class Describe(msgspec.Struct, frozen=True, tag="describe"):
    """Say which tools there are."""


class Call(msgspec.Struct, frozen=True, tag="call"):
    """Run a tool.

    Args:
        id: Of the call, among those of this process.
        tool: As the plugin calls it.
        arguments: A JSON object.
    """

    id: int
    tool: str
    arguments: bytes


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """Nobody waits for a call any more."""

    id: int


class Clipped(msgspec.Struct, frozen=True, tag="clipped"):
    """The clipboard, as asked for."""

    ask: int
    text: str
    picture: bytes


class Captured(msgspec.Struct, frozen=True, tag="captured"):
    """The screen, as asked for."""

    ask: int
    picture: bytes


class Fetched(msgspec.Struct, frozen=True, tag="fetched"):
    """A page, as asked for."""

    ask: int
    url: str
    status: int
    media_type: str
    body: bytes
    charset: str
    location: str = ""


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """A file, as asked for."""

    ask: int
    data: bytes


class Denied(msgspec.Struct, frozen=True, tag="denied"):
    """What was asked for is not given.

    Args:
        ask: Which one.
        reason: One sentence.
        refused: Somebody said no; it has failed otherwise.
    """

    ask: int
    reason: str
    refused: bool


Given: TypeAlias = Clipped | Captured | Fetched | Opened | Denied
ToHost: TypeAlias = Load | Describe | Call | Cancel | Clipped | Captured | Fetched | Opened | Denied


# from the host


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """The plugin is imported."""


class Broken(msgspec.Struct, frozen=True, tag="broken"):
    """The plugin cannot be used.

    Args:
        reason: One sentence.
        file: Where; empty if unknown.
        line: The same; 0 if unknown.
    """

    reason: str
    file: str = ""
    line: int = 0


class Described(msgspec.Struct, frozen=True, tag="described"):
    """The tools, without their source and the names under which they are offered."""

    tools: tuple[Tool, ...]


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far a call is."""

    call: int
    text: str
    fraction: float | None


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """A call wants something of the program.

    Args:
        id: Of the ask.
        call: Which call.
        what: `clipboard`, `capture`, `fetch` or `open`.
        argument: The address or the path.
    """

    id: int
    call: int
    what: str
    argument: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The result of a call."""

    call: int
    content: tuple[Output, ...]
    is_error: bool


FromHost: TypeAlias = Loaded | Broken | Described | Progress | Ask | Finished

_T = TypeVar("_T")


def encoded(message: ToHost | FromHost) -> bytes:
    """A message as one frame.

    Raises:
        ValueError: Its texts cannot be written as UTF-8.
    """
    return frame(msgspec.msgpack.encode(message))


class Decoder(Generic[_T]):
    """Reads the messages of one side. Made by `of_host` and `of_program`.

    Args:
        decoder: For the union of them.
    """

    def __init__(self, decoder: msgspec.msgpack.Decoder[_T]) -> None:
        self._decoder = decoder

    def decode(self, payload: bytes) -> _T:
        """The message in a frame's payload.

        Raises:
            FrameError: It is none.
        """
        try:
            return self._decoder.decode(payload)
        except (msgspec.DecodeError, ValueError, RecursionError) as problem:
            raise FrameError("not a message") from problem


def of_host() -> Decoder[FromHost]:
    """For what the host says."""
    return Decoder(msgspec.msgpack.Decoder(Loaded | Broken | Described | Progress | Ask | Finished))


def of_program() -> Decoder[ToHost]:
    """For what the program says."""
    return Decoder(msgspec.msgpack.Decoder(Load | Describe | Call | Cancel | Given))
