"""How far something is, on one line of the terminal that is drawn over and over."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from kireji.cli.console import Console

_SHOWN_EVERY = 0.1
"""Seconds between two drawings: what is quicker nobody reads."""
_CELLS = 20


def bar(done: int, total: int) -> str:
    """A bar with its percentage; only the number where nobody knows how much there is."""
    if total <= 0:
        return f"{done:,}"
    part = min(1.0, done / total)
    filled = int(part * _CELLS)
    return f"[{'#' * filled}{'-' * (_CELLS - filled)}] {int(part * 100)} %"


class Line:
    """A line that is taken away when what it is about is over; nothing where nobody looks.

    Args:
        console: Where it stands.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = 0.0
        self._stands = False

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
        if not self._console.notes_are_shown or (time_now < self._next and not now):
            return
        self._next = time_now + _SHOWN_EVERY
        self._stands = True
        self._console.progress(text)

    def clear(self) -> None:
        """Take it away, for a note or for good."""
        if self._stands:
            self._stands = False
            self._console.progress("")
