"""What each of the last days cost, as bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from kireji.core.spending import OfDay
from kireji.ui.chat.words import dollars, money
from kireji.ui.theme import Theme
from kireji.ui.tokens import TYPE_SMALL
from kireji.ui.translation import locale, tr

_HEIGHT = 148
_GAP = 0.25
"""Share of a day's room that stays free."""
_LEAST = 2.0
"""Pixels: what is there at all is seen."""
_ROUND = 2.0
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def top_of(most: float) -> float:
    """The round number at the top of a scale on which `most` still has room."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in _STEPS if step * power >= most * (1 - 1e-9))


def _on_scale(amount: float, top: float) -> str:
    """An amount beside a line: with as many digits as its neighbours need."""
    if not amount:
        return "0"
    return money(amount, 0 if top >= 10 else max(2, 1 - math.floor(math.log10(top))))


def day_words(day: date) -> str:
    """A day without its year."""
    language = locale()
    return (
        f"{day.day} {day:%B}" if language is None else language.toString(QDate(day.year, day.month, day.day), "d MMMM")
    )


class SpendingPlot(QWidget):
    """One bar a day, the newest at the end; what a day cost is said at the pointer, and all of it to screen readers.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._days: tuple[OfDay, ...] = ()
        self._daily = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._dress)
        self.show_days((), 0.0)

    def show_days(self, days: Sequence[OfDay], daily: float) -> None:
        """Draw these.

        Args:
            days: Oldest first, without gaps.
            daily: What a day may cost, drawn as a line; 0 for no bound.
        """
        self._days, self._daily = tuple(days), daily
        self.setAccessibleName(self._told())
        self.setAccessibleDescription(
            "; ".join(f"{day_words(one.day)}: {dollars(one.cost)}" for one in self._days if one.cost)
        )
        self.update()

    def _told(self) -> str:
        """The plot in one sentence."""
        total = sum(one.cost for one in self._days)
        if not total:
            return tr("Nothing was spent in the last {days} days.", days=len(self._days) or 30)
        dearest = max(self._days, key=lambda one: one.cost)
        return tr(
            "Spent in the last {days} days: {total}; most on {day}: {most}.",
            days=len(self._days),
            total=dollars(total),
            day=day_words(dearest.day),
            most=dollars(dearest.cost),
        )

    def sizeHint(self) -> QSize:
        return QSize(320, self._theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self._theme.px(_HEIGHT))

    def day_at(self, point: QPoint) -> OfDay | None:
        """Whose room a point lies in."""
        area = self._area()
        if not self._days or not area.contains(QPointF(point)):
            return None
        place = int((point.x() - area.left()) / area.width() * len(self._days))
        place = min(place, len(self._days) - 1)
        return self._days[len(self._days) - 1 - place if self._mirrored() else place]

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            one = self.day_at(event.pos())
            words = tr("{day}: {amount}", day=day_words(one.day), amount=dollars(one.cost)) if one is not None else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        top = self._top()
        self._paint_scale(painter, top)
        self._paint_bars(painter, top)
        self._paint_days(painter)

    def _paint_scale(self, painter: QPainter, top: float) -> None:
        colours, area = self._theme.colours, self._area()
        side = Qt.AlignmentFlag.AlignLeft if self._mirrored() else Qt.AlignmentFlag.AlignRight
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        height = painter.fontMetrics().height()
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colours.muted))
            start, end = (area.right() + 8, float(self.width())) if self._mirrored() else (0.0, area.left() - 8)
            room = QRectF(start, y - height / 2, end - start, height)
            painter.drawText(room, flags, _on_scale(share * top, top))
        if 0 < self._daily <= top:
            y = area.bottom() - self._daily / top * area.height()
            painter.setPen(QPen(QColor(colours.warn), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _paint_bars(self, painter: QPainter, top: float) -> None:
        area, colours = self._area(), self._theme.colours
        painter.setPen(Qt.PenStyle.NoPen)
        wide = area.width() / max(1, len(self._days))
        for place, one in enumerate(self._days):
            if not one.cost:
                continue
            height = max(_LEAST, min(1.0, one.cost / top) * area.height())
            at = len(self._days) - 1 - place if self._mirrored() else place
            bar = QRectF(area.left() + (at + _GAP / 2) * wide, area.bottom() - height, wide * (1 - _GAP), height)
            painter.setBrush(QColor(colours.accent if place == len(self._days) - 1 else colours.info))
            painter.drawRoundedRect(bar, _ROUND, _ROUND)

    def _paint_days(self, painter: QPainter) -> None:
        """The first and the last day below the bars."""
        if not self._days:
            return
        area = self._area()
        painter.setPen(QColor(self._theme.colours.muted))
        room = QRectF(area.left(), area.bottom() + 6, area.width(), painter.fontMetrics().height())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeading, day_words(self._days[0].day))
        painter.drawText(room, Qt.AlignmentFlag.AlignTrailing, tr("today"))

    def _top(self) -> float:
        most = max((one.cost for one in self._days), default=0.0)
        return top_of(max(most, self._daily if self._daily <= 4 * most else 0.0))

    def _area(self) -> QRectF:
        """Where the bars stand."""
        metrics = QFontMetrics(self._font())
        top = self._top()
        scale = max(metrics.horizontalAdvance(_on_scale(share * top, top)) for share in (0.5, 1.0)) + 10.0
        left, right = (2.0, scale) if self._mirrored() else (scale, 2.0)
        above, below = metrics.height() / 2 + 1, metrics.height() + 8.0
        return QRectF(left, above, self.width() - left - right, self.height() - above - below)

    def _mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._theme.px(TYPE_SMALL))
        return font

    def _dress(self) -> None:
        self.updateGeometry()
        self.update()
