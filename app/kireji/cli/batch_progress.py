"""How far something is, on one line of the terminal that is drawn over and over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from kireji.cli.console import Console
from kireji.cli.terminal_text import width_of

_SHOWN_EVERY = 0.1
"""Seconds between two drawings: what is quicker nobody reads."""
_CELLS = (20, 8, 0)
"""Of a bar, from the widest to none: the words beside it say more."""
_BETWEEN = " · "


def bar(done: int, total: int, cells: int = _CELLS[0]) -> str:
    """A bar with its percentage.

    Args:
        done: So much of it.
        total: All of it; 0 when nobody knows.
        cells: How wide the bar is; 0 for the percentage alone.
    """
    if total <= 0:
        return ""
    part = min(1.0, done / total)
    filled = int(part * cells)
    percent = f"{int(part * 100)} %"
    return f"[{'#' * filled}{'-' * (cells - filled)}] {percent}" if cells else percent


def with_bar(what: str, done: int, total: int, words: Sequence[str], columns: int) -> str:
    """A line of progress, with as much of a bar as there is room for.

    Args:
        what: What it is about.
        done: So much of it.
        total: All of it; 0 when nobody knows.
        words: What is said besides.
        columns: The room.
    """
    for cells in _CELLS:
        text = _BETWEEN.join(filter(None, (what, bar(done, total, cells), *words)))
        if width_of(text) <= columns:
            break
    return text


class Line:
    """A line that is taken away when what it is about is over; nothing where nobody looks.

    Args:
        console: Where it stands.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = 0.0
        self._stands = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def show(self, text: str, *, now: bool = False) -> None:
        """Draw it, but not too often.

        Args:
            text: What stands there; cut where the terminal ends.
            now: However shortly after the last.
        """
        time_now = time.monotonic()
        if not self._console.notes_are_shown or text == self._stands or (time_now < self._next and not now):
            return
        self._next = time_now + _SHOWN_EVERY
        self._stands = text
        self._console.progress(text)

    def clear(self) -> None:
        """Take it away, for a note or for good."""
        if self._stands:
            self._stands = ""
            self._console.progress("")
