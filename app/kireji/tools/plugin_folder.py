"""Which plugins there are: files and packages in the folder of plugins, and installed ones."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kireji.core.publisher import Publisher
from kireji.core.tool_ports import ChildProcesses, DescriptionStore, ToolSource
from kireji.core.words import say
from kireji.tools import host_launch
from kireji.tools.fingerprints import Fingerprints
from kireji.tools.host_client import Hold
from kireji.tools.installed_plugins import InstalledPlugin, InstalledPlugins
from kireji.tools.plugin_source import Hosting, Plugin, PluginSource

_CODE = (".py", ".so", ".pyd", ".dylib")
_MOST_FILES = 2000
"""Files of one plugin; what has more is something else."""


class PluginPlaces(NamedTuple):
    """Where plugins and what they leave lie.

    Args:
        plugins: The person's own.
        work: Folder in which each has one to work in.
        logs: Folder of the files that take what they print.
    """

    plugins: Path
    work: Path
    logs: Path


class PluginSources:
    """Satisfies `core.tool_ports.ToolSources`.

    Nothing of a plugin is run before one of its tools is wanted and its description is not known.

    Args:
        places: Where they lie.
        children: Gives what starts their processes.
        descriptions: Keeps what they say of their tools.
        environ: This process's environment.
        installed: Finds installed plugins.
        hold: Keeps what runs beside.
        changed: Told the id of a source whose status or tools changed.
        command: The command line of the process of a plugin.
        load_seconds: How long a plugin may take to be imported.
        idle_seconds: After so long without a call its process is ended.

    Attributes:
        changed: As given.
    """

    def __init__(
        self,
        places: PluginPlaces,
        children: Callable[[], ChildProcesses],
        descriptions: DescriptionStore,
        environ: Mapping[str, str],
        installed: InstalledPlugins,
        hold: Hold,
        changed: Publisher[str],
        *,
        command: Callable[[str], list[str]] = host_launch.command,
        load_seconds: float = 30.0,
        idle_seconds: float = 300.0,
    ) -> None:
        self.changed = changed
        self._folder = places.plugins
        self._installed = installed
        self._fingerprints = Fingerprints()
        self._looking = asyncio.Lock()
        self._sources: dict[str, PluginSource] = {}
        self._hosting = Hosting(
            children,
            descriptions,
            places.work,
            places.logs,
            environ,
            hold,
            changed.publish,
            load_seconds,
            idle_seconds,
            command,
        )

    async def sources(self) -> Sequence[ToolSource]:
        """As in ToolSources."""
        async with self._looking:
            found = {plugin.id: plugin for plugin in await asyncio.to_thread(self._look)}
            for gone in [each for each in self._sources if each not in found]:
                source = self._sources.pop(gone)
                if source.pid is not None:
                    self._hosting.hold(source.aclose())
                self.changed.publish(gone)
            for plugin in found.values():
                if known := self._sources.get(plugin.id):
                    known.found_again(plugin)
                else:
                    self._sources[plugin.id] = PluginSource(plugin, self._hosting)
                    self.changed.publish(plugin.id)
            return [self._sources[each] for each in found]

    async def aclose(self) -> None:
        """As in ToolSources."""
        async with asyncio.TaskGroup() as group:
            for source in self._sources.values():
                group.create_task(source.aclose())

    def _look(self) -> list[Plugin]:
        """All plugins in the order of their names; of two with one name, the second cannot be used. In a thread."""
        first: dict[str, str] = {}
        plugins: list[Plugin] = []
        for found in sorted(self._found(), key=lambda each: each.name.casefold()):
            place = found.path or found.entry
            if found.name not in first:
                first[found.name] = place
                plugins.append(self._looked_at(found))
                continue
            number = sum(each.name == found.name for each in plugins) + 1
            why = say(
                "There are two plugins with the name {name}: {first} is used, and {second} is not. Rename one of them.",
                name=found.name,
                first=first[found.name],
                second=place,
            )
            plugins.append(self._looked_at(found)._replace(id=f"plugin:{found.name}#{number}", problem=why))
        return plugins

    def _found(self) -> Iterator[Plugin]:
        for name, path in _in_folder(self._folder):
            files = _code_below(os.path.dirname(path)) if os.path.basename(path) == "__init__.py" else (path,)
            yield Plugin(f"plugin:{name}", name, path, files=tuple(files))
        for each in self._installed.found():
            yield _installed(each)

    def _looked_at(self, plugin: Plugin) -> Plugin:
        if plugin.problem:
            return plugin
        if len(plugin.files) > _MOST_FILES:
            why = say(
                "{path} has more than {number} files of code.", path=plugin.path or plugin.entry, number=_MOST_FILES
            )
            return plugin._replace(files=(), problem=why)
        try:
            return plugin._replace(fingerprint=self._fingerprints.of(plugin.files))
        except OSError as problem:
            reason = problem.strerror.lower() if problem.strerror else str(problem)
            why = say("{path} cannot be read: {reason}.", path=problem.filename or plugin.path, reason=reason)
            return plugin._replace(problem=why)


def _installed(found: InstalledPlugin) -> Plugin:
    files: Iterable[str] = (found.module,)
    if os.path.basename(found.module) == "__init__.py":
        files = _code_below(os.path.dirname(found.module))
    problem = (
        "" if found.module else say("The module of {entry} is not installed. Install it again.", entry=found.entry)
    )
    return Plugin(
        f"plugin:{found.name}", found.name, "", found.entry, tuple(files) if found.module else (), "", problem
    )


def _in_folder(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and path of each plugin in a folder; files before packages of the same name."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:  # there is none yet
        return
    for entry in entries:
        if entry.name.startswith((".", "_")):
            continue
        if entry.name.endswith(".py"):
            if not entry.is_dir():
                yield entry.name.removesuffix(".py"), entry.path
        elif os.path.isfile(begin := os.path.join(entry.path, "__init__.py")):
            yield entry.name, begin


def _code_below(folder: str) -> list[str]:
    """All files of code in a folder, in a fixed order; one more than there may be at most."""
    found: list[str] = []
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if each != "__pycache__" and not each.startswith("."))
        found += [os.path.join(path, each) for each in sorted(files) if each.endswith(_CODE)]
        if len(found) > _MOST_FILES:
            break
    return found
