"""Ctrl+C in the program in front, on Windows, through SendInput.

Windows drops it silently where the program in front runs with more rights than this one. Untried on Windows; the calls
are those of winuser.h.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from ctypes import POINTER, Structure, Union, c_int, c_int16, c_int32, c_size_t, c_uint16, c_uint32, c_void_p, c_wchar_p
from types import MappingProxyType
from typing import Any, ClassVar

from kireji.core.errors import ClipboardError
from kireji.core.native import Fields, Library, Signatures, windows_library
from kireji.core.ports import Availability
from kireji.core.words import say

CONTROL, LETTER_C = 0x11, 0x43
OTHERS = (0xA0, 0xA1, 0xA4, 0xA5, 0x5B, 0x5C)
"""Left and right Shift, Alt and Windows keys."""
RIGHT = frozenset({0xA5, 0x5B, 0x5C})
"""Of those, the keys that are told from their twins by the "extended" mark."""
_KEYBOARD, _EXTENDED, _UP = 1, 1, 2
_DOWN_NOW = 0x8000
TERMINALS = frozenset(
    {
        "ConsoleWindowClass", "CASCADIA_HOSTING_WINDOW_CLASS", "mintty", "PuTTY", "KiTTY", "VirtualConsoleClass",
        "org.wezfurlong.wezterm", "Window Class Alacritty", "TMobaXtermForm",
    }
)  # fmt: skip
"""Window classes of programs in which Ctrl+C interrupts what runs."""


class MouseInput(Structure):
    """MOUSEINPUT: unused, but the widest of INPUT's kinds."""

    _fields_: ClassVar[Fields] = [
        ("x", c_int32), ("y", c_int32), ("data", c_uint32), ("flags", c_uint32), ("time", c_uint32),
        ("extra", c_size_t),
    ]  # fmt: skip


class KeyboardInput(Structure):
    """KEYBDINPUT."""

    _fields_: ClassVar[Fields] = [
        ("key", c_uint16), ("scan", c_uint16), ("flags", c_uint32), ("time", c_uint32), ("extra", c_size_t),
    ]  # fmt: skip


class AnyInput(Union):
    """The union in INPUT."""

    _fields_: ClassVar[Fields] = [("mouse", MouseInput), ("keyboard", KeyboardInput)]


class Input(Structure):
    """INPUT."""

    _fields_: ClassVar[Fields] = [("kind", c_uint32), ("of", AnyInput)]


USER32: Signatures = MappingProxyType(
    {
        "SendInput": ((c_uint32, POINTER(Input), c_int), c_uint32),
        "GetAsyncKeyState": ((c_int,), c_int16),
        "GetForegroundWindow": ((), c_void_p),
        "GetClassNameW": ((c_void_p, c_wchar_p, c_int), c_int),
    }
)


def load() -> Library:
    """user32.

    Raises:
        OSError: This is no Windows.
    """
    return windows_library("user32", USER32)


class Win32KeySender:
    """Presses Ctrl+C.

    Args:
        library: Gives user32.
    """

    def __init__(self, library: Callable[[], Library] = load) -> None:
        self._load = library

    def availability(self) -> Availability:
        """Whether keys can be sent here."""
        try:
            self._load()
        except OSError:
            return Availability(
                False, say("Keys cannot be sent to other programs here."), say("Copy the text yourself.")
            )
        return Availability(True)

    def press_copy(self) -> None:
        """Let go of the modifiers that are still down, then press Ctrl+C in the program in front.

        Raises:
            ClipboardError: That is a terminal, or takes no keys from others.
        """
        user32 = self._load()
        if _class_in_front(user32.calls) in TERMINALS:
            raise ClipboardError(
                say("In a terminal Ctrl+C interrupts what runs, so nothing was copied."),
                say("Copy with the terminal's own keys, then ask about the clipboard."),
            )
        held = [key for key in OTHERS if user32.calls.GetAsyncKeyState(key) & _DOWN_NOW]
        strokes = copy_strokes(held)
        sent = (Input * len(strokes))(*(_stroke(key, up) for key, up in strokes))
        if user32.calls.SendInput(len(sent), sent, ctypes.sizeof(Input)) != len(sent):
            raise ClipboardError(
                say("The program in front takes no keys from others."),
                say("Copy there, then ask about the clipboard."),
                detail=f"Windows error {user32.last_error()}",
            )


def copy_strokes(held: Sequence[int]) -> tuple[tuple[int, bool], ...]:
    """The keys to send: each with whether it goes up.

    Ctrl goes down before Alt and Windows keys go up, which alone would open a menu.

    Args:
        held: Modifiers other than Ctrl that are down.
    """
    released = tuple((key, True) for key in held)
    return ((CONTROL, False), *released, (LETTER_C, False), (LETTER_C, True), (CONTROL, True))


def _stroke(key: int, up: bool) -> Input:
    flags = (_UP if up else 0) | (_EXTENDED if key in RIGHT else 0)
    return Input(_KEYBOARD, AnyInput(keyboard=KeyboardInput(key, 0, flags, 0, 0)))


def _class_in_front(calls: Any) -> str:
    window = calls.GetForegroundWindow()
    if not window:
        return ""
    name = ctypes.create_unicode_buffer(64)
    calls.GetClassNameW(window, name, len(name))
    return name.value
