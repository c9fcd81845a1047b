"""The seconds before a capture, in a corner of the screen, where they close no menu and take no key."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QScreen,
)
from PySide6.QtWidgets import QWidget

from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_LABEL, TYPE_SMALL, TYPE_TITLE
from kireji.ui.translation import mark, tr

_TICK = 100
_EDGE = 44
"""Of the ring, in logical pixels."""
_WORDS = mark("Capturing soon")
_HOW = mark("Open what you want to show. Click here to cancel.")


class Countdown(QWidget):
    """Shows how long it is until the screens are frozen; a click on it cancels.

    No window manager sees it and it never gets the keyboard, so that a menu which is open somewhere stays open.

    Args:
        theme: Colours and text size.
    """

    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        flags = Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
        flags |= Qt.WindowType.WindowDoesNotAcceptFocus | Qt.WindowType.X11BypassWindowManagerHint
        super().__init__(None, flags)
        self._theme = theme
        self._seconds = 0.0
        self._end = 0.0
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self._tick)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setWindowTitle(tr("Kireji: capturing soon"))
        self.setAccessibleName(tr(_WORDS))
        self.setAccessibleDescription(tr(_HOW))

    @property
    def remaining(self) -> int:
        """Whole seconds that are still to come, the present one included."""
        return max(1, math.ceil(self._end - time.monotonic()))

    def begin(self, seconds: float) -> None:
        """Count down from now on.

        Args:
            seconds: Until the capture.
        """
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        screen = QGuiApplication.screenAt(QCursor.pos()) or QGuiApplication.primaryScreen()
        self.setGeometry(self._place(screen))
        self.show()
        self.raise_()
        self._timer.start()

    def end(self) -> None:
        """Go away."""
        self._timer.stop()
        self.hide()

    def sizeHint(self) -> QSize:
        words, how = self._fonts()[1:]
        text = max(_width(words, tr(_WORDS)), _width(how, tr(_HOW)))
        edge = self._theme.px(_EDGE)
        return QSize(edge + text + 4 * SPACE[2] - SPACE[1], edge + 2 * SPACE[2])

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.cancelled.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, edge = self._theme.colours, self._theme.px(_EDGE)
        # No corners are cut off: where nothing composes the screen they would be black.
        painter.fillRect(self.rect(), QColor(colours.surface))
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = self.width() - SPACE[2] - edge if mirrored else SPACE[2]
        self._paint_ring(painter, QRectF(left, SPACE[2], edge, edge))
        x = SPACE[2] if mirrored else left + edge + SPACE[2]
        room = QRect(x, SPACE[2], self.width() - edge - 3 * SPACE[2], edge)
        side = Qt.AlignmentFlag.AlignLeading
        words, how = self._fonts()[1:]
        painter.setFont(words)
        painter.setPen(QColor(colours.ink))
        upper = room.adjusted(0, 0, 0, -edge // 2)
        painter.drawText(upper, side | Qt.AlignmentFlag.AlignBottom, tr(_WORDS))
        painter.setFont(how)
        painter.setPen(QColor(colours.muted))
        painter.drawText(room.adjusted(0, edge // 2, 0, 0), side | Qt.AlignmentFlag.AlignTop, tr(_HOW))

    def _paint_ring(self, painter: QPainter, rect: QRectF) -> None:
        colours = self._theme.colours
        ring = rect.adjusted(2, 2, -2, -2)
        painter.setPen(QPen(QColor(colours.line), 3))
        painter.drawEllipse(ring)
        left = max(0.0, self._end - time.monotonic()) / self._seconds if self._seconds else 0.0
        painter.setPen(QPen(QColor(colours.accent), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(ring, 90 * 16, round(360 * 16 * left))
        painter.setFont(self._fonts()[0])
        painter.setPen(QColor(colours.ink))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(self.remaining))

    def _fonts(self) -> tuple[QFont, QFont, QFont]:
        """Of the number, of the words, and of how to cancel."""
        fonts = []
        for size, weight in (
            (TYPE_TITLE, QFont.Weight.DemiBold),
            (TYPE_LABEL, QFont.Weight.DemiBold),
            (TYPE_SMALL, QFont.Weight.Normal),
        ):
            font = QFont(self.font())
            font.setPixelSize(self._theme.px(size))
            font.setWeight(weight)
            fonts.append(font)
        return fonts[0], fonts[1], fonts[2]

    def _place(self, screen: QScreen) -> QRect:
        """Low at the end of the lines, where menus and title bars are rarest."""
        room, size = screen.availableGeometry(), self.sizeHint().boundedTo(screen.availableSize())
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = room.left() + SPACE[4] if mirrored else room.right() + 1 - SPACE[4] - size.width()
        return QRect(max(room.left(), x), room.bottom() + 1 - SPACE[4] - size.height(), size.width(), size.height())

    def _tick(self) -> None:
        self.update()


def _width(font: QFont, text: str) -> int:
    return QFontMetrics(font).horizontalAdvance(text)
