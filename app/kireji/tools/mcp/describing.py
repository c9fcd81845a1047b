"""A server's tools as tools of this program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kireji.core.offered_schema import offered_form
from kireji.core.tool_names import tool_name
from kireji.core.tools import Hints, Outside, Tool

LONGEST_DESCRIPTION = 10_000
"""Characters; longer ones are cut, because every question carries them."""
LARGEST_SCHEMA = 256 << 10
CALL_SECONDS = 120.0
_OBJECT = {"type": "object", "properties": {}}


class ListedTool(msgspec.Struct, frozen=True):
    """A tool as a server lists it.

    Args:
        name: The server's own.
        title: As people read it.
        description: For the model.
        schema: JSON schema of the arguments.
        read_only: The server says that it changes nothing.
        open_world: The server says that it talks to something outside.
    """

    name: str
    title: str
    description: str
    schema: bytes
    read_only: bool
    open_world: bool

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> ListedTool:
        """From an item of `tools/list`, as it is on the wire.

        What a tool is called is `title`, then `annotations.title`, then its name; hints that are missing are the worst
        (specification, server/tools).
        """
        hints = wire.get("annotations") or {}
        name = str(wire.get("name", ""))
        schema = wire.get("inputSchema") or _OBJECT
        return cls(
            name,
            " ".join(str(wire.get("title") or hints.get("title") or name).split())[:100],
            str(wire.get("description") or "")[:LONGEST_DESCRIPTION],
            json.dumps(schema, ensure_ascii=False, sort_keys=False).encode("utf-8", "replace"),
            hints.get("readOnlyHint") is True,
            hints.get("openWorldHint") is not False,
        )


def core_tools(listed: Sequence[ListedTool], server: str) -> tuple[Tool, ...]:
    """The tools of a server; one whose schema is larger than any model reads is left out.

    Args:
        listed: As the server lists them; of those with one name the first counts.
        server: Its name in the file.
    """
    made: dict[str, Tool] = {}
    for one in listed:
        if one.name in made or not one.name or len(one.schema) > LARGEST_SCHEMA:
            continue
        made[one.name] = Tool(
            tool_name(one.name, server),
            one.name,
            f"mcp:{server}",
            one.title,
            one.description,
            one.schema,
            json.dumps(offered_form(json.loads(one.schema)), ensure_ascii=False).encode("utf-8", "replace"),
            Hints(read_only=one.read_only, open_world=one.open_world),
            gives=Outside.TOOL,
            seconds=CALL_SECONDS,
        )
    return tuple(made.values())
