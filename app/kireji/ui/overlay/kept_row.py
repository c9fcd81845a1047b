"""The regions that were put aside for the same question, as small pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from kireji.core.geometry import Region
from kireji.ui.flow import FlowLayout
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_SMALL
from kireji.ui.translation import tr

_SIZE = QSize(64, 40)
_CORNER = 6
_BADGE = 16


class KeptRow(QWidget):
    """Numbered small pictures; a press removes one.

    Args:
        theme: Colours and size of text.
        parent: As usual in Qt.
    """

    dropped = Signal(object)
    """The place of a region in the order, from 0."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures: list[KeptPicture] = []
        self._layout = FlowLayout(SPACE[0], self)
        self.setAccessibleName(tr("Regions for this question"))

    def set_regions(self, regions: Sequence[Region]) -> None:
        """Show these, in the order in which they are sent."""
        for picture in self._pictures:
            self._layout.removeWidget(picture)
            picture.hide()
            picture.deleteLater()
        self._pictures = []
        for number, region in enumerate(regions, 1):
            picture = KeptPicture(self._theme, region, number, self)
            picture.clicked.connect(self._drop)
            self._layout.addWidget(picture)
            self._pictures.append(picture)
            picture.show()
        self.updateGeometry()

    @property
    def pictures(self) -> tuple[QAbstractButton, ...]:
        """What stands in it."""
        return tuple(self._pictures)

    def _drop(self) -> None:
        picture = self.sender()
        for index, each in enumerate(self._pictures):
            if each is picture:
                self.dropped.emit(index)
                return


class KeptPicture(QAbstractButton):
    """One region, cut to fill its frame, with its number and, when it would be removed, a cross.

    Args:
        theme: Colours and size of text.
        region: What it shows; only a small copy is held.
        number: Its place, from 1.
        parent: As usual in Qt.
    """

    def __init__(self, theme: Theme, region: Region, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._number = number
        self._size = QSize(theme.px(_SIZE.width()), theme.px(_SIZE.height()))
        self._image = _small(region, self._size * 2)
        self.setAccessibleName(
            tr(
                "Region {number}, {width} × {height} pixels. Remove it",
                number=number,
                width=region.rect.width,
                height=region.rect.height,
            )
        )
        self.setToolTip(tr("Remove region {number}", number=number))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return self._size

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), _CORNER, _CORNER)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(colours.code))
        target = QRect(self.rect())
        target.setSize(self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding))
        target.moveCenter(self.rect().center())
        painter.drawImage(target, self._image)
        painter.setClipping(False)
        going = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if going else colours.line), 1))
        painter.drawPath(shape)
        self._paint_badge(painter, going=going)

    def _paint_badge(self, painter: QPainter, *, going: bool) -> None:
        colours, edge = self._theme.colours, self._theme.px(_BADGE)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = self.width() - edge - 3 if rtl else 3
        badge = QRectF(left, 3, edge, edge)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(badge)
        painter.setPen(QPen(QColor(colours.on_accent), 1.4))
        if going:
            reach, middle = edge / 5, badge.center()
            for lean in (-1, 1):
                step = QPointF(reach, lean * reach)
                painter.drawLine(middle - step, middle + step)
            return
        font = painter.font()
        font.setPixelSize(max(8, self._theme.px(TYPE_SMALL - 2)))
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(self._number))


def _small(region: Region, size: QSize) -> QImage:
    """A small copy of a region; the picture it comes from is not held by it."""
    screen, rect = region.screen, region.rect
    whole = QImage(screen.pixels, screen.width, screen.height, screen.stride, QImage.Format.Format_RGB32)
    part = whole.copy(rect.x, rect.y, rect.width, rect.height)
    if part.width() <= size.width() and part.height() <= size.height():
        return part
    return part.scaled(size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation)
