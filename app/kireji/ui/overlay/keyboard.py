"""What the keys do on the frozen screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from kireji.ui.overlay.keys import ENTER

if TYPE_CHECKING:  # the window loads this module
    from kireji.ui.overlay.window import OverlayWindow

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


def key_pressed(window: OverlayWindow, event: QKeyEvent) -> bool:
    """Act on a key; False when it means nothing here."""
    key = Qt.Key(event.key())
    if key is Qt.Key.Key_Escape:
        window.dismissed.emit()
        return True
    if window.frame is None or window.locked:
        return False
    return _key(window, key, event.modifiers(), event.isAutoRepeat())


def key_released(window: OverlayWindow, event: QKeyEvent) -> None:
    """Space carries the rectangle only while it is held."""
    if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
        window.take(window.selection.carrying(on=False), tell=False)


def _key(window: OverlayWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier, repeated: bool) -> bool:
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    if key in _ARROWS:
        _arrow(window, _ARROWS[key], modifiers)
    elif key in ENTER:
        _enter(window)
    elif key is Qt.Key.Key_Space:
        if not repeated:
            _space(window)
    elif control and key is Qt.Key.Key_A:
        window.take(window.selection.all(), tell=True)
    elif control and key is Qt.Key.Key_C:
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        window.command.emit("copy text" if shift else "copy")
    elif control and key is Qt.Key.Key_S:
        window.command.emit("save")
    elif control and key is Qt.Key.Key_Tab:
        window.next_screen.emit(window)
    else:
        return False
    return True


def _arrow(window: OverlayWindow, direction: tuple[int, int], modifiers: Qt.KeyboardModifier) -> None:
    step = 10 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
    selection = window.selection
    if selection.settled and (control or alt):
        change = selection.grown_before if alt else selection.grown
        window.take(change(direction[0] * step, direction[1] * step), tell=True)
        return
    if control:
        step *= 100  # across a large screen in a few presses
    window.take_by_keys(selection.nudged(direction[0] * step, direction[1] * step))


def _enter(window: OverlayWindow) -> None:
    if window.selection.settled:
        window.confirmed.emit(window)
    else:
        window.take(window.selection.confirmed(), tell=True)


def _space(window: OverlayWindow) -> None:
    selection = window.selection
    if selection.held:
        window.take(selection.carrying(on=True), tell=False)
    else:
        window.take(selection.marked(), tell=True)
