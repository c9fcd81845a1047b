"""Where the windows of other programs lie on macOS.

The window server lists them topmost first, in points; their titles are told only to programs that may record the
screen. Untried on a Mac. Source: CGWindow.h of CoreGraphics.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections.abc import Callable, Mapping, Sequence
from ctypes import c_uint32, c_void_p
from types import MappingProxyType
from typing import Any

from kireji.core.geometry import DesktopWindow, Rect, ScreenPlace
from kireji.core.native import Signatures, mac_framework
from kireji.desktop.foundation_macos import core_foundation, value_of

log = logging.getLogger(__name__)

_ON_SCREEN, _WITHOUT_DESKTOP = 1, 16
_NORMAL = 0
_MENUS = frozenset({3, 101, 200})
"""Layers of torn-off menus, pop-up menus and help tags (CGWindowLevel.h)."""
_LONGEST_TITLE = 200
_INVISIBLE = 0.02

CORE_GRAPHICS: Signatures = MappingProxyType({"CGWindowListCopyWindowInfo": ((c_uint32, c_uint32), c_void_p)})


def load() -> Sequence[Mapping[str, Any]]:
    """What the window server says of all windows that are shown.

    Raises:
        OSError: This is no macOS.
    """
    graphics, foundation = mac_framework("CoreGraphics", CORE_GRAPHICS), core_foundation()
    return read(graphics, foundation)


def read(graphics: Any, foundation: Any) -> Sequence[Mapping[str, Any]]:
    """The same from given libraries."""
    listed = graphics.CGWindowListCopyWindowInfo(_ON_SCREEN | _WITHOUT_DESKTOP, 0)
    if not listed:
        return ()
    try:
        windows = value_of(foundation, listed)
    finally:
        foundation.CFRelease(listed)
    return [window for window in windows if isinstance(window, dict)] if isinstance(windows, list) else ()


class MacWindowLister:
    """Lists windows as the window server does.

    Args:
        screens: Where the screens lie now, which turns points into pixels; called on the loop's thread.
        described: What the window server says.
        process: Whose windows are left out: our own.
    """

    def __init__(
        self,
        screens: Callable[[], Sequence[ScreenPlace]],
        described: Callable[[], Sequence[Mapping[str, Any]]] = load,
        process: int | None = None,
    ) -> None:
        self._screens = screens
        self._described = described
        self._process = os.getpid() if process is None else process

    async def windows(self) -> Sequence[DesktopWindow]:
        """The visible ones without our own, topmost first; empty where they cannot be listed. Never raises."""
        places = self._screens()
        try:
            described = await asyncio.to_thread(self._described)
        except OSError as problem:
            log.info("windows cannot be listed: %s", problem)
            return ()
        return shown(described, places, self._process)


def shown(described: Sequence[Mapping[str, Any]], places: Sequence[ScreenPlace], own: int) -> Sequence[DesktopWindow]:
    """What a person would call a window.

    Args:
        described: As the window server says, topmost first.
        places: Where the screens lie.
        own: The process whose windows are left out.
    """
    found = []
    for window in described:
        layer, rect = _number(window, "kCGWindowLayer"), _bounds(window.get("kCGWindowBounds"))
        if rect is None or layer not in {_NORMAL, *_MENUS} or _number(window, "kCGWindowOwnerPID") == own:
            continue
        if _number(window, "kCGWindowAlpha", 1.0) < _INVISIBLE:
            continue
        if not (native := to_native(rect, places)).empty:
            found.append(DesktopWindow(native, _title(window), menu=layer != _NORMAL))
    return tuple(found)


def to_native(rect: tuple[float, float, float, float], places: Sequence[ScreenPlace]) -> Rect:
    """A rectangle in points as pixels of the screen that holds most of it; empty where it lies on none.

    Args:
        rect: Left, top, width, height.
        places: Where the screens lie.
    """
    x, y, width, height = rect

    def shared(place: ScreenPlace) -> float:
        screen = place.logical
        wide = min(x + width, screen.right) - max(x, screen.x)
        high = min(y + height, screen.bottom) - max(y, screen.y)
        return max(0.0, wide) * max(0.0, high)

    best = max(places, key=shared, default=None)
    if best is None or shared(best) <= 0:
        return Rect(0, 0, 0, 0)
    left = best.native.x + math.floor((x - best.logical.x) * best.scale + 1e-6)
    top = best.native.y + math.floor((y - best.logical.y) * best.scale + 1e-6)
    right = best.native.x + math.ceil((x + width - best.logical.x) * best.scale - 1e-6)
    bottom = best.native.y + math.ceil((y + height - best.logical.y) * best.scale - 1e-6)
    return Rect(left, top, right - left, bottom - top)


def _bounds(value: object) -> tuple[float, float, float, float] | None:
    if not isinstance(value, dict):
        return None
    sides = tuple(value.get(name) for name in ("X", "Y", "Width", "Height"))
    numbers = [side for side in sides if isinstance(side, int | float) and math.isfinite(side)]
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == len(sides) else None


def _number(window: Mapping[str, Any], name: str, default: float = -1.0) -> float:
    value = window.get(name, default)
    return float(value) if isinstance(value, int | float) else default


def _title(window: Mapping[str, Any]) -> str:
    title = window.get("kCGWindowName") or window.get("kCGWindowOwnerName") or ""
    return "".join(sign for sign in str(title) if sign.isprintable())[:_LONGEST_TITLE]
