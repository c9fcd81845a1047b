"""What is drawn upon the frozen picture: border, handles, size, magnifier, crosshair.

These lie on a dimmed screen whatever the theme is, so they always have the dark theme's colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QRegion

from kireji.core.geometry import Rect
from kireji.ui.overlay.frame import Frame, qrect
from kireji.ui.overlay.hints import panel_colour
from kireji.ui.overlay.picking import Spot
from kireji.ui.overlay.placement import place_label, place_magnifier
from kireji.ui.overlay.selection import Handle, Selection, handle_position
from kireji.ui.tokens import DARK, SPACE, TYPE_SMALL

HANDLE = 8
"""Edge of a handle, in logical pixels."""
REACH = 10
"""How far from a handle's middle the pointer still takes it, in logical pixels."""

_BORDER = 2
_LENS = 132
_LENS_PIXELS = 15
_WIDEST_LABEL = 480
_BADGE = 22
_LABEL_PADDING = QSize(SPACE[1], 3)


def dimming() -> QColor:
    """What lies over everything that is not selected."""
    colour = QColor(DARK.background)
    colour.setAlpha(128)
    return colour


@dataclass(frozen=True)
class Marks:
    """Where everything lies for one state of the selection, in the window's coordinates.

    Args:
        selection: The state.
        widget: The window's size.
        unit: Logical pixels per pixel of the picture, across and down.
        scale: Size of text; 1.0 is normal.
        font: The interface's font.
        lens: Whether the magnifier shows.
        handles: Whether the handles show.
        rtl: Whether labels begin at the right.
        spot: A window that is offered.
        span: What the size label says instead, when the selection goes on over other screens.
        kept: Regions that were put aside, with their numbers.
    """

    selection: Selection
    widget: tuple[int, int]
    unit: tuple[float, float]
    scale: float
    font: QFont
    lens: bool
    handles: bool
    rtl: bool = False
    spot: Spot | None = None
    span: str = ""
    kept: tuple[tuple[int, Rect], ...] = ()

    @property
    def _screen(self) -> Rect:
        return Rect(0, 0, *self.widget)

    def logical(self, rect: Rect) -> QRectF:
        """A rectangle of the picture in the window's coordinates."""
        x, y = self.unit
        return QRectF(rect.x * x, rect.y * y, rect.width * x, rect.height * y)

    @property
    def bright(self) -> Rect | None:
        """What is not dimmed, in pixels of the picture: the selection, or the window that is offered."""
        return self.spot.rect if self.spot is not None else self.selection.rect

    @cached_property
    def area(self) -> Rect | None:
        """The same in whole logical pixels, rounded outwards."""
        return None if self.bright is None else self.outer(self.bright)

    def outer(self, rect: Rect) -> Rect:
        """A rectangle of the picture in whole logical pixels, rounded outwards."""
        outer = self.logical(rect).toAlignedRect()
        return Rect(outer.x(), outer.y(), outer.width(), outer.height())

    @property
    def pointer(self) -> tuple[int, int]:
        """Where the cursor is, in whole logical pixels."""
        x, y = self.unit
        return int(self.selection.cursor[0] * x), int(self.selection.cursor[1] * y)

    @cached_property
    def _small(self) -> QFont:
        font = QFont(self.font)
        font.setPixelSize(round(TYPE_SMALL * self.scale))
        return font

    @cached_property
    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._small)

    def _label_size(self, text: str) -> tuple[int, int]:
        metrics = self._metrics
        return (
            metrics.horizontalAdvance(text) + 2 * _LABEL_PADDING.width(),
            metrics.height() + 2 * _LABEL_PADDING.height(),
        )

    @property
    def size_text(self) -> str:
        """What the label says."""
        if self.span:
            return self.span
        rect = self.bright
        size = f"{rect.width} × {rect.height}" if rect else ""
        return f"{size}  ·  {self.spot.title}" if self.spot is not None and self.spot.title else size

    @cached_property
    def size_label(self) -> QRect:
        """Where the size stands; empty when nothing is selected, or when another screen says it."""
        area = self.area
        if area is None or not self.size_text.strip():
            return QRect()
        width, height = self._label_size(self.size_text)
        size = min(width, _WIDEST_LABEL, self.widget[0]), height
        return qrect(place_label(size, area, self._screen, SPACE[0], rtl=self.rtl))

    @cached_property
    def lens_box(self) -> QRect:
        """The magnifier with its label; empty when it is hidden."""
        if not self.lens:
            return QRect()
        width, height = self._label_size("x 00000 y 00000 #000000")
        box = max(_LENS, width), _LENS + SPACE[1] + height
        return qrect(place_magnifier(box, self.pointer, self._screen, SPACE[4]))

    def handle_boxes(self) -> dict[Handle, QRectF]:
        """The handles' squares."""
        rect = self.selection.rect
        if rect is None or not self.handles:
            return {}
        x, y = self.unit
        boxes = {}
        for handle in Handle:
            across, down = handle_position(rect, handle)
            boxes[handle] = QRectF(across * x - HANDLE / 2, down * y - HANDLE / 2, HANDLE, HANDLE)
        return boxes

    def region(self) -> QRegion:
        """All that `paint` may touch, without the selection's inside."""
        return self._floating + self._border

    def changed_since(self, earlier: Marks) -> QRegion:
        """What looks otherwise than it did with these marks: two edges of a rectangle that grows, not all four."""
        dirty = self._floating + earlier._floating + self._border.xored(earlier._border)
        dirty += self._covered.xored(earlier._covered)
        if self.area != earlier.area:
            dirty += self._corners + earlier._corners
        return dirty

    @cached_property
    def _floating(self) -> QRegion:
        """Label, magnifier, handles and crosshair."""
        result = QRegion(self.size_label) + QRegion(self.lens_box.adjusted(-2, -2, 2, 2))
        for box in self.handle_boxes().values():
            result += QRegion(box.toAlignedRect().adjusted(-1, -1, 1, 1))
        if self.selection.keyed:
            for line in self._crosshair():
                result += QRegion(line)
        return result

    @cached_property
    def _border(self) -> QRegion:
        return QRegion() if self.area is None else _ring(self.area)

    @cached_property
    def _covered(self) -> QRegion:
        return QRegion() if self.area is None else QRegion(qrect(self.area))

    @cached_property
    def _corners(self) -> QRegion:
        """Where edges meet: an edge that ends there leaves something behind when it moves along the other."""
        if self.area is None:
            return QRegion()
        reach, area = 2 * _BORDER + 1, self.area
        boxes = (
            QRect(x - reach, y - reach, 2 * reach, 2 * reach)
            for x in (area.x, area.right)
            for y in (area.y, area.bottom)
        )
        result = QRegion()
        for box in boxes:
            result += box
        return result

    def kept_region(self) -> QRegion:
        """What the regions that were put aside cover: their outlines and badges."""
        result = QRegion()
        for _, rect in self.kept:
            result += _ring(self.outer(rect)) + QRegion(self._badge(rect).adjusted(-1, -1, 1, 1))
        return result

    def _badge(self, rect: Rect) -> QRect:
        """Where a region's number stands: inside its upper corner."""
        area = self.outer(rect)
        x = area.right - _BADGE - SPACE[0] if self.rtl else area.x + SPACE[0]
        return QRect(x, area.y + SPACE[0], _BADGE, _BADGE)

    def _crosshair(self) -> tuple[QRect, QRect]:
        x, y = self.pointer
        return QRect(0, y, self.widget[0], 1), QRect(x, 0, 1, self.widget[1])

    def paint(self, painter: QPainter, frame: Frame, dirty: QRegion) -> None:
        """Draw what `dirty` touches.

        Args:
            painter: Its unit is one logical pixel.
            frame: For the magnifier.
            dirty: What is painted anew.
        """
        if self.kept and dirty.intersects(self.kept_region()):
            self._paint_kept(painter)
        if self.selection.keyed:
            for line in self._crosshair():
                painter.fillRect(line, QColor(DARK.accent))
        if self.bright is not None:
            self._paint_border(painter, self.logical(self.bright))
            if dirty.intersects(self.size_label):
                self._paint_label(painter, self.size_label, self.size_text)
        if self.lens and dirty.intersects(self.lens_box):
            self._paint_lens(painter, frame)

    def _paint_border(self, painter: QPainter, rect: QRectF) -> None:
        accent = QColor(DARK.accent)
        frame = rect.adjusted(-_BORDER, -_BORDER, _BORDER, _BORDER)
        for side in (
            QRectF(frame.left(), frame.top(), frame.width(), _BORDER),
            QRectF(frame.left(), rect.bottom(), frame.width(), _BORDER),
            QRectF(frame.left(), rect.top(), _BORDER, rect.height()),
            QRectF(rect.right(), rect.top(), _BORDER, rect.height()),
        ):
            painter.fillRect(side, accent)
        painter.setPen(QPen(QColor(DARK.background), 1))
        painter.setBrush(accent)
        for box in self.handle_boxes().values():
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_kept(self, painter: QPainter) -> None:
        for number, rect in self.kept:
            painter.setPen(QPen(QColor(DARK.muted), _BORDER, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.logical(rect).adjusted(-1, -1, 1, 1))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(DARK.accent))
            badge = self._badge(rect)
            painter.drawEllipse(badge)
            painter.setPen(QColor(DARK.on_accent))
            painter.setFont(self._small)
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(number))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _paint_label(self, painter: QPainter, box: QRect, text: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(panel_colour())
        painter.drawRoundedRect(box, SPACE[0], SPACE[0])
        painter.setPen(QColor(DARK.ink))
        painter.setFont(self._small)
        # Width before height and x before y, whichever way the interface's text runs.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        inside = box.adjusted(_LABEL_PADDING.width(), 0, -_LABEL_PADDING.width(), 0)
        shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, inside.width() + 1)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _paint_lens(self, painter: QPainter, frame: Frame) -> None:
        box = self.lens_box
        circle = QRectF(box.x() + (box.width() - _LENS) / 2, box.y(), _LENS, _LENS)
        x = min(int(self.selection.cursor[0]), self.selection.width - 1)
        y = min(int(self.selection.cursor[1]), self.selection.height - 1)
        half = _LENS_PIXELS // 2
        inside = QPainterPath()
        inside.addEllipse(circle.adjusted(1.5, 1.5, -1.5, -1.5))
        painter.save()
        painter.setClipPath(inside, Qt.ClipOperation.IntersectClip)
        painter.fillRect(circle, QColor(DARK.background))
        frame.draw_enlarged(painter, circle, QRectF(x - half, y - half, _LENS_PIXELS, _LENS_PIXELS))
        cell = _LENS / _LENS_PIXELS
        painter.setPen(QPen(QColor(DARK.accent), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        middle = QPointF(circle.x() + half * cell, circle.y() + half * cell)
        painter.drawRect(QRectF(middle.x() - 1, middle.y() - 1, cell + 2, cell + 2))
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(DARK.ink), 3))
        painter.drawEllipse(circle.adjusted(1.5, 1.5, -1.5, -1.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        text = f"x {x} y {y} {frame.colour(x, y)}"
        width, height = self._label_size(text)
        left = box.x() + (box.width() - width) // 2
        self._paint_label(painter, QRect(left, box.bottom() + 1 - height, width, height), text)


def _ring(area: Rect) -> QRegion:
    """A border, without what it encloses."""
    outer = qrect(area).adjusted(-_BORDER - 1, -_BORDER - 1, _BORDER + 1, _BORDER + 1)
    inner = qrect(area).adjusted(2, 2, -2, -2)
    return QRegion(outer) - (QRegion(inner) if inner.isValid() else QRegion())
