"""A picture with boxes drawn over it: what is chosen beside it is shown on it, and the other way round."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from kireji.ui.parts import focus_pen, tip
from kireji.ui.results.box_marks import PlacedBox, area_of, nearest, paint_box, rect_of
from kireji.ui.theme import Theme
from kireji.ui.tokens import TYPE_SMALL

_MOST = 8.0
"""Device pixels per pixel of the picture."""
_STEP = 1.25
_MARGIN = 12
"""Around the picture, in logical pixels."""
_MOST_DRAWN = 4_000
"""Boxes that are drawn at once; the chosen one always is."""
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class PictureBoxes(QAbstractScrollArea):
    """Shows a picture as large as there is room, or larger, and boxes upon it.

    Arrow keys go to the next box in their direction, + and - zoom, 0 shows all of it, Enter goes to what the box is of.

    Args:
        theme: Colours and text size.
        name: For screen readers.
    """

    chosen = Signal(object)
    """The key of the box that was clicked or gone to; None for a click beside all of them."""
    entered = Signal(object)
    """The key of the chosen box: Enter or a double click wants what it is of."""
    viewed = Signal(object)
    """The scale and the place that are shown now, after the person has changed them."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._image = QImage()
        self._pixmap = QPixmap()
        self._small: tuple[QSize, QPixmap] | None = None
        self._boxes: tuple[PlacedBox, ...] = ()
        self._by_key: dict[Hashable, PlacedBox] = {}
        self._current: Hashable | None = None
        self._scale = 0.0
        """Device pixels per pixel of the picture; 0 shows all of it."""
        self._drag: QPoint | None = None
        self._dragged = False
        self._name = name
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setMinimumSize(120, 100)
        theme.changed.connect(self.viewport().update)

    # What is shown.

    def show_picture(self, image: QImage) -> None:
        """Show a picture, all of it; its boxes are given next."""
        kept = image.size() == self._image.size()
        self._image = image
        self._image.setDevicePixelRatio(1.0)
        self._pixmap = QPixmap.fromImage(image)
        self._small = None
        if not kept:
            self._scale = 0.0
        self._lay_out()

    def picture_size(self) -> QSize:
        """Of the picture in its own pixels."""
        return self._image.size()

    def show_boxes(self, boxes: Sequence[PlacedBox]) -> None:
        """Draw these, in this order, over the picture."""
        self._boxes = tuple(boxes)
        self._by_key = {each.key: each for each in self._boxes}
        self.viewport().update()

    @property
    def boxes(self) -> tuple[PlacedBox, ...]:
        """What is drawn."""
        return self._boxes

    @property
    def current(self) -> Hashable | None:
        """The key of the chosen box."""
        return self._current

    def choose(self, key: Hashable | None) -> None:
        """Highlight a box and bring it into view, without telling; None highlights none."""
        self._current = key
        box = self._find(key)
        self.setAccessibleName(f"{self._name}: {box.words}" if box is not None and box.words else self._name)
        if box is not None:
            self._reveal(rect_of(box.box))
        self.viewport().update()

    def where(self, key: Hashable) -> QRectF:
        """Where a box lies in the view, in logical pixels; empty for none of that key."""
        box = self._find(key)
        return self._seen(rect_of(box.box)) if box is not None else QRectF()

    # Size and place.

    @property
    def fitting(self) -> bool:
        """Whether all of the picture is shown."""
        return self._scale == 0.0

    def zoom(self, steps: int, at: QPointF | None = None) -> None:
        """Larger or smaller.

        Args:
            steps: How much; negative makes it smaller, until all of it is shown.
            at: What keeps its place, in the view; None takes its middle.
        """
        if self._image.isNull():
            return
        at = at or QPointF(self.viewport().rect().center())
        place = (at - self._origin()) / self._logical()
        fit = self._fit()
        wanted = (self._scale or fit) * _STEP**steps
        self._scale = 0.0 if steps < 0 and wanted <= fit * 1.001 else min(wanted, max(_MOST, fit))
        self._lay_out()
        moved = self._origin() + place * self._logical() - at
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + round(moved.x()))
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + round(moved.y()))
        self._tell_view()

    def zoom_to_fit(self) -> None:
        """Show all of it."""
        self._scale = 0.0
        self._lay_out()
        self._tell_view()

    def take_view(self, view: object) -> None:
        """Show the same place at the same scale as another one: what `viewed` told."""
        assert isinstance(view, tuple)
        scale, across, down = view
        self._scale = scale
        self._lay_out()
        for bar, value in ((self.horizontalScrollBar(), across), (self.verticalScrollBar(), down)):
            bar.setValue(round(value * max(1, bar.maximum())))

    def _tell_view(self) -> None:
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        parts = (across.value() / max(1, across.maximum()), down.value() / max(1, down.maximum()))
        self.viewed.emit((self._scale, *parts))

    def _ratio(self) -> float:
        return self.devicePixelRatioF()

    def _logical(self) -> float:
        """Logical pixels per pixel of the picture."""
        return (self._scale or self._fit()) / self._ratio()

    def _fit(self) -> float:
        """The scale at which all of it is seen; a small picture is not blown up beyond twice its size."""
        if self._image.isNull():
            return 1.0
        room = self.maximumViewportSize() - QSize(2 * _MARGIN, 2 * _MARGIN)
        ratio = self._ratio()
        across = max(1, room.width()) * ratio / self._image.width()
        down = max(1, room.height()) * ratio / self._image.height()
        return min(across, down, 1.0 * max(1.0, ratio))

    def _lay_out(self) -> None:
        size = self._image.size() * self._logical() if not self._image.isNull() else QSize()
        view = self.viewport().size()
        for bar, length, room in (
            (self.horizontalScrollBar(), size.width(), view.width()),
            (self.verticalScrollBar(), size.height(), view.height()),
        ):
            bar.setRange(0, 0 if self._scale == 0.0 else max(0, length + 2 * _MARGIN - room))
            bar.setPageStep(room)
            bar.setSingleStep(40)
        self.viewport().update()

    def _origin(self) -> QPointF:
        """Where the picture's corner lies in the view."""
        size = QPointF(self._image.width(), self._image.height()) * self._logical()
        view = self.viewport().size()
        x = (view.width() - size.x()) / 2 if size.x() + 2 * _MARGIN <= view.width() else float(_MARGIN)
        y = (view.height() - size.y()) / 2 if size.y() + 2 * _MARGIN <= view.height() else float(_MARGIN)
        scrolled = QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        ratio = self._ratio()
        place = QPointF(x, y) - scrolled
        return QPointF(round(place.x() * ratio) / ratio, round(place.y() * ratio) / ratio)

    def _seen(self, rect: QRect) -> QRectF:
        logical, origin = self._logical(), self._origin()
        return QRectF(
            origin.x() + rect.x() * logical,
            origin.y() + rect.y() * logical,
            rect.width() * logical,
            rect.height() * logical,
        )

    def _reveal(self, rect: QRect) -> None:
        seen, view = self._seen(rect), QRectF(self.viewport().rect()).adjusted(24, 24, -24, -24)
        if view.contains(seen):
            return
        for bar, low, high, first, last in (
            (self.horizontalScrollBar(), seen.left(), seen.right(), view.left(), view.right()),
            (self.verticalScrollBar(), seen.top(), seen.bottom(), view.top(), view.bottom()),
        ):
            if low < first or high > last:
                bar.setValue(bar.value() + round((low + high) / 2 - (first + last) / 2))

    # Boxes.

    def _find(self, key: Hashable | None) -> PlacedBox | None:
        return self._by_key.get(key) if key is not None else None

    def box_at(self, place: QPointF) -> PlacedBox | None:
        """The smallest box at a place of the view."""
        hits = [each for each in self._boxes if self._seen(rect_of(each.box)).adjusted(-2, -2, 2, 2).contains(place)]
        return min(hits, key=lambda each: area_of(each.box), default=None)

    def _step(self, across: int, down: int) -> None:
        """Go to the nearest box in a direction; from none to the first."""
        here = self._find(self._current)
        target = nearest(self._boxes, here, across, down) if here is not None else next(iter(self._boxes), None)
        if target is not None:
            self.choose(target.key)
            self.chosen.emit(target.key)

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        colours = self._theme.colours
        painter.fillRect(self.viewport().rect(), QColor(colours.raised))
        if self._image.isNull():
            return
        painter.drawPixmap(self._origin(), self._scaled())
        view = QRectF(self.viewport().rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawn = 0
        for each in self._boxes:
            seen = self._seen(rect_of(each.box))
            if each.key != self._current and seen.intersects(view) and drawn < _MOST_DRAWN:
                paint_box(painter, each, seen, self._font(), chosen=False)
                drawn += 1
        if (current := self._find(self._current)) is not None:
            paint_box(painter, current, self._seen(rect_of(current.box)), self._font(), chosen=True)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(focus_pen(colours))
            painter.drawRect(view.adjusted(0.5, 0.5, -0.5, -0.5))

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._theme.px(TYPE_SMALL))
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _scaled(self) -> QPixmap:
        """The picture as it is drawn: pixel upon pixel, scaled once and not at every painting."""
        scale = self._scale or self._fit()
        if scale == 1.0 or scale > 2.0:
            self._pixmap.setDevicePixelRatio(self._ratio() / scale)
            return self._pixmap
        size = QSize(max(1, round(self._image.width() * scale)), max(1, round(self._image.height() * scale)))
        if self._small is None or self._small[0] != size:
            smooth = Qt.TransformationMode.SmoothTransformation
            scaled = self._image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            self._small = (size, QPixmap.fromImage(scaled))
        self._small[1].setDevicePixelRatio(self._ratio())
        return self._small[1]

    # What the person does.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag, self._dragged = event.position().toPoint(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        if self._drag is None:
            over = self.box_at(event.position()) is not None
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            return
        way = place - self._drag
        if self._dragged or way.manhattanLength() > 4:
            self._dragged, self._drag = True, place
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - way.x())
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - way.y())
            self._tell_view()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._drag is None:
            return
        self._drag = None
        if not self._dragged:
            hit = self.box_at(event.position())
            self.choose(hit.key if hit is not None else None)
            self.chosen.emit(self._current)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (hit := self.box_at(event.position())) is not None:
            self.entered.emit(hit.key)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            turned = event.angleDelta().y()
            if turned:
                self.zoom(1 if turned > 0 else -1, event.position())
            event.accept()
            return
        super().wheelEvent(event)
        self._tell_view()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ARROWS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._step(*_ARROWS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1)
        elif key == Qt.Key.Key_Minus:
            self.zoom(-1)
        elif key == Qt.Key.Key_0:
            self.zoom_to_fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            self.entered.emit(self._current)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self.box_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tip(hit.words) if hit is not None else "", self.viewport())
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def focusInEvent(self, event: object) -> None:
        self.viewport().update()

    def focusOutEvent(self, event: object) -> None:
        self.viewport().update()

    def scrollContentsBy(self, _across: int, _down: int) -> None:
        self.viewport().update()
