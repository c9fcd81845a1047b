"""What macOS lets this program do: record the screen, press keys in others.

Both questions come in two calls, one that only looks and one that lets the system ask the person; the system asks once,
later calls only look. Untried on a Mac. Source: CGWindow.h and CGEvent.h of CoreGraphics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ctypes import c_bool
from types import MappingProxyType
from typing import Any

from kireji.core.native import Signatures, mac_framework

CORE_GRAPHICS: Signatures = MappingProxyType(
    {
        "CGPreflightScreenCaptureAccess": ((), c_bool),
        "CGRequestScreenCaptureAccess": ((), c_bool),
        "CGPreflightPostEventAccess": ((), c_bool),
        "CGRequestPostEventAccess": ((), c_bool),
    }
)

_PANE = "x-apple.systempreferences:com.apple.preference.security?Privacy_"
PANES: Mapping[str, str] = MappingProxyType({"screen": _PANE + "ScreenCapture", "keys": _PANE + "Accessibility"})
"""Addresses of the pages of System Settings where a permission is given."""


def core_graphics() -> Any:
    """The calls of the table.

    Raises:
        OSError: This is no macOS 10.15 or newer.
    """
    return mac_framework("CoreGraphics", CORE_GRAPHICS)


class MacPermission:
    """One permission; see `screen_recording` and `key_presses`.

    Args:
        granted: The system's call that only looks.
        request: The system's call that asks.
        pane: Address of the page of System Settings where it is given.
    """

    def __init__(self, granted: Callable[[], bool], request: Callable[[], bool], pane: str) -> None:
        self._granted = granted
        self._request = request
        self.pane = pane

    def granted(self) -> bool:
        """Whether it is given; never shows a prompt."""
        return bool(self._granted())

    def ask(self) -> bool:
        """Let the system ask the person, once and never again; whether it is given now."""
        return bool(self._request())


def screen_recording(library: Callable[[], Any] = core_graphics) -> MacPermission:
    """To record the screen. It belongs to the program's signature: another build has to be allowed anew, and it counts
    from the next start.

    Raises:
        OSError: This is no macOS.
    """
    calls = library()
    return MacPermission(calls.CGPreflightScreenCaptureAccess, calls.CGRequestScreenCaptureAccess, PANES["screen"])


def key_presses(library: Callable[[], Any] = core_graphics) -> MacPermission:
    """To press keys in other programs.

    Raises:
        OSError: This is no macOS.
    """
    calls = library()
    return MacPermission(calls.CGPreflightPostEventAccess, calls.CGRequestPostEventAccess, PANES["keys"])
