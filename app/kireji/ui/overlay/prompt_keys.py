"""Keys that are commands wherever the keyboard is on the overlay."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


def is_command(event: QKeyEvent) -> bool:
    """Whether Alt makes a command of this key; on macOS that key writes letters instead."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return sys.platform != "darwin" and modifiers == Qt.KeyboardModifier.AltModifier


def prompt_number(event: QKeyEvent) -> int:
    """Which quick prompt a key chooses, 1 … 9, by Alt (on macOS Command) and a digit; 0 for any other key."""
    apple = sys.platform == "darwin" and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    number = event.key() - Qt.Key.Key_0.value
    return number if (apple or is_command(event)) and 1 <= number <= 9 else 0
