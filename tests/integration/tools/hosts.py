"""Real plugins in real processes, for tests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

from kireji.core.errors import ToolRefused
from kireji.core.publisher import Publisher
from kireji.core.tool_ports import ClippedContent, FetchedPage
from kireji.core.tools import TextOutput, Tool, ToolOutput
from kireji.tools.children import SupervisedProcesses
from kireji.tools.installed_plugins import InstalledPlugins
from kireji.tools.plugin_folder import PluginPlaces, PluginSources
from kireji.tools.plugin_source import PluginSource
from tests.fakes.tools import MemoryDescriptionStore

BEGIN = "from __future__ import annotations\nfrom typing import *\nfrom kireji.plugins import *\nimport os, sys, time\n"


class Answers:
    """A context that gives what a test has prepared, and keeps what was asked for."""

    call_id = "call"
    seconds = 60.0

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, ...]] = []
        self.told: list[tuple[str, float | None]] = []

    def progress(self, text: str, fraction: float | None = None) -> None:
        self.told.append((text, fraction))

    async def clipboard(self) -> ClippedContent:
        return ClippedContent(*await self._give("clipboard"))

    async def capture(self) -> bytes:
        return bytes(await self._give("capture"))

    async def fetch(self, url: str) -> FetchedPage:
        page: FetchedPage = await self._give("fetch", url)
        return page

    async def read(self, path: str) -> bytes:
        return bytes(await self._give("read", path))

    async def _give(self, what: str, *more: str) -> Any:
        self.asked.append((what, *more))
        answer = self.answers.get(what, ToolRefused("The person said no."))
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            raise ToolRefused("Too late.")
        if isinstance(answer, Exception):
            raise answer
        return answer


class Plugins:
    """The plugins of one folder.

    Args:
        sources: What is tested.
        folder: Where their files lie.
        descriptions: Where their descriptions are kept.
    """

    def __init__(self, sources: PluginSources, folder: Path, descriptions: MemoryDescriptionStore) -> None:
        self.sources = sources
        self.folder = folder
        self.descriptions = descriptions

    def write(self, name: str, code: str, begin: str = BEGIN) -> Path:
        """Write a plugin's file; `name` may have slashes, and needs no `.py`."""
        path = self.folder / (name if name.endswith(".py") else f"{name}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(begin + dedent(code), encoding="utf-8")
        return path

    async def source(self, name: str = "plugin") -> PluginSource:
        """One plugin, looked up anew."""
        found = {source.id: source for source in await self.sources.sources()}
        source = found[f"plugin:{name}"]
        assert isinstance(source, PluginSource)
        return source

    async def tools(self, name: str = "plugin") -> dict[str, Tool]:
        """Its tools by their own names, described."""
        return {tool.own_name: tool for tool in await (await self.source(name)).describe()}

    async def call(
        self, tool: str, arguments: Mapping[str, Any] | None = None, *, plugin: str = "plugin", context: Any = None
    ) -> ToolOutput:
        """Call a tool."""
        source = await self.source(plugin)
        known = await source.known() or await source.describe()
        wanted = next(each for each in known if each.own_name == tool)
        return await source.call(wanted, arguments or {}, context or Answers())


@asynccontextmanager
async def plugins(folder: Path, environ: Mapping[str, str] | None = None, **options: Any) -> AsyncIterator[Plugins]:
    """The plugins of a folder, with processes under a real supervisor, which are all gone afterwards."""
    children, descriptions = SupervisedProcesses(), MemoryDescriptionStore()
    places = PluginPlaces(folder / "plugins", folder / "plugins-work", folder / "log")
    installed = options.pop("installed", InstalledPlugins([]))
    environ = os.environ if environ is None else environ
    group = await asyncio.TaskGroup().__aenter__()
    sources = PluginSources(
        places, lambda: children, descriptions, environ, installed, group.create_task, Publisher(), **options
    )
    try:
        yield Plugins(sources, places.plugins, descriptions)
    finally:
        await sources.aclose()
        await group.__aexit__(None, None, None)  # what a test raises is not the group's affair
        await children.aclose()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something is so; a test that waits for ever fails by its own time limit."""
    while not holds():  # noqa: ASYNC110 - what is waited for is another process
        await asyncio.sleep(0.02)


def text_of(output: ToolOutput) -> str:
    """The words of an output, which is no error."""
    assert not output.is_error, output
    return "".join(part.text for part in output.content if isinstance(part, TextOutput))


def error_of(output: ToolOutput) -> str:
    """The words of an output, which is an error."""
    assert output.is_error, output
    return "".join(part.text for part in output.content if isinstance(part, TextOutput))
