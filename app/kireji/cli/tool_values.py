"""Tools, their sources and what is allowed, as JSON and as tables print them; and how one is found by its name."""

from __future__ import annotations

import difflib
import json
import shlex
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kireji.cli.values import time_value
from kireji.core.errors import KirejiError, ToolSourceError
from kireji.core.permissions import Decision, Grant
from kireji.core.tools import SourceKind, SourceState, SourceStatus, Tool
from kireji.services.application import Services

_LIST = "List them with: kireji tools list"


class Chosen(NamedTuple):
    """What a name means.

    Args:
        status: The source.
        tool: One of its tools; None for all of them.
    """

    status: SourceStatus
    tool: Tool | None = None


async def find(services: Services, name: str, *, sources_too: bool = False) -> Chosen:
    """The tool, or the source, of a name. Sources that were never asked for their tools are asked when nothing fits.

    Args:
        services: Wired.
        name: As a tool is offered; its own name, where no other has it; a source's id, or the name in it.
        sources_too: Whether a source is meant, too; a tool goes before one.

    Raises:
        KirejiError: There is none, or several.
    """
    sources = {status.id: status for status in await services.tools.toolbox.sources()}
    if sources_too and name in sources:
        return Chosen(sources[name])
    for _ in range(2):
        tools = await services.tools.toolbox.tools()
        named = [tool for tool in tools if tool.name == name] or [tool for tool in tools if tool.own_name == name]
        if len(named) == 1:
            return Chosen(sources[named[0].source], named[0])
        if named:
            raise KirejiError(
                f"Several tools are called {name}.", f"Say which: {', '.join(tool.name for tool in named)}."
            )
        await services.tools.toolbox.refresh()
        sources = {status.id: status for status in await services.tools.toolbox.sources()}
    if sources_too and len(meant := [one for one in sources.values() if _space(one) == name]) == 1:
        return Chosen(meant[0])
    _explain_failure(name, sources.values(), services.preferences.settings.tools.off)
    words = [tool.name for tool in tools] + [tool.own_name for tool in tools] + (list(sources) if sources_too else [])
    raise KirejiError(f"There is no tool with the name {name}.", _nearest(name, words))


