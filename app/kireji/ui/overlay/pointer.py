"""What the mouse does on the frozen screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent

from kireji.ui.overlay.selection import Handle, Mode

if TYPE_CHECKING:  # the window loads this module
    from kireji.ui.overlay.window import OverlayWindow

_CLICK = 3
"""How far a click may slip, in logical pixels, where a click picks a window."""

_CURSORS = {
    Handle.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Handle.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Handle.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Handle.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
    Handle.TOP: Qt.CursorShape.SizeVerCursor,
    Handle.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Handle.LEFT: Qt.CursorShape.SizeHorCursor,
    Handle.RIGHT: Qt.CursorShape.SizeHorCursor,
}


def mouse_pressed(window: OverlayWindow, event: QMouseEvent) -> None:
    """Draw with the chosen tool, take a handle or the inside, or begin a rectangle."""
    window.pressed.emit(window)
    window.setFocus(Qt.FocusReason.MouseFocusReason)
    point = window.point_at(event.position())
    if window.drawing.pressed(point, window.selection):
        return
    window.show_lens()
    window.take(window.selection.pressed(point, window.reach()), tell=True)


def mouse_moved(window: OverlayWindow, event: QMouseEvent) -> None:
    """Follow the pointer."""
    selection, point = window.selection, window.point_at(event.position())
    if window.drawing.moved(point, constrain=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)):
        return
    if selection.held and not event.buttons():
        # Its release went elsewhere: to a menu that came up, or to a panel that was put away under the pointer.
        window.take(selection.released(), tell=True)
        selection = window.selection
    if not window.active and not selection.held:
        window.entered.emit(window)
    window.show_lens()
    window.take(window.selection.moved(point), tell=selection.held)
    if not selection.held:
        window.offer_at(point)
    show_cursor(window)


def mouse_released(window: OverlayWindow, event: QMouseEvent) -> None:
    """End what the press began; a click that dragged nothing takes the window under it."""
    if window.drawing.released(window.point_at(event.position())):
        return
    selection = window.selection
    if not selection.held:
        return
    spot = window.spot_under_pointer() if selection.before is None else None
    if spot is not None and selection.clicked(_CLICK / window.unit):
        window.take(selection.taken(spot.rect), tell=True)
    else:
        window.take(selection.released(), tell=True)
    show_cursor(window)


def show_cursor(window: OverlayWindow) -> None:
    """The pointer's shape says what a press would do."""
    selection, shape = window.selection, Qt.CursorShape.CrossCursor
    inside = selection.contains(selection.cursor)
    handle = selection.handle or (None if selection.held else selection.handle_at(selection.cursor, window.reach()))
    if window.drawing.tool is not None and inside and not selection.held:
        pass
    elif handle is not None:
        shape = _CURSORS[handle]
    elif selection.mode is Mode.MOVING or (selection.settled and inside and selection.rect != selection.whole):
        shape = Qt.CursorShape.SizeAllCursor
    if window.cursor().shape() is not shape:
        window.setCursor(shape)
