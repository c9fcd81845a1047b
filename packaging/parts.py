"""Which of the files that PyInstaller finds go into a build: for kireji.spec, and the bare window it is measured by.

PyInstaller takes everything that a part of Qt could ever load, and every library of this computer that something is
linked to. Here stands what Kireji loads; the rest is left out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeAlias

Entry: TypeAlias = tuple[str, str, str]
"""Of PyInstaller's tables of contents: place in the build, file here (of a link: its target), kind."""

ROOT = Path(__file__).resolve().parent.parent

_PICTURES = {"qgif", "qjpeg", "qsvg", "qwebp"}
"""What the program shows: the formats of pictures in questions (PNG is in Qt itself), and icons."""
_PLUGINS: dict[str, dict[str, set[str]]] = {
    "linux": {
        "iconengines": {"qsvgicon"},
        "imageformats": _PICTURES,
        "platforminputcontexts": {"composeplatforminputcontextplugin", "ibusplatforminputcontextplugin"},
        "platforms": {"qxcb", "qwayland", "qoffscreen"},
        "platformthemes": {"qxdgdesktopportal"},
        "wayland-decoration-client": {"adwaita", "bradient"},
        "wayland-shell-integration": {"xdg-shell"},
    },
    "win32": {
        "iconengines": {"qsvgicon"},
        "imageformats": _PICTURES | {"qico"},
        "platforms": {"qwindows", "qoffscreen"},
        "styles": {"qmodernwindowsstyle"},
    },
    "darwin": {
        "iconengines": {"qsvgicon"},
        "imageformats": _PICTURES | {"qtiff"},  # how pictures are copied there
        "platforms": {"qcocoa", "qoffscreen"},
        "styles": {"qmacstyle"},
    },
}
"""Qt's plugins by folder, without `lib` and the ending."""

_NEVER = (
    # Decoders that Pillow brings: Kireji opens PNG, JPEG, WebP and GIF only (imaging/files.py). Its fonts are Qt's.
    *("_avif", "_imagingft", "_imagingtk", "libavif", "libharfbuzz", "libfreetype", "libbrotli"),
)
"""Beginnings of names in Pillow's folders, and of libraries that only these files need."""

_QT = {"Core", "DBus", "Gui", "Svg", "Widgets", "XcbQpa", "WaylandClient"}
"""Qt's libraries, without what stands before and after the name."""

NO_MODULES = [
    # For building and installing, of which nothing happens in a build.
    *("setuptools", "_distutils_hack", "pkg_resources", "pip", "distutils", "ensurepip", "venv"),
    # Windows and terminals of Python's own, and what belongs to its tests and demonstrations.
    *("tkinter", "_tkinter", "turtle", "turtledemo", "idlelib", "curses", "_curses", "_curses_panel", "readline"),
    # Old ways of big networks, gone from Python 3.13, that need libraries of the system for nothing else.
    *("nis", "crypt", "_crypt", "spwd", "ossaudiodev", "_gdbm", "_dbm"),
    *("test", "lib2to3", "pydoc_data", "antigravity", "this"),
]


def standard_library() -> list[str]:
    """All modules that plugins may expect of Python, whether or not the program itself uses them."""
    import importlib.util
    import pkgutil

    names = []
    for name in sorted(sys.stdlib_module_names - set(NO_MODULES)):
        if name.startswith(("_test", "_xx", "xx")) or (spec := importlib.util.find_spec(name)) is None:
            continue
        names.append(name)
        for module in pkgutil.walk_packages(spec.submodule_search_locations or (), f"{name}."):
            if not {"test", "tests", "__main__"} & set(module.name.split(".")):
                names.append(module.name)
    return names


def kept(entries: Iterable[Entry], languages: Iterable[str]) -> list[Entry]:
    """What of a table of contents goes into the build.

    Args:
        entries: As PyInstaller has found them.
        languages: Whose translations of Qt's own texts are kept.
    """
    entries, languages = list(entries), set(languages)
    foreign = _left_to_the_system(entries)
    found = [
        entry
        for entry in entries
        if entry[0] not in foreign and _is_kept(PurePosixPath(entry[0].replace("\\", "/")), languages)
    ]
    places = {entry[0] for entry in found if entry[2] != "SYMLINK"}
    return list(_without_dead_links(found, places))


def _is_kept(place: PurePosixPath, languages: set[str]) -> bool:
    if place.parts[0] in ("PIL", "pillow.libs") and place.name.startswith(_NEVER):
        return False
    if "PySide6" in place.parts:
        return _is_qt_kept(place, languages)
    return True


def _is_qt_kept(place: PurePosixPath, languages: set[str]) -> bool:
    name = place.name.removeprefix("lib").split(".")[0]
    if "plugins" in place.parts:
        return name in _PLUGINS[sys.platform].get(place.parent.name, set())
    if frameworks := [part for part in place.parts if part.endswith(".framework")]:  # macOS
        return frameworks[0].removeprefix("Qt").removesuffix(".framework") in _QT
    if place.name == "opengl32sw.dll":  # draws without a graphics card what Kireji draws without one anyway
        return False
    if "translations" in place.parts:
        return place.name in {f"qtbase_{language}.qm" for language in languages}
    if library := re.match(r"(?:lib)?Qt6(\w+)", place.name):
        return library[1] in _QT
    if binding := re.match(r"Qt(\w+)\.(abi3|pyd)", place.name):
        return binding[1] in _QT
    return True


def _left_to_the_system(entries: Iterable[Entry]) -> set[str]:
    """The libraries of this computer that are not taken along.

    Only those are that modules of Python need, directly or through each other, and that are in other versions
    elsewhere. What Qt draws with belongs to a system's graphics, and to its security updates: it is asked for in
    `resources/system-libraries.txt`.
    """
    if sys.platform != "linux":
        return set()
    from PyInstaller.depend.bindepend import get_imports

    lines = (ROOT / "resources" / "system-libraries.txt").read_text(encoding="utf-8").splitlines()
    asked_for = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
    packages = Path(sys.prefix).resolve()
    found = {
        place: source
        for place, source, kind in entries
        if kind == "BINARY" and not Path(source).resolve().is_relative_to(packages) and "libpython" not in place
    }
    taken: set[str] = set()
    waiting = [source for place, source, kind in entries if kind == "EXTENSION" and "PySide6" not in place]
    while waiting:
        for name, _ in get_imports(waiting.pop()):
            if name in found and name not in taken | asked_for:
                taken.add(name)
                waiting.append(found[name])
    return set(found) - taken


def _without_dead_links(entries: Iterable[Entry], places: set[str]) -> Iterator[Entry]:
    for entry in entries:
        place, source, kind = entry
        target = str(PurePosixPath(place).parent / source)
        inside = ".framework/" in place  # macOS: links of links and of folders, which belong to it
        if kind != "SYMLINK" or inside or target in places:
            yield entry
