"""Keeps our own windows out of the picture."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QWidget

_SETTLE_SECONDS = 0.18
"""How long a desktop takes to repaint what was under a window; there is no event that says so."""


class Curtain:
    """Hides our visible windows before a capture and brings them back after it.

    Args:
        lifted: Called after every capture, when the desktop is as it was.
    """

    def __init__(self, lifted: Callable[[], None]) -> None:
        self._lifted = lifted
        self._hidden: list[QWidget] = []

    async def hide(self) -> None:
        """Hide what is visible and wait until the desktop has repainted; returns at once when nothing was visible."""
        self._hidden = [window for window in QApplication.topLevelWidgets() if _on_screen(window)]
        for window in self._hidden:
            window.hide()
        if self._hidden:
            await asyncio.sleep(_SETTLE_SECONDS)

    def restore(self) -> None:
        """Show again what `hide` hid, without taking the focus from what the person works in."""
        hidden, self._hidden = self._hidden, []
        for window in hidden:
            window.show()
        self._lifted()

    def forget(self) -> None:
        """The program ends: nothing is to come back."""
        self._hidden = []


def _on_screen(window: QWidget) -> bool:
    # Other top-level widgets are none of the person's windows: an embedded tray icon is one of them.
    return isinstance(window, QMainWindow | QDialog) and window.isVisible() and not window.isMinimized()
