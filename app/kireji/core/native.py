"""The system's own libraries through ctypes: each has one table that says the types of all its calls.

Numbers have a fixed width here instead of `ctypes.wintypes`, whose DWORD and LONG are 64 bits wide outside Windows, so
that the layouts can be checked anywhere.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

Signatures: TypeAlias = Mapping[str, tuple[tuple[Any, ...], Any]]
"""For each call the types of its arguments and of its result."""

Fields: TypeAlias = "list[tuple[str, Any]]"


class Library(NamedTuple):
    """A library of Windows.

    Args:
        calls: Has all calls of its table.
        last_error: The error of the last call that this thread made.
    """

    calls: Any
    last_error: Callable[[], int]


def declared(library: Any, signatures: Signatures) -> Any:
    """`library` with the types of all its calls set."""
    for name, (arguments, result) in signatures.items():
        call = getattr(library, name)
        call.argtypes = arguments
        call.restype = result
    return library


def windows_library(name: str, signatures: Signatures) -> Library:
    """A library of Windows, such as user32.

    Raises:
        OSError: This is another system, or an older Windows without one of the calls.
    """
    calls, last_error = _open_windows(name)
    return Library(_declared(calls, signatures), last_error)


def mac_framework(name: str, signatures: Signatures) -> Any:
    """A framework of macOS, such as Carbon.

    Raises:
        OSError: This is another system, or a macOS without one of the calls.
    """
    return _declared(_open_mac(name), signatures)


def _declared(library: Any, signatures: Signatures) -> Any:
    try:
        return declared(library, signatures)
    except AttributeError as problem:
        raise OSError(str(problem)) from problem


if sys.platform == "win32":

    def _open_windows(name: str) -> tuple[Any, Callable[[], int]]:
        return ctypes.WinDLL(name, use_last_error=True), ctypes.get_last_error

else:

    def _open_windows(name: str) -> tuple[Any, Callable[[], int]]:
        raise OSError(f"{name} is a part of Windows")


if sys.platform == "darwin":

    def _open_mac(name: str) -> Any:
        return ctypes.CDLL(f"/System/Library/Frameworks/{name}.framework/{name}")

else:

    def _open_mac(name: str) -> Any:
        raise OSError(f"{name} is a part of macOS")
