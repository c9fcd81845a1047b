"""Answers that are typed at a real terminal, while standard input is something else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.terminal import Seated, at_terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")

BEGINNING = """\
import asyncio, sys
from kireji.cli.keyboard import TerminalKeyboard
keyboard = TerminalKeyboard.of_process()
assert keyboard is not None

async def asked():
    keyboard.forget()
    sys.stderr.write("ready")
    sys.stderr.flush()
    return await keyboard.line()
"""
PATIENCE = 30.0


@contextmanager
def asking(code: str, typed_before: bytes = b"") -> Iterator[Seated]:
    """A program that has asked."""
    with at_terminal([sys.executable, "-c", BEGINNING + code], typed_before=typed_before) as seated:
        seated.wait_for(b"ready")
        yield seated


def test_an_answer_comes_from_the_terminal_and_not_from_what_is_piped_in() -> None:
    with asking("print(asyncio.run(asked()), sys.stdin.read())") as seated:
        seated.type(b"no\n")
        out, _ = seated.program.communicate(b"yes\n", timeout=PATIENCE)
        assert out.split() == [b"no", b"yes"]


def test_what_was_typed_before_is_no_answer() -> None:
    with asking("print(asyncio.run(asked()))", b"yes\nyes\n") as seated:
        seated.type(b"no\n")
        assert seated.program.communicate(timeout=PATIENCE)[0] == b"no\n"


def test_the_end_of_input_is_an_empty_answer() -> None:
    with asking("print(repr(asyncio.run(asked())))") as seated:
        seated.type(b"\x04")
        assert seated.program.communicate(timeout=PATIENCE)[0] == b"''\n"


def test_a_question_that_is_taken_back_holds_nothing_up() -> None:
    code = """
async def main():
    asking = asyncio.ensure_future(asked())
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])

asyncio.run(main())
print("over")
"""
    with asking(code) as seated:
        assert seated.program.communicate(timeout=PATIENCE)[0] == b"over\n"
        assert seated.program.returncode == 0


def test_the_next_question_gets_what_is_typed_after_one_was_taken_back() -> None:
    code = """
async def main():
    asking = asyncio.ensure_future(keyboard.line())
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    print(await asked())

asyncio.run(main())
"""
    with asking(code) as seated:
        seated.type(b"yes\n")
        assert seated.program.communicate(timeout=PATIENCE)[0] == b"yes\n"


def test_without_a_terminal_there_is_nobody() -> None:
    code = "from kireji.cli.keyboard import TerminalKeyboard; print(TerminalKeyboard.of_process())"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, start_new_session=True, timeout=PATIENCE, check=True
    )
    assert result.stdout == b"None\n"
