"""Keeps a press that was meant for something else from answering a question that has just come up under it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

SECONDS = 0.4
"""How long a question must have stood where it stands before it takes an answer."""
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Select)


class Guard(QObject):
    """Swallows presses on buttons as long as their surface is new where it stands.

    Args:
        surface: What appears and moves.
        clock: Seconds from some moment on.
    """

    _surface: QWidget | None = None  # Qt asks once more while the object is already taken apart
    _parent: QWidget | None = None

    def __init__(self, surface: QWidget, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(surface)
        self._surface = surface
        self._clock = clock
        self._since = clock()
        surface.installEventFilter(self)
        self._follow()

    def cover(self, *buttons: QAbstractButton) -> None:
        """Guard these."""
        for each in buttons:
            each.installEventFilter(self)

    @property
    def ripe(self) -> bool:
        """Whether an answer is taken."""
        return self._clock() - self._since >= SECONDS

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._surface or watched is self._parent:
            if kind in (QEvent.Type.Show, QEvent.Type.Move):
                self._since = self._clock()
            elif kind == QEvent.Type.ParentChange:
                self._follow()
            return False
        pressed = kind in _PRESSES or (isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress and _acts(event))
        return pressed and not self.ripe

    def _follow(self) -> None:
        """What it stands on may move, too."""
        parent = self._surface.parentWidget() if self._surface is not None else None
        if parent is not self._parent:
            if self._parent is not None:
                self._parent.removeEventFilter(self)
            self._parent = parent
            if parent is not None:
                parent.installEventFilter(self)


def _acts(event: QKeyEvent) -> bool:
    return event.key() in _KEYS
