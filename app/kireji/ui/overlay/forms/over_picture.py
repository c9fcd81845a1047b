"""What lies over the frozen screens while a result is shown: marked places, and another picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from kireji.core.geometry import Rect
from kireji.ui.overlay.forms.result_view import Pointed
from kireji.ui.overlay.frame import qrect
from kireji.ui.overlay.picture import Pictures
from kireji.ui.overlay.places import in_region
from kireji.ui.overlay.stage import Stage
from kireji.ui.overlay.window import OverlayWindow
from kireji.ui.theme import Theme
from kireji.ui.tokens import INKS, ON_INKS, TYPE_SMALL

_MOST = 400
"""Marks at once; more cannot be told apart."""
_OVER = 5
"""How far a number reaches over the corner of its frame, in logical pixels."""
_AIR = 2
"""Round what is marked, in logical pixels."""
_INK = "red"


class _Mark(NamedTuple):
    rect: QRect
    number: int
    strong: bool


class _Laid(NamedTuple):
    image: QImage
    source: Rect
    target: Rect


class OverPicture(QObject):
    """Owns one layer per screen; below the tool bar and the card, above the picture.

    Args:
        stage: The frozen screens.
        pictures: What was asked about, and where it was cut out.
        theme: Text size.
    """

    def __init__(self, stage: Stage, pictures: Pictures, theme: Theme) -> None:
        super().__init__(stage)
        self._stage = stage
        self._pictures = pictures
        self._theme = theme
        self._layers: dict[OverlayWindow, _Layer] = {}
        self._image: QImage | None = None
        self._marks: tuple[Pointed, ...] = ()
        self._picture = 0

    @property
    def image(self) -> QImage | None:
        """What lies in the place of the captured picture now; None while that is seen itself."""
        return self._image

    @property
    def marks(self) -> tuple[Pointed, ...]:
        """What is marked."""
        return self._marks

    def marked_on(self, window: OverlayWindow) -> tuple[QRect, ...]:
        """Where marks lie on a screen, in its own coordinates."""
        layer = self._layers.get(window)
        return () if layer is None else tuple(mark.rect for mark in layer.marks)

    def mark(self, pointed: Sequence[Pointed]) -> None:
        """Mark these places and no others."""
        self._marks = tuple(pointed[:_MOST])
        self._show()

    def lay(self, picture: int, image: QImage | None) -> None:
        """Show an image in the place of a captured picture.

        Args:
            picture: Which one, from 0.
            image: In its full resolution; None shows the captured one.
        """
        self._picture, self._image = picture, image
        self._stage.instead = image
        self._show()

    def clear(self) -> None:
        """Show the frozen screens as they are."""
        self._image, self._marks = None, ()
        self._stage.instead = None
        for layer in self._layers.values():
            layer.hide()
            layer.deleteLater()
        self._layers.clear()

    def _show(self) -> None:
        marks: dict[OverlayWindow, list[_Mark]] = {}
        for one in self._marks:
            for window, rect in self._lies(one):
                marks.setdefault(window, []).append(_Mark(qrect(window.outer(rect)), one.number, one.strong))
        laid: dict[OverlayWindow, _Laid] = {}
        stored = self._pictures.stored
        if self._image is not None and self._picture < len(stored):
            for each in self._stage.lies(stored[self._picture][0]):
                laid[each.window] = _Laid(self._image, each.source, each.target)
        for window in self._stage.windows:
            if window in marks or window in laid or window in self._layers:
                self._layer(window).show_all(marks.get(window, []), laid.get(window))

    def _lies(self, pointed: Pointed) -> list[tuple[OverlayWindow, Rect]]:
        stored = self._pictures.stored
        if not 0 <= pointed.picture < len(stored):
            return []
        region, part = stored[pointed.picture]
        left, top, right, bottom = pointed.box
        rect = in_region(Rect(left, top, max(0, right - left), max(0, bottom - top)), region, part)
        lying = [(laid.window, laid.place(rect)) for laid in self._stage.lies(region)]
        return [(window, where) for window, where in lying if not where.empty]

    def _layer(self, window: OverlayWindow) -> _Layer:
        if window not in self._layers:
            self._layers[window] = _Layer(window, self._theme)
        return self._layers[window]


class _Layer(QWidget):
    """Covers the part of one screen that something lies over; the mouse goes through it.

    Args:
        window: The screen.
        theme: Text size.
    """

    def __init__(self, window: OverlayWindow, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._laid: _Laid | None = None
        self.marks: tuple[_Mark, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_all(self, marks: Sequence[_Mark], laid: _Laid | None) -> None:
        """Show these and nothing else."""
        self.marks, self._laid = tuple(marks), laid
        area = QRect() if laid is None else self._where(laid).toAlignedRect()
        for mark in marks:
            area = area.united(self._reach(mark))
        if area.isEmpty():
            self.hide()
            return
        self.setGeometry(area.intersected(self._window.rect()))
        self.lower()  # the tool bar and the card are above it
        self.show()
        self.update()

    def _where(self, laid: _Laid) -> QRectF:
        across, down = self._window.units
        target = laid.target
        return QRectF(target.x * across, target.y * down, target.width * across, target.height * down)

    def _reach(self, mark: _Mark) -> QRect:
        edge = _AIR + 4
        return mark.rect.adjusted(-edge, -edge, edge, edge).united(self._plate(mark).adjusted(-2, -2, 2, 2))

    def _plate(self, mark: _Mark) -> QRect:
        """Where the number stands: at the corner, beside what is marked and not on it, inside the screen."""
        if not mark.number:
            return QRect(mark.rect.topLeft(), QSize(1, 1))
        fonts = QFontMetrics(self._font())
        high = fonts.height() + 2
        wide = max(high, fonts.horizontalAdvance(str(mark.number)) + 8)
        x = min(max(0, mark.rect.left() - _AIR - wide + _OVER), self._window.width() - wide)
        y = min(max(0, mark.rect.top() - _AIR - high + _OVER), self._window.height() - high)
        return QRect(x, y, wide, high)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._theme.px(TYPE_SMALL))
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.translate(-QPointF(self.pos()))
        if (laid := self._laid) is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._is_exact(laid))
            source = laid.source
            painter.drawImage(self._where(laid), laid.image, QRectF(source.x, source.y, source.width, source.height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = event.rect().translated(self.pos())
        for mark in self.marks:
            if self._reach(mark).intersects(seen):
                self._paint_mark(painter, mark)
        painter.end()

    def _is_exact(self, laid: _Laid) -> bool:
        """Whether one pixel of the image is one of the screen."""
        return (laid.source.width, laid.source.height) == (laid.target.width, laid.target.height)

    def _paint_mark(self, painter: QPainter, mark: _Mark) -> None:
        ink, outline = QColor(INKS[_INK]), QColor(ON_INKS[_INK])
        rect = QRectF(mark.rect.adjusted(-_AIR, -_AIR, _AIR, _AIR))
        if mark.strong:
            soft = QColor(ink)
            soft.setAlphaF(0.14)
            painter.setBrush(soft)
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(outline, 4), QPen(ink, 2)):
            painter.setPen(pen)
            painter.drawRoundedRect(rect, 3, 3)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if not mark.number:
            return
        plate = self._plate(mark)
        painter.setPen(QPen(outline, 1.5))
        painter.setBrush(ink)
        painter.drawRoundedRect(plate, plate.height() / 2, plate.height() / 2)
        painter.setFont(self._font())
        painter.setPen(outline)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, str(mark.number))
