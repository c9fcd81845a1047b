"""The servers of `mcp.json` as sources of tools."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from kireji.core.errors import KirejiError, SettingsError, StoreError, ToolSourceError
from kireji.core.publisher import Publisher
from kireji.core.tool_ports import CallContext, ChildProcesses, DescriptionStore, ToolSource
from kireji.core.tool_servers import Stage, TestStep
from kireji.core.tools import Arguments, SourceKind, SourceState, SourceStatus, Tool, ToolOutput
from kireji.core.words import say
from kireji.tools.mcp.config import McpFile
from kireji.tools.mcp.connection import START_SECONDS, Network
from kireji.tools.mcp.resolution import Resolver
from kireji.tools.mcp.source import McpSource, Needs

log = logging.getLogger(__name__)


class McpSources:
    """Satisfies ToolSources and ServerProbe.

    Nothing of the protocol's library is loaded, and no task is started, before a server is needed.

    Args:
        file: Where the servers are entered.
        resolver: Fills in what entries refer to.
        children: Starts programs.
        network: Reaches addresses.
        descriptions: Keeps lists of tools.
        logs: Folder of the files that take standard errors.
        hold: Starts a task that lives until the program ends, at most; raises ToolSourceError when it is ending.
        changed: Publishes the id of a source whose status or tools changed.
        monotonic: Seconds of a clock that never goes back.
        start_seconds: How long a server may take until it has greeted.
    """

    def __init__(
        self,
        file: McpFile,
        resolver: Resolver,
        children: ChildProcesses,
        network: Network,
        descriptions: DescriptionStore,
        logs: Path,
        hold: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        changed: Publisher[str],
        monotonic: Callable[[], float] = time.monotonic,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self._file = file
        self._hold = hold
        self._changed = changed
        self._needs = Needs(
            resolver,
            children,
            network,
            descriptions,
            lambda name: str(logs / log_name(name)),
            changed.publish,
            hold,
            monotonic,
            start_seconds,
        )
        self._looking = asyncio.Lock()
        self._stamp: object = object()
        self._sources: dict[str, McpSource] = {}
        self._broken: BrokenFile | None = None

    @property
    def changed(self) -> Publisher[str]:
        return self._changed

    async def sources(self) -> Sequence[ToolSource]:
        """As in ToolSources. While the file cannot be understood, what it said before holds; one source says why."""
        async with self._looking:
            stamp = await asyncio.to_thread(self._file.stamp)
            if stamp != self._stamp:
                await self._read()
                self._stamp = stamp
        servers = sorted(self._sources.values(), key=lambda source: source.entry.name)
        for source in servers:
            if not source.entry.disabled:
                await source.look_again()
        return [*servers, self._broken] if self._broken else servers

    async def reload(self) -> None:
        """As in ServerProbe."""
        self._stamp = object()
        await self.sources()

    async def test(self, name: str, told: Callable[[TestStep], None] | None = None) -> Sequence[TestStep]:
        """As in ServerProbe. One that is switched off is ended again afterwards."""
        await self.reload()
        source = self._sources.get(name)
        if source is None:
            why = self._broken.status().detail if self._broken else say("There is no server called {name}.", name=name)
            return (TestStep(Stage.ENTRY, False, why),)
        try:
            return await source.test(told)
        finally:
            if source.entry.disabled:
                await source.aclose()

    async def aclose(self) -> None:
        """As in ToolSources."""
        async with asyncio.TaskGroup() as group:
            for source in self._sources.values():
                group.create_task(source.aclose())

    async def _read(self) -> None:
        try:
            entries = await asyncio.to_thread(self._file.entries)
        except (SettingsError, StoreError) as error:
            self._broken = BrokenFile(self._file.path, error)
            self._changed.publish(self._broken.id)
            return
        told = {self._broken.id} if self._broken else set()
        self._broken = None
        earlier, self._sources = self._sources, {}
        for entry in entries:
            kept = earlier.pop(entry.name, None)
            if kept is not None and kept.entry == entry:
                self._sources[entry.name] = kept
                continue
            if kept is not None:
                self._end(kept)
            self._sources[entry.name] = McpSource(entry, self._needs)
            told.add(entry.source)
        for source in earlier.values():
            self._end(source)
            told.add(source.id)
        for source_id in sorted(told):
            self._changed.publish(source_id)

    def _end(self, source: McpSource) -> None:
        """End one whose entry is another one now, beside what else is done."""
        if source.status().state in (SourceState.STARTING, SourceState.READY):
            self._hold(source.aclose())


class BrokenFile:
    """Stands in the list for a file that cannot be understood. Satisfies ToolSource.

    Args:
        path: The file.
        error: What is wrong with it.
    """

    def __init__(self, path: str, error: KirejiError) -> None:
        self._path = path
        self._error = error

    @property
    def id(self) -> str:
        return "mcp:mcp.json"

    def status(self) -> SourceStatus:
        """As in ToolSource."""
        return SourceStatus(
            self.id, SourceKind.MCP, "mcp.json", SourceState.FAILED, self._error.sentence, origin=self._path
        )

    async def known(self) -> Sequence[Tool] | None:
        """It has none."""
        return ()

    async def describe(self) -> Sequence[Tool]:
        """Raises ToolSourceError."""
        raise ToolSourceError(self._error.message, self._error.hint)

    async def call(self, tool: Tool, arguments: Arguments, context: CallContext) -> ToolOutput:
        """Raises ToolSourceError."""
        raise ToolSourceError(self._error.message, self._error.hint)

    async def preview(self, tool: Tool, arguments: Arguments) -> str:
        """As in ToolSource."""
        return ""

    async def aclose(self) -> None:
        """Nothing was started."""


def log_name(server: str) -> str:
    """Name of the file for a server's standard error; two servers never have the same."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", server)[:40]
    if plain == server and plain == plain.lower():
        return f"mcp-{plain}.log"
    return f"mcp-{plain}-{hashlib.sha256(server.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}.log"
