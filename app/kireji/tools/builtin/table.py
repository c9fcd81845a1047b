"""Which built-in tools there are, in the order in which they are offered, and what only the program says of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kireji.core.tools import Outside
from kireji.core.words import mark


class BuiltIn(NamedTuple):
    """One built-in tool beside its function.

    Args:
        module: Where the function is, which has the tool's name.
        title: As people read it; English, marked for translation.
        gives: Whose words its results are; None when they are its own.
        pure: It only computes.
    """

    module: str
    title: str
    gives: Outside | None = None
    pure: bool = False


TABLE: Mapping[str, BuiltIn] = MappingProxyType(
    {
        "calculate": BuiltIn("calculator", mark("Calculate"), pure=True),
        "capture_screen": BuiltIn("surroundings", mark("Capture the screen"), Outside.SCREEN),
        "convert_units": BuiltIn("units", mark("Convert units"), pure=True),
        "fetch_page": BuiltIn("pages", mark("Fetch a page"), Outside.WEB),
        "list_folder": BuiltIn("files", mark("List a folder"), Outside.FILE),
        "read_clipboard": BuiltIn("surroundings", mark("Read the clipboard"), Outside.CLIPBOARD),
        "read_file": BuiltIn("files", mark("Read a file"), Outside.FILE),
        "run_command": BuiltIn("commands", mark("Run a command"), Outside.TOOL),
        "search_files": BuiltIn("files", mark("Search files"), Outside.FILE),
        "time": BuiltIn("clock", mark("Date and time"), pure=True),
    }
)
