"""Tries what runs plugins, with the example that comes with the program."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from kireji.core.errors import ToolRefused, ToolSourceError
from kireji.core.publisher import Publisher
from kireji.core.tool_ports import ClippedContent, FetchedPage
from kireji.core.tools import TextOutput, Tool, ToolOutput
from kireji.tools.children import child_processes
from kireji.tools.installed_plugins import InstalledPlugins
from kireji.tools.plugin_folder import PluginPlaces, PluginSources

_WORDS = "the trial of a plugin"


class _Nothing:
    """What a call may ask of the program: nothing."""

    call_id = "self-test"
    seconds = 10.0
    paths: Mapping[str, str] = {}

    def progress(self, text: str, fraction: float | None = None) -> None:
        del text, fraction

    async def clipboard(self) -> ClippedContent:
        raise ToolRefused("Not here.")

    async def capture(self) -> bytes:
        raise ToolRefused("Not here.")

    async def fetch(self, url: str) -> FetchedPage:
        raise ToolRefused(f"Not here: {url}")

    async def read(self, path: str) -> bytes:
        raise ToolRefused(f"Not here: {path}")


class _Forgetting:
    """Keeps no description."""

    async def described(self, source: str, fingerprint: str) -> Sequence[Tool] | None:
        del source, fingerprint
        return None

    async def keep_description(self, source: str, fingerprint: str, tools: Sequence[Tool]) -> None:
        del source, fingerprint, tools


async def try_plugin(example: Path, folder: Path, environ: Mapping[str, str]) -> str:
    """Run the plugin that comes with the program as an example: describe it and call it.

    Args:
        example: Its file.
        folder: Empty; plugins are taken from and work in it.
        environ: This process's environment.

    Returns:
        What was done, as a sentence.

    Raises:
        ToolSourceError: It does not work.
    """
    places = PluginPlaces(folder / "plugins", folder / "work", folder / "logs")
    places.plugins.mkdir()
    shutil.copy(example, places.plugins)
    children = child_processes()
    try:
        async with asyncio.TaskGroup() as group:
            sources = PluginSources(
                places, lambda: children, _Forgetting(), environ, InstalledPlugins(), group.create_task, Publisher()
            )
            try:
                ours = f"plugin:{example.stem}"
                source = next(each for each in await sources.sources() if each.id == ours)
                (tool,) = await source.describe()
                output = await source.call(tool, {"text": _WORDS}, _Nothing())
            finally:
                await sources.aclose()
    finally:
        await children.aclose()
    return _counted(output)


def _counted(output: ToolOutput) -> str:
    said = [each.text for each in output.content if isinstance(each, TextOutput)]
    if output.is_error or said != [str(len(_WORDS.split()))]:
        raise ToolSourceError(f"A plugin answered what it should not: {said}.", "Install Kireji again.")
    return "A plugin was started, described and called."
