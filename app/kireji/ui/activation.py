"""Which window the person works in, and bringing one to the front, with the permission that Wayland asks for."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

_TOKEN = "XDG_ACTIVATION_TOKEN"  # noqa: S105 - the name of a variable


def works_in(window: QWidget) -> bool:
    """Whether keys go to a window, or to a dialog that stands over it."""
    active = QApplication.activeWindow()
    while active is not None and active is not window:
        below = active.parentWidget()
        active = below.window() if below is not None else None
    return active is not None


def bring_to_front(window: QWidget, token: str = "") -> None:
    """Show a window, minimised or not, above the others and give it the keyboard.

    Args:
        window: A top-level widget.
        token: Wayland's permission to come to the front, from the program or click that asks for it; empty elsewhere.
    """
    if token:
        # Qt takes the activation token from here and nowhere else (qtbase, qwaylandxdgshell.cpp).
        os.environ[_TOKEN] = token
    if window.isMinimized():
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
    os.environ.pop(_TOKEN, None)  # it serves once, and what this program starts must not get it
