"""Servers of tools over the real supervisor, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kireji.core.errors import KirejiError, ToolSourceError
from kireji.core.provider_ports import Gate
from kireji.core.publisher import Publisher
from kireji.core.requests import ClearedRequest, OutgoingRequest
from kireji.core.tools import Arguments, TextOutput, ToolOutput
from kireji.storage.files import write_atomically
from kireji.tools.children import SupervisedProcesses
from kireji.tools.mcp.config import McpFile
from kireji.tools.mcp.connection import Network
from kireji.tools.mcp.resolution import Resolver
from kireji.tools.mcp.source import McpSource
from kireji.tools.mcp.sources import McpSources
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.tools import MemoryDescriptionStore
from tests.support.cleared import cleared

if TYPE_CHECKING:
    from kireji.tools.mcp.http import Connecting

SUPPORT = Path(__file__).resolve().parents[3] / "support"
SERVER, MODERN = SUPPORT / "tool_server.py", SUPPORT / "modern_tool_server.py"


def plain(kind: str, **more: Any) -> dict[str, Any]:
    """The entry of a server that does what `kind` says."""
    return {"command": sys.executable, "args": ["-I", str(SERVER), kind], **more}


class PathCommands:
    """Finds programs on one path."""

    def __init__(self, path: str | None = None) -> None:
        self._path = path if path is not None else os.environ["PATH"]

    async def find(self, command: str) -> str:
        import shutil

        if found := shutil.which(command, path=self._path):
            return found
        raise ToolSourceError(f"{command} was not found in {self._path}.", "Install it.")

    async def path(self) -> str:
        return self._path


class Direct:
    """No proxy; trusts nobody, or the certificates of a file."""

    def __init__(self, ca_file: str = "") -> None:
        self._ca_file = ca_file

    def proxy_for(self, url: str) -> str | None:
        return None

    def ssl_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._ca_file or None)


class Call:
    """A call's context that keeps what is said of the progress."""

    call_id = "call_1"

    def __init__(self, seconds: float = 30.0) -> None:
        self.seconds = seconds
        self.said: list[tuple[str, float | None]] = []

    def progress(self, text: str, fraction: float | None = None) -> None:
        self.said.append((text, fraction))

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a server asked for {name}")


class World:
    """`mcp.json` in a folder, and the servers in it.

    Attributes:
        sources: Those of the file.
        clock: Seconds, as the servers' waits see them.
        told: Ids of sources that changed.
        recorded: What passed the gate.
        gate_failure: When set, nothing passes it.
        outbox: When set, everything passes this gate, too.
    """

    def __init__(
        self,
        folder: Path,
        group: asyncio.TaskGroup,
        *,
        environ: Mapping[str, str] | None = None,
        path: str | None = None,
        start_seconds: float = 20.0,
        descriptions: MemoryDescriptionStore | None = None,
    ) -> None:
        self.folder = folder
        self.file = McpFile(folder / "mcp.json", write_atomically)
        self.keychain = FakeKeyStore()
        self.descriptions = descriptions or MemoryDescriptionStore()
        self.children = SupervisedProcesses()
        self.recorded: list[OutgoingRequest] = []
        self.gate_failure: KirejiError | None = None
        self.outbox: Gate | None = None
        self.told: list[str] = []
        self.clock = 1000.0
        self.connecting: Connecting = Direct()
        changed: Publisher[str] = Publisher()
        changed.subscribe(self.told.append)
        self.sources = McpSources(
            self.file,
            Resolver(os.environ if environ is None else environ, PathCommands(path), self.keychain),
            self.children,
            Network(lambda: self.connecting, self._gate),
            self.descriptions,
            folder,
            group.create_task,
            changed,
            lambda: self.clock,
            start_seconds,
        )

    def write(self, **servers: Any) -> None:
        (self.folder / "mcp.json").write_text(json.dumps({"mcpServers": servers}))

    async def source(self, name: str) -> McpSource:
        found = {source.id: source for source in await self.sources.sources()}[f"mcp:{name}"]
        assert isinstance(found, McpSource)
        return found

    async def call(self, name: str, tool: str, context: Call | None = None, **arguments: Any) -> ToolOutput:
        source = await self.source(name)
        tools = await source.known() or await source.describe()
        found = next(one for one in tools if one.own_name == tool)
        return await source.call(found, arguments, context or Call())

    async def _gate(self, outgoing: OutgoingRequest) -> ClearedRequest:
        if self.gate_failure is not None:
            raise self.gate_failure
        if self.outbox is not None:
            await self.outbox(outgoing)
        self.recorded.append(outgoing)
        return cleared(outgoing)


@contextlib.asynccontextmanager
async def world(folder: Path, **more: Any) -> AsyncIterator[World]:
    """A world that ends with everything in it."""
    async with asyncio.TaskGroup() as group:
        made = World(folder, group, **more)
        try:
            yield made
        finally:
            await made.sources.aclose()
            await made.children.aclose()


def words(output: ToolOutput) -> str:
    """All words of an output."""
    return "\n".join(part.text for part in output.content if isinstance(part, TextOutput))


__all__ = ["Arguments", "Call", "World", "plain", "words", "world"]
