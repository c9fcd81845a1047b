"""Plugins, wired for one process; what they need is loaded when it is asked which there are."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, NamedTuple

from kireji.core.errors import ToolSourceError
from kireji.core.publisher import Publisher
from kireji.core.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from types import TracebackType
    from typing import Any, Self

    from kireji.core.tool_ports import ChildProcesses, DescriptionStore, ToolSource
    from kireji.desktop.paths import Paths
    from kireji.tools.plugin_folder import PluginSources

log = logging.getLogger(__name__)


class PluginNeeds(NamedTuple):
    """What plugins are made of.

    Args:
        paths: Where they lie, and what they leave.
        environ: The process's environment.
        children: Starts their processes; made when it is first wanted.
        descriptions: Keeps what they say of their tools.
    """

    paths: Paths
    environ: Mapping[str, str]
    children: Callable[[], ChildProcesses]
    descriptions: DescriptionStore


class WaitingPlugins:
    """The plugins as sources of tools. Holds their tasks from `async with` on, and ends them with it.

    Args:
        needs: What they are made of.

    Attributes:
        changed: Publishes the id of a plugin whose status or tools changed.
    """

    def __init__(self, needs: PluginNeeds) -> None:
        self._needs = needs
        self._group: asyncio.TaskGroup | None = None
        self._sources: PluginSources | None = None
        self.changed: Publisher[str] = Publisher()

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
        assert self._group is not None
        # What ended the context is not the group's own affair: told of it, it would wrap it into an ExceptionGroup.
        await self._group.__aexit__(None, None, None)
        self._group = None  # what was just ending may still have needed it

    async def sources(self) -> Sequence[ToolSource]:
        """As in ToolSources."""
        if self._sources is None:
            await asyncio.to_thread(_load)
        if self._sources is None:  # another may have made it meanwhile
            self._sources = self._make()
        return await self._sources.sources()

    async def aclose(self) -> None:
        """As in ToolSources."""
        if self._sources is not None:
            await self._sources.aclose()

    def _make(self) -> PluginSources:
        from kireji.tools.installed_plugins import InstalledPlugins
        from kireji.tools.plugin_folder import PluginPlaces, PluginSources

        paths = self._needs.paths
        return PluginSources(
            PluginPlaces(paths.plugins, paths.plugins_work, paths.logs / "plugins"),
            self._needs.children,
            self._needs.descriptions,
            self._needs.environ,
            InstalledPlugins(),
            self._hold,
            self.changed,
        )

    def _hold(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if self._group is None:
            coroutine.close()
            raise ToolSourceError(say("The program is ending."))
        return self._group.create_task(_kept_quiet(coroutine))


async def _kept_quiet(coroutine: Coroutine[Any, Any, None]) -> None:
    """One that fails does not end the others."""
    try:
        await coroutine
    except Exception:  # our own fault; in a group it would end the plugins that work
        log.exception("something beside the plugins failed")


def _load() -> None:
    import kireji.tools.plugin_folder  # noqa: F401 - 8 ms, in a thread
