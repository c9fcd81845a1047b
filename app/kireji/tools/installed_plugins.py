"""Installed distributions that have tools, found without importing any of them.

`importlib.metadata.entry_points` reads every distribution there is, which takes a tenth of a second. Here the few bytes
of each `entry_points.txt` are looked at, and again only when a folder of packages has changed.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

GROUP = "kireji.tools"


class InstalledPlugin(NamedTuple):
    """A plugin that somebody has installed.

    Args:
        name: Of the entry point.
        entry: `package.module` or `package.module:function`.
        module: Path of the top module's file; empty where it cannot be found.
    """

    name: str
    entry: str
    module: str


class InstalledPlugins:
    """The entry points of the group `kireji.tools`.

    Args:
        path: The folders in which packages lie; this process's own when None.
        locate: The file of a module that is not imported, or None.
    """

    def __init__(self, path: Sequence[str] | None = None, locate: Callable[[str], str | None] | None = None) -> None:
        self._path = path
        self._locate = locate or _file_of
        self._known: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {}

    def found(self) -> Iterator[InstalledPlugin]:
        """Those there are now; reads files, so not on the loop's thread."""
        for folder in dict.fromkeys(sys.path if self._path is None else self._path):
            for name, entry in self._entries(folder):
                top = entry.partition(":")[0].strip().partition(".")[0]
                yield InstalledPlugin(name, entry, self._locate(top) or "")

    def _entries(self, folder: str) -> tuple[tuple[str, str], ...]:
        try:
            changed = os.stat(folder).st_mtime_ns
        except OSError:
            return ()
        known = self._known.get(folder)
        if known is None or known[0] != changed:
            known = self._known[folder] = (changed, tuple(_read(folder)))
        return known[1]


def _read(folder: str) -> Iterator[tuple[str, str]]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info")))
    except OSError:  # it is an archive, or not readable
        return
    for name in names:
        try:
            text = Path(folder, name, "entry_points.txt").read_bytes()
        except OSError:
            continue
        if GROUP.encode() in text:
            import importlib.metadata

            distribution = importlib.metadata.PathDistribution(Path(folder, name))
            for entry in distribution.entry_points.select(group=GROUP):
                yield entry.name, entry.value


def _file_of(module: str) -> str | None:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return spec.origin if spec is not None and spec.origin and os.path.isfile(spec.origin) else None
