"""What is in a built folder, and where it came from: read from the tables that PyInstaller leaves beside a build."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_TABLES = ("COLLECT-*.toc", "EXE-*.toc", "PYZ-*.toc", "PKG-*.toc")
_ROOTS = ("_internal", ".", "Contents/Frameworks", "Contents/Resources", "Contents/MacOS")
"""Where files of a build lie: in one folder, or in an application of macOS."""
_DOT = "__dot__"
"""What PyInstaller's building/osx.py writes for a dot."""
_OF_AN_APP = re.compile(
    r"^Contents/(Info\.plist|PkgInfo|Resources/kireji\.icns|Resources/[\w-]+\.lproj/InfoPlist\.strings)$|/_CodeSignature/"
)
"""Of macOS: what an application says of itself, its icon, and signatures."""


class Item(NamedTuple):
    """Something that was collected.

    Args:
        name: Of the file in the build, or of the module.
        source: Where it came from; empty for what PyInstaller made.
        kind: PyInstaller's word: BINARY, EXTENSION, DATA, PYMODULE, PYSOURCE, ...
    """

    name: str
    source: str
    kind: str


class Collected(NamedTuple):
    """All of it.

    Args:
        items: Files that are still in the folder, and the modules and scripts inside the executable.
        strangers: Files in the folder that no table names.
    """

    items: Sequence[Item]
    strangers: Sequence[str]

    @property
    def modules(self) -> frozenset[str]:
        """Names of all modules, extensions among them."""
        return frozenset(
            _module_of(item.name) for item in self.items if item.kind in ("PYMODULE", "EXTENSION", "PYSOURCE")
        )


def read_collected(build: Path, work: Path) -> Collected:
    """Read what is in a build.

    Args:
        build: The folder that was built, or the application of macOS.
        work: PyInstaller's folder of work, with its tables.

    Raises:
        FileNotFoundError: There are no tables.
    """
    tables = [path for pattern in _TABLES for path in sorted(work.rglob(pattern))]
    if not any(path.name.startswith("COLLECT-") for path in tables):
        raise FileNotFoundError(f"no COLLECT-*.toc of PyInstaller below {work}")
    # An application of macOS holds each file once, and links to it or its folder from wherever else it may be sought.
    linked = build.suffix != ".app"
    there = {
        path.relative_to(build).as_posix()
        for path in build.rglob("*")
        if (linked if path.is_symlink() else not path.is_dir())
    }
    seen: dict[tuple[str, str], Item] = {}
    claimed: set[str] = set()
    for path in tables:
        inside = not path.name.startswith("COLLECT-")
        for item in _items(ast.literal_eval(path.read_text(encoding="utf-8"))):
            if inside and item.kind in ("PYMODULE", "PYSOURCE"):
                seen.setdefault((item.name, item.source), item)
            elif not inside and (places := _places(item.name, there)):
                claimed.update(places)
                if item.kind != "SYMLINK":
                    seen.setdefault((item.name, item.source), item)
    strangers = sorted(name for name in there - claimed if not _is_ours(name))
    return Collected(tuple(seen.values()), strangers)


def _items(value: object) -> Iterator[Item]:
    """The rows of a table, wherever its version of PyInstaller puts them."""
    if isinstance(value, tuple) and len(value) == 3 and all(isinstance(part, str) for part in value):
        yield Item(value[0].replace("\\", "/"), value[1], value[2])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _items(each)


def _places(name: str, there: Iterable[str]) -> list[str]:
    names = (spelt if root == "." else f"{root}/{spelt}" for root in _ROOTS for spelt in _spellings(name))
    return [place for place in names if place in there] or [place for place in (f"{name}.exe",) if place in there]


def _spellings(name: str) -> list[str]:
    """A file's name, and how it lies beside code in an application of macOS, where folders may have no dot."""
    *folders, file = name.split("/")
    if any(folder.endswith(".framework") for folder in folders):
        return [name]
    return list(dict.fromkeys((name, "/".join([*(folder.replace(".", _DOT) for folder in folders), file]))))


def _is_ours(name: str) -> bool:
    """Whether a file was written by our own build, or of our own words, after PyInstaller had collected the others."""
    return "kireji/_resources/" in name or "/" not in name or _OF_AN_APP.search(name) is not None


def _module_of(name: str) -> str:
    """`_ssl` for an extension's file, which is named after its place and the interpreter."""
    return name.rpartition("/")[2].partition(".")[0] if "/" in name or name.endswith((".so", ".pyd")) else name
