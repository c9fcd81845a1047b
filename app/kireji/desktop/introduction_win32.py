"""How the program with windows makes itself known to Windows, before its first window.

The task bar groups its windows, and notifications find their entry in the start menu, by the name that the installer
gave that entry (packaging/windows/kireji.iss). An object of the same name, which Windows removes when the process is
gone, tells an installer that files are in use. Untried on Windows; the calls are those of shobjidl_core.h, synchapi.h.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from ctypes import c_int, c_int32, c_void_p, c_wchar_p
from types import MappingProxyType
from typing import NamedTuple

from kireji.core.identity import APP_ID
from kireji.core.native import Library, Signatures, windows_library

log = logging.getLogger(__name__)

SHELL32: Signatures = MappingProxyType({"SetCurrentProcessExplicitAppUserModelID": ((c_wchar_p,), c_int32)})
KERNEL32: Signatures = MappingProxyType({"CreateMutexW": ((c_void_p, c_int, c_wchar_p), c_void_p)})


class Libraries(NamedTuple):
    """What introducing takes."""

    shell32: Library
    kernel32: Library


def load() -> Libraries:
    """The two libraries.

    Raises:
        OSError: This is no Windows.
    """
    return Libraries(windows_library("shell32", SHELL32), windows_library("kernel32", KERNEL32))


def introduce(libraries: Callable[[], Libraries] = load) -> None:
    """Say who this process is. What Windows refuses is logged: the program works without.

    The handle of the object stays open on purpose, until the process ends.
    """
    try:
        calls = libraries()
    except OSError as problem:
        log.warning("Windows was not told who this is: %s", problem)
        return
    result = calls.shell32.calls.SetCurrentProcessExplicitAppUserModelID(APP_ID)
    if result < 0:
        log.warning("Windows takes no name for its task bar: error %#x", result & 0xFFFFFFFF)
    if not calls.kernel32.calls.CreateMutexW(None, 0, APP_ID):
        log.warning("installers cannot see that this runs: error %d", calls.kernel32.last_error())
