"""A setting that is on or off."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kireji.ui.parts import label, spread
from kireji.ui.tokens import SPACE

_WIDTH, _HEIGHT = 36, 20
_RING = 2
_TEXT_HEIGHT = 20
"""Of a line of text in its normal size, which goes with the size above."""


class Switch(QCheckBox):
    """A check box that looks like a switch.

    Args:
        name: For screen readers.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        width, height = self._track()
        return QSize(width + 2 * _RING, height + 2 * _RING)

    def _track(self) -> tuple[int, int]:
        """Width and height, which grow with the text."""
        scale = max(1.0, self.fontMetrics().height() / _TEXT_HEIGHT)
        return round(_WIDTH * scale), round(_HEIGHT * scale)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, on = self.palette(), self.isChecked()
        if self.hasFocus():
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 1.2))
            whole = QRectF(self.rect()).adjusted(0.6, 0.6, -0.6, -0.6)
            painter.drawRoundedRect(whole, whole.height() / 2, whole.height() / 2)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        paint_switch(painter, QRectF(_RING, _RING, *self._track()), palette, on=on, mirrored=mirrored)
        painter.end()


def paint_switch(painter: QPainter, place: QRectF, palette: QPalette, *, on: bool, mirrored: bool) -> None:
    """Draw a switch, also where it is no widget.

    Args:
        painter: Smooths edges.
        place: Where; about twice as wide as high.
        palette: Its colours.
        on: Whether it is.
        mirrored: Whether the window begins at the right.
    """
    track = place.adjusted(1, 1, -1, -1)
    ground = palette.color(QPalette.ColorRole.Accent if on else QPalette.ColorRole.Light)
    edge = ground if on else palette.color(QPalette.ColorRole.PlaceholderText)
    painter.setPen(QPen(edge, 1.2))
    painter.setBrush(ground)
    painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
    gap = min(3.0, track.height() / 5)
    radius = track.height() / 2 - gap
    x = track.right() - gap - radius if on != mirrored else track.left() + gap + radius
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.color(QPalette.ColorRole.Base) if on else edge)
    painter.drawEllipse(QRectF(x - radius, track.center().y() - radius, 2 * radius, 2 * radius))


class SwitchRow(QWidget):
    """A switch with what it does; a click on the words turns it too.

    Args:
        title: What is so when it is on.
        explanation: What that means, where the title does not say it.
    """

    switched = Signal(object)
    """Whether the person turned it on."""

    def __init__(self, title: str, explanation: str = "") -> None:
        super().__init__()
        self.switch = Switch(title)
        if explanation:
            self.switch.setAccessibleDescription(explanation)
        layout = QHBoxLayout(self)
        spread(layout, 0, SPACE[2])
        words = QVBoxLayout()
        spread(words, 0, 0)
        self._title = label(title, "value", wrap=True)
        words.addWidget(self._title)
        if explanation:
            words.addWidget(label(explanation, "small", wrap=True))
        layout.addLayout(words, 1)
        layout.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignVCenter)
        self.switch.clicked.connect(self._clicked)

    def set_bold(self) -> None:
        """Set the title apart from those of the rows below."""
        self._title.setProperty("role", "strong")

    def set_title(self, title: str) -> None:
        """Say anew what is so when it is on."""
        self._title.setText(title)
        self.switch.setAccessibleName(title)

    def set_on(self, on: bool) -> None:
        """Show what holds."""
        self.switch.setChecked(on)

    def is_on(self) -> bool:
        """What is shown."""
        return self.switch.isChecked()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.switch.click()

    def _clicked(self) -> None:
        self.switched.emit(self.switch.isChecked())
