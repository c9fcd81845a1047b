"""One kept window per screen: shows the frozen picture and turns mouse and keys into a selection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QScreen,
)
from PySide6.QtWidgets import QWidget

from kireji.core.geometry import Rect, ScreenImage
from kireji.ui.overlay.frame import Frame
from kireji.ui.overlay.keyboard import key_pressed, key_released
from kireji.ui.overlay.marks import (
    REACH,
    Marks,
    dimming,
    hint_box,
    paint_hint,
)
from kireji.ui.overlay.platforms import covers_as_full_screen, window_flags
from kireji.ui.overlay.selection import Handle, Point, Selection, to_image
from kireji.ui.shadow import paint_shadow, shadow_region
from kireji.ui.theme import Theme

HINT = "Drag to cut out  ·  Arrow keys and Enter  ·  Enter: whole screen  ·  Esc: close"

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


class OverlayWindow(QWidget):
    """Covers one screen with its frozen picture.

    Made once and kept hidden between captures: creating a native window costs more than the whole capture.

    Args:
        screen: Which one.
        theme: Size of text.
    """

    changed = Signal(object)
    """The selection was changed by the person; carries this window."""
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
    painted = Signal(object)
    """The picture is painted for the first time since `open`; carries this window."""

    def __init__(self, screen: QScreen, theme: Theme) -> None:
        super().__init__(None, window_flags())
        self._screen = screen
        self._theme = theme
        self._frame: Frame | None = None
        self._selection = Selection(1, 1)
        self._shown: QRegion = QRegion()
        self._locked = False
        self._active = False
        self._unpainted = False
        self._lens = False
        self._shadows: tuple[QRect, ...] = ()
        for attribute in (Qt.WidgetAttribute.WA_OpaquePaintEvent, Qt.WidgetAttribute.WA_NoSystemBackground):
            self.setAttribute(attribute)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setWindowTitle("Kireji: choose what to ask about")
        self.setAccessibleName("Frozen screen")
        self.setAccessibleDescription(HINT)
        self.setGeometry(screen.geometry())
        self.winId()
        self.windowHandle().setScreen(screen)

    # Opening and closing.

    def open(self, picture: ScreenImage, *, active: bool) -> None:
        """Show a frozen picture.

        Args:
            picture: Held until `close_frame`.
            active: This window takes the keys.
        """
        self._frame = Frame(picture)
        self._selection = Selection(picture.width, picture.height)
        if active:
            self._selection = self._selection.moved(self._point(QPointF(self.mapFromGlobal(self.cursor().pos()))))
        self._locked, self._active, self._unpainted, self._lens = False, active, True, False
        self._shadows, self._shown = (), QRegion()
        self.setCursor(Qt.CursorShape.CrossCursor)
        if self.geometry() != self._screen.geometry():
            self.setGeometry(self._screen.geometry())
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

    def close_frame(self) -> None:
        """Hide, and let the picture go."""
        self.hide()
        self._frame = None
        self._selection = Selection(1, 1)
        self._shadows, self._shown = (), QRegion()

    # What is selected.

    @property
    def selection(self) -> Selection:
        """The state of the selection."""
        return self._selection

    @property
    def picture(self) -> ScreenImage | None:
        """The frozen picture; None while closed."""
        return self._frame.screen if self._frame else None

    @property
    def frame(self) -> Frame | None:
        """The same, for reading pixels."""
        return self._frame

    @property
    def area(self) -> Rect | None:
        """What is selected, in this window's coordinates."""
        return self._marks().area

    @property
    def locked(self) -> bool:
        """The selection stays as it is: its question is being answered."""
        return self._locked

    def lock(self, on: bool) -> None:
        """Keep the selection as it is while its question is being answered."""
        self._locked = on
        self.setCursor(Qt.CursorShape.ArrowCursor if on else Qt.CursorShape.CrossCursor)
        self.take(self._selection, tell=False)

    def set_active(self, on: bool) -> None:
        """Whether hint and magnifier are shown here."""
        self._active = on
        self._lens = self._lens and on
        self.take(self._selection, tell=False)
        self.update(self._hint_box())

    def clear(self) -> None:
        """Select nothing."""
        self.take(self._selection.cleared(), tell=False)

    def cast_shadows(self, panels: tuple[QRect, ...]) -> None:
        """Which panels float here, so that their shadows are painted."""
        for panel in set(self._shadows) ^ set(panels):
            self.update(shadow_region(panel))
        self._shadows = panels

    def take(self, selection: Selection, *, tell: bool) -> None:
        """Go over to a new state and repaint what that changes.

        Args:
            selection: The new state.
            tell: The person did it: `changed` is emitted.
        """
        old = self._marks()
        had_hint = self._has_hint()
        self._selection = selection
        new = self._marks()
        dirty = self._shown + new.region()
        before, after = old.area, new.area
        if before != after:
            dirty += QRegion(_qrect(before)).xored(QRegion(_qrect(after)))
        self._shown = new.region()
        if had_hint != self._has_hint():
            dirty += QRegion(self._hint_box())
        if self._frame is not None:
            self.update(dirty)
            if tell:
                self.changed.emit(self)

    def take_by_keys(self, selection: Selection) -> None:
        """The keys changed it: the magnifier shows where."""
        self._lens = True
        self.take(selection, tell=True)

    def _marks(self) -> Marks:
        selection = self._selection
        picking = not self._locked and (selection.held or selection.keyed or not selection.settled)
        return Marks(
            selection,
            (max(1, self.width()), max(1, self.height())),
            self._theme.scale,
            self.font(),
            lens=self._lens and picking and self._active,
            handles=selection.settled and not self._locked,
            rtl=self.layoutDirection() == Qt.LayoutDirection.RightToLeft,
        )

    def _has_hint(self) -> bool:
        return self._active and self._selection.rect is None and not self._unpainted

    def _hint_box(self) -> QRect:
        return hint_box(HINT, self.font(), self._theme.scale, (self.width(), self.height()))

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        frame = self._frame
        if frame is None:
            return
        painter = QPainter(self)
        self._paint_frame(painter, frame, event.region())
        if self._unpainted:
            # Labels and magnifier need fonts and shapes; they follow with the next painting.
            self._unpainted = False
            painter.end()
            self.painted.emit(self)
            return
        for panel in self._shadows:
            if event.region().intersects(shadow_region(panel)):
                paint_shadow(painter, panel)
        self._marks().paint(painter, frame, event.region())
        if self._has_hint() and event.region().intersects(self._hint_box()):
            paint_hint(painter, HINT, self.font(), self._theme.scale, self._hint_box())
        painter.end()

    def _paint_frame(self, painter: QPainter, frame: Frame, region: QRegion) -> None:
        """One pixel of the picture on one pixel of the screen, whatever the window's scale."""
        across, down = self.width() / frame.size[0], self.height() / frame.size[1]
        whole = QRect(0, 0, *frame.size)
        painter.save()
        painter.scale(across, down)
        for rect in cast("Iterable[QRect]", region):  # the stub does not know that it can be iterated over
            left, top = int(rect.left() / across), int(rect.top() / down)
            outer = QRectF(
                left, top, (rect.right() + 1) / across - left, (rect.bottom() + 1) / down - top
            ).toAlignedRect()
            frame.draw(painter, outer.intersected(whole), self._selection.rect, dimming())
        painter.restore()

    def show_marks(self) -> None:
        """After the first painting: show hint and magnifier."""
        self._lens = self._active
        self.take(self._selection, tell=False)
        self.update(self._hint_box())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update()

    def focusInEvent(self, _event: QFocusEvent) -> None:
        """Nothing looks different; QWidget would paint the whole screen again."""

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        """The same."""

    # The mouse.

    def _point(self, position: QPointF) -> Point:
        size = max(1, self.width()), max(1, self.height())
        return to_image(position.x(), position.y(), widget=size, image=(self._selection.width, self._selection.height))

    def _reach(self) -> float:
        return REACH * self._selection.width / max(1, self.width())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self._locked or self._frame is None:
            return
        self.pressed.emit(self)
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._lens = True
        self.take(self._selection.pressed(self._point(event.position()), self._reach()), tell=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._locked or self._frame is None:
            return
        if not self._active and not self._selection.held:
            self.entered.emit(self)
        self._lens = True
        self.take(self._selection.moved(self._point(event.position())), tell=self._selection.held)
        self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._selection.held:
            self.take(self._selection.released(), tell=True)
            self._show_cursor()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self._selection.held:
            self._lens = False
            self.take(self._selection, tell=False)

    def _show_cursor(self) -> None:
        selection, shape = self._selection, Qt.CursorShape.CrossCursor
        handle = selection.handle or (None if selection.held else selection.handle_at(selection.cursor, self._reach()))
        if handle is not None:
            shape = _CURSORS[handle]
        elif selection.settled and selection.contains(selection.cursor):
            shape = Qt.CursorShape.SizeAllCursor
        if self.cursor().shape() is not shape:
            self.setCursor(shape)

    # The keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not key_pressed(self, event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        key_released(self, event)
        super().keyReleaseEvent(event)


def _qrect(rect: Rect | None) -> QRect:
    return QRect() if rect is None else QRect(rect.x, rect.y, rect.width, rect.height)
