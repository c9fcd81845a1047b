"""What the doctor finds of tools. Plugins that were never asked for their tools are asked; no server is started."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from kireji.core.errors import KirejiError, ToolSourceError
from kireji.core.tool_servers import ServerEntry
from kireji.core.tools import SourceKind, SourceState, SourceStatus
from kireji.services.doctor import Finding, Verdict
from kireji.services.tools.servers import ToolServers
from kireji.services.tools.toolbox import Toolbox

_SECONDS = 4.0
"""Less than a check may take: plugins that hang are worth a word of their own."""


async def find_plugins(toolbox: Toolbox, seconds: float = _SECONDS) -> Finding:
    """Which plugins can be used, and what is wrong with the others.

    Args:
        toolbox: Knows them.
        seconds: How long they are waited for.
    """
    await toolbox.tools()
    unasked = [one.id for one in await _plugins(toolbox) if one.state is not SourceState.OFF and not one.tools]
    late: set[str] = set()

    async def ask(source: str) -> None:
        try:
            async with asyncio.timeout(seconds):
                await toolbox.describe(source)
        except TimeoutError:
            late.add(source)
        except ToolSourceError:
            pass  # its status says why

    async with asyncio.TaskGroup() as group:
        for source in unasked:
            group.create_task(ask(source), name=f"ask {source}")
    found = await _plugins(toolbox)
    problems = {one.id: one.detail for one in found if one.state is SourceState.FAILED}
    problems |= {source: f"{source} has not answered within {seconds:g} seconds." for source in sorted(late)}
    data = {"count": len(found), "problems": problems}
    if problems:
        hint = f"See all of them with: kireji tools list{_others(found, problems)}"
        return Finding(Verdict.WARNING, _first(problems), hint, data)
    return Finding(Verdict.OK, f"{_some(len(found), 'plugin')}." if found else "No plugin is installed.", data=data)


async def find_servers(toolbox: Toolbox, servers: ToolServers) -> Finding:
    """Which servers there are, and which of them cannot be started as they stand in the file.

    Raises:
        SettingsError: The file of servers cannot be understood.
        StoreError: It cannot be read.
    """
    entries = await servers.entries()
    states = {one.id: one for one in await toolbox.sources() if one.kind is SourceKind.MCP}
    problems = {entry.name: why for entry in entries if (why := _problem(entry, states.get(entry.source)))}
    off = sum(entry.disabled for entry in entries)
    data = {"count": len(entries), "off": off, "problems": problems}
    if problems:
        return Finding(Verdict.WARNING, _first(problems), "Try one with: kireji mcp test NAME", data)
    if not entries:
        return Finding(Verdict.OK, "No server of tools is configured.", data=data)
    switched = f", {off} of them switched off" if off else ""
    return Finding(Verdict.OK, f"{_some(len(entries), 'server')}{switched}; none was started for this.", data=data)


async def find_programs(start: Callable[[], Awaitable[int]]) -> Finding:
    """Whether programs of tools can be started so that none of them is left behind.

    Args:
        start: Starts a program that does nothing under the supervisor; gives its return code.
    """
    hint = "Plugins and servers cannot be used until that works; everything else can."
    try:
        code = await start()
    except KirejiError as error:
        return Finding(Verdict.WARNING, error.message, error.hint or hint)
    if code != 0:
        return Finding(Verdict.WARNING, f"A program that was started for a trial ended with {code}.", hint)
    return Finding(Verdict.OK, "Programs of tools can be started.")


async def _plugins(toolbox: Toolbox) -> list[SourceStatus]:
    return [one for one in await toolbox.sources() if one.kind is SourceKind.PLUGIN]


def _problem(entry: ServerEntry, status: SourceStatus | None) -> str:
    if entry.disabled:
        return ""
    if entry.problem:
        return entry.problem
    return status.detail if status is not None and status.state is SourceState.FAILED else ""


def _first(problems: dict[str, str]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return next(iter(problems.values())) + more


def _others(found: Sequence[SourceStatus], problems: dict[str, str]) -> str:
    able = len(found) - len(problems)
    return f" (the other {_some(able, 'plugin')} can be used)" if able > 0 else ""


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
