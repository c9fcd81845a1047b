"""One part of the pane: a heading that folds it away, and rows of names and values below."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from kireji.ui.chat.header import ElidedLabel
from kireji.ui.parts import LivePair, focus_pen, label, row_of, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_SMALL
from kireji.ui.translation import tr

UNKNOWN = "–"
"""Stands where nothing was reported."""


class Section(QWidget):
    """A part that others fill; the inspector holds several below each other.

    Args:
        name: Under which its folding is remembered; never shown.
        title: Its heading, in the person's language.
        theme: Colours and text size.
    """

    folding_changed = Signal()
    """The person has folded it away, or opened it again."""

    def __init__(self, name: str, title: str, theme: Theme) -> None:
        super().__init__()
        self.name = name
        self._theme = theme
        self._heading = _Heading(title, theme)
        self._body = QWidget()
        self._values: dict[str, ElidedLabel] = {}
        self._texts: dict[str, str] = {}
        self._words: dict[str, str] = {}
        self._rows: dict[str, Row] = {}
        outer = QVBoxLayout(self)
        spread(outer, 0, SPACE[1])
        outer.addWidget(self._heading)
        outer.addWidget(self._body)
        self._inside = QVBoxLayout(self._body)
        spread(self._inside, 0, SPACE[2])
        self._heading.clicked.connect(self._pressed)

    def add(self, widget: QWidget) -> None:
        """Put a widget of one's own below what is there."""
        self._inside.addWidget(widget)

    def add_row(self, key: str, words: str, colour: str = "") -> None:
        """Put a row below what is there.

        Args:
            key: Under which its value is set.
            words: Its name, in the person's language.
            colour: Name of a colour of the theme, shown as a dot before the name.
        """
        value = ElidedLabel("value")
        value.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        row = Row(words, _Dot(self._theme, colour) if colour else None, value)
        self._inside.addWidget(row)
        self._values[key], self._words[key], self._rows[key] = value, words, row
        self.set_value(key, UNKNOWN)

    def set_value(self, key: str, text: str) -> None:
        """Let a row say something else."""
        value, self._texts[key] = self._values[key], text
        value.set_words(text)
        value.setAccessibleName(f"{self._words[key]}: {text}")

    def rename(self, key: str, words: str) -> None:
        """Call a row something else."""
        if words != self._words[key]:
            self._words[key] = words
            self._rows[key].set_name(words)
            self.set_value(key, self._texts[key])

    def value(self, key: str) -> str:
        """What a row says, uncut."""
        return self._texts[key]

    def show_row(self, key: str, *, shown: bool) -> None:
        """Whether a row is there at all."""
        self._rows[key].setVisible(shown)

    def values(self) -> dict[str, ElidedLabel]:
        """What the rows say, by their keys."""
        return self._values

    @property
    def folded(self) -> bool:
        """Whether only the heading shows."""
        return self._body.isHidden()

    def set_folded(self, folded: bool) -> None:
        """Fold it away, or open it."""
        self._body.setVisible(not folded)
        self._heading.show_folded(folded=folded)

    def _pressed(self) -> None:
        self.set_folded(not self.folded)
        self.folding_changed.emit()


class Row(LivePair):
    """A name with its value at the far end, or below it; the name takes several lines only where it must.

    Args:
        words: The name.
        dot: Stands before it.
        value: What it says.
    """

    def __init__(self, words: str, dot: QWidget | None, value: ElidedLabel) -> None:
        self._name, self._dot = label(words, "muted", wrap=True), dot
        super().__init__(self._name if dot is None else row_of(dot, self._name), value)

    def set_name(self, words: str) -> None:
        """Say another name."""
        self._name.setText(words)

    def least_start(self) -> int:
        before = 0 if self._dot is None else self._dot.sizeHint().width() + SPACE[1]
        return before + self._name.fontMetrics().horizontalAdvance(self._name.text()) + 2


class _Heading(QAbstractButton):
    """The title of a section, and a mark that says whether it is open."""

    def __init__(self, title: str, theme: Theme) -> None:
        super().__init__()
        self._title = title
        self._theme = theme
        self._folded = False
        self.setText(title.upper())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_folded(folded=False)

    def show_folded(self, *, folded: bool) -> None:
        """Turn the mark."""
        self._folded = folded
        name = (
            tr("{title}: folded away. Show", title=self._title)
            if folded
            else tr("{title}: fold away", title=self._title)
        )
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        return QSize(metrics.horizontalAdvance(self.text()) + 24, metrics.height() + 6)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        if self.hasFocus():
            painter.setPen(focus_pen(colours))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS_CONTROL / 2, RADIUS_CONTROL / 2)
        painter.setFont(self._font())
        painter.setPen(QColor(colours.ink if self.underMouse() else colours.muted))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._folded or self.underMouse() or self.hasFocus():
            self._paint_mark(painter)

    def _paint_mark(self, painter: QPainter) -> None:
        """Points down while open, to the words while folded away; calm otherwise: an open section shows none."""
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x, y = (10.0 if mirrored else self.width() - 10.0), self.height() / 2
        painter.setPen(QPen(QColor(self._theme.colours.muted), 1.5))
        if not self._folded:
            painter.drawPolyline([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)])
            return
        way = -2 if mirrored else 2
        painter.drawPolyline([QPointF(x - way, y - 4), QPointF(x + way, y), QPointF(x - way, y + 4)])

    def _dress(self) -> None:
        self.updateGeometry()
        self.update()

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._theme.px(TYPE_SMALL))
        return font


class _Dot(QWidget):
    """Says which part of a bar a row is about."""

    def __init__(self, theme: Theme, colour: str) -> None:
        super().__init__()
        self._theme = theme
        self._colour = colour
        theme.changed.connect(self._dress)
        self._dress()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(self._theme.colours, self._colour)))
        edge = self._theme.px(8)
        painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2), edge / 2, edge / 2)

    def _dress(self) -> None:
        edge = self._theme.px(8)
        self.setFixedSize(edge + 2, edge + 2)
        self.update()
