"""Every foreign call has its types, and every layout its documented size; nothing is loaded for that."""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from kireji.core.native import declared

MODULES = tuple(
    f"kireji.{name}"
    for name in (
        "desktop.foundation_macos",
        "desktop.hotkey_macos",
        "desktop.hotkey_win32",
        "desktop.introduction_win32",
        "desktop.keyboard_macos",
        "desktop.keys_macos",
        "desktop.keys_win32",
        "desktop.message_win32",
        "desktop.pasteboard_macos",
        "desktop.permission_macos",
        "desktop.pipes_win32",
        "desktop.windows_macos",
        "desktop.windows_win32",
        "tools.jobs_win32",
    )
)
SIZES = {
    ("kireji.desktop.hotkey_win32", "Message"): 48,
    ("kireji.desktop.hotkey_macos", "HotKeyId"): 8,
    ("kireji.desktop.hotkey_macos", "EventType"): 8,
    ("kireji.desktop.pipes_win32", "SecurityAttributes"): 24,
    ("kireji.desktop.windows_win32", "Bounds"): 16,
    ("kireji.desktop.keys_win32", "MouseInput"): 32,
    ("kireji.desktop.keys_win32", "KeyboardInput"): 24,
    ("kireji.desktop.keys_win32", "Input"): 40,
    ("kireji.tools.jobs_win32", "BasicLimits"): 64,
    ("kireji.tools.jobs_win32", "ExtendedLimits"): 144,
}
"""Bytes on 64-bit systems, as winuser.h, winnt.h and the frameworks' headers give them."""


def tables() -> list[tuple[str, str, Mapping[str, tuple[tuple[Any, ...], Any]]]]:
    found = []
    for name in MODULES:
        module = importlib.import_module(name)
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
    module = importlib.import_module(place[0])
    assert ctypes.sizeof(getattr(module, place[1])) == size


@pytest.mark.parametrize(
    ("module", "loader"),
    [("kireji.desktop.hotkey_win32", "load"), ("kireji.desktop.permission_macos", "core_graphics")],
)
def test_elsewhere_a_library_says_whose_it_is(module: str, loader: str) -> None:
    with pytest.raises(OSError, match="is a part of"):
        getattr(importlib.import_module(module), loader)()
