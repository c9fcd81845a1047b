"""Values of macOS's CoreFoundation as Python's own: texts, numbers, lists, tables.

Untried on a Mac. Source: CFBase.h, CFString.h, CFNumber.h, CFArray.h, CFDictionary.h.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import byref, c_char_p, c_double, c_long, c_uint8, c_uint32, c_ulong, c_void_p
from types import MappingProxyType
from typing import Any

from kireji.core.native import Signatures, mac_framework

_UTF8 = 0x08000100
_FLOAT64 = 6
_MOST = 10_000
_DEEPEST = 8

CORE_FOUNDATION: Signatures = MappingProxyType(
    {
        "CFGetTypeID": ((c_void_p,), c_ulong),
        "CFStringGetTypeID": ((), c_ulong),
        "CFNumberGetTypeID": ((), c_ulong),
        "CFBooleanGetTypeID": ((), c_ulong),
        "CFArrayGetTypeID": ((), c_ulong),
        "CFDictionaryGetTypeID": ((), c_ulong),
        "CFStringGetLength": ((c_void_p,), c_long),
        "CFStringGetCString": ((c_void_p, c_char_p, c_long, c_uint32), c_uint8),
        "CFNumberGetValue": ((c_void_p, c_long, c_void_p), c_uint8),
        "CFBooleanGetValue": ((c_void_p,), c_uint8),
        "CFArrayGetCount": ((c_void_p,), c_long),
        "CFArrayGetValueAtIndex": ((c_void_p, c_long), c_void_p),
        "CFDictionaryGetCount": ((c_void_p,), c_long),
        "CFDictionaryGetKeysAndValues": ((c_void_p, c_void_p, c_void_p), None),
        "CFRelease": ((c_void_p,), None),
    }
)


def core_foundation() -> Any:
    """The calls of the table.

    Raises:
        OSError: This is no macOS.
    """
    return mac_framework("CoreFoundation", CORE_FOUNDATION)


def value_of(calls: Any, reference: int | None, depth: int = 0) -> Any:
    """A value as Python's own; None for what is none of them.

    Args:
        calls: CoreFoundation.
        reference: The value; stays the caller's to release.
        depth: How deep this one lies.
    """
    if not reference or depth > _DEEPEST:
        return None
    readers: dict[int, Callable[[], Any]] = {
        calls.CFStringGetTypeID(): lambda: _text(calls, reference),
        calls.CFNumberGetTypeID(): lambda: _number(calls, reference),
        calls.CFBooleanGetTypeID(): lambda: bool(calls.CFBooleanGetValue(reference)),
        calls.CFArrayGetTypeID(): lambda: _list(calls, reference, depth + 1),
        calls.CFDictionaryGetTypeID(): lambda: _table(calls, reference, depth + 1),
    }
    reader = readers.get(calls.CFGetTypeID(reference))
    return None if reader is None else reader()


def _text(calls: Any, reference: int) -> str:
    room = calls.CFStringGetLength(reference) * 4 + 1
    letters = ctypes.create_string_buffer(room)
    if not calls.CFStringGetCString(reference, letters, room, _UTF8):
        return ""
    return letters.value.decode("utf-8", "replace")


def _number(calls: Any, reference: int) -> float:
    number = c_double()
    calls.CFNumberGetValue(reference, _FLOAT64, byref(number))
    return number.value


def _list(calls: Any, reference: int, depth: int) -> list[Any]:
    count = min(calls.CFArrayGetCount(reference), _MOST)
    return [value_of(calls, calls.CFArrayGetValueAtIndex(reference, place), depth) for place in range(count)]


def _table(calls: Any, reference: int, depth: int) -> dict[Any, Any]:
    count = calls.CFDictionaryGetCount(reference)
    if count > _MOST:
        return {}
    keys, values = (c_void_p * count)(), (c_void_p * count)()
    calls.CFDictionaryGetKeysAndValues(reference, keys, values)
    names = (value_of(calls, key, depth) for key in keys)
    return {
        name: value_of(calls, value, depth) for name, value in zip(names, values, strict=True) if isinstance(name, str)
    }
