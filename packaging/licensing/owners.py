"""To whom a collected file belongs: a Python package, the interpreter, the system, or this project."""

from __future__ import annotations

import csv
import importlib.metadata
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from shutil import which
from typing import NamedTuple

from licensing.collected import Item

ROOT = Path(__file__).resolve().parent.parent.parent


class Owned(NamedTuple):
    """Collected things by their owner.

    Args:
        packages: By the name of the Python package.
        interpreter: Of Python itself.
        system: By the name of the system's package.
        ours: Of this project.
        nobody: Of whom nothing is known.
    """

    packages: Mapping[str, Sequence[Item]]
    interpreter: Sequence[Item]
    system: Mapping[str, Sequence[Item]]
    ours: Sequence[Item]
    nobody: Sequence[Item]


class Owners:
    """Finds owners.

    Args:
        distributions: The packages of the environment that was built from.
        prefixes: Folders of the interpreter.
        own: Folders whose files are this project's.
    """

    def __init__(
        self, distributions: Iterable[importlib.metadata.Distribution], prefixes: Sequence[Path], own: Sequence[Path]
    ) -> None:
        self.distributions = {normal(each.name): each for each in distributions}
        self._files = {file: name for name, each in self.distributions.items() for file in _files_of(each)}
        self._prefixes = [_same(path) + os.sep for path in prefixes]
        self._own = [_same(path) + os.sep for path in own]

    @classmethod
    def of_this_environment(cls, work: Path) -> Owners:
        """Those of the environment that runs this."""
        prefixes = {Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("platstdlib"))}
        if sys.base_prefix != "/usr":  # where the system's own Python is, everything else is, too
            prefixes.add(Path(sys.base_prefix))
        own = [ROOT / "app", ROOT / "resources", ROOT / "packaging", work]
        return cls(importlib.metadata.distributions(), sorted(prefixes), own)

    def sort(self, items: Iterable[Item]) -> Owned:
        """Give each to its owner."""
        packages: dict[str, list[Item]] = {}
        interpreter: list[Item] = []
        ours: list[Item] = []
        loose: list[Item] = []
        for item in items:
            if item.source in ("", "-"):  # a folder that is a package without a file
                continue
            source = _same(item.source)
            if item.kind == "EXECUTABLE" or item.name.startswith(("pyimod", "pyiboot")):
                packages.setdefault("pyinstaller", []).append(item)
            elif name := self._files.get(source):
                packages.setdefault(name, []).append(item)
            elif item.name == "base_library.zip" or (item.kind == "PYMODULE" and "localpycs" in source):
                interpreter.append(item)
            elif any(source.startswith(folder) for folder in self._own):
                ours.append(item)
            elif any(source.startswith(folder) for folder in self._prefixes):
                interpreter.append(item)
            else:
                loose.append(item)
        system, nobody = of_the_system(loose)
        return Owned(packages, interpreter, system, ours, nobody)


def _files_of(distribution: importlib.metadata.Distribution) -> Iterator[str]:
    """Its files, as RECORD has them: `files` makes an object of each of tens of thousands."""
    folder = os.path.realpath(str(distribution.locate_file("")))
    for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        yield os.path.normcase(os.path.normpath(os.path.join(folder, row[0])))


def _same(path: str | Path) -> str:
    """A path as it is compared: Windows writes one in several ways."""
    return os.path.normcase(os.path.realpath(path))


def normal(name: str) -> str:
    """A package's name as the package index compares names."""
    return name.lower().replace("_", "-").replace(".", "-")


def of_the_system(items: Sequence[Item]) -> tuple[Mapping[str, Sequence[Item]], Sequence[Item]]:
    """Packages of Debian that own these files; and those that none does."""
    owners: dict[str, str] = {}
    if items and which("dpkg-query"):
        # A file may be recorded below /lib or below /usr/lib, whichever way its folder is linked.
        places = {place: item.source for item in items for place in _spellings(item.source)}
        found = subprocess.run(["dpkg-query", "-S", *places], capture_output=True, text=True, check=False).stdout
        for line in found.splitlines():
            package, _, place = line.partition(": ")
            owners.setdefault(places.get(place.strip(), ""), package.split(",")[0].split(":")[0])
    system: dict[str, list[Item]] = {}
    for item in items:
        if item.source in owners:
            system.setdefault(owners[item.source], []).append(item)
    return system, [item for item in items if item.source not in owners]


def _spellings(source: str) -> set[str]:
    found = {source, os.path.realpath(source)}
    short = {path.removeprefix("/usr") for path in found}
    return found | short | {f"/usr{path}" for path in short}
