"""What the rule of permissions has to know of a call. It looks at the file system, so it is called in a thread."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os.path
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from kireji.core.permissions import CallFacts
from kireji.core.places import host_of
from kireji.core.tools import Arguments, Outside, PlaceKind, SourceStatus, Tool

if TYPE_CHECKING:
    from kireji.services.tools.gate import Circumstances


def call_facts(
    tool: Tool,
    arguments: Arguments,
    *,
    fingerprint: str,
    trusted: bool,
    conversation: int | None,
    outside: frozenset[Outside],
) -> CallFacts:
    """A call as the rule sees it.

    A place that cannot be told (a number, a path that is not whole, an address of no host) is there and empty, so that
    no permission for a place fits. One that is left out is where the tool says that it is then.
    """
    paths: dict[str, str] = {}
    hosts: dict[str, str] = {}
    defaults = _defaults(tool) if any(place.argument not in arguments for place in tool.places) else {}
    for place in tool.places:
        given = arguments.get(place.argument, defaults.get(place.argument))
        for name, value in _values(place.argument, given):
            if place.kind is PlaceKind.PATH:
                paths[name] = whole_path(value)
            else:
                hosts[name] = host_of(value)
    return CallFacts(tool, fingerprint, trusted, conversation, digest(arguments), paths, hosts, outside)


async def facts_of(
    tool: Tool, status: SourceStatus, arguments: Arguments, where: Circumstances, *, trusted: bool
) -> CallFacts:
    """The same, in a thread where that has to look at the file system.

    Args:
        tool: Which.
        status: Of its source.
        arguments: Of the call.
        where: Where it is made.
        trusted: Whether its source's hints are believed.
    """

    def look() -> CallFacts:
        return call_facts(
            tool,
            arguments,
            fingerprint=status.fingerprint,
            trusted=trusted,
            conversation=where.conversation,
            outside=where.outside,
        )

    return await asyncio.to_thread(look) if tool.places else look()


def digest(arguments: Arguments) -> str:
    """SHA-256 of arguments in canonical form."""
    text = json.dumps(arguments, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def whole_path(value: str) -> str:
    """A path with every link followed; empty for one that depends on where a program works."""
    path = os.path.expanduser(value)
    if not value or "\0" in value or not os.path.isabs(path):
        return ""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return ""


def own_folder(path: str) -> str:
    """The folder of a whole path: itself when it is one. Empty for none and for the root of all."""
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    return "" if os.path.dirname(folder) == folder else folder


def _defaults(tool: Tool) -> Mapping[str, object]:
    """What arguments are where they are left out; a place of which that is not said is somewhere, and empty here."""
    try:
        schema = msgspec.json.decode(tool.schema)
        parts, required = schema.get("properties", {}), schema.get("required", ())
        return {name: part.get("default", "") for name, part in parts.items() if name not in required}
    except (msgspec.DecodeError, AttributeError, TypeError):
        return {}


def _values(name: str, value: object) -> list[tuple[str, str]]:
    """An argument that names a place, or several, each with a name of its own; what is no text is an empty one."""
    if value is None:
        return []
    if isinstance(value, list):
        return [(f"{name}[{index}]", one if isinstance(one, str) else "") for index, one in enumerate(value)]
    return [(name, value if isinstance(value, str) else "")]
