"""Qt's plugins for displays, looked at after Qt itself could load none: it does not say which library it missed."""

from __future__ import annotations

import ctypes
from pathlib import Path

from PySide6.QtCore import QLibraryInfo

_KINDS = ("xcb", "wayland")


def loading_problems() -> list[str]:
    """What the system's loader says of those that cannot be loaded."""
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms")
    problems = []
    for kind in _KINDS:
        try:
            ctypes.CDLL(str(folder / f"libq{kind}.so"))
        except OSError as problem:
            problems.append(str(problem))
    return problems
