"""What the keys do on the frozen screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from kireji.ui.overlay.keys import ARROWS, ENTER, TABS, jump_of
from kireji.ui.overlay.picking import Part, jump
from kireji.ui.overlay.selection import Mode

if TYPE_CHECKING:  # the window loads this module
    from kireji.ui.overlay.window import OverlayWindow


def key_pressed(window: OverlayWindow, event: QKeyEvent) -> bool:
    """Act on a key; False when it means nothing here."""
    if window.frame is not None and not window.locked and window.drawing.key(event, window.selection):
        return True
    key = Qt.Key(event.key())
    if key is Qt.Key.Key_Escape:
        window.dismissed.emit()
        return True
    if key is Qt.Key.Key_F1 or event.text() == "?":
        window.help_asked.emit()
        return True
    if key is Qt.Key.Key_H and window.has_boxes and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        window.boxes.focus()
        return True
    if window.frame is None or window.locked:
        return False
    return _motion(window, key, event) or _command(window, key, event)


def key_released(window: OverlayWindow, event: QKeyEvent) -> None:
    """Space carries the rectangle only while it is held."""
    if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
        window.take(window.selection.carrying(on=False), tell=False)


def _motion(window: OverlayWindow, key: Qt.Key, event: QKeyEvent) -> bool:
    """Keys that move, grow and pick."""
    modifiers = event.modifiers()
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    if key in ARROWS:
        _arrow(window, ARROWS[key], event)
    elif (direction := jump_of(event)) is not None:
        _jump(window, direction, event)
    elif key in TABS and control:
        window.next_screen.emit(window)
    elif key in TABS and window.offering:
        window.offer_next(1 if key is Qt.Key.Key_Tab else -1)
    elif key in ENTER:
        _enter(window)
    elif key is Qt.Key.Key_Space:
        if not event.isAutoRepeat():
            _space(window)
    elif key is Qt.Key.Key_W and not control:
        window.pick_windows()
    else:
        return False
    return True


def _command(window: OverlayWindow, key: Qt.Key, event: QKeyEvent) -> bool:
    """Keys of the whole selection."""
    modifiers = event.modifiers()
    if not modifiers & Qt.KeyboardModifier.ControlModifier:
        return False
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    if key is Qt.Key.Key_A:
        window.take(window.selection.all(), tell=True)
    elif key is Qt.Key.Key_C:
        window.command.emit("copy text" if shift else "copy")
    elif key is Qt.Key.Key_S:
        window.command.emit("save as" if shift else "save")
    elif key is Qt.Key.Key_Y or (key is Qt.Key.Key_Z and shift):
        window.redo_asked.emit()
    elif key is Qt.Key.Key_Z:
        window.undo_asked.emit()
    else:
        return False
    return True


def _part(modifiers: Qt.KeyboardModifier) -> Part:
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return Part.BEFORE
    return Part.AFTER if modifiers & Qt.KeyboardModifier.ControlModifier else Part.ALL


def _arrow(window: OverlayWindow, direction: tuple[int, int], event: QKeyEvent) -> None:
    part, selection = _part(event.modifiers()), window.selection
    if window.offering and part is Part.ALL:
        window.offer_towards(direction)
        return
    step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
    if part is not Part.ALL and not selection.settled:
        part, step = Part.ALL, step * 100  # across a large screen in a few presses
    _move(window, part, (direction[0] * step, direction[1] * step), held=event.isAutoRepeat())


def _jump(window: OverlayWindow, direction: tuple[int, int], event: QKeyEvent) -> None:
    part = _part(event.modifiers()) if window.selection.settled else Part.ALL
    _move(window, part, jump(window.selection, window.spots, direction, part), held=event.isAutoRepeat())


def _move(window: OverlayWindow, part: Part, by: tuple[int, int], *, held: bool) -> None:
    selection = window.selection
    change = {Part.ALL: selection.nudged, Part.AFTER: selection.grown, Part.BEFORE: selection.grown_before}[part]
    window.show_lens()
    window.take(change(*by), tell=True, held=held)


def _enter(window: OverlayWindow) -> None:
    selection = window.selection
    if selection.settled:
        window.confirmed.emit(window)
    elif window.offering and (spot := window.offered) is not None:
        window.take(selection.taken(spot.rect), tell=True)
    else:
        window.take(selection.confirmed(), tell=True)


def _space(window: OverlayWindow) -> None:
    selection = window.selection
    if selection.held:
        window.take(selection.carrying(on=True), tell=False)
    elif window.offering and selection.mode is Mode.IDLE:
        _enter(window)
    else:
        window.take(selection.marked(), tell=True)
