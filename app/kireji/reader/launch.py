"""How the reading process is started: which command, with which environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping

SWITCH = "--reader-worker"
"""Argument with which the frozen program becomes its own reading process."""

_KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERPROFILE",
)


def command() -> list[str]:
    """The command line of the worker.

    Python's `-P` keeps the current folder off the module path: a file called `numpy.py` in it must not be run.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, SWITCH]
    return [sys.executable, "-P", "-m", "kireji.reader.worker"]


def environment(parent: Mapping[str, str], *, frozen: bool) -> dict[str, str]:
    """The worker's environment: an allow-list, so that no key, proxy or token reaches it.

    Args:
        parent: This process's environment.
        frozen: Whether this is a frozen build, whose loader has put its own folder into LD_LIBRARY_PATH and keeps the
            person's value in LD_LIBRARY_PATH_ORIG (PyInstaller manual, "LD_LIBRARY_PATH considerations").
    """
    kept = {name: value for name, value in parent.items() if name.upper() in _KEPT}
    if frozen:
        kept.pop("LD_LIBRARY_PATH", None)
        if original := parent.get("LD_LIBRARY_PATH_ORIG"):
            kept["LD_LIBRARY_PATH"] = original
    return kept
