"""Tells a Linux desktop of an AppImage: a desktop file and an icon in the person's own folders.

Packages bring theirs. Nobody installs an AppImage, so no desktop file says what it is, and portals refuse the name of a
program that has none: shortcuts and permissions on Wayland would then not be kept.

Source: Desktop Entry Specification 1.5, AppImage documentation, "Environment variables".
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from kireji.core.identity import APP_ID
from kireji.desktop.autostart_xdg import exec_value, write_whole
from kireji.desktop.launching import own_image

log = logging.getLogger(__name__)

_ENTRY = f"applications/{APP_ID}.desktop"
_OURS = "X-Kireji-AppImage=true"
"""Stands in an entry that this has written; others are left alone."""
_COMMAND = "Exec=kireji"
"""As the image's own desktop file has it."""


def introduce(environ: Mapping[str, str], program: str = sys.executable) -> None:
    """Write the files where they are missing or name another place; does nothing outside of an AppImage.

    Args:
        environ: The process's environment.
        program: The path of this program.
    """
    image = own_image(environ, program)
    if not image:
        return
    try:
        _enter(environ, image, Path(environ["APPDIR"]))
    except OSError as problem:
        log.info("the desktop could not be told of this program: %s", problem)


def withdraw(environ: Mapping[str, str]) -> None:
    """Remove what `introduce` has written, if anything.

    Args:
        environ: The process's environment.
    """
    entry, icon = _own_files(environ)
    try:
        if _OURS in entry.read_text("utf-8"):
            entry.unlink()
            icon.unlink()
    except FileNotFoundError:
        return
    except OSError as problem:
        log.info("the desktop's entry of this program could not be removed: %s", problem)


def _own_files(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """Desktop file and icon in the person's own folders."""
    home = Path(environ.get("HOME") or os.path.expanduser("~"))
    data = environ.get("XDG_DATA_HOME", "")
    own = Path(data) if os.path.isabs(data) else home / ".local" / "share"
    return own / _ENTRY, own / "icons/hicolor/256x256/apps" / f"{APP_ID}.png"


def _enter(environ: Mapping[str, str], image: str, inside: Path) -> None:
    shared = (environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    if any((Path(folder) / _ENTRY).exists() for folder in shared if os.path.isabs(folder)):
        return  # a package is installed, too, and has said it
    entry, icon = _own_files(environ)
    before = entry.read_text("utf-8") if entry.exists() else None
    if before is not None and _OURS not in before:
        return
    text = entry_of_image((inside / f"{APP_ID}.desktop").read_text("utf-8"), image)
    if text == before:
        return
    icon.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(inside / f"{APP_ID}.png", icon)
    entry.parent.mkdir(parents=True, exist_ok=True)
    write_whole(entry, text)


def entry_of_image(text: str, image: str) -> str:
    """The desktop file for an image at a place.

    Args:
        text: The image's own desktop file.
        image: Where it lies. Menus leave the entry out once it is no longer there.
    """
    lines = []
    for line in text.splitlines():
        if line == _COMMAND or line.startswith(f"{_COMMAND} "):
            line = f"Exec={exec_value((image,))}{line.removeprefix(_COMMAND)}"
        lines.append(line)
        if line == "[Desktop Entry]":
            lines += [_OURS, f"TryExec={_escaped(image)}"]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """As a text of the file, which knows a backslash as the beginning of an escape."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
