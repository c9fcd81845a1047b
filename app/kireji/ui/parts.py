"""Small building blocks that every surface uses: labels, buttons and lines that the stylesheet knows."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QLabel, QLayout, QPlainTextEdit, QPushButton, QWidget

from kireji.ui.chat.words import is_right_to_left
from kireji.ui.icons import icon
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, Colours

_SIGNS = 14
"""Letters that a list of choices shows at least."""


def label(text: str = "", role: str = "", *, wrap: bool = False, name: str = "") -> QLabel:
    """Plain text; markup in it shows as the text it is.

    Args:
        text: The words.
        role: Of the stylesheet: muted, small, section, value, strong, lead, title, display, chip, ok, warn, error.
        wrap: Whether it may take several lines.
        name: For screen readers, when the words alone do not say what it is.
    """
    result = _Label()
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
    result = Button(text.replace("&", "&&"))
    result.setAutoDefault(False)
    # A click leaves the keyboard where the person writes; Tab reaches every button.
    result.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if kind:
        result.setProperty("kind", kind)
    if name:
        result.setAccessibleName(name)
        result.setToolTip(tip(name))
    else:
        result.setAccessibleName(text)
    return result


def tip(text: str) -> str:
    """A text as a tool tip: markup in it shows as the text it is, and nothing that it names is loaded.

    Tool tips cannot be told that a text is plain; Qt guesses, by the first `<` that could begin a tag.
    """
    return f"<span>{html.escape(text, quote=False)}</span>" if "<" in text else text


class _Label(QLabel):
    """Begins at the right in a mirrored window, whatever its words; elsewhere their script decides, as Qt has it."""

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutDirectionChange, QEvent.Type.Polish):
            self._turn()
        return super().event(event)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._turn()

    def _turn(self) -> None:
        at = self.alignment()
        if at & Qt.AlignmentFlag.AlignHCenter:
            return
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute if mirrored else Qt.AlignmentFlag.AlignLeft
        wanted = side | (at & Qt.AlignmentFlag.AlignVertical_Mask)
        if wanted != at:
            self.setAlignment(wanted)


def caption(text: str, of: QWidget) -> QLabel:
    """What stands before a control; takes several lines only where one alone has no room.

    Args:
        text: The words.
        of: The control.
    """
    result = _Caption()
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setText(text)
    result.setWordWrap(True)
    result.setProperty("role", "muted")
    result.setBuddy(of)
    return result


class _Caption(_Label):
    def whole_width(self) -> int:
        """What it takes on one line, in logical pixels."""
        return self.fontMetrics().horizontalAdvance(self.text()) + 2


class Button(QPushButton):
    """Enter presses it too while it has the focus, which Qt does in dialogs only."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self.property("kind") != "segment":
            return hint
        # The chosen one is bold, which the stylesheet does not reckon with; its neighbours do not move for it.
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        wider = QFontMetrics(bold).horizontalAdvance(self.text()) - self.fontMetrics().horizontalAdvance(self.text())
        return QSize(hint.width() + max(0, wider), hint.height())


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
    """Set margins and spacing of a layout, in logical pixels from the tokens.

    Args:
        layout: Of a window in the direction of the interface.
        margin: At all sides, or where a line begins, above, where it ends, and below.
        spacing: Between what is in it.
    """
    begin, above, end, below = (margin,) * 4 if isinstance(margin, int) else margin
    if QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft:  # Qt mirrors what is in it, but not these
        begin, end = end, begin
    layout.setContentsMargins(begin, above, end, below)
    layout.setSpacing(spacing)


def set_icon(target: QPushButton, theme: Theme, name: str, colour: str, size: int = 16, *, solid: bool = False) -> None:
    """Give a button an icon that grows with the text."""
    edge = theme.px(size)
    gap = theme.px(3) if target.text() else 0
    mirrored = target.layoutDirection() == Qt.LayoutDirection.RightToLeft
    target.setIcon(icon(name, colour, edge, solid=solid, gap=gap, mirrored=mirrored))
    target.setIconSize(QSize(edge + gap, edge))


def row_of(*widgets: QWidget) -> QWidget:
    """Widgets in a row, as one."""
    result = QWidget()
    layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, result)
    spread(layout, 0, SPACE[1])
    for widget in widgets:
        layout.addWidget(widget)
    return result


def focus_pen(colours: Colours) -> QPen:
    """Draws the frame of what has the keyboard, where a widget paints itself."""
    return QPen(QColor(colours.ink), 2) if colours.strong else QPen(QColor(colours.accent), 1)


def turn(field: QPlainTextEdit) -> None:
    """Let a field for text begin at the side where the script of its text begins."""
    rtl = is_right_to_left(field.toPlainText())
    begin_at_side(field, Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)


def begin_at_side(field: QPlainTextEdit, direction: Qt.LayoutDirection) -> None:
    """Let a field for text begin at one side, whatever is in it."""
    option = field.document().defaultTextOption()
    if option.textDirection() is not direction:
        option.setTextDirection(direction)
        # Plain text is laid out at the side that is named; the direction alone moves nothing.
        rtl = direction == Qt.LayoutDirection.RightToLeft
        option.setAlignment(Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft)
        field.document().setDefaultTextOption(option)


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

    def least_start(self) -> int:
        """The width below which the second no longer stands beside the first, in logical pixels."""
        if isinstance(self._start, _Caption):
            return self._start.whole_width()
        return self._start.minimumSizeHint().width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self.least_start() + SPACE[1] + self._end.sizeHint().width()
        wide, tall = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        direction = wide if needed <= self.width() else tall
        if direction is not self._box.direction():
            self._box.setDirection(direction)
            self.updateGeometry()


class LivePair(Pair):
    """A pair whose widgets change their width while it keeps its own, as a chip does with its words."""

    def least_start(self) -> int:
        """Before a chip in the first is cut, the second goes below it."""
        if isinstance(self._start, LivePair):
            return self._start.stacked_width()
        return super().least_start()

    def stacked_width(self) -> int:
        """What it takes with one above the other, uncut, in logical pixels."""
        return max(self._start.sizeHint().width(), self._end.sizeHint().width())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.resizeEvent(QResizeEvent(self.size(), self.size()))
        return super().event(event)


class ChoiceBox(QComboBox):
    """A list of choices with an arrow that is drawn, because a stylesheet can only load one from a file."""

    def minimumSizeHint(self) -> QSize:
        """Where there is less room than its words take, they are cut; the list itself has them whole."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self.fontMetrics().averageCharWidth() * _SIGNS), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().placeholderText().color(), 1.6))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x, y = 16.0 if mirrored else self.width() - 16.0, self.height() / 2 + 1.0
        half = min(8.0, max(4.0, self.fontMetrics().height() / 5))
        painter.drawPolyline(
            [QPointF(x - half, y - half / 2), QPointF(x, y + half / 2), QPointF(x + half, y - half / 2)]
        )
