"""How often the clipboard has changed on macOS, which tells no program of it.

Untried on a Mac. Source: NSPasteboard.h (generalPasteboard, changeCount), objc/message.h.
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import c_char_p, c_long, c_void_p
from types import MappingProxyType
from typing import Any

from kireji.core.native import Signatures, mac_framework

APP_KIT: Signatures = MappingProxyType(
    {
        "objc_getClass": ((c_char_p,), c_void_p),
        "sel_registerName": ((c_char_p,), c_void_p),
        "objc_msgSend": ((c_void_p, c_void_p), c_long),  # an object or an NSInteger, both as wide as long
    }
)


def load() -> Any:
    """AppKit, and the Objective-C runtime that it brings.

    Raises:
        OSError: This is no macOS.
    """
    return mac_framework("AppKit", APP_KIT)


def pasteboard_changes(library: Callable[[], Any] = load) -> Callable[[], int]:
    """A function that gives the system's own count; on the GUI thread only.

    Raises:
        OSError: This is no macOS.
    """
    calls = library()
    general = calls.objc_msgSend(calls.objc_getClass(b"NSPasteboard"), calls.sel_registerName(b"generalPasteboard"))
    count = calls.sel_registerName(b"changeCount")
    return lambda: int(calls.objc_msgSend(general, count))
