"""Tools that a model may ask for: what they are, what they may do, and what they give back."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec


class SourceKind(enum.Enum):
    """Where tools come from."""

    BUILT_IN = "built-in"
    PLUGIN = "plugin"
    MCP = "mcp"


BUILT_IN = "built-in"
"""Id of the source that the program itself is."""


class Hints(msgspec.Struct, frozen=True):
    """What a tool says of itself; believed only where its source is trusted.

    The defaults are the worst case, as in the Model Context Protocol's annotations.

    Args:
        read_only: It changes nothing.
        open_world: It talks to something outside this computer, so it could send data out.
        pure: It only computes: it neither reads, sends nor changes anything. Only built-in tools can be.
    """

    read_only: bool = False
    open_world: bool = True
    pure: bool = False


class PlaceKind(enum.Enum):
    """What an argument of a tool points at."""

    PATH = "path"
    ADDRESS = "address"


class Place(msgspec.Struct, frozen=True):
    """An argument that names a file, a folder or an address, so that a permission can be bound to it.

    Args:
        argument: Its name, at the top of the arguments.
        kind: What it points at.
    """

    argument: str
    kind: PlaceKind


class Outside(enum.Enum):
    """Where words come from that neither the person nor the model has said; they may be somebody's instructions."""

    SCREEN = "screen"
    """A picture: nobody can tell a capture from another one."""
    WEB = "web"
    FILE = "file"
    CLIPBOARD = "clipboard"
    QUOTE = "quote"
    """Words that the person quoted from elsewhere."""
    TOOL = "tool"
    """What a plugin or a server gave back, from wherever that has it."""


class Tool(msgspec.Struct, frozen=True):
    """One tool of one source.

    Args:
        name: As it is offered to models: unique, letters, digits, _ and -, at most 64.
        own_name: As its source calls it.
        source: Id of its source: `built-in`, `plugin:NAME`, `mcp:NAME`.
        title: As people read it.
        description: For the model.
        schema: JSON schema of the arguments, complete; what calls are held to.
        offered: The same as providers take it, with what they refuse moved into descriptions.
        hints: What it says of itself.
        places: Arguments that a permission can be bound to.
        gives: Where the words of its results come from; None when they are its own (a calculation, the time).
        asks_always: No permission lasts: every call is asked about.
        seconds: How long a call may take.
    """

    name: str
    own_name: str
    source: str
    title: str
    description: str
    schema: bytes
    offered: bytes
    hints: Hints = Hints()
    places: tuple[Place, ...] = ()
    gives: Outside | None = Outside.TOOL
    asks_always: bool = False
    seconds: float = 60.0


class SourceState(enum.Enum):
    """How a source of tools stands."""

    IDLE = "idle"
    """Known, and started when it is first called."""
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    OFF = "off"
    """The person has switched it off."""


class SourceStatus(msgspec.Struct, frozen=True):
    """A source of tools as it stands now.

    Args:
        id: `built-in`, `plugin:NAME`, `mcp:NAME`.
        kind: Which kind.
        title: As people read it.
        state: How it stands.
        detail: Why it failed, in one sentence with the next step; empty otherwise.
        origin: The plugin's file, or the server's resolved command or address.
        fingerprint: Of the plugin's file, or of the server's command or address; permissions are bound to it.
        log: Path of what it has written on its standard error; empty when there is none.
        trusted: Whether its hints are believed.
        tools: How many it has, as far as known.
    """

    id: str
    kind: SourceKind
    title: str
    state: SourceState
    detail: str = ""
    origin: str = ""
    fingerprint: str = ""
    log: str = ""
    trusted: bool = False
    tools: int = 0


class TextOutput(msgspec.Struct, frozen=True, tag="text"):
    """Words that a tool gives back."""

    text: str


class PictureOutput(msgspec.Struct, frozen=True, tag="picture"):
    """A picture that a tool gives back: the bytes of a picture file, unchecked."""

    data: bytes


class FileOutput(msgspec.Struct, frozen=True, tag="file"):
    """A file that a tool gives back.

    Args:
        data: Its bytes.
        media_type: What the tool says they are.
        name: As people know it.
    """

    data: bytes
    media_type: str
    name: str = ""


Output: TypeAlias = TextOutput | PictureOutput | FileOutput


class ToolOutput(msgspec.Struct, frozen=True):
    """What a call gave back.

    Args:
        content: In the tool's order; may be empty.
        is_error: The tool says that it failed; the words say why, for the model.
    """

    content: tuple[Output, ...] = ()
    is_error: bool = False


def failed(reason: str) -> ToolOutput:
    """The output of a call that failed.

    Args:
        reason: For the model, and for the person who opens the call.
    """
    return ToolOutput((TextOutput(reason),), is_error=True)


Arguments: TypeAlias = Mapping[str, Any]
"""The arguments of a call: a JSON object, decoded."""
