"""Colours and widths to choose from, over the window near the button that opened them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QButtonGroup, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kireji.core.annotation import Ink, Style
from kireji.ui.overlay.annotate.drawing import colour, colour_name, contrast
from kireji.ui.overlay.keys import ENTER
from kireji.ui.parts import spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

WIDTHS = {2.0: mark("Thin"), 3.0: mark("Medium"), 5.0: mark("Thick")}
"""Strokes in logical pixels; text and numbers grow with them."""
_ICON = 18


class Palette(QFrame):
    """A small card with the colours above the widths.

    It is part of the window rather than one of its own, because the overlay holds the keyboard.

    Args:
        theme: Size.
        style: What is chosen.
        parent: Owns it until it is shown over that widget's window.
    """

    ink_chosen = Signal(object)
    """An `Ink`."""
    width_chosen = Signal(object)
    """A width in logical pixels."""

    def __init__(self, theme: Theme, style: Style, parent: QWidget) -> None:
        super().__init__(parent.window())
        self._theme = theme
        self._focus: QWidget | None = None
        self._anchor: QWidget | None = None
        self.setProperty("kind", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(tr("Colour and width"))
        self._inks = {ink: self._swatch(colour_name(ink)) for ink in Ink}
        self._widths = {width: self._swatch(tr(name)) for width, name in WIDTHS.items()}
        layout = QVBoxLayout(self)
        spread(layout, SPACE[1], SPACE[0])
        for row, clicked in (
            (self._inks.values(), self._ink_clicked),
            (self._widths.values(), self._width_clicked),
        ):
            line, group = QHBoxLayout(), QButtonGroup(self)
            group.buttonClicked.connect(clicked)
            line.setSpacing(SPACE[0])
            for each in row:
                group.addButton(each)
                line.addWidget(each)
            line.addStretch(1)
            layout.addLayout(line)
        theme.changed.connect(self._dress)
        self._style = style
        self._dress()
        self.set_style(style)
        self.hide()

    def _swatch(self, name: str) -> _Swatch:
        made = _Swatch(self)
        made.setProperty("kind", "tool")
        made.setAccessibleName(name)
        made.setToolTip(name)
        made.setCheckable(True)
        made.picked.connect(self.close_panel)
        return made

    def set_style(self, style: Style) -> None:
        """What is chosen."""
        self._style = style
        self._inks[style.ink].setChecked(True)
        if style.width in self._widths:
            self._widths[style.width].setChecked(True)

    def open_at(self, anchor: QWidget) -> None:
        """Show it near a widget with the keyboard in it; the second time, put it away."""
        from kireji.ui.models.popup import placed

        if self.isVisible():
            self.close_panel()
            return
        host = anchor.window()
        self._anchor, self._focus = anchor, host.focusWidget()
        if self.parentWidget() is not host:
            self.setParent(host)
        room = host.rect().adjusted(SPACE[1], SPACE[1], -SPACE[1], -SPACE[1])
        corner = QRect(anchor.mapTo(host, QPoint(0, 0)), anchor.size())
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setGeometry(placed(self.sizeHint(), corner, room, rtl=rtl))
        self.show()
        self.raise_()
        self._inks[self._style.ink].setFocus(Qt.FocusReason.PopupFocusReason)
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def close_panel(self) -> None:
        """Put it away; the keyboard goes back to where it was."""
        if self.isHidden():
            return
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        had_focus = self.isAncestorOf(focus) if (focus := QApplication.focusWidget()) is not None else False
        self.hide()
        if had_focus and self._focus is not None and self._focus.isVisible():
            self._focus.setFocus(Qt.FocusReason.PopupFocusReason)
        self._anchor = self._focus = None

    def _ink_clicked(self, clicked: object) -> None:
        self.ink_chosen.emit(next(ink for ink, made in self._inks.items() if made is clicked))

    def _width_clicked(self, clicked: object) -> None:
        self.width_chosen.emit(next(width for width, made in self._widths.items() if made is clicked))

    def _dress(self) -> None:
        edge, ratio = self._theme.px(_ICON), self.devicePixelRatioF()
        for ink, made in self._inks.items():
            made.setIcon(swatch(ink, edge, ratio))
            made.setIconSize(QSize(edge, edge))
        for width, made in self._widths.items():
            made.setIcon(_stroke(width, self._theme.colours.ink, edge, ratio))
            made.setIconSize(QSize(edge, edge))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape or event.key() in ENTER:
            self.close_panel()
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            inside = watched is self or self.isAncestorOf(watched)
            if not inside and watched is not self._anchor:
                self.close_panel()
        elif event.type() is QEvent.Type.Hide and watched is self._anchor:
            self.close_panel()
        return super().eventFilter(watched, event)


class _Swatch(QPushButton):
    """A choice that closes the card when it is made with the mouse; arrow keys only try."""

    picked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.rect().contains(event.position().toPoint()):
            self.picked.emit()


def swatch(ink: Ink, edge: int, ratio: float) -> QIcon:
    """A disc of a colour.

    Args:
        ink: Which one.
        edge: In logical pixels.
        ratio: Device pixels per logical pixel.
    """
    pixmap, painter = _canvas(edge, ratio)
    painter.setPen(QPen(contrast(ink), edge / 12))
    painter.setBrush(colour(ink))
    painter.drawEllipse(QPointF(edge / 2, edge / 2), edge * 0.42, edge * 0.42)
    painter.end()
    return QIcon(pixmap)


def _stroke(width: float, ink: str, edge: int, ratio: float) -> QIcon:
    pixmap, painter = _canvas(edge, ratio)
    painter.setPen(QPen(QColor(ink), width * edge / _ICON, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(edge * 0.18, edge * 0.82), QPointF(edge * 0.82, edge * 0.18))
    painter.end()
    return QIcon(pixmap)


def _canvas(edge: int, ratio: float) -> tuple[QPixmap, QPainter]:
    pixmap = QPixmap(round(edge * ratio), round(edge * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return pixmap, painter
