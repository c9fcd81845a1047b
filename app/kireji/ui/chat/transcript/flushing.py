"""When words that have arrived are shown: the first at once, later ones gathered."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

FLUSH_MILLISECONDS = 40
_SHARE = 4
"""Showing words may take one part in this many of the time."""
_SLOWEST = 1000


class Flushing(QObject):
    """Calls a function some milliseconds after it was first wanted, later when that function takes long.

    Args:
        flush: Shows what has arrived.
        parent: As usual in Qt.

    Attributes:
        wanted: Whether something waits to be shown.
    """

    def __init__(self, flush: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._flush = flush
        self._cost = 0
        self.wanted = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.now)

    def want(self) -> None:
        """There is something to show."""
        if not self.wanted:
            self.wanted = True
            self._timer.start(min(_SLOWEST, max(FLUSH_MILLISECONDS, self._cost * _SHARE)))

    def now(self) -> None:
        """Show it now."""
        self.stop()
        begun = time.monotonic()
        self._flush()
        self._cost = round((time.monotonic() - begun) * 1000)

    def stop(self) -> None:
        """There is nothing to show any more."""
        self._timer.stop()
        self.wanted = False
