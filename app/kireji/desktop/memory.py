"""Memory that was freed and is still held."""

from __future__ import annotations

import ctypes
import sys

_M_ARENA_MAX = -8
"""From glibc's malloc.h; see mallopt(3)."""


def keep_one_heap() -> None:
    """Let all threads allocate from one heap; call it before there are threads that matter.

    glibc gives threads heaps of their own, and keeps what was freed at the end of those: ten threads that have encoded
    a picture of 8 MB each held 80 MB for good, which `give_back` cannot reach.
    """
    setting = _from_c("mallopt")
    if setting is not None:
        setting.argtypes, setting.restype = (ctypes.c_int, ctypes.c_int), ctypes.c_int
        setting(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return freed memory to the system; may take some milliseconds, so call it off the loop.

    A frozen 4K screen is 33 MB, just below the size from which glibc maps blocks of their own (mallopt(3),
    M_MMAP_THRESHOLD), so without this the heap keeps it until the next capture, which may be tomorrow.
    """
    trim = _from_c("malloc_trim")
    if trim is not None:
        trim.argtypes, trim.restype = (ctypes.c_size_t,), ctypes.c_int
        trim(0)


def _from_c(name: str) -> ctypes._NamedFuncPointer | None:
    """A function of glibc; musl and other systems have none of these."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
