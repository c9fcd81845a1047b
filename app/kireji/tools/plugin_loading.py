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
    except ToolFault:
        raise
    except SyntaxError as problem:
        raise ToolFault(f"SyntaxError: {problem.msg}.", problem.filename or place, problem.lineno or 0) from problem
    except BaseException as problem:  # SystemExit and KeyboardInterrupt too: whatever its code does
        traceback.print_exc()
        file, line = where(problem, wanted.files)
        raise ToolFault(f"{in_words(problem)}.{missing_module(problem, wanted.path)}", file or place, line) from problem
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


def missing_module(problem: BaseException, path: str) -> str:
    """What to do where a plugin imports something that is not there; empty for every other problem.

    Args:
        problem: As it was raised.
        path: The plugin's file; empty for an installed one.

    Returns:
        A sentence with a blank before it.
    """
    if not isinstance(problem, ModuleNotFoundError) or not problem.name:
        return ""
    name = problem.name.partition(".")[0]
    folder = os.path.dirname(path)
    inside = os.path.basename(path) == "__init__.py"
    if inside and name == os.path.basename(folder):
        return " Inside of a plugin's folder, write: from . import NAME."
    beside = os.path.join(folder, name)
    if path and (os.path.exists(f"{beside}.py") or os.path.isdir(beside)):
        if inside:
            return f" Inside of a plugin's folder, write: from . import {name}."
        advice = "A plugin of several files is a folder: put this one into it as __init__.py"
        return f" {advice}, and write: from . import {name}."
    if getattr(sys, "frozen", False):
        return " This build of Kireji holds no such library; one that is installed with pip or uv can be given it."
    return f" Install the library that holds it where Kireji itself is installed: {sys.prefix}."


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
    found = _tools_in(vars(module).values())
    _refuse_methods(module, found)
    return found


def _refuse_methods(module: ModuleType, found: Sequence[object]) -> None:
    """Raises ToolFault where a method of a module's own classes is marked: nobody would see why it is missing."""
    for kind in [each for each in vars(module).values() if isinstance(each, type)]:
        for value in vars(kind).values() if kind.__module__ == module.__name__ else ():
            inner = getattr(value, "__func__", value)  # of a static or class method
            if options_of(inner) is not None and not any(inner is each for each in found):
                what = (
                    f"@tool marks {inner.__name__}, a method of {kind.__name__}; write a function outside of the class."
                )
                raise fault(inner, what)


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
    found: dict[int, Any] = {id(value): value for value in values if _is_tool(value)}
    return list(found.values())


def _is_tool(value: object) -> bool:
    """Whether it is a marked function, or one that is wrapped as `functools.cache` does."""
    return options_of(value) is not None and hasattr(value, "__name__") and inspect.isfunction(inspect.unwrap(value))  # type: ignore[arg-type]


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
