"""Small building blocks that every surface uses: labels, buttons and lines that the stylesheet knows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QLabel, QLayout, QPushButton, QWidget

from kireji.ui.icons import icon
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE


def label(text: str = "", role: str = "", *, wrap: bool = False, name: str = "") -> QLabel:
    """Plain text; markup in it shows as the text it is.

    Args:
        text: The words.
        role: Of the stylesheet: muted, small, section, value, strong, lead, title, display, chip, ok, warn, error.
        wrap: Whether it may take several lines.
        name: For screen readers, when the words alone do not say what it is.
    """
    result = QLabel()
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setText(text)
    result.setWordWrap(wrap)
    if role:
        result.setProperty("role", role)
    if name:
        result.setAccessibleName(name)
    return result


def button(text: str, kind: str = "", *, name: str = "") -> QPushButton:
    """A button.

    Args:
        text: A verb; empty for a button with an icon only, which then needs a name.
        kind: Of the stylesheet: primary, chip, quiet, code, nav, segment, row.
        name: For screen readers and the tool tip.
    """
    result = QPushButton(text.replace("&", "&&"))
    result.setAutoDefault(False)
    # A click leaves the keyboard where the person writes; Tab reaches every button.
    result.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if kind:
        result.setProperty("kind", kind)
    if name:
        result.setAccessibleName(name)
        result.setToolTip(name)
    else:
        result.setAccessibleName(text)
    return result


def frame(kind: str) -> QFrame:
    """A surface of the stylesheet: card, composer, question, notice, editor, details, sidebar, header, line, ..."""
    result = QFrame()
    result.setProperty("kind", kind)
    return result


def separator() -> QFrame:
    """A thin line across."""
    result = frame("line")
    result.setFixedHeight(1)
    return result


def restyle(widget: QWidget, **properties: object) -> None:
    """Set dynamic properties and let the stylesheet look again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def spread(layout: QLayout, margin: int | tuple[int, int, int, int] = 0, spacing: int = 0) -> None:
    """Set margins and spacing of a layout, in logical pixels from the tokens."""
    sides = (margin,) * 4 if isinstance(margin, int) else margin
    layout.setContentsMargins(*sides)
    layout.setSpacing(spacing)


def set_icon(target: QPushButton, theme: Theme, name: str, colour: str, size: int = 16, *, solid: bool = False) -> None:
    """Give a button an icon that grows with the text."""
    edge = theme.px(size)
    gap = theme.px(3) if target.text() else 0
    target.setIcon(icon(name, colour, edge, solid=solid, gap=gap))
    target.setIconSize(QSize(edge + gap, edge))


def row_of(*widgets: QWidget) -> QWidget:
    """Widgets in a row, as one."""
    result = QWidget()
    layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, result)
    spread(layout, 0, SPACE[1])
    for widget in widgets:
        layout.addWidget(widget)
    return result


class Pair(QWidget):
    """Two widgets side by side where there is room, one below the other where there is not.

    Args:
        start: The first.
        end: The second.
        spread_out: Whether the second stands at the far end.
    """

    def __init__(self, start: QWidget, end: QWidget, *, spread_out: bool = True) -> None:
        super().__init__()
        self._start, self._end = start, end
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        spread(self._box, 0, SPACE[1])
        self._box.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._box.addWidget(start, 1 if spread_out else 0)
        self._box.addWidget(end, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if not spread_out:
            self._box.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(max(self._start.minimumSizeHint().width(), self._end.minimumSizeHint().width()), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self._start.minimumSizeHint().width() + SPACE[1] + self._end.sizeHint().width()
        wide, tall = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        direction = wide if needed <= self.width() else tall
        if direction is not self._box.direction():
            self._box.setDirection(direction)
            self.updateGeometry()


class ChoiceBox(QComboBox):
    """A list of choices with an arrow that is drawn, because a stylesheet can only load one from a file."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().placeholderText().color(), 1.6))
        x, y = self.width() - 16.0, self.height() / 2 + 1.0
        painter.drawPolyline([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)])
