"""What goes along with the next question as a tile: a small picture, a name, a fact and a way to take it out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kireji.ui.parts import button, label, restyle, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import DARK, REDACTION, SPACE, TYPE_LABEL, TYPE_SMALL
from kireji.ui.translation import tr

_EDGE = 38
"""Of a thumbnail, in logical pixels at the usual text size."""
_BADGE = 15
"""Of the number of what is hidden, the same way."""
_STEP = 24


class Tile(QFrame):
    """One of the things that go along; what it shows is for those to say that are made of it.

    Args:
        theme: Colours and text size.
        least: Room for the words, in logical pixels at the usual text size.
        most: The same when there are many of them.
    """

    resized = Signal()
    """It is wider or narrower than before."""

    def __init__(self, theme: Theme, least: int, most: int) -> None:
        super().__init__()
        self._theme = theme
        self._least, self._most = least, most
        self._full_name = ""
        self._full_fact = ""
        self.setProperty("kind", "attachment")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._thumbnail = Thumb(theme)
        self._name = label("", "value")
        self._fact = label("", "small")
        self._remove = button("", "quiet", name=tr("Remove"))
        words = QVBoxLayout()
        spread(words, 0, 0)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._fact)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[0], SPACE[0], 2, SPACE[0]), SPACE[1])
        layout.addWidget(self._thumbnail)
        layout.addLayout(words, 1)
        layout.addWidget(self._remove, 0, Qt.AlignmentFlag.AlignVCenter)
        self._remove.clicked.connect(self._wants_out)
        self._thumbnail.clicked.connect(self._wants_open)
        theme.changed.connect(self._dress)
        self._dress()

    def tab_stops(self) -> tuple[QWidget, ...]:
        """What Tab goes through, in order."""
        none = Qt.FocusPolicy.NoFocus
        return tuple(each for each in (self._thumbnail, self._remove) if each.focusPolicy() != none)

    def focus_remove(self) -> None:
        """Put the keyboard on the button that takes it out."""
        self._remove.setFocus(Qt.FocusReason.OtherFocusReason)

    def has_keyboard(self) -> bool:
        """Whether one of its buttons has the focus."""
        return self._thumbnail.hasFocus() or self._remove.hasFocus()

    def fact(self) -> str:
        """What stands below the name."""
        return self._full_fact

    def show_off(self, off: bool) -> None:
        """Whether it stays here."""
        state = "off" if off else ""
        if self.property("state") != state:
            restyle(self, state=state)
            restyle(self._name, role="muted" if off else "value")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._wants_out()
            return
        super().keyPressEvent(event)

    def _wants_out(self) -> None:
        raise NotImplementedError

    def _wants_open(self) -> None:
        raise NotImplementedError

    def _say(self, name: str, fact: str) -> None:
        self._full_name, self._full_fact = name, fact
        self._elide()

    def _dress(self) -> None:
        set_icon(self._remove, self._theme, "x", self._theme.colours.muted, 14)
        self._remove.setFixedSize(self._theme.px(26), self._theme.px(26))
        self._elide()

    def _elide(self) -> None:
        lines = (
            (self._name, self._full_name, TYPE_LABEL, Qt.TextElideMode.ElideMiddle),
            (self._fact, self._full_fact, TYPE_SMALL, Qt.TextElideMode.ElideRight),
        )
        wanted = max(words.fontMetrics().horizontalAdvance(text) for words, text, _, _ in lines)
        # In steps: what is counted while somebody writes must not make the row tremble.
        room = -(-(wanted + 4) // _STEP) * _STEP
        room = min(max(room, self._theme.px(self._least)), self._theme.px(self._most))
        moved = room != self._name.width()
        for words, text, type_size, where in lines:
            words.setFixedSize(room, round(self._theme.px(type_size) * 1.45))
            words.setText(words.fontMetrics().elidedText(text, where, room - 2))
        self._fact.setToolTip(self.toolTip())
        if moved:
            self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._elide()


class Thumb(QAbstractButton):
    """A small square of a picture, or an icon; pressing it shows the whole.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._image: QImage | None = None
        self._icon = "image"
        self.hidden_number = 0
        """How much will be painted over in the picture; a badge says it."""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def set_image(self, image: QImage | None, otherwise: str) -> None:
        """Show a small copy, or while there is none an icon of that name."""
        self._image, self._icon = image, otherwise
        self.update()

    def set_hidden_number(self, number: int) -> None:
        """Show a badge with how much is hidden; none for 0."""
        if number != self.hidden_number:
            self.hidden_number = number
            self.update()

    def sizeHint(self) -> QSize:
        edge = self._theme.px(_EDGE)
        return QSize(edge, edge)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(self._theme.colours.code))
        if self._image is not None and not self._image.isNull():
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            target = self.rect()
            target.setSize(size)
            target.moveCenter(self.rect().center())
            painter.drawImage(target, self._image)
        else:
            self._paint_icon(painter)
        painter.setClipping(False)
        painter.setPen(QColor(self._theme.colours.accent if self.hasFocus() else self._theme.colours.line))
        painter.drawPath(shape)
        if self.hidden_number:
            self._paint_badge(painter)

    def _paint_badge(self, painter: QPainter) -> None:
        """The number on black, as what is painted over is: at the far lower corner."""
        edge = self._theme.px(_BADGE)
        left = 2 if self.isRightToLeft() else self.width() - edge - 2
        badge = QRectF(left, self.height() - edge - 2, edge, edge)
        painter.setPen(QPen(QColor(DARK.ink), 1))
        painter.setBrush(QColor(REDACTION))
        painter.drawRoundedRect(badge, SPACE[0], SPACE[0])
        font = painter.font()
        font.setPixelSize(max(8, self._theme.px(TYPE_SMALL - 2)))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(DARK.ink))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(min(self.hidden_number, 99)))

    def _paint_icon(self, painter: QPainter) -> None:
        from kireji.ui.icons import pixmap

        edge = self._theme.px(16)
        drawing = pixmap(self._icon, self._theme.colours.muted, edge, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - edge) // 2, (self.height() - edge) // 2, drawing)
