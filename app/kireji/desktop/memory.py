"""Memory that was freed and is still held."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Return freed memory to the system; may take some milliseconds, so call it off the loop.

    A frozen 4K screen is 33 MB, just below the size from which glibc maps blocks of their own (mallopt(3),
    M_MMAP_THRESHOLD), so without this the heap keeps it until the next capture, which may be tomorrow.
    """
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, musl does not
    if trim is not None:
        trim.argtypes, trim.restype = (ctypes.c_size_t,), ctypes.c_int
        trim(0)
