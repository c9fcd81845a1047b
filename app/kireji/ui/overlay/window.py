"""One kept window per screen: shows the frozen picture and turns mouse and keys into a selection."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent

from kireji.core.geometry import Rect, ScreenImage
from kireji.ui.overlay.frame import Frame
from kireji.ui.overlay.frozen import FrozenScreen
from kireji.ui.overlay.keyboard import key_pressed, key_released
from kireji.ui.overlay.marks import REACH
from kireji.ui.overlay.offer import Offer
from kireji.ui.overlay.platforms import covers_as_full_screen
from kireji.ui.overlay.pointer import mouse_moved, mouse_pressed, mouse_released
from kireji.ui.overlay.selection import Mode, Point, Selection, to_image


class OverlayWindow(FrozenScreen):
    """Covers one screen with its frozen picture.

    Made once and kept hidden between captures: creating a native window costs more than the whole capture.

    Args:
        screen: Which one.
        theme: Size of text.
    """

    pressed = Signal(object)
    """A mouse button went down here; carries this window."""
    entered = Signal(object)
    """The pointer came here from another screen; carries this window."""
    confirmed = Signal(object)
    """Enter, with something selected; carries this window."""
    dismissed = Signal()
    """Esc."""
    next_screen = Signal(object)
    """The keys want to go on to another screen; carries this window."""
    command = Signal(object)
    """A key for the tool bar: "copy", "copy text" or "save"."""
    undo_asked = Signal()
    """Ctrl+Z."""
    redo_asked = Signal()
    """Ctrl+Y."""
    help_asked = Signal()
    """F1."""
    picking_asked = Signal()
    """Windows shall be offered."""

    # Opening and closing.

    def open(self, picture: ScreenImage, *, active: bool, selected: Rect | None = None, offer: bool = False) -> None:
        """Show a frozen picture.

        Args:
            picture: Held until `close_frame`.
            active: This window takes the keys.
            selected: What is selected to begin with, in pixels of the picture.
            offer: Windows are offered, as soon as they are known.
        """
        self._frame = Frame(picture)
        self._selection = Selection(picture.width, picture.height, rect=selected)
        self._offer, self._kept, self._span = Offer(on=offer), (), ""
        if self.geometry() != self._screen.geometry():
            self.setGeometry(self._screen.geometry())
        self._measure()
        if active:
            self._selection = self._selection.moved(self.point_at(QPointF(self.mapFromGlobal(self.cursor().pos()))))
        self._locked, self._active, self._unpainted, self._lens = False, active, True, False
        self._shadows, self._seen, self._hint, self._sentence = (), None, ("", QRect()), ""
        self.drawing.reset()
        self.setCursor(Qt.CursorShape.CrossCursor)
        if covers_as_full_screen():
            self.showFullScreen()
        else:
            self.show()
        if active:
            self.take_keys()

    def take_keys(self) -> None:
        """Come to the front with the keyboard."""
        self.raise_()
        self.activateWindow()
        if self.focusWidget() in (None, self):
            self.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def follow_screen(self) -> None:
        """Its screen lies elsewhere now."""
        self.setGeometry(self._screen.geometry())

    def close_frame(self) -> None:
        """Hide, and let the picture go."""
        self.hide()
        self._frame = None
        self._selection = Selection(1, 1)
        self._shadows, self._seen = (), None
        self._offer, self._kept = Offer(), ()
        self.drawing.reset()
        if self.has_boxes:
            self.boxes.show(())

    def pick_windows(self) -> None:
        """W: offer windows instead of a free region; what was selected is let go."""
        self.picking_asked.emit()

    # Mouse and keys; what they do is in `pointer` and `keyboard`.

    def point_at(self, position: QPointF) -> Point:
        """A place of this window in pixels of the picture."""
        image = self._selection.width, self._selection.height
        size = image[0] * self._unit[0], image[1] * self._unit[1]
        return to_image(position.x(), position.y(), widget=size, image=image)

    def _is_taken(self, place: QPoint) -> bool:
        point = self.point_at(QPointF(place))
        return super()._is_taken(place) or self._selection.handle_at(point, self.reach()) is not None

    def reach(self) -> float:
        """How far from a handle the pointer still takes it, in pixels of the picture."""
        return REACH / self.unit

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and not self._locked and self._frame is not None:
            mouse_pressed(self, event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._locked and self._frame is not None:
            mouse_moved(self, event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._frame is not None:
            mouse_released(self, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer may come here without moving, when the window appears under it."""
        super().enterEvent(event)
        selection = self._selection
        if selection.mode is Mode.IDLE and not (selection.keyed or self._unpainted or self._locked):
            point = self.point_at(event.position())
            self.take(selection.moved(point), tell=False)
            self.offer_at(point)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self._selection.held:
            self._lens = False
            self._refresh()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from window to window while these are offered; from button to button otherwise."""
        if self.hasFocus() and self.drawing.go_round(forward):
            return True
        return not self.offering and super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not key_pressed(self, event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        key_released(self, event)
        super().keyReleaseEvent(event)
