"""One sentence in a box of Windows' own: for what must be said where there is neither a console nor a window of ours.

Untried on Windows; the call is that of winuser.h.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from ctypes import c_int, c_uint32, c_void_p, c_wchar_p
from types import MappingProxyType

from kireji.core.native import Library, Signatures, windows_library

USER32: Signatures = MappingProxyType({"MessageBoxW": ((c_void_p, c_wchar_p, c_wchar_p, c_uint32), c_int)})
_WARNING, _TO_THE_FRONT = 0x30, 0x10000


def load() -> Library:
    """The library.

    Raises:
        OSError: This is no Windows.
    """
    return windows_library("user32", USER32)


def show(sentence: str, library: Callable[[], Library] = load) -> None:
    """Show it until the person has read it; nothing happens where that cannot be."""
    with contextlib.suppress(OSError):
        library().calls.MessageBoxW(None, sentence, "Kireji", _WARNING | _TO_THE_FRONT)
