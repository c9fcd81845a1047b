"""Two things side by side where there is room, one below the other where there is not; both may take several lines."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget


class Natural(QLabel):
    """Words that say how wide they are on one line, and break where that is too wide.

    Args:
        text: The words.
        role: Of the stylesheet.
        state: Of the stylesheet, for chips.
    """

    def __init__(self, text: str, role: str, state: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setWordWrap(True)
        self.setProperty("role", role)
        if state:
            self.setProperty("state", state)
        self._natural: tuple[str, int] | None = None

    def natural_width(self) -> int:
        """On one line, in logical pixels."""
        self.ensurePolished()
        key = f"{self.font().key()} {self.text()}"
        if self._natural is None or self._natural[0] != key:
            twin = QLabel(self.text(), self.parentWidget())  # with the same look, and not broken
            twin.setTextFormat(Qt.TextFormat.PlainText)
            for name in ("role", "state"):
                twin.setProperty(name, self.property(name))
            self._natural = (key, twin.sizeHint().width() + 1)
            twin.deleteLater()
        return self._natural[1]

    def height_in(self, width: int) -> int:
        """In a given width, in logical pixels."""
        self.ensurePolished()
        return self.heightForWidth(width)


class Beside(QWidget):
    """Lays out two widgets.

    Args:
        start: Comes first.
        end: Words behind it.
        gap: Between the two, in logical pixels.
        apart: Whether the second stands at the far end where there is room.
    """

    def __init__(self, start: QWidget, end: Natural, gap: int, *, apart: bool) -> None:
        super().__init__()
        self._start, self._end, self._gap, self._apart = start, end, gap, apart
        start.setParent(self)
        end.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        start, end = self._arrange(width)
        return max(start.bottom(), end.bottom() if self._end.text() else 0) + 1

    def sizeHint(self) -> QSize:
        width = self._width_of(self._start) + self._gap + self._end.natural_width()
        return QSize(width, self.heightForWidth(max(self.width(), 80)))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.LayoutDirectionChange, QEvent.Type.Polish):
            self._place()
        return super().event(event)

    def _place(self) -> None:
        if self.heightForWidth(self.width()) != self.height():
            self.updateGeometry()
        for widget, rect in zip((self._start, self._end), self._arrange(self.width()), strict=True):
            widget.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), rect))

    def _arrange(self, width: int) -> tuple[QRect, QRect]:
        """Where the two go in a given width, when one reads from the left."""
        natural, pill = self._width_of(self._start), self._end.natural_width()
        if natural + self._gap + pill <= width:
            first, second = self._height_of(self._start, natural), self._end.height_in(pill)
            height = max(first, second)
            left = width - pill if self._apart else natural + self._gap
            return (
                QRect(0, (height - first) // 2, natural, first),
                QRect(left, (height - second) // 2, pill, second),
            )
        taken = min(natural, width)
        first = self._height_of(self._start, taken)
        below = min(pill, width)
        return QRect(0, 0, taken, first), QRect(0, first + self._gap, below, self._end.height_in(below))

    def _width_of(self, widget: QWidget) -> int:
        return widget.natural_width() if isinstance(widget, Natural) else widget.sizeHint().width()

    def _height_of(self, widget: QWidget, width: int) -> int:
        if isinstance(widget, Natural):
            return widget.height_in(width)
        height = widget.heightForWidth(width) if widget.hasHeightForWidth() else -1
        return height if height > 0 else widget.sizeHint().height()
