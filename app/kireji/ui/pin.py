"""A picture that stays on the screen, over other windows, where it was cut out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QDialog, QMenu

from kireji.ui.theme import Theme
from kireji.ui.tokens import DARK, SPACE, TYPE_SMALL
from kireji.ui.translation import tr

BORDER = 1
"""Around the picture, in logical pixels: a picture of a light page on a light page would not be seen."""
_LEAST_ZOOM, _MOST_ZOOM = 0.1, 16.0
_LEAST_SIDE, _MOST_SIDE = 24.0, 8000.0
"""Of the window, in logical pixels."""
_STEP = 1.1
_OPACITIES = (100, 80, 60, 40)
_NOTE_MS = 1600
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class PinnedPicture(QDialog):
    """A window without a frame that shows a picture at its real size.

    Dragging and the arrow keys move it, the wheel, + and - zoom, 0 brings it back to its size, Ctrl+C copies, Esc and
    a double click close. A dialog by its type, so that it is hidden before a capture like all our windows.

    Args:
        picture: In pixels of the screen.
        at: Where its left top corner lies, in the desktop's logical coordinates.
        theme: Colours.
    """

    copied = Signal(object)
    """Its `QImage` shall go to the clipboard."""
    save_clicked = Signal(object)
    """Its `QImage` shall become a file."""
    closed = Signal(object)
    """It goes away; carries this window."""

    def __init__(self, picture: QImage, at: QPoint, theme: Theme) -> None:
        flags = Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.Tool
        super().__init__(None, flags)
        self._picture = picture
        self._theme = theme
        self._zoom = 1.0
        self._held: QPoint | None = None
        self._wheel = 0
        self._note = ""
        self._note_timer = QTimer(self)
        self._note_timer.setSingleShot(True)
        self._note_timer.setInterval(_NOTE_MS)
        self._note_timer.timeout.connect(self._forget_note)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # It comes back after a capture without taking the keys from what the person works in.
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setWindowTitle(tr("Pinned picture"))
        self.setAccessibleName(tr("Pinned picture"))
        self.setAccessibleDescription(
            tr(
                "Arrow keys move, plus and minus zoom, Ctrl+C copies, Ctrl+S saves, Esc closes, the menu key shows "
                "more."
            )
        )
        self.move(at - QPoint(BORDER, BORDER))
        self._fit()
        theme.changed.connect(self.update)

    @property
    def picture(self) -> QImage:
        """What it shows, in full resolution."""
        return self._picture

    @property
    def zoom(self) -> float:
        """Pixels of the screen per pixel of the picture."""
        return self._zoom

    def present(self) -> None:
        """Show it with the keyboard."""
        self.show()
        self.raise_()
        self.activateWindow()

    def say(self, sentence: str) -> None:
        """Tell something for a moment, at the bottom of the picture."""
        self._note = sentence
        self._note_timer.start()
        self.update()

    def _forget_note(self) -> None:
        self._note = ""
        self.update()

    # Size.

    def set_zoom(self, zoom: float, around: QPointF | None = None) -> None:
        """Show it larger or smaller.

        Args:
            zoom: 1 shows it pixel by pixel; kept within what a screen can show.
            around: What stays in its place, in this window's coordinates; its middle when None.
        """
        least, most = self._zoom_limits()
        zoom = min(max(zoom, least), most)
        if around is None:
            around = QPointF(self.width() / 2, self.height() / 2)
        before = self.size()
        self._zoom = zoom
        wanted = self._wanted_size()
        shift = QPointF(
            around.x() * (1 - wanted.width() / max(1, before.width())),
            around.y() * (1 - wanted.height() / max(1, before.height())),
        )
        # Before the size: the window manager sees one change of place and size.
        self.setGeometry(self.x() + round(shift.x()), self.y() + round(shift.y()), wanted.width(), wanted.height())
        self.say(f"{zoom * 100:.0f} %")

    def _zoom_limits(self) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        long_side = max(self._picture.width(), self._picture.height(), 1) / ratio
        least = min(1.0, max(_LEAST_ZOOM, _LEAST_SIDE / long_side))
        return least, max(1.0, min(_MOST_ZOOM, _MOST_SIDE / long_side))

    def _wanted_size(self) -> QSize:
        scale = self._zoom / self.devicePixelRatioF()
        width = max(1, round(self._picture.width() * scale)) + 2 * BORDER
        return QSize(width, max(1, round(self._picture.height() * scale)) + 2 * BORDER)

    def _fit(self) -> None:
        self.resize(self._wanted_size())

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._fit()
        return super().event(event)

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._theme.colours
        painter.fillRect(self.rect(), QColor(colours.accent if self.isActiveWindow() else colours.line))
        smaller = self._zoom < 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
        ratio = self.devicePixelRatioF()
        # Its own size, not the window's: that is whole logical pixels, and pixels must meet pixels.
        width, height = self._picture.width() * self._zoom / ratio, self._picture.height() * self._zoom / ratio
        painter.drawImage(QRectF(BORDER, BORDER, width, height), self._picture, QRectF(self._picture.rect()))
        if self._note:
            self._paint_note(painter)
        painter.end()

    def _paint_note(self, painter: QPainter) -> None:
        font = self.font()
        font.setPixelSize(self._theme.px(TYPE_SMALL))
        metrics = QFontMetrics(font)
        room = self.width() - 2 * SPACE[1]
        text = metrics.elidedText(self._note, Qt.TextElideMode.ElideRight, room - 2 * SPACE[1])
        width, height = metrics.horizontalAdvance(text) + 2 * SPACE[1], metrics.height() + SPACE[0]
        box = QRectF((self.width() - width) / 2, self.height() - height - SPACE[1], width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(DARK.surface))
        painter.drawRoundedRect(box, SPACE[0], SPACE[0])
        painter.setPen(QColor(DARK.ink))
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange:
            self.update()

    # The mouse.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        handle = self.windowHandle()
        # A Wayland client does not know where its windows are; the compositor moves them.
        if QGuiApplication.platformName().startswith("wayland") and handle.startSystemMove():
            return
        self._held = event.globalPosition().toPoint() - self.pos()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self.move(event.globalPosition().toPoint() - self._held)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._held = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.close()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Touchpads send many small turns; a notch of a wheel is 120.
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / 120)
        if notches:
            self._wheel -= notches * 120
            self.set_zoom(self._stepped(notches), event.position())
        event.accept()

    def _stepped(self, notches: int) -> float:
        """So many steps from the present zoom; a step does not jump over 100 %."""
        zoom = self._zoom * _STEP**notches
        crosses = (self._zoom < 0.999 and zoom > 1) or (self._zoom > 1.001 and zoom < 1)
        return 1.0 if crosses or abs(zoom - 1) < 0.01 else zoom

    # The keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Escape:
            self.close()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.matches(QKeySequence.StandardKey.Save):
            self._save()
        elif key in _ARROWS:
            step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self.move(self.pos() + QPoint(*_ARROWS[key]) * step)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.set_zoom(self._stepped(1))
        elif key is Qt.Key.Key_Minus:
            self.set_zoom(self._stepped(-1))
        elif key is Qt.Key.Key_0:
            self.set_zoom(1.0)
        else:
            event.ignore()

    # What can be done with it.

    def _copy(self) -> None:
        self.say(tr("Copied"))
        self.copied.emit(self._picture)

    def _save(self) -> None:
        self.save_clicked.emit(self._picture)

    def _actual_size(self) -> None:
        self.set_zoom(1.0)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def menu(self) -> QMenu:
        """What the right mouse button and the menu key show; it goes away by itself."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        _add(menu, tr("Copy"), self._copy, "Ctrl+C")
        _add(menu, tr("Save"), self._save, "Ctrl+S")
        menu.addSeparator()
        _add(menu, tr("Actual size"), self._actual_size, "0")
        opacity = menu.addMenu(tr("Opacity"))
        group = QActionGroup(opacity)
        group.triggered.connect(self._opacity_chosen)
        for percent in _OPACITIES:
            action = opacity.addAction(f"{percent} %")
            action.setData(percent)
            action.setCheckable(True)
            action.setChecked(round(self.windowOpacity() * 100) == percent)
            group.addAction(action)
        menu.addSeparator()
        _add(menu, tr("Close"), self._close, "Esc")
        return menu

    def _opacity_chosen(self, action: QAction) -> None:
        self.setWindowOpacity(int(action.data()) / 100)

    def _close(self) -> None:
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit(self)


def _add(menu: QMenu, text: str, slot: Callable[[], None], key: str) -> None:
    action = menu.addAction(f"{text}\t{key}")
    action.triggered.connect(slot)
