"""Reads what a person types at the terminal, whatever standard input is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import Protocol

_MOST = 4096
"""Bytes of a line; more than a terminal hands over at once."""


class Keyboard(Protocol):
    """Somebody who can be asked."""

    def forget(self) -> None:
        """Drop what was typed before now: it answers no question that was not there yet."""

    async def line(self) -> str:
        """The next line, without its end; empty when nobody is there any more."""


class TerminalKeyboard:
    """The terminal that the command was started from.

    Args:
        descriptor: Of the terminal, open for reading; stays open as long as the process lives.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: asyncio.Future[str] | None = None
        self._reads = False

    @classmethod
    def of_process(cls) -> TerminalKeyboard | None:
        """The terminal of this process; None when it has none, or standard error is not shown on one."""
        if sys.stderr is None or not sys.stderr.isatty():
            return None
        name, flags = ("CONIN$", os.O_RDWR) if sys.platform == "win32" else ("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
        try:
            return cls(os.open(name, flags | getattr(os, "O_CLOEXEC", 0)))
        except OSError:
            return None

    def forget(self) -> None:
        """As in Keyboard."""
        with contextlib.suppress(OSError):
            _drop(self._descriptor)

    async def line(self) -> str:
        """As in Keyboard.

        The thread that reads is left behind when nobody waits any more: a read from a terminal cannot be ended. It
        gives what it reads to the next who asks, and does not hold up the program's end.
        """
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[str] = loop.create_future()
        self._waiting = waiting
        if not self._reads:
            self._reads = True
            call = loop.call_soon_threadsafe
            threading.Thread(target=self._read, args=(call,), daemon=True, name="keyboard").start()
        return await waiting

    def _read(self, call: Callable[..., object]) -> None:
        try:
            text = os.read(self._descriptor, _MOST).decode("utf-8", "replace")
        except OSError:  # the terminal has gone
            text = ""
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            call(self._typed, text)

    def _typed(self, text: str) -> None:
        self._reads = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(text.rstrip("\r\n"))


def _drop(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
        return
    import termios

    with contextlib.suppress(termios.error):
        termios.tcflush(descriptor, termios.TCIFLUSH)