async def find_source(services: Services, name: str) -> SourceStatus:
    """The source of an id, or of the name in it.

    Raises:
        KirejiError: There is none, or several.
    """
    sources = await services.tools.toolbox.sources()
    found = [one for one in sources if one.id == name] or [one for one in sources if _space(one) == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise KirejiError(f"Several sources are called {name}.", f"Say which: {', '.join(one.id for one in found)}.")
    raise KirejiError(f"There is no source of tools with the name {name}.", _nearest(name, [one.id for one in sources]))


async def ask_named(services: Services, names: Sequence[str]) -> tuple[str, ...]:
    """Ask the sources of these tools that were never asked for theirs, so that a model can be offered them.

    Args:
        services: Wired.
        names: Of tools or of sources, as they were typed.

    Returns:
        The names as a question takes them.

    Raises:
        ToolSourceError: One of them cannot be used.
        KirejiError: There is none, or several, of a name.
    """
    tools = await services.tools.toolbox.tools()
    known = {tool.source for tool in tools}
    off = services.preferences.settings.tools.off
    sources = await services.tools.toolbox.sources()
    for status in sources:
        meant = any(name == status.id or _is_below(name, status) for name in names)
        if meant and _is_disabled(status, off):
            raise _disabled(status)
        if meant and status.id not in known:
            await services.tools.toolbox.describe(status.id)
    ids = {status.id for status in sources} | {_space(status) for status in sources}
    full = {tool.name for tool in await services.tools.toolbox.tools()}
    found: list[str] = []
    for name in names:
        if name not in ids and name not in full:
            chosen = await find(services, name)
            assert chosen.tool is not None  # no source was to be found
            name = chosen.tool.name
        found.append(name)
    return tuple(found)


def _space(status: SourceStatus) -> str:
    """The name in a source's id; empty for the built-in tools."""
    return status.id.partition(":")[2]


def _is_below(name: str, status: SourceStatus) -> bool:
    """Whether a name is that of a source, or of one of its tools."""
    space = _space(status)
    return bool(space) and (name == space or name.startswith(f"{space}__"))


def _is_disabled(status: SourceStatus, off: Sequence[str]) -> bool:
    """Whether a server is left alone, so that nothing is known of it; what only is not offered is known."""
    return status.state is SourceState.OFF and status.kind is SourceKind.MCP and status.id not in off


def _disabled(status: SourceStatus) -> ToolSourceError:
    return ToolSourceError(
        f"The server {status.title} is disabled.", f"Use it again with: kireji mcp enable {shlex.quote(status.title)}"
    )


def _explain_failure(name: str, sources: Iterable[SourceStatus], off: Sequence[str]) -> None:
    """Raise what is wrong with the source whose tool is meant, if that is why it is not there."""
    for status in sources:
        if not _is_below(name, status):
            continue
        if status.state is SourceState.FAILED:
            raise ToolSourceError(status.detail or f"{status.title} cannot be used.")
        if _is_disabled(status, off):
            raise _disabled(status)


def _nearest(name: str, words: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, words, n=1)
    return f"Did you mean {close[0]}?" if close else _LIST


def source_value(status: SourceStatus, *, trusted: bool, on: bool) -> dict[str, object]:
    """A source as JSON."""
    return {
        "id": status.id,
        "kind": status.kind.value,
        "title": status.title,
        "state": status.state.value,
        "detail": status.detail,
        "origin": status.origin,
        "trusted": trusted,
        "on": on,
        "tools": status.tools,
        "log": status.log,
    }


def tool_value(tool: Tool, *, on: bool, permission: str) -> dict[str, object]:
    """A tool as JSON; `permission` is how a call without words from outside would stand."""
    return {
        "name": tool.name,
        "own_name": tool.own_name,
        "source": tool.source,
        "title": tool.title,
        "description": tool.description,
        "on": on,
        "permission": permission,
        "hints": {
            "read_only": tool.hints.read_only,
            "open_world": tool.hints.open_world,
            "pure": tool.hints.pure,
        },
        "places": [{"argument": place.argument, "kind": place.kind.value} for place in tool.places],
        "gives": tool.gives.value if tool.gives else None,
        "asks_always": tool.asks_always,
        "seconds": tool.seconds,
        "schema": schema_value(tool.schema),
    }


def schema_value(schema: bytes) -> object:
    """A schema as it stands in JSON; null when it cannot be read."""
    try:
        return json.loads(schema)
    except (ValueError, RecursionError):
        return None


def grant_value(grant: Grant) -> dict[str, object]:
    """A permission or denial as JSON; what is null holds for all."""
    return {
        "id": grant.id,
        "tool": grant.tool or None,
        "source": grant.source,
        "fingerprint": grant.fingerprint,
        "allows": grant.allows,
        "arguments": grant.pattern.digest or None,
        "folder": grant.pattern.folder or None,
        "host": grant.pattern.host or None,
        "conversation": grant.conversation,
        "until": time_value(grant.until) if grant.until else None,
        "given": time_value(grant.given),
    }


def grant_words(grant: Grant) -> str:
    """For what a permission or denial holds."""
    pattern = grant.pattern
    parts = (
        "the same arguments" if pattern.digest else "",
        f"files in {pattern.folder}" if pattern.folder else "",
        f"addresses of {pattern.host}" if pattern.host else "",
        f"conversation {grant.conversation}" if grant.conversation is not None else "",
    )
    return ", ".join(filter(None, parts)) or "everything"


def decision_value(decision: Decision) -> dict[str, object]:
    """A row of the log as JSON."""
    return {
        "id": decision.id,
        "time": time_value(decision.time),
        "conversation": decision.conversation,
        "call": decision.call_id,
        "source": decision.source,
        "tool": decision.tool,
        "fingerprint": decision.fingerprint,
        "arguments": decision.arguments,
        "allowed": decision.allowed,
        "by": decision.by,
        "reason": decision.reason.value,
        "scope": decision.scope.value,
        "outside": [place.value for place in decision.outside],
    }
