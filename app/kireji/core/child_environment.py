"""The environment of the programs that this one starts: an allow-list, so that no key, proxy or token reaches them."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping

LOADER = "LD_LIBRARY_PATH"
LEAST = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TMPDIR",
        LOADER,
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "USERPROFILE",
    }
)
"""What any program needs in order to start, find its files and know its language."""

USUAL = LEAST | {
    "USER",
    "LOGNAME",
    "SHELL",
    "TERM",
    "TZ",
    "LANGUAGE",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "COMMONPROGRAMFILES",
    "COMSPEC",
    "PATHEXT",
    "WINDIR",
    "SYSTEMDRIVE",
    "HOMEDRIVE",
    "HOMEPATH",
    "USERNAME",
    "PROCESSOR_ARCHITECTURE",
    "NUMBER_OF_PROCESSORS",
}
"""What programs of a person's own desktop find besides; none of it opens anything that the user id does not open."""


def clean(parent: Mapping[str, str], kept: Collection[str] = LEAST, *, frozen: bool | None = None) -> dict[str, str]:
    """The part of an environment that a child may see.

    Args:
        parent: This process's environment.
        kept: Names, in capitals, of what is passed on.
        frozen: Whether this is a frozen build, whose loader has put its own folder into LD_LIBRARY_PATH and keeps the
            person's value in LD_LIBRARY_PATH_ORIG (PyInstaller manual, "LD_LIBRARY_PATH considerations"). None looks.
    """
    passed = {name: value for name, value in parent.items() if name.upper() in kept}
    if bool(getattr(sys, "frozen", False)) if frozen is None else frozen:
        passed.pop(LOADER, None)
        if original := parent.get(f"{LOADER}_ORIG"):
            passed[LOADER] = original
    return passed
