"""Every foreign call has its types, and every layout its documented size; nothing is loaded for that."""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from kireji.desktop.native import declared

MODULES = (
    "foundation_macos",
    "hotkey_macos",
    "hotkey_win32",
    "keyboard_macos",
    "keys_macos",
    "keys_win32",
    "pasteboard_macos",
    "permission_macos",
    "pipes_win32",
    "windows_macos",
    "windows_win32",
)
SIZES = {
    ("hotkey_win32", "Message"): 48,
    ("hotkey_macos", "HotKeyId"): 8,
    ("hotkey_macos", "EventType"): 8,
    ("pipes_win32", "SecurityAttributes"): 24,
    ("windows_win32", "Bounds"): 16,
    ("keys_win32", "MouseInput"): 32,
    ("keys_win32", "KeyboardInput"): 24,
    ("keys_win32", "Input"): 40,
}
"""Bytes on 64-bit systems, as winuser.h and the frameworks' headers give them."""


def tables() -> list[tuple[str, str, Mapping[str, tuple[tuple[Any, ...], Any]]]]:
    found = []
    for name in MODULES:
        module = importlib.import_module(f"kireji.desktop.{name}")
        found += [
            (name, attribute, value)
            for attribute, value in vars(module).items()
            if attribute.isupper() and isinstance(value, MappingProxyType) and _is_table(value)
        ]
    return found


def _is_table(value: Mapping[Any, Any]) -> bool:
    return bool(value) and all(isinstance(entry, tuple) and isinstance(entry[0], tuple) for entry in value.values())


class Call:
    argtypes: Any = None
    restype: Any = ctypes.c_int


class AnyLibrary:
    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}

    def __getattr__(self, name: str) -> Call:
        return self.calls.setdefault(name, Call())


def _is_type(value: Any) -> bool:
    return isinstance(value, type) and ctypes.sizeof(value) > 0


@pytest.mark.parametrize(
    ("module", "name", "table"), tables(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_call_has_the_types_of_its_arguments_and_result(
    module: str, name: str, table: Mapping[str, tuple[tuple[Any, ...], Any]]
) -> None:
    library = AnyLibrary()
    declared(library, table)
    assert set(library.calls) == set(table)
    for call in library.calls.values():
        assert all(_is_type(argument) or hasattr(argument, "from_param") for argument in call.argtypes)
        assert call.restype is None or _is_type(call.restype)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_table(module: str) -> None:
    assert any(name == module for name, _, _ in tables())


@pytest.mark.parametrize(
    ("place", "size"), SIZES.items(), ids=lambda value: ".".join(value) if isinstance(value, tuple) else ""
)
def test_a_layout_has_its_documented_size(place: tuple[str, str], size: int) -> None:
    module = importlib.import_module(f"kireji.desktop.{place[0]}")
    assert ctypes.sizeof(getattr(module, place[1])) == size


@pytest.mark.parametrize(("module", "loader"), [("hotkey_win32", "load"), ("permission_macos", "core_graphics")])
def test_elsewhere_a_library_says_whose_it_is(module: str, loader: str) -> None:
    with pytest.raises(OSError, match="is a part of"):
        getattr(importlib.import_module(f"kireji.desktop.{module}"), loader)()
