"""Qt's plugins for displays, looked at after Qt itself could load none: it does not say which library it missed."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QLibraryInfo

_KINDS = {"xcb": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}
"""And the variable that says that there is such a display."""


def loading_problems(environ: Mapping[str, str]) -> list[str]:
    """What the system's loader says of those that cannot be loaded, or that one is not there at all.

    Args:
        environ: The process's environment.
    """
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms")
    problems = []
    for kind, variable in _KINDS.items():
        if not environ.get(variable):
            continue
        file = folder / f"libq{kind}.so"
        if not file.exists():
            problems.append(f"{file.name} is not in {folder}")
            continue
        try:
            ctypes.CDLL(str(file))
        except OSError as problem:
            problems.append(str(problem.__cause__ or problem))  # in a build, PyInstaller's words stand before them
    return problems
