"""Finds the files that are ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kireji.core.personal_data import Area, Kept, Roots
from kireji.storage.personal.own_names import BY_THE_PERSON, PLUGINS, TABLE, OwnNames


class OwnFile(NamedTuple):
    """A file, or a link in its place.

    Args:
        area: What it is.
        base: The folder that it belongs to.
        path: Where it is.
        size: Bytes; of a link its own.
    """

    area: Area
    base: Path
    path: Path
    size: int


def own_files(roots: Roots) -> Iterator[OwnFile]:
    """All that are ours. Links below our folders are named and not followed; what they lead to is not ours."""
    for names in TABLE:
        base: Path = getattr(roots, names.root) / names.folder
        yield from _matching(names, base, base, "")
    folder: Path = getattr(roots, PLUGINS[0]) / PLUGINS[1]
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False) and os.path.lexists(os.path.join(entry.path, "__init__.py")):
            yield from sorted(_all(folder, Path(entry.path)), key=_shows_a_plugin)


def linked_folders(roots: Roots) -> list[Path]:
    """Links in the place of folders whose files may have any name: what of the person's lies behind them is not ours.

    In the other folders ours are known by their names, also on another disk.
    """
    places = [getattr(roots, names.root) / names.folder for names in TABLE if names.area in BY_THE_PERSON]
    return [place for place in dict.fromkeys(places) if place.is_symlink()]


def is_in_own_folder(roots: Roots, path: Path) -> bool:
    """Whether a file there would lie in a folder of ours, where it would be exported the next time, or deleted."""
    place = path.resolve()
    folders = (getattr(roots, names.root) / names.folder for names in TABLE if names.folder)
    return any(place.is_relative_to(folder.resolve()) for folder in folders)


def kept(roots: Roots) -> list[Kept]:
    """How much there is of each kind, in the order of the kinds."""
    counts: dict[Area, tuple[Path, int, int]] = {}
    for file in own_files(roots):
        base, files, size = counts.get(file.area, (file.base, 0, 0))
        counts[file.area] = (base, files + 1, size + file.size)
    return [Kept(area, *counts[area]) for area in Area if area in counts]


def folders_of(roots: Roots) -> list[Path]:
    """Folders of ours, inner ones first; some may not be there. The roots themselves are the last."""
    found: list[Path] = []
    for names in TABLE:
        base: Path = getattr(roots, names.root) / names.folder
        found += [path for path, _ in _below(names, base, "")]
        if names.folder:
            found.append(base)
    plugins: Path = getattr(roots, PLUGINS[0]) / PLUGINS[1]
    for entry in _entries(plugins):
        if _is_emptied(entry):
            found += [Path(folder) for folder, _, _ in os.walk(entry.path)]
    inner = sorted(dict.fromkeys(found), key=lambda path: -len(path.parts))
    return [*inner, *dict.fromkeys((roots.runtime, roots.cache, roots.state, roots.config, roots.data))]


def _matching(names: OwnNames, base: Path, folder: Path, prefix: str) -> Iterator[OwnFile]:
    for entry in _entries(folder):
        name = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            if names.below.fullmatch(name):
                yield from _matching(names, base, Path(entry.path), f"{name}/")
        elif names.pattern.fullmatch(name):
            yield OwnFile(names.area, base, Path(entry.path), entry.stat(follow_symlinks=False).st_size)


def _below(names: OwnNames, folder: Path, prefix: str) -> Iterator[tuple[Path, str]]:
    for entry in _entries(folder):
        name = prefix + entry.name
        if entry.is_dir(follow_symlinks=False) and names.below.fullmatch(name):
            yield from _below(names, Path(entry.path), f"{name}/")
            yield Path(entry.path), name


def _all(base: Path, folder: Path) -> Iterator[OwnFile]:
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _all(base, Path(entry.path))
        else:
            yield OwnFile(Area.PLUGINS, base, Path(entry.path), entry.stat(follow_symlinks=False).st_size)


def _shows_a_plugin(file: OwnFile) -> bool:
    """The last of its folder to go, because the others are known by it."""
    return file.path.name == "__init__.py"


def _is_emptied(entry: os.DirEntry[str]) -> bool:
    """Whether a plugin's folder has no file any more, only folders."""
    return entry.is_dir(follow_symlinks=False) and not any(files for _, _, files in os.walk(entry.path))


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            yield from sorted(found, key=lambda entry: entry.name)
    except OSError:  # it is not there, or nobody may look into it
        return
