"""Servers of tools, wired for one process; what they need is loaded when there is one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from kireji.bootstrap.waiting import Once
from kireji.core.errors import ToolSourceError
from kireji.core.publisher import Publisher
from kireji.core.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Any, Self

    from kireji.core.ports import KeyStore
    from kireji.core.provider_ports import Gate
    from kireji.core.settings import NetworkSettings
    from kireji.core.tool_ports import ChildProcesses, DescriptionStore, ToolSource
    from kireji.core.tool_servers import Importable, ServerEntry, TestStep
    from kireji.desktop.paths import Paths
    from kireji.tools.mcp.config import McpFile
    from kireji.tools.mcp.hosts import HostFiles
    from kireji.tools.mcp.sources import McpSources


class ServerNeeds(NamedTuple):
    """What servers are made of.

    Args:
        paths: Where things are kept.
        environ: The process's environment.
        children: Starts programs; made when it is first wanted.
        descriptions: Keeps lists of tools.
        keychain: Keeps secrets.
        gate: Records every request to a server with an address.
        network: The settings of proxies and certificates.
    """

    paths: Paths
    environ: Mapping[str, str]
    children: Callable[[], ChildProcesses]
    descriptions: DescriptionStore
    keychain: KeyStore
    gate: Gate
    network: Callable[[], NetworkSettings]


class WaitingServers:
    """The servers as sources of tools. Holds their tasks from `async with` on, and ends them with it.

    Args:
        needs: What they are made of.
    """

    def __init__(self, needs: ServerNeeds) -> None:
        self._needs = needs
        self._group: asyncio.TaskGroup | None = None
        self._sources: McpSources | None = None
        self.changed: Publisher[str] = Publisher()

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
        group, self._group = self._group, None
        assert group is not None
        # What ended the context is not the group's own affair: told of it, it would wrap it into an ExceptionGroup.
        await group.__aexit__(None, None, None)

    async def sources(self) -> Sequence[ToolSource]:
        """As in ToolSources."""
        if self._sources is None and not _file(self._needs.paths).exists():
            return ()
        return await (await self._made()).sources()

    async def reload(self) -> None:
        """As in ServerProbe."""
        await (await self._made()).reload()

    async def test(self, name: str, told: Callable[[TestStep], None] | None = None) -> Sequence[TestStep]:
        """As in ServerProbe."""
        return await (await self._made()).test(name, told)

    async def aclose(self) -> None:
        """As in ToolSources."""
        if self._sources is not None:
            await self._sources.aclose()

    async def _made(self) -> McpSources:
        if self._sources is None:
            await asyncio.to_thread(_load)
        if self._sources is None:  # another may have made it meanwhile
            self._sources = _sources(self._needs, self._hold, self.changed)
        return self._sources

    def _hold(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if self._group is None:
            coroutine.close()
            raise ToolSourceError(say("The program is ending."))
        return self._group.create_task(coroutine)


class WaitingFile:
    """The file of servers; satisfies ServerFile.

    Args:
        paths: Where it is.
    """

    def __init__(self, paths: Paths) -> None:
        self._path = _file(paths)
        self._once = Once(self._make)

    @property
    def path(self) -> str:
        return str(self._path)

    def entries(self) -> Sequence[ServerEntry]:
        return self._once.get().entries()

    def problem(self, entry: ServerEntry) -> str:
        return self._once.get().problem(entry)

    def put(self, entry: ServerEntry) -> None:
        self._once.get().put(entry)

    def remove(self, name: str) -> bool:
        return self._once.get().remove(name)

    def set_disabled(self, name: str, disabled: bool) -> bool:
        return self._once.get().set_disabled(name, disabled)

    def _make(self) -> McpFile:
        from kireji.storage.files import write_atomically
        from kireji.tools.mcp.config import McpFile

        return McpFile(self._path, write_atomically)


class WaitingHosts:
    """The files of other programs; satisfies OtherHosts.

    Args:
        environ: The process's environment.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._once = Once(self._make)

    def find(self) -> Sequence[Importable]:
        return self._once.get().find()

    def read(self, path: str) -> Importable:
        return self._once.get().read(path)

    def _make(self) -> HostFiles:
        from pathlib import Path

        from kireji.tools.mcp.hosts import HostFiles

        return HostFiles(self._environ, Path.cwd())


def _file(paths: Paths) -> Path:
    return paths.config / "mcp.json"


def _load() -> None:
    import kireji.tools.mcp.sources  # noqa: F401 - 15 ms, in a thread


def _sources(
    needs: ServerNeeds,
    hold: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    changed: Publisher[str],
) -> McpSources:
    from kireji.bootstrap import network
    from kireji.providers.connection_settings import ConnectionSettings
    from kireji.storage.files import write_atomically
    from kireji.tools.commands import Commands
    from kireji.tools.mcp.config import McpFile
    from kireji.tools.mcp.connection import Network
    from kireji.tools.mcp.resolution import Resolver
    from kireji.tools.mcp.sources import McpSources

    paths, children = needs.paths, needs.children()

    def connecting() -> ConnectionSettings:
        return ConnectionSettings.find(
            needs.network(), needs.environ, lambda: network.system_proxies(needs.environ).proxies
        )

    def variables() -> Mapping[str, str]:
        found = connecting()
        try:
            paths.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            return found.environment(paths.cache / "certificates.pem")
        except OSError:  # without the extra certificates, then
            return found.environment()

    commands = Commands(children, needs.environ, paths.cache / "search-path.json")
    return McpSources(
        McpFile(_file(paths), write_atomically),
        Resolver(needs.environ, commands, needs.keychain, variables),
        children,
        Network(connecting, needs.gate),
        needs.descriptions,
        paths.logs,
        hold,
        changed,
    )
