"""The environment of the programs that this one starts: an allow-list, so that no key, proxy or token reaches them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

LEAST = frozenset(
    {
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


def clean(parent: Mapping[str, str], kept: Collection[str] = LEAST) -> dict[str, str]:
    """The part of an environment that a child may see.

    The library path is the person's own in a built program too: `packaging/entry.py` has put it back.

    Args:
        parent: This process's environment.
        kept: Names, in capitals, of what is passed on.
    """
    return {name: value for name, value in parent.items() if name.upper() in kept}
