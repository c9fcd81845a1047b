"""The command line over fakes, with streams that a test holds in its hand."""

from __future__ import annotations

import asyncio
import errno
import io
import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from kireji.cli.console import Console
from kireji.cli.parser import parse
from kireji.cli.program import run
from tests.fakes.world import World


class Terminal(io.StringIO):
    """A stream that a person sits at."""

    def isatty(self) -> bool:
        return True


class Closed(io.StringIO):
    """A pipe whose reader has gone after `after` characters."""

    def __init__(self, after: int = 0) -> None:
        super().__init__()
        self._left = after

    def write(self, text: str) -> int:
        if self._left <= 0:
            raise BrokenPipeError
        self._left -= len(text)
        return super().write(text)


class Full(io.StringIO):
    """A file on a disk without room."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


class TypedLines:
    """A person at the keyboard.

    Args:
        lines: What they type when they are asked, one line after the other; then nobody is there any more.
    """

    def __init__(self, *lines: str) -> None:
        self.left = list(lines)
        self.forgotten = 0

    def forget(self) -> None:
        self.forgotten += 1

    async def line(self) -> str:
        await asyncio.sleep(0)
        return self.left.pop(0) if self.left else ""


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str
    data: bytes = b""


Kireji = Callable[..., Outcome]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def kireji(world: World) -> Kireji:
    """Run a command; `piped` is its standard input, `out` its standard output, `typed` who sits at the terminal."""

    def call(
        *argv: str,
        piped: bytes | None = None,
        out: io.StringIO | None = None,
        err: io.StringIO | None = None,
        typed: TypedLines | None = None,
    ) -> Outcome:
        stdin = None if piped is None else io.TextIOWrapper(io.BytesIO(piped), encoding="utf-8")
        buffer = io.BytesIO()
        stdout = out if out is not None else io.TextIOWrapper(buffer, encoding="utf-8", newline="")
        err = err if err is not None else io.StringIO()
        code = run(parse(argv), world.build, Console(stdin, stdout, err, typed))
        text = out.getvalue() if out is not None else buffer.getvalue().decode(errors="replace")
        return Outcome(code, text, err.getvalue(), buffer.getvalue())

    assert "PYTEST_CURRENT_TEST" in os.environ
    return call
