"""Keys that mean the same on every panel of the overlay, and those that go on to the selection under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

if TYPE_CHECKING:
    from kireji.ui.overlay.forms.result_view import ResultView

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
TABS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_JUMPS = {Qt.Key.Key_Home: -1, Qt.Key.Key_End: 1}


def jump_of(event: QKeyEvent) -> tuple[int, int] | None:
    """Which way a key jumps to the next edge: Home and End left and right, with Shift up and down.

    Not Ctrl+Alt with the arrow keys, since many desktops change the workspace with these, and not the page keys, since
    they bring back earlier questions.
    """
    way = _JUMPS.get(Qt.Key(event.key()))
    if way is None:
        return None
    return (0, way) if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else (way, 0)


def is_for_the_selection(event: QKeyEvent) -> bool:
    """Whether a key that does nothing in an empty field changes the selection under it."""
    if event.key() in ARROWS or event.key() in _JUMPS:
        return True
    letters = (Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_S, Qt.Key.Key_Y, Qt.Key.Key_Z, *TABS)
    return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier) and event.key() in letters


def result_key(result: ResultView, event: QKeyEvent) -> bool:
    """Ctrl+C takes a result along, Space shows what lies under it; False for other keys."""
    if event.key() == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
        return result.copy()
    if event.key() == Qt.Key.Key_Space and not event.modifiers():
        return event.isAutoRepeat() or result.toggle()
    return False


def unfolds(event: QKeyEvent) -> bool:
    """Whether a key brings back the field of a folded card: Enter, or what can be written."""
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return not held and (event.key() in ENTER or (event.text().isprintable() and bool(event.text())))


def press_focused_button(panel: QWidget, event: QKeyEvent) -> bool:
    """Enter presses the button that has the focus, which Qt does in dialogs only; False when there is none."""
    button = panel.focusWidget()
    if event.key() not in ENTER or not isinstance(button, QPushButton) or not button.hasFocus():
        return False
    button.click()
    return True


class KeysToField(QObject):
    """Gives the keys that a panel gets to its field, while that is shown; unlike a focus proxy it leaves the order of
    Tab alone.

    Args:
        panel: As usual in Qt.
        field: Where the person writes.
    """

    def __init__(self, panel: QWidget, field: QWidget) -> None:
        super().__init__(panel)
        self._panel = panel
        self._field = field

    def eventFilter(self, _panel: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusIn and self._field.isVisibleTo(self._panel):
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        return False
