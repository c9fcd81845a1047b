"""Whether all parts of the program are there: every module that it may load, every file that travels with it.

Most are loaded only when they are wanted, so that a build without one starts as if nothing were wrong.
"""

from __future__ import annotations

import dis
import importlib
import importlib.util
import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import msgspec

import kireji
from kireji.core.self_reports import PartsReport
from kireji.resources import folder

SWITCH = "--parts-check"
"""Argument with which the program becomes the process that looks."""

LIST = "parts.json"
"""Among the resources of a build: what it must hold, written from the source that it was made of."""

_ELSEWHERE = {"msvcrt", "winreg"} if sys.platform != "win32" else {"fcntl", "grp", "pwd", "resource", "termios"}
"""Of the standard library, on other systems only."""

_IMPORT = dis.opmap["IMPORT_NAME"]


class Wanted(NamedTuple):
    """An import in the program's code.

    Args:
        module: Which.
        names: What is taken from it: its values, or further modules.
    """

    module: str
    names: tuple[str, ...]


def main() -> int:
    """Look, and print what was found as JSON; returns the exit code."""
    restrain()
    report = look_at_parts()
    sys.stdout.buffer.write(msgspec.json.encode(report))
    sys.stdout.buffer.flush()
    return 0


def look_at_parts() -> PartsReport:
    """Load every module and look at every file; takes some seconds and a good deal of memory."""
    listed = _listed()
    names, files = listed or (list(_all_wanted()), {})
    problems = [problem for name in names if (problem := _problem(name))]
    for name, size in files.items():
        path = folder() / name
        if not path.is_file():
            problems.append(f"{name} is missing")
        elif path.stat().st_size != size:
            problems.append(f"{name} is not as it was built")
    return PartsReport(len(names), len(files), problems)


def described(root: Path) -> dict[str, Any]:
    """What a build must hold, as for `parts.json`: all that can be loaded here, and the files beside it.

    Args:
        root: The folder of its resources.
    """
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and path.name != LIST]
    sizes = {path.relative_to(root).as_posix(): path.stat().st_size for path in files}
    return {"modules": sorted(name for name in _all_wanted() if not _problem(name)), "files": sizes}


def restrain() -> None:
    """As in the process that reads pictures: one of the libraries reports to its maker, and leaves files behind."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    if os.name == "posix":
        os.environ["TMPDIR"] = os.devnull


def _listed() -> tuple[list[str], dict[str, int]] | None:
    try:
        found = json.loads((folder() / LIST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found["modules"], found["files"]


def _all_wanted() -> dict[str, None]:
    """Names of this program's modules and of all that their code imports, at whatever time."""
    ours = ["kireji.__main__", *(found.name for found in pkgutil.walk_packages(kireji.__path__, "kireji."))]
    names = dict.fromkeys(ours)
    for name in ours:
        for wanted in _imports(_code(name)):
            if wanted.module.partition(".")[0] in _ELSEWHERE:
                continue
            names[wanted.module] = None
            if module := _loaded(wanted.module):
                inner = (f"{wanted.module}.{each}" for each in wanted.names if not hasattr(module, each))
                names.update(dict.fromkeys(inner))
    return names


def _loaded(name: str) -> Any:
    return sys.modules.get(name) if not _problem(name) else None


def _code(name: str) -> CodeType:
    spec = importlib.util.find_spec(name)
    loader: Any = spec.loader if spec else None
    code = loader.get_code(name) if hasattr(loader, "get_code") else None
    return code or compile("", name, "exec")


def _imports(code: CodeType) -> Iterator[Wanted]:
    """What this code imports, but for what only the type checker reads."""
    before: list[dis.Instruction] = []
    until = 0
    # Every second byte is an instruction; most code imports nothing, and to take it apart costs more than to look.
    for each in dis.get_instructions(code) if _IMPORT in code.co_code[::2] else ():
        if before and before[-1].argval == "TYPE_CHECKING" and "JUMP" in each.opname:
            until = each.argval
        if each.offset >= until and each.opname == "IMPORT_NAME":
            names = before[-1].argval
            yield Wanted(each.argval, tuple(names or ()))
        if each.opname not in ("TO_BOOL", "CACHE"):
            before = [each]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _imports(constant)


def _problem(name: str) -> str:
    """Why a module cannot be loaded; empty when it can."""
    try:
        importlib.import_module(name)
    except Exception as problem:  # noqa: BLE001 - whatever it raises, it is of no use like that
        return f"{name} ({problem})"
    return ""
