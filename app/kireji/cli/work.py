"""What a command is to the program that runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from kireji.services.application import Services

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""

Work: TypeAlias = Callable[[Services], Awaitable[int]]
"""A command whose input has been read; gives the exit code."""


class WrongUsage(Exception):
    """The arguments and the input do not make a command; the text says why, in one sentence."""
