"""The names under which tools are offered to models."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

import msgspec

from kireji.core.tools import Tool

LONGEST = 64
"""Characters that providers take."""
_OTHER = re.compile(r"[^A-Za-z0-9_-]")
_MARK = 8
"""Hexadecimal digits that tell one name from another."""


def tool_name(own: str, space: str = "") -> str:
    """The name of one tool: `{space}__{own}`, in the characters and the length that providers take.

    Args:
        own: As its source calls it.
        space: Name of the plugin or the server; empty for built-in tools.
    """
    whole = f"{space}__{own}" if space else own
    name = _OTHER.sub("_", whole)
    if name and len(name) <= LONGEST:
        return name
    return _marked(name or "tool", whole)


def distinct(tools: Iterable[Tool]) -> tuple[Tool, ...]:
    """The same tools, none of them with a name that another has: the first keeps it, later ones get a mark.

    The mark depends on the tool alone, so that a tool is called the same whatever else there is beside it.

    Args:
        tools: In their fixed order.
    """
    taken: set[str] = set()
    named: list[Tool] = []
    for tool in tools:
        name, identity = tool.name, f"{tool.source}\0{tool.own_name}"
        while name in taken:
            name, identity = _marked(tool.name, identity), f"{identity}\0"
        taken.add(name)
        named.append(tool if name == tool.name else msgspec.structs.replace(tool, name=name))
    return tuple(named)


def _marked(name: str, identity: str) -> str:
    mark = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]
    return f"{name[: LONGEST - _MARK - 1]}_{mark}"
