"""One plugin as a source of tools: its process is started when it is first needed, and ended when it rests."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from kireji.core.errors import StoreError, ToolSourceError
from kireji.core.offered_schema import offered_form
from kireji.core.tool_names import distinct, tool_name
from kireji.core.tool_ports import CallContext, ChildProcesses, DescriptionStore
from kireji.core.tools import Arguments, Hints, Outside, SourceKind, SourceState, SourceStatus, Tool, ToolOutput, failed
from kireji.core.words import say
from kireji.tools import host_launch
from kireji.tools.host_client import Hold, HostClient
from kireji.tools.host_protocol import TOOL_LIMIT, Broken, Describe, Described, Load, Loaded

log = logging.getLogger(__name__)

_LEAVE_SECONDS = 2.0
_LONGEST_SECONDS = 3600.0
_LONGEST_NAME = 200
_LONGEST_TITLE = 100
_LONGEST_DESCRIPTION = 20_000
_LARGEST_SCHEMA = 256 * 1024


class Plugin(NamedTuple):
    """A plugin as it was found.

    Args:
        id: Of the source.
        name: As people and the names of its tools have it.
        path: Its file, or its folder's `__init__.py`; empty for an installed one.
        entry: Value of an installed one's entry point; empty for others.
        files: Paths of all of its code.
        fingerprint: Of these; empty where they cannot be read.
        problem: Why it cannot be used, with the next step; empty when it can, as far as one can see from outside.
    """

    id: str
    name: str
    path: str
    entry: str = ""
    files: tuple[str, ...] = ()
    fingerprint: str = ""
    problem: str = ""


class Hosting(NamedTuple):
    """What plugins' processes need.

    Args:
        children: Gives what starts them.
        descriptions: Keeps what they say of their tools.
        work: Folder in which each has one of its own.
        logs: Folder of the files that take what they print.
        environ: This process's environment, of which they see a part.
        hold: Keeps what runs beside.
        changed: Told the id of a source whose status or tools changed.
        load_seconds: How long a plugin may take to be imported.
        idle_seconds: After so long without a call its process is ended.
        command: The command line for a name.
    """

    children: Callable[[], ChildProcesses]
    descriptions: DescriptionStore
    work: Path
    logs: Path
    environ: Mapping[str, str]
    hold: Hold
    changed: Callable[[str], None]
    load_seconds: float = 30.0
    idle_seconds: float = 300.0
    command: Callable[[str], list[str]] = host_launch.command


class PluginSource:
    """Satisfies `core.tool_ports.ToolSource`.

    Args:
        plugin: As it was found first.
        hosting: What its process needs.
    """

    def __init__(self, plugin: Plugin, hosting: Hosting) -> None:
        self._plugin = plugin
        self._hosting = hosting
        self._tools: tuple[Tool, ...] | None = () if plugin.problem else None
        self._failure = plugin.problem
        self._turn = asyncio.Lock()
        self._is_starting = False
        self._host: HostClient | None = None
        self._idle: asyncio.TimerHandle | None = None

    @property
    def id(self) -> str:
        return self._plugin.id

    @property
    def plugin(self) -> Plugin:
        """As it was found last."""
        return self._plugin

    @property
    def pid(self) -> int | None:
        """The number of its process; None while there is none."""
        return self._host.pid if self._host is not None and self._host.usable else None

    def status(self) -> SourceStatus:
        """As in ToolSource."""
        plugin, log_file = self._plugin, self._log_file()
        if self._is_starting:
            state = SourceState.STARTING
        elif self._failure:
            state = SourceState.FAILED
        else:
            state = SourceState.READY if self.pid is not None else SourceState.IDLE
        return SourceStatus(
            plugin.id,
            SourceKind.PLUGIN,
            plugin.name,
            state,
            self._failure,
            origin=plugin.path or plugin.entry,
            fingerprint=plugin.fingerprint,
            log=str(log_file) if log_file.exists() else "",
            tools=len(self._tools or ()),
        )

    def found_again(self, plugin: Plugin) -> None:
        """It was looked at once more; what is known of another version of it is forgotten."""
        if plugin == self._plugin:
            return
        self._plugin = plugin
        self._tools, self._failure = () if plugin.problem else None, plugin.problem
        if self._host is not None:
            self._host.retire()
        self._hosting.changed(self.id)

    async def known(self) -> Sequence[Tool] | None:
        """As in ToolSource; none of a plugin that is broken."""
        if self._tools is None:
            plugin = self._plugin
            kept = await self._hosting.descriptions.described(plugin.id, plugin.fingerprint)
            if kept is not None and plugin is self._plugin and self._tools is None:
                self._tools = tuple(kept)
        return self._tools

    async def describe(self) -> Sequence[Tool]:
        """As in ToolSource."""
        host = await self._running()
        plugin = self._plugin
        try:
            reply = await host.request(Describe(), self._hosting.load_seconds)
            if not isinstance(reply, Described):
                raise self._broken(plugin, reply)
            tools = distinct(_checked(tool, plugin) for tool in reply.tools[:TOOL_LIMIT])
        except ToolSourceError as problem:
            self._failed(plugin, problem)
            raise
        if plugin is self._plugin:
            self._tools = tools
            try:
                await self._hosting.descriptions.keep_description(plugin.id, plugin.fingerprint, tools)
            except StoreError as problem:  # it is asked again in the next run
                log.warning("the tools of %s could not be kept: %s", plugin.name, problem)
            self._hosting.changed(self.id)
        return tools

    async def call(self, tool: Tool, arguments: Arguments, context: CallContext) -> ToolOutput:
        """As in ToolSource."""
        try:
            encoded = json.dumps(arguments).encode()  # half characters survive it; the plugin's process refuses them
        except (TypeError, ValueError, RecursionError) as problem:
            return failed(f"The arguments cannot be passed on: {problem}")
        plugin = self._plugin
        host = await self._running()
        if self._plugin is not plugin:  # it was allowed for the one that was there when it was called
            raise ToolSourceError(say("The plugin {name} has changed just now.", name=plugin.name), say("Try again."))
        self._stay()
        return await host.call(tool.own_name, encoded, context)

    async def preview(self, tool: Tool, arguments: Arguments) -> str:
        """Nobody knows what a plugin would do."""
        del tool, arguments
        return ""

    async def aclose(self) -> None:
        """As in ToolSource."""
        self._stay()
        async with self._turn:
            host, self._host = self._host, None
        if host is not None:
            await host.end(_LEAVE_SECONDS)

    async def _running(self) -> HostClient:
        """Its process, with the plugin imported.

        Raises:
            ToolSourceError: It cannot be started, or the plugin is broken.
        """
        async with self._turn:
            if self._host is not None and self._host.usable:
                return self._host
            plugin = self._plugin
            if plugin.problem:
                raise ToolSourceError(plugin.problem)
            self._is_starting = True
            self._hosting.changed(self.id)
            try:
                self._host = await self._started(plugin)
                if plugin is self._plugin:
                    self._failure = ""
                else:
                    self._host.retire()
                self._rested()
                return self._host
            except ToolSourceError as problem:
                self._failed(plugin, problem)
                raise
            finally:
                self._is_starting = False
                self._hosting.changed(self.id)

    async def _started(self, plugin: Plugin) -> HostClient:
        hosting = self._hosting
        folder = hosting.work / _file_name(plugin)
        try:
            await asyncio.to_thread(_make_folders, folder, hosting.logs)
        except OSError as problem:
            raise ToolSourceError(
                say(
                    "The plugin {name} has no folder to work in: {reason}.",
                    name=plugin.name,
                    reason=problem.strerror or problem,
                ),
                say("Make {folder} writable.", folder=hosting.work),
            ) from problem
        process = await hosting.children().start(
            hosting.command(plugin.name),
            environ=host_launch.environment(hosting.environ),
            folder=str(folder),
            log=str(self._log_file()),
        )
        host = HostClient(plugin.name, process, hosting.hold, self._rested)
        load = Load(plugin.name, plugin.path, plugin.entry, plugin.files, plugin.fingerprint)
        try:
            reply = await host.request(load, hosting.load_seconds)
            if not isinstance(reply, Loaded):
                raise self._broken(plugin, reply)
        except BaseException:  # a cancelled load too leaves no process behind
            host.retire()
            raise
        return host

    def _broken(self, plugin: Plugin, reply: Broken | object) -> ToolSourceError:
        """What a person is told of a plugin that cannot be used."""
        if plugin is self._plugin:
            self._tools = ()
        if not isinstance(reply, Broken):
            return ToolSourceError(say("The plugin {name} does not say which tools it has.", name=plugin.name))
        values = {"file": reply.file or plugin.path or plugin.entry, "line": reply.line, "reason": reply.reason}
        sentence = say("{file}, line {line}: {reason}", **values) if reply.line else say("{file}: {reason}", **values)
        return ToolSourceError(sentence, say("Correct it and look again."))

    def _failed(self, plugin: Plugin, problem: ToolSourceError) -> None:
        if plugin is self._plugin:
            self._failure = problem.sentence
            self._hosting.changed(self.id)

    def _rested(self) -> None:
        """No call runs, or the process has ended."""
        self._stay()
        host = self._host
        if host is None or not host.usable:
            self._hosting.changed(self.id)
        elif host.resting:
            self._idle = asyncio.get_running_loop().call_later(self._hosting.idle_seconds, self._end_idle, host)

    def _end_idle(self, host: HostClient) -> None:
        self._idle = None
        if host.usable and host.resting:
            self._hosting.hold(host.end(_LEAVE_SECONDS))
            self._hosting.changed(self.id)

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _log_file(self) -> Path:
        return self._hosting.logs / f"{_file_name(self._plugin)}.log"


def _checked(tool: Tool, plugin: Plugin) -> Tool:
    """What a plugin's process says of a tool, as far as one may rely on it.

    Raises:
        ToolSourceError: It is no tool.
    """
    schema = _schema(tool)
    # A colon stands before the names of what a call asks of the program; permissions for that are for nothing else.
    if schema is None or not tool.own_name or len(tool.own_name) > _LONGEST_NAME or tool.own_name.startswith(":"):
        raise ToolSourceError(say("The plugin {name} does not say which tools it has.", name=plugin.name))
    return Tool(
        name=tool_name(tool.own_name, plugin.name),
        own_name=tool.own_name,
        source=plugin.id,
        title=tool.title[:_LONGEST_TITLE],
        description=tool.description[:_LONGEST_DESCRIPTION],
        schema=tool.schema,
        offered=msgspec.json.encode(offered_form(schema)),
        hints=Hints(tool.hints.read_only, tool.hints.open_world),
        places=tuple(place for place in tool.places if place.argument in schema["properties"]),
        gives=Outside.TOOL,
        asks_always=tool.asks_always,
        seconds=min(_LONGEST_SECONDS, max(0.001, tool.seconds)),
    )


def _schema(tool: Tool) -> dict[str, Any] | None:
    if len(tool.schema) > _LARGEST_SCHEMA:
        return None
    try:
        schema = msgspec.json.decode(tool.schema)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return schema if isinstance(schema, dict) and isinstance(schema.get("properties"), dict) else None


def _file_name(plugin: Plugin) -> str:
    """A name for its folder and its log that no other plugin has."""
    name = plugin.id.removeprefix("plugin:")
    safe = re.sub(r"[^\w-]", "_", name)[:60]
    return safe if safe == name else f"{safe}-{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def _make_folders(work: Path, logs: Path) -> None:
    for folder in (work, logs):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
