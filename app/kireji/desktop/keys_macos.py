"""Command+C in the program in front, on macOS, through CGEventPost.

macOS lets a program press keys in others only with the Accessibility permission. Untried on a Mac. Source: CGEvent.h
and CGEventTypes.h of CoreGraphics.
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import c_bool, c_int32, c_uint16, c_uint32, c_uint64, c_void_p
from types import MappingProxyType
from typing import Any

from kireji.core.errors import ClipboardError
from kireji.core.native import Signatures, mac_framework
from kireji.core.ports import Availability
from kireji.core.words import mark, say
from kireji.desktop.keyboard_macos import Typed, key_code, present_layout
from kireji.desktop.permission_macos import MacPermission, key_presses

_PRIVATE, _SESSION_TAP = -1, 1
COMMAND = 0x00100000
_REFUSED = mark("macOS does not let Kireji press keys in other programs.")
_HINT = mark(
    "Allow it in System Settings, Privacy & Security, Accessibility; or copy the text, then ask about the clipboard."
)

CORE_GRAPHICS: Signatures = MappingProxyType(
    {
        "CGEventSourceCreate": ((c_int32,), c_void_p),
        "CGEventCreateKeyboardEvent": ((c_void_p, c_uint16, c_bool), c_void_p),
        "CGEventSetFlags": ((c_void_p, c_uint64), None),
        "CGEventPost": ((c_uint32, c_void_p), None),
    }
)
CORE_FOUNDATION: Signatures = MappingProxyType({"CFRelease": ((c_void_p,), None)})


def load() -> tuple[Any, Any]:
    """CoreGraphics and CoreFoundation.

    Raises:
        OSError: This is no macOS.
    """
    return mac_framework("CoreGraphics", CORE_GRAPHICS), mac_framework("CoreFoundation", CORE_FOUNDATION)


class MacKeySender:
    """Presses Command+C. On the GUI thread only.

    Args:
        permission: The system's leave to press keys in others.
        libraries: Gives CoreGraphics and CoreFoundation.
        layout: Gives the keyboard's present layout.
    """

    def __init__(
        self,
        permission: Callable[[], MacPermission] = key_presses,
        libraries: Callable[[], tuple[Any, Any]] = load,
        layout: Callable[[], Typed | None] = present_layout,
    ) -> None:
        self._permission = permission
        self._load = libraries
        self._layout = layout

    def availability(self) -> Availability:
        """Whether keys can be sent here; shows no prompt."""
        try:
            granted = self._permission().granted()
        except OSError:
            return Availability(
                False, say("Keys cannot be sent to other programs here."), say("Copy the text yourself.")
            )
        return Availability(True) if granted else Availability(False, say(_REFUSED), say(_HINT))

    def press_copy(self) -> None:
        """Press Command+C in the program in front; the first time macOS asks the person for leave.

        The event says itself that Command alone is down, whatever else a hand still holds, so nothing has to be let go.
        A terminal copies with these keys too.

        Raises:
            ClipboardError: macOS does not permit it.
        """
        permission = self._permission()
        if not permission.granted() and not permission.ask():
            raise ClipboardError(say(_REFUSED), say(_HINT))
        graphics, foundation = self._load()
        code, _ = key_code("C", self._layout()) or (8, False)
        source = graphics.CGEventSourceCreate(_PRIVATE)
        try:
            for down in (True, False):
                event = graphics.CGEventCreateKeyboardEvent(source, code, down)
                if not event:
                    raise ClipboardError(say("macOS did not press the keys for Copy."), say(_HINT))
                graphics.CGEventSetFlags(event, COMMAND)
                graphics.CGEventPost(_SESSION_TAP, event)
                foundation.CFRelease(event)
        finally:
            if source:
                foundation.CFRelease(source)
