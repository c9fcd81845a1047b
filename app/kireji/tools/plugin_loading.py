"""Imports a plugin, in its own process, and finds its tools."""

from __future__ import annotations

import functools
import importlib
import importlib.machinery
import importlib.util
import inspect
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

from kireji.plugins import options_of
from kireji.tools.faults import ToolFault, fault
from kireji.tools.fingerprints import fingerprint_of, read_code
from kireji.tools.host_protocol import TOOL_LIMIT, Load

_PREFIX = "kireji_plugin_"
"""Modules of plugins are called so, that `json.py` is not taken for Python's own."""


def load_tools(wanted: Load) -> dict[str, Callable[..., Any]]:
    """Import a plugin.

    Returns:
        Its tools by their own names, in the order of their definition.

    Raises:
        ToolFault: It has changed, cannot be imported, or has no tools.
    """
    contents = _contents(wanted)
    place = wanted.path or wanted.entry
    try:
        found = _imported_file(wanted, contents) if wanted.path else _imported_entry(wanted.entry)
    except SyntaxError as problem:
        raise ToolFault(f"SyntaxError: {problem.msg}.", problem.filename or place, problem.lineno or 0) from problem
    except BaseException as problem:  # SystemExit and KeyboardInterrupt too: whatever its code does
        traceback.print_exc()
        file, line = where(problem, wanted.files)
        raise ToolFault(f"{in_words(problem)}.", file or place, line) from problem
    tools: dict[str, Callable[..., Any]] = {}
    for function in found:
        options = options_of(function)
        assert options is not None
        name = options.name or function.__name__
        if name in tools and tools[name] is not function:
            raise fault(function, f"There are two tools with the name {name}.")
        tools[name] = function
    if not tools:
        raise ToolFault("It has no function that is marked with @tool.", place)
    if len(tools) > TOOL_LIMIT:
        raise ToolFault(f"It has {len(tools)} tools; at most {TOOL_LIMIT} are allowed.", place)
    return tools


def where(problem: BaseException, files: Sequence[str]) -> tuple[str, int]:
    """The last place in some files that an exception has passed; empty and 0 where it has passed none."""
    place = ("", 0)
    for frame in traceback.extract_tb(problem.__traceback__):
        if frame.filename in files:
            place = (frame.filename, frame.lineno or 0)
    return place


def in_words(problem: BaseException) -> str:
    """An exception in one line, without a full stop."""
    text = " ".join(said_by(problem).split())
    name = type(problem).__qualname__
    return f"{name}: {text}".removesuffix(".") if text else name


def said_by(problem: BaseException) -> str:
    """What an exception says; empty where it is one of a plugin's own and cannot say anything."""
    try:
        return str(problem)
    except BaseException:  # noqa: BLE001 - it is the plugin's code that runs here
        return ""


def _contents(wanted: Load) -> dict[str, bytes]:
    """The plugin's code as it is now, which must be what it was when somebody decided on it."""
    try:
        contents = {path: read_code(path) for path in wanted.files}
    except OSError as problem:
        raise ToolFault(f"{in_words(problem)}.", wanted.path or wanted.entry) from problem
    if fingerprint_of(contents) != wanted.fingerprint:
        raise ToolFault("It has changed just now; try again.", wanted.path or wanted.entry)
    return contents


def _imported_file(wanted: Load, contents: Mapping[str, bytes]) -> list[Callable[..., Any]]:
    name = _PREFIX + re.sub(r"\W", "_", wanted.name)
    finder = _Finder(name, contents)
    sys.meta_path.insert(0, finder)
    folder = os.path.dirname(wanted.path)
    is_package = os.path.basename(wanted.path) == "__init__.py"
    spec = importlib.util.spec_from_file_location(
        name,
        wanted.path,
        loader=_Loader(name, wanted.path, contents),
        submodule_search_locations=[folder] if is_package else None,
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return _tools_in(vars(module).values())


def _imported_entry(entry: str) -> list[Callable[..., Any]]:
    name, _, attribute = entry.partition(":")
    found: Any = importlib.import_module(name.strip())
    for step in filter(None, attribute.split("[")[0].strip().split(".")):
        found = getattr(found, step)
    if options_of(found) is not None:
        return [found]
    if isinstance(found, list | tuple):
        return _tools_in(found)
    return _tools_in(vars(found).values() if isinstance(found, ModuleType) else [])


def _tools_in(values: Iterable[object]) -> list[Callable[..., Any]]:
    found = {id(value): value for value in values if inspect.isfunction(value) and options_of(value) is not None}
    return list(found.values())


class _Loader(importlib.machinery.SourceFileLoader):
    """Runs the very bytes that were looked at; compiled files beside them are not trusted, and none are written."""

    def __init__(self, name: str, path: str, contents: Mapping[str, bytes]) -> None:
        super().__init__(name, path)
        self._contents = contents

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        if path not in self._contents:
            raise ImportError(f"{path} was not there when the plugin was looked at")
        return self.source_to_code(self._contents[path], path)


class _Finder:
    """Finds the modules inside a plugin's package."""

    def __init__(self, name: str, contents: Mapping[str, bytes]) -> None:
        self._inside = f"{name}."
        self._contents = contents

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """As importlib wants it."""
        if not fullname.startswith(self._inside):
            return None
        for folder in path or ():
            loaders: list[Any] = [
                (functools.partial(_Loader, contents=self._contents), importlib.machinery.SOURCE_SUFFIXES),
                (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES),
            ]
            finder = importlib.machinery.FileFinder(folder, *loaders)
            if (spec := finder.find_spec(fullname)) is not None:
                return spec
        return None
