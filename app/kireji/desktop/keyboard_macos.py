"""Which key of a Mac's keyboard a character is on.

Key codes are places: what is printed there depends on the layout, so letters and signs are looked up in the present
one by asking what each key types (Events.h, TextInputSources.h and UnicodeUtilities.h of Carbon). Where that fails the
places of the American keyboard are taken. Untried on a Mac.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ctypes import POINTER, byref, c_int32, c_long, c_uint8, c_uint16, c_uint32, c_ulong, c_void_p
from types import MappingProxyType
from typing import Any

from kireji.core.native import Signatures, mac_framework

NAMED: Mapping[str, int] = MappingProxyType(
    {
        "Return": 0x24, "Tab": 0x30, "Space": 0x31, "Backspace": 0x33, "Escape": 0x35, "Menu": 0x6E, "Insert": 0x72,
        "Home": 0x73, "PageUp": 0x74, "Delete": 0x75, "End": 0x77, "PageDown": 0x79, "Left": 0x7B, "Right": 0x7C,
        "Down": 0x7D, "Up": 0x7E,
        "F1": 0x7A, "F2": 0x78, "F3": 0x63, "F4": 0x76, "F5": 0x60, "F6": 0x61, "F7": 0x62, "F8": 0x64, "F9": 0x65,
        "F10": 0x6D, "F11": 0x67, "F12": 0x6F, "F13": 0x69, "F14": 0x6B, "F15": 0x71, "F16": 0x6A, "F17": 0x40,
        "F18": 0x4F, "F19": 0x50, "F20": 0x5A,
    }
)  # fmt: skip
"""Keys that are in the same place in every layout. A Mac has no Print, no Pause, and no F21 to F24."""

AMERICAN: Mapping[str, int] = MappingProxyType(
    {
        "A": 0x00, "S": 0x01, "D": 0x02, "F": 0x03, "H": 0x04, "G": 0x05, "Z": 0x06, "X": 0x07, "C": 0x08, "V": 0x09,
        "B": 0x0B, "Q": 0x0C, "W": 0x0D, "E": 0x0E, "R": 0x0F, "Y": 0x10, "T": 0x11, "1": 0x12, "2": 0x13, "3": 0x14,
        "4": 0x15, "6": 0x16, "5": 0x17, "=": 0x18, "9": 0x19, "7": 0x1A, "-": 0x1B, "8": 0x1C, "0": 0x1D, "]": 0x1E,
        "O": 0x1F, "U": 0x20, "[": 0x21, "I": 0x22, "P": 0x23, "L": 0x25, "J": 0x26, "'": 0x27, "K": 0x28, ";": 0x29,
        "\\": 0x2A, ",": 0x2B, "/": 0x2C, "N": 0x2D, "M": 0x2E, ".": 0x2F, "`": 0x32,
    }
)  # fmt: skip

CARBON: Signatures = MappingProxyType(
    {
        "TISCopyCurrentKeyboardLayoutInputSource": ((), c_void_p),
        "TISGetInputSourceProperty": ((c_void_p, c_void_p), c_void_p),
        "LMGetKbdType": ((), c_uint8),
        "UCKeyTranslate": (
            (
                c_void_p, c_uint16, c_uint16, c_uint32, c_uint32, c_uint32, POINTER(c_uint32), c_ulong,
                POINTER(c_ulong), POINTER(c_uint16),
            ),
            c_int32,
        ),
    }
)  # fmt: skip
CORE_FOUNDATION: Signatures = MappingProxyType(
    {
        "CFDataGetBytePtr": ((c_void_p,), c_void_p),
        "CFDataGetLength": ((c_void_p,), c_long),
        "CFRelease": ((c_void_p,), None),
    }
)
_PROPERTY = "kTISPropertyUnicodeKeyLayoutData"
_KEYS = 0x7F
_DISPLAY, _NO_DEAD_KEYS = 3, 1
_PLAIN, _SHIFTED = 0, 2
"""UCKeyTranslate takes the modifiers of an event without their lowest byte: shiftKey is 0x200 there."""
_ROOM = 4

Typed = Callable[[int, bool], str]
"""`typed(code, shifted)` is what a key types in the present layout."""


def key_code(key: str, typed: Typed | None) -> tuple[int, bool] | None:
    """Which key, and whether Shift belongs to it; None when the keyboard has no such key.

    Args:
        key: As in `Shortcut`. A letter or digit names the key it is printed on; a sign names the character.
        typed: The present layout; None when it is not known.
    """
    if key in NAMED:
        return NAMED[key], False
    if typed is not None:
        wanted = key.lower()
        for shifted in (False, True):
            for code in range(_KEYS):
                if typed(code, shifted).lower() == wanted and code not in NAMED.values():
                    return code, shifted and not key.isalnum()
        if not key.isascii() or not key.isalnum():
            return None
    # A layout of another alphabet types no Latin letters, yet their keys have places.
    code = AMERICAN.get(key, -1)
    return (code, False) if code >= 0 else None


def present_layout(load: Callable[[], tuple[Any, Any, int]] | None = None) -> Typed | None:
    """The present layout; None when it cannot be read. On the GUI thread only, as macOS demands.

    Args:
        load: Gives Carbon, CoreFoundation and the address of the layout property's name.
    """
    try:
        carbon, foundation, name = (load or _load)()
    except OSError:
        return None
    source = carbon.TISCopyCurrentKeyboardLayoutInputSource()
    if not source:
        return None
    data = carbon.TISGetInputSourceProperty(source, name)
    layout = foundation.CFDataGetBytePtr(data) if data else None
    table = _table(carbon, layout) if layout else None
    foundation.CFRelease(source)
    return None if table is None else lambda code, shifted: table.get((code, shifted), "")


def _table(carbon: Any, layout: int) -> Mapping[tuple[int, bool], str]:
    """What every key types, read at once: the layout's memory is not ours to keep."""
    keyboard, found = carbon.LMGetKbdType(), {}
    for code in range(_KEYS):
        for shifted in (False, True):
            dead, length, letters = c_uint32(), c_ulong(), (c_uint16 * _ROOM)()
            state = _SHIFTED if shifted else _PLAIN
            problem = carbon.UCKeyTranslate(
                layout, code, _DISPLAY, state, keyboard, _NO_DEAD_KEYS, byref(dead), _ROOM, byref(length), letters
            )
            if not problem and length.value == 1:
                found[code, shifted] = chr(letters[0])
    return found


def _load() -> tuple[Any, Any, int]:
    carbon = mac_framework("Carbon", CARBON)
    foundation = mac_framework("CoreFoundation", CORE_FOUNDATION)
    name = c_void_p.in_dll(carbon, _PROPERTY).value
    if not name:
        raise OSError(f"{_PROPERTY} is missing")
    return carbon, foundation, name
