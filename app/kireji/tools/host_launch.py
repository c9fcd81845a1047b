"""How the process of a plugin is started: which command, with which environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from kireji.core.child_environment import LEAST, clean

SWITCH = "--plugin-host"
"""Argument with which the program becomes the process of a plugin; handled before anything else is imported."""

_KEPT = LEAST | {
    *("TZ", "USER", "LOGNAME", "LANGUAGE", "USERNAME", "APPDATA", "LOCALAPPDATA", "COMSPEC", "PATHEXT"),
    *("WINDIR", "SYSTEMDRIVE"),
}


def command(name: str) -> list[str]:
    """The command line.

    Python's `-P` keeps the current folder off the module path: a file called `json.py` in it must not be run.

    Args:
        name: Of the plugin, for whoever looks at the list of processes.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, SWITCH, name]
    return [sys.executable, "-P", "-X", "utf8", "-m", "kireji.tools.host", name]


def environment(parent: Mapping[str, str]) -> dict[str, str]:
    """The plugin's environment: no key, proxy or token is in it.

    Args:
        parent: This process's environment.
    """
    return clean(parent, _KEPT)
