"""One box over a picture, painted as it will be sent; a press undoes it, another hides it again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from kireji.core.covering import Cover
from kireji.core.messages import Sha256
from kireji.ui.covers.words import box_name, caption
from kireji.ui.tokens import DARK, REDACTION
from kireji.ui.translation import tr

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
_KEYS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_DASHES = [3.0, 3.0]


class HiddenBox(QAbstractButton):
    """Solid while it is hidden, a dashed outline while the person wants it sent.

    What lies below it keeps its mouse where it needs it: a drag that begins on a box is one of the host's.

    Args:
        picture: In which picture it is.
        cover: What is under it, and where.
        passes: Whether a press at a place of the host belongs to the host.
        host: What it lies on.
    """

    pointed = Signal()
    """Pointer or keyboard are on it now, or no longer, or it says something else."""
    stepped = Signal(object)
    """The keyboard goes on to the box before (-1) or behind (1)."""
    left = Signal()
    """Esc: the keyboard goes back to where it came from."""

    def __init__(self, picture: Sha256, cover: Cover, passes: Callable[[QPoint], bool], host: QWidget) -> None:
        super().__init__(host)
        self.picture, self.cover = picture, cover
        self._passes = passes
        self._pressed_at: QPoint | None = None
        self._passing = self._by_key = False
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleDescription(tr(cover.what) if cover.what else "")
        self.toggled.connect(self._say)
        self._say()

    @property
    def hidden(self) -> bool:
        """Whether it is painted over."""
        return self.isChecked()

    def show_hidden(self, *, hidden: bool) -> None:
        """How it stands now; tells nobody."""
        if hidden != self.isChecked():
            self.blockSignals(True)
            self.setChecked(hidden)
            self.blockSignals(False)
            self._say()

    @property
    def words(self) -> str:
        """What its caption says; empty while neither pointer nor keyboard are on it."""
        if not self.isEnabled() or not (self.hasFocus() or self.underMouse()):
            return ""
        return caption(self.cover.kind, hidden=self.hidden, by_key=self._by_key and not self.underMouse())

    def _say(self) -> None:
        self.setAccessibleName(box_name(self.cover.kind, hidden=self.hidden))
        self.update()
        self.pointed.emit()

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        at = self.isEnabled() and (self.underMouse() or self.hasFocus())
        if self.hidden:
            painter.fillRect(self.rect(), QColor(REDACTION))
            self._outline(painter, QPen(QColor(DARK.accent if at else DARK.faint), 2 if at else 1))
            return
        self._outline(painter, QPen(QColor(REDACTION), 2 if at else 1))
        dashes = QPen(QColor(DARK.accent), 2 if at else 1)
        dashes.setDashPattern(_DASHES)
        self._outline(painter, dashes)

    def _outline(self, painter: QPainter, pen: QPen) -> None:
        inset = pen.width() / 2
        painter.setPen(pen)
        painter.drawRect(self.rect().toRectF().adjusted(inset, inset, -inset, -inset))

    # Mouse and keys.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._passing = not self.isEnabled() or self._passes(self.mapToParent(event.position().toPoint()))
        if self._passing:
            event.ignore()
            return
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._passing or not event.buttons():
            event.ignore()
            return
        start = self._pressed_at
        moved = 0 if start is None else (event.position().toPoint() - start).manhattanLength()
        if start is not None and moved >= QApplication.startDragDistance():
            self._pass_on(start, event)
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        passing, self._passing, self._pressed_at = self._passing, False, None
        if passing:
            event.ignore()
            return
        super().mouseReleaseEvent(event)

    def _pass_on(self, start: QPoint, event: QMouseEvent) -> None:
        """It is no press but a drag: the host gets it from its beginning on."""
        self._passing, self._pressed_at = True, None
        self.setDown(False)
        host = self.parentWidget()
        if host is not None:
            place = QPointF(self.mapToParent(start))
            press = QMouseEvent(
                QEvent.Type.MouseButtonPress,
                place,
                QPointF(self.mapToGlobal(start)),
                Qt.MouseButton.LeftButton,
                event.buttons(),
                event.modifiers(),
            )
            QCoreApplication.sendEvent(host, press)
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        elif key is Qt.Key.Key_Escape:
            self.left.emit()
        elif key in _STEPS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.stepped.emit(_STEPS[key])
        elif key is Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.pointed.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._by_key = event.reason() in _KEYS or self._by_key
        self.pointed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._by_key = False
        self.pointed.emit()
