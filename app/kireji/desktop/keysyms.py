"""What X11 calls the keys that `core.shortcuts` names.

The numbers are those of X11/keysymdef.h: Latin-1 characters are their own code, others 0x01000000 plus their code
point or, for alphabets that X11 knew before Unicode, an older number that libxkbcommon looks up.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from types import MappingProxyType

NUM_LOCK = 0xFF7F
ALT = (0xFFE9, 0xFFEA)
SUPER = (0xFFEB, 0xFFEC)

_NAMED: Mapping[str, int] = MappingProxyType(
    {
        "Space": 0x0020,
        "Backspace": 0xFF08,
        "Tab": 0xFF09,
        "Return": 0xFF0D,
        "Pause": 0xFF13,
        "Escape": 0xFF1B,
        "Home": 0xFF50,
        "Left": 0xFF51,
        "Up": 0xFF52,
        "Right": 0xFF53,
        "Down": 0xFF54,
        "PageUp": 0xFF55,
        "PageDown": 0xFF56,
        "End": 0xFF57,
        "Print": 0xFF61,
        "Insert": 0xFF63,
        "Menu": 0xFF67,
        "Delete": 0xFFFF,
        **{f"F{number}": 0xFFBD + number for number in range(1, 25)},
    }
)


def keysyms(key: str) -> tuple[int, ...]:
    """The numbers under which a keyboard may have `key`; empty for what is no key."""
    if key in _NAMED:
        return (_NAMED[key],)
    character = key.lower()
    if len(character) != 1:
        return ()
    code = ord(character)
    if 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xFF:
        return (code,)
    older = _older(code)
    return (older, 0x01000000 | code) if older else (0x01000000 | code,)


def _older(code: int) -> int:
    try:
        library = ctypes.CDLL("libxkbcommon.so.0")
    except OSError:
        return 0
    lookup = library.xkb_utf32_to_keysym
    lookup.argtypes = (ctypes.c_uint32,)
    lookup.restype = ctypes.c_uint32
    return int(lookup(code))
