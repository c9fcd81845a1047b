"""Keys that are commands wherever the keyboard is on the overlay."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from kireji.core.structured.forms import AnswerForm

_FORMS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
FORM_KEYS = {
    AnswerForm.TABLE: Qt.Key.Key_T,
    AnswerForm.FIELDS: Qt.Key.Key_F,
    AnswerForm.TRANSLATION: Qt.Key.Key_L,
    AnswerForm.VERDICT: Qt.Key.Key_K,
    AnswerForm.COMPARISON: Qt.Key.Key_D,
}


def is_command(event: QKeyEvent) -> bool:
    """Whether Alt makes a command of this key; on macOS that key writes letters instead."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return sys.platform != "darwin" and modifiers == Qt.KeyboardModifier.AltModifier


def form_of_key(event: QKeyEvent) -> AnswerForm | None:
    """In which form a key wants the pictures answered: Ctrl (on macOS Command), Shift and a letter; None for others."""
    if event.modifiers() != _FORMS:
        return None
    return next((form for form, key in FORM_KEYS.items() if event.key() == key), None)


def prompt_number(event: QKeyEvent) -> int:
    """Which quick prompt a key chooses, 1 … 9, by Alt (on macOS Command) and a digit; 0 for any other key."""
    apple = sys.platform == "darwin" and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    number = event.key() - Qt.Key.Key_0.value
    return number if (apple or is_command(event)) and 1 <= number <= 9 else 0
