"""What the service can be told to answer; written in Python or, for the separate process, in a JSON file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

FIXTURES = Path(__file__).parent.parent / "data" / "sse"


class Delivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a stream goes over the wire.

    Args:
        delay: Seconds before every delta.
        delays: Seconds before each delta, in order; `delay` holds for the rest.
        header_delay: Seconds before the status line.
        chunk: Bytes per write; 0 writes event by event.
        crlf: Lines end with CR LF.
        pings: A ping before every event.
        comments: A comment line before every event.
        hold_after: Deltas after which the stream waits until it is released.
        break_after: Deltas after which the stream breaks; None lets it end well.
        break_how: cut (connection closed in the middle), reset (TCP reset), eof (ended properly, but without
            message_stop), error (an error event), silence (nothing more comes).
        error: Type of the error event.
    """

    delay: float = 0.0
    delays: list[float] = []
    header_delay: float = 0.0
    chunk: int = 0
    crlf: bool = False
    pings: bool = False
    comments: bool = False
    hold_after: int | None = None
    break_after: int | None = None
    break_how: Literal["cut", "reset", "eof", "error", "silence"] = "cut"
    error: str = "overloaded_error"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="text"):
    """An answer in words.

    Args:
        deltas: The pieces in which the words arrive.
        thinking: Reasoning before the words: none, omitted (empty, signed) or shown, then as these pieces.
        stop_reason: Why it ended.
        stop_sequence: The match.
        stop_details: For refusals.
        usage: Overrides of the usage of the last message_delta.
        first_usage: Overrides of the usage of message_start.
        usage_twice: Send a message_delta with other totals before the last one.
        delivery: How it arrives.
    """

    deltas: list[str] = []
    thinking: Literal["none", "omitted"] | list[str] = "none"
    stop_reason: str | None = "end_turn"
    stop_sequence: str | None = None
    stop_details: dict[str, Any] | None = None
    usage: dict[str, Any] = {}
    first_usage: dict[str, Any] = {}
    usage_twice: bool = False
    delivery: Delivery = Delivery()


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="words"):
    """A text block: pieces of text, and citations (objects) between them."""

    pieces: list[str | dict[str, Any]]


class Reasoning(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="reasoning"):
    """A signed thinking block; without pieces its words are omitted."""

    pieces: list[str] = []


class Redacted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="redacted"):
    """A redacted_thinking block, which comes whole."""


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="call"):
    """A tool_use block.

    Args:
        name: The tool.
        input: Its arguments.
        id: Made up when empty.
        size: Characters per piece of the arguments' JSON.
        pieces: The pieces themselves instead, as they leave a tool with eager streaming: they may end as no JSON.
        more: Further fields of the block, such as `caller`.
    """

    name: str
    input: dict[str, Any] = {}
    id: str = ""
    size: int = 12
    pieces: list[str] | None = None
    more: dict[str, Any] = {}


class Raw(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="raw"):
    """Any block: as it begins, and its deltas. For the service's own tools and for what is not invented yet."""

    block: dict[str, Any]
    deltas: list[dict[str, Any]] = []


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="event"):
    """Any event between blocks, such as one that nobody knows; it does not stand in a whole answer."""

    event: dict[str, Any]


Block: TypeAlias = Words | Reasoning | Redacted | Call | Raw | Event


class Blocks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="blocks"):
    """An answer of any blocks.

    Args:
        blocks: In order; none gives the empty answer.
        stop_reason: Why it ended; empty stands for what fits the blocks.
        stop_sequence: The match.
        stop_details: For refusals.
        usage: Overrides of the usage of the last message_delta.
        first_usage: Overrides of the usage of message_start.
        usage_twice: Send a message_delta with other totals before the last one.
        delivery: How it arrives.
    """

    blocks: list[Block] = []
    stop_reason: str = ""
    stop_sequence: str | None = None
    stop_details: dict[str, Any] | None = None
    usage: dict[str, Any] = {}
    first_usage: dict[str, Any] = {}
    usage_twice: bool = False
    delivery: Delivery = Delivery()


class Echo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="echo"):
    """Says what was received: model, last words, pictures and documents.

    Where the request wants something of the answer, it gets that: a value that fits the schema, a call of the tool
    it forces, an end at a stop sequence, reasoning only where it is on and shown only where it is asked for.

    Args:
        thinking: What reasoning looks like where it is on.
    """

    thinking: Literal["none", "omitted"] | list[str] = "omitted"
    delivery: Delivery = Delivery()


class Replay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="replay"):
    """A recorded stream from tests/data/sse, byte for byte."""

    fixture: str
    delivery: Delivery = Delivery()

    def read(self) -> bytes:
        """The stream."""
        return (FIXTURES / f"{self.fixture}.txt").read_bytes()


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="status"):
    """An error in the real shape.

    Args:
        status: HTTP status.
        error: Its type.
        message: What it says.
        details: `error.details`.
        headers: retry-after and the like.
        header_delay: Seconds before the status line.
    """

    status: int
    error: str = "api_error"
    message: str = "Scripted failure"
    details: dict[str, Any] | None = None
    headers: dict[str, str] = {}
    header_delay: float = 0.0


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="body"):
    """Any answer, such as the web page of a captive portal."""

    body: str
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = {}


class Silence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="silence"):
    """Never answers."""


class Hangup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="hangup"):
    """Closes the connection without an answer."""


Answer: TypeAlias = Text | Blocks | Echo | Replay | Status | Body | Silence | Hangup


class Rule(msgspec.Struct, forbid_unknown_fields=True):
    """When to give an answer.

    Args:
        answer: What is answered.
        contains: The last message of the person must contain this.
        path: The request's path must begin with this; empty stands for any question.
        times: How often it is given; None for ever.
    """

    answer: Answer
    contains: str = ""
    path: str = ""
    times: int | None = 1


def read_script(data: bytes) -> list[Rule]:
    """The rules in a script file: a JSON list."""
    return msgspec.json.decode(data, type=list[Rule])
