"""Keys that mean the same on every panel of the overlay."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def press_focused_button(panel: QWidget, event: QKeyEvent) -> bool:
    """Enter presses the button that has the focus, which Qt does in dialogs only; False when there is none."""
    button = panel.focusWidget()
    if event.key() not in ENTER or not isinstance(button, QPushButton) or not button.hasFocus():
        return False
    button.click()
    return True


def prompt_number(event: QKeyEvent) -> int:
    """Which quick prompt Alt and a digit choose, 1 … 9; 0 for any other key."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    number = event.key() - Qt.Key.Key_0.value
    return number if modifiers == Qt.KeyboardModifier.AltModifier and 1 <= number <= 9 else 0
