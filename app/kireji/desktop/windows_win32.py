"""Where the windows of other programs lie on Windows.

The window's own rectangle holds invisible borders since Windows 10; what is seen is told by the desktop window manager,
which also knows windows that are "cloaked": open, but on another virtual desktop or put to sleep. Untried on Windows;
the calls are those of winuser.h and dwmapi.h.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from ctypes import POINTER, Structure, byref, c_int, c_int32, c_ssize_t, c_uint32, c_void_p, c_wchar_p
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from kireji.core.geometry import DesktopWindow, Rect
from kireji.core.native import Fields, Library, Signatures, windows_library

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

FRAME_BOUNDS, CLOAKED = 9, 14
_STYLE, _EXTENDED_STYLE = -16, -20
_CAPTION, _POPUP = 0x00C00000, 0x80000000
_CLICKS_THROUGH, _NO_ACTIVATE = 0x00000020, 0x08000000
_PER_MONITOR_AWARE_V2 = -4
_LONGEST_TITLE = 200
_MENUS = frozenset({"#32768", "tooltips_class32", "Xaml_WindowedPopupClass"})
_DESKTOP = frozenset({"Progman", "WorkerW"})


class Bounds(Structure):
    """RECT."""

    _fields_: ClassVar[Fields] = [("left", c_int32), ("top", c_int32), ("right", c_int32), ("bottom", c_int32)]


EACH = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)(c_int, c_void_p, c_ssize_t)
"""WNDENUMPROC: window, our own number; 0 ends the enumeration."""

USER32: Signatures = MappingProxyType(
    {
        "EnumWindows": ((EACH, c_ssize_t), c_int),
        "IsWindowVisible": ((c_void_p,), c_int),
        "IsIconic": ((c_void_p,), c_int),
        "GetWindowThreadProcessId": ((c_void_p, POINTER(c_uint32)), c_uint32),
        "GetWindowRect": ((c_void_p, POINTER(Bounds)), c_int),
        "GetWindowLongW": ((c_void_p, c_int), c_int32),
        "GetClassNameW": ((c_void_p, c_wchar_p, c_int), c_int),
        "InternalGetWindowText": ((c_void_p, c_wchar_p, c_int), c_int),
        "SetThreadDpiAwarenessContext": ((c_void_p,), c_void_p),
    }
)
DWMAPI: Signatures = MappingProxyType({"DwmGetWindowAttribute": ((c_void_p, c_uint32, c_void_p, c_uint32), c_int32)})


def load() -> tuple[Library, Library]:
    """user32 and dwmapi.

    Raises:
        OSError: This is no Windows 10 or newer.
    """
    return windows_library("user32", USER32), windows_library("dwmapi", DWMAPI)


class Found(NamedTuple):
    """A window as Windows describes it.

    Args:
        rect: What is seen of it, in pixels.
        title: Its caption.
        kind: The name of its window class.
        style: Its style bits.
        extended: Its extended style bits.
        process: Whose it is.
        minimised: It is only in the task bar.
        cloaked: It is open but not shown.
    """

    rect: Rect
    title: str
    kind: str
    style: int
    extended: int
    process: int
    minimised: bool
    cloaked: bool


class Win32WindowLister:
    """Lists windows by EnumWindows.

    Args:
        libraries: Gives user32 and dwmapi.
        process: Whose windows are left out: our own.
    """

    def __init__(self, libraries: Callable[[], tuple[Library, Library]] = load, process: int | None = None) -> None:
        self._load = libraries
        self._process = os.getpid() if process is None else process

    async def windows(self) -> Sequence[DesktopWindow]:
        """The visible ones without our own, topmost first; empty where they cannot be listed. Never raises."""
        return await asyncio.to_thread(self._list)

    def _list(self) -> Sequence[DesktopWindow]:
        try:
            user32, dwm = self._load()
        except OSError as problem:
            log.info("windows cannot be listed: %s", problem)
            return ()
        with _in_real_pixels(user32.calls):
            return shown(_found(user32.calls, dwm.calls), self._process)


def shown(found: Sequence[Found], own: int) -> Sequence[DesktopWindow]:
    """What a person would call a window.

    Args:
        found: All of them, topmost first.
        own: The process whose windows are left out.
    """
    return tuple(
        DesktopWindow(window.rect, _readable(window.title), menu=_is_menu(window))
        for window in found
        if not (window.cloaked or window.minimised or window.rect.empty)
        and window.process != own
        and window.kind not in _DESKTOP
        and not window.extended & _CLICKS_THROUGH
    )


def _is_menu(window: Found) -> bool:
    bare = window.style & _POPUP and window.style & _CAPTION != _CAPTION
    return window.kind in _MENUS or bool(bare and window.extended & _NO_ACTIVATE)


def _readable(title: str) -> str:
    return "".join(sign for sign in title if sign.isprintable())[:_LONGEST_TITLE]


def _found(user32: Any, dwm: Any) -> Sequence[Found]:
    handles: list[int] = []

    def each(window: int | None, _own: int) -> int:
        if window:
            handles.append(window)
        return 1

    # Kept until the call is over; nothing else is asked meanwhile, so the order is that of one moment.
    callback = EACH(each)
    user32.EnumWindows(callback, 0)
    return [_described(user32, dwm, window) for window in handles if user32.IsWindowVisible(window)]


def _described(user32: Any, dwm: Any, window: int) -> Found:
    process, cloaked = c_uint32(), c_uint32()
    user32.GetWindowThreadProcessId(window, byref(process))
    if dwm.DwmGetWindowAttribute(window, CLOAKED, byref(cloaked), ctypes.sizeof(cloaked)):
        cloaked.value = 0
    kind, title = ctypes.create_unicode_buffer(64), ctypes.create_unicode_buffer(_LONGEST_TITLE + 1)
    user32.GetClassNameW(window, kind, len(kind))
    user32.InternalGetWindowText(window, title, len(title))  # unlike GetWindowText it waits for no other program
    return Found(
        _rect(user32, dwm, window),
        title.value,
        kind.value,
        user32.GetWindowLongW(window, _STYLE) & 0xFFFFFFFF,
        user32.GetWindowLongW(window, _EXTENDED_STYLE) & 0xFFFFFFFF,
        int(process.value),
        bool(user32.IsIconic(window)),
        bool(cloaked.value),
    )


def _rect(user32: Any, dwm: Any, window: int) -> Rect:
    bounds = Bounds()
    unknown = dwm.DwmGetWindowAttribute(window, FRAME_BOUNDS, byref(bounds), ctypes.sizeof(bounds))
    if unknown and not user32.GetWindowRect(window, byref(bounds)):
        return Rect(0, 0, 0, 0)  # it was closed meanwhile
    return Rect(bounds.left, bounds.top, bounds.right - bounds.left, bounds.bottom - bounds.top)


@contextmanager
def _in_real_pixels(user32: Any) -> Iterator[None]:
    """Rectangles count real pixels on every screen, also in a process that said nothing about scaling."""
    before = user32.SetThreadDpiAwarenessContext(_PER_MONITOR_AWARE_V2)
    try:
        yield
    finally:
        if before:
            user32.SetThreadDpiAwarenessContext(before)
