"""Why a function cannot be a tool, and where in its file that is.

These sentences are for people who write plugins, and come from the plugin's own process: they are English, as Python's.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any


class ToolFault(Exception):
    """Something in a plugin cannot be used.

    Args:
        reason: One sentence.
        file: Path of the file; empty if unknown.
        line: Number of the line, from 1; 0 if unknown.
    """

    def __init__(self, reason: str, file: str = "", line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.file = file
        self.line = line


class ArgumentsFault(Exception):
    """Arguments that do not fit the parameters; the words are for the model."""


def fault(function: Callable[..., Any], reason: str, parameter: str = "") -> ToolFault:
    """What is wrong with a function, with the place where it stands.

    Args:
        function: As it is written; not what wraps it.
        reason: One sentence.
        parameter: The parameter that is at fault; empty for the function.
    """
    code = inspect.unwrap(function).__code__
    return ToolFault(reason, code.co_filename, _line(code.co_filename, code.co_firstlineno, parameter))


def _line(file: str, first: int, parameter: str) -> int:
    """The line of a `def` or of one of its parameters; that of its first decorator where the file cannot be read."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return first
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if first not in (node.lineno, *(each.lineno for each in node.decorator_list)):
            continue
        given = node.args
        stars = [each for each in (given.vararg, given.kwarg) if each is not None]
        for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, *stars):
            if each.arg == parameter:
                return each.lineno
        return node.lineno
    return first
