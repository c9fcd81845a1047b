"""What models are told of the built-in tools: made from their functions when the program is built, read at its start.

Making it takes modules that nobody needs before a call (a docstring's parser, the units), so it is kept as a resource;
a test holds that to the functions, and `packaging/describe-tools` writes it anew.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from kireji.core.tools import BUILT_IN, Hints, Place, Tool
from kireji.tools.builtin.table import TABLE

RESOURCE = "tools/built-in.jsonl"
"""One line for each tool."""


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tool as it is kept.

    Args:
        name: Of the tool.
        description: For the model.
        schema: Of its arguments.
        offered: The same as providers take it.
        hints: What it does.
        places: Arguments that permissions can be bound to.
        seconds: How long it may take.
        asks_always: No permission lasts.
    """

    name: str
    description: str
    schema: msgspec.Raw
    offered: msgspec.Raw
    hints: Hints
    seconds: float
    places: tuple[Place, ...] = ()
    asks_always: bool = False


def function_of(name: str) -> Callable[..., Any]:
    """A tool's function; its module is loaded if it was not."""
    module = importlib.import_module(f"kireji.tools.builtin.{TABLE[name].module}")
    found: Callable[..., Any] = getattr(module, name)
    return found


def written() -> bytes:
    """The resource, made from the functions."""
    from kireji.tools.schema import described_tool

    lines: list[bytes] = []
    for name in TABLE:
        tool = described_tool(function_of(name), source=BUILT_IN)
        kept = _Line(
            name,
            tool.description,
            msgspec.Raw(tool.schema),
            msgspec.Raw(tool.offered),
            Hints(tool.hints.read_only, tool.hints.open_world, TABLE[name].pure),
            tool.seconds,
            tool.places,
            tool.asks_always,
        )
        lines.append(msgspec.json.encode(kept) + b"\n")
    return b"".join(lines)


def read(resource: bytes) -> Sequence[Tool]:
    """The tools of the resource, in its order, with their titles in English.

    Raises:
        msgspec.DecodeError: It was not written by this program.
    """
    tools = []
    for line in msgspec.json.Decoder(_Line).decode_lines(resource):
        own = TABLE[line.name]
        tools.append(
            Tool(
                name=line.name,
                own_name=line.name,
                source=BUILT_IN,
                title=own.title,
                description=line.description,
                schema=bytes(line.schema),
                offered=bytes(line.offered),
                hints=line.hints,
                places=line.places,
                gives=own.gives,
                asks_always=line.asks_always,
                seconds=line.seconds,
            )
        )
    return tools
