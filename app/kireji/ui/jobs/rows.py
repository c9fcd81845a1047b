"""Paints the rows of jobs; no row is a widget, so that thousands cost nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kireji.core.jobs.values import Job
from kireji.ui.chat.words import apart, count
from kireji.ui.icons import pixmap
from kireji.ui.jobs.columns import Column, Columns
from kireji.ui.jobs.drawing import PILL_ABOVE, covered, draw_bar, draw_lines, draw_pill, laid_out, pill_width
from kireji.ui.jobs.list_model import JOB, MODEL, Index, JobModel
from kireji.ui.jobs.words import (
    all_states,
    cost_words,
    has_failures,
    made_from,
    progress_words,
    state_words,
    widest_cost,
)
from kireji.ui.parts import focus_pen
from kireji.ui.sidebar.rows import draw_line
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_LABEL, TYPE_SMALL
from kireji.ui.translation import tr

_BAR = 8
_ABOVE = 9
"""Above and below what a row says."""
_AFTER_BAR = 4
_ONE_LINE_FROM = 620
"""Logical pixels, at the normal size of text, from which all words about progress fit on one line of a card."""
_MORE = 28
"""Edge of the button with the three dots."""


class JobRows(QStyledItemDelegate):
    """Draws jobs.

    Args:
        theme: Colours and text size.
        view: Where they stand.
        rows: What they are.
        below: How much room a job needs below its row for its sentence and its next step, at a width.
    """

    def __init__(self, theme: Theme, view: QListView, rows: JobModel, below: Callable[[Job, Columns], int]) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._rows = rows
        self._below = below
        key = (0, 1.0, Qt.LayoutDirection.LeftToRight)
        self._reckoned = (key, Columns.of(*key))
        self._own_height = 0
        self.pointed: tuple[int, str] = (-1, "")
        """The row under the pointer, and what of it: "more", "retry" or nothing."""

    def columns(self) -> Columns:
        """Where columns stand now; reckoned once for all rows."""
        key = (self._view.viewport().width(), self._theme.scale, self._view.layoutDirection())
        if key != self._reckoned[0]:
            self._reckoned = (key, Columns.of(*key, self._needed()))
            self._own_height = 0
        return self._reckoned[1]

    def _needed(self) -> dict[Column, int]:
        small = self._font(TYPE_SMALL)
        states = max(pill_width(words, small) for words in all_states())
        cost = QFontMetrics(small).horizontalAdvance(widest_cost())
        return {Column.STATE: states, Column.COST: cost}

    def _line(self, size: int) -> int:
        return QFontMetrics(self._font(size)).height()

    def own_height(self, columns: Columns) -> int:
        """Of a row without what stands below it, in logical pixels."""
        if not self._own_height:
            self._own_height = self._own_height_of(columns)
        return self._own_height

    def _own_height_of(self, columns: Columns) -> int:
        small, label = self._line(TYPE_SMALL), self._line(TYPE_LABEL)
        block = _BAR + _AFTER_BAR + 2 * small
        if columns.stacked:
            first = max(label, small + 2 * PILL_ABOVE)
            return 2 * _ABOVE + first + small + SPACE[1] + _BAR + _AFTER_BAR + self._lines(columns) * small
        return 2 * _ABOVE - 2 + max(block, label + small)

    def _lines(self, columns: Columns) -> int:
        """What the words below a bar have room for."""
        return 1 if columns.stacked and columns.width >= _ONE_LINE_FROM * max(1.0, self._theme.scale) else 2

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        columns = self.columns()
        job = self._rows.job(index)
        extra = self._below(job, columns) if job is not None else 0
        return QSize(80, self.own_height(columns) + extra)

    def _font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._view.font())
        font.setPixelSize(self._theme.px(size))
        font.setWeight(weight)
        return font

    # Where things stand that can be pressed.

    def part_at(self, index: Index, row: QRect, point: QPoint) -> str:
        """What of a row is at a point: "more", "retry" or nothing."""
        columns = self.columns()
        own = self._own(row, columns)
        if self._more(own, columns).contains(point):
            return "more"
        job = index.data(JOB)
        if isinstance(job, Job) and has_failures(job) and self._words_area(job, own, columns).contains(point):
            return "retry"
        return ""

    def more_place(self, row: QRect) -> QRect:
        """Where the three dots of a row stand."""
        columns = self.columns()
        return self._more(self._own(row, columns), columns)

    def _own(self, row: QRect, columns: Columns) -> QRect:
        return QRect(row.left(), row.top(), row.width(), self.own_height(columns))

    def _more(self, own: QRect, columns: Columns) -> QRect:
        edge = max(_MORE, self._theme.px(_MORE))
        if columns.stacked:
            inner = columns.inner(own)
            height = max(self._line(TYPE_LABEL), self._line(TYPE_SMALL) + 2 * PILL_ABOVE)
            place = QRect(inner.right() + 1 - edge, own.top() + _ABOVE + (height - edge) // 2, edge, edge)
            return QStyle.visualRect(columns.direction, own, place)
        cell = columns.cell(Column.MORE, own)
        return QRect(cell.center().x() - edge // 2, cell.center().y() - edge // 2, edge, edge)

    def _words_area(self, job: Job, own: QRect, columns: Columns) -> QRect:
        place = self._words_place(job, own, columns)
        layout = self._laid_out(job, place.width(), columns)
        return covered(layout).translated(place.topLeft().x(), place.topLeft().y()).toAlignedRect()

    def _laid_out(self, job: Job, width: int, columns: Columns) -> QTextLayout:
        words = progress_words(job, self._rows.now)
        return laid_out(words, self._font(TYPE_SMALL), width, self._lines(columns), mirrored=columns.mirrored)

    # Painting.

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        job = index.data(JOB)
        if not isinstance(job, Job):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, row = self.columns(), QRect(option.rect)
        own = self._own(row, columns)
        self._paint_ground(painter, row, columns, option.state, index)
        if columns.stacked:
            self._paint_card(painter, own, columns, job, index)
        else:
            self._paint_columns(painter, own, columns, job, index)
        self._paint_more(painter, own, columns, index)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, row: QRect, columns: Columns, state: QStyle.StateFlag, index: Index
    ) -> None:
        colours = self._theme.colours
        inner, ground = QRectF(columns.inner(row)), QRectF(columns.ground(row))
        focused = self._view.hasFocus()
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if (selected and focused) or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.raised))
            painter.drawRoundedRect(ground.adjusted(0, 2, 0, -3), RADIUS_CONTROL, RADIUS_CONTROL)
        painter.fillRect(QRectF(inner.left(), row.bottom(), inner.width(), 1), QColor(colours.line))
        if focused and index == self._view.currentIndex():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(focus_pen(colours))
            painter.drawRoundedRect(ground.adjusted(0.5, 2.5, -0.5, -3.5), RADIUS_CONTROL, RADIUS_CONTROL)

    def _paint_columns(self, painter: QPainter, own: QRect, columns: Columns, job: Job, index: Index) -> None:
        name, made = job.plan.name, made_from(job)
        if Column.MODEL in columns.spans:
            self._paint_one(painter, columns.cell(Column.MODEL, own), str(index.data(MODEL)), columns)
            self._paint_one(painter, columns.cell(Column.ROWS, own), count(job.counts.distinct), columns)
        else:
            made = tr("{first} · {second}", first=apart(str(index.data(MODEL))), second=apart(made))
        self._paint_two(painter, columns.cell(Column.JOB, own), name, made, columns, weight=QFont.Weight.DemiBold)
        self._paint_progress(painter, columns.cell(Column.PROGRESS, own), job, own, columns)
        self._paint_two(painter, columns.cell(Column.COST, own), *cost_words(job), columns)
        cell = columns.cell(Column.STATE, own)
        self._paint_pill(painter, cell, job, columns)

    def _paint_one(self, painter: QPainter, cell: QRect, text: str, columns: Columns) -> None:
        font = self._font(TYPE_LABEL)
        draw_line(painter, QRectF(cell), text, font, self._theme.colours.ink, mirrored=columns.mirrored)

    def _paint_two(
        self,
        painter: QPainter,
        cell: QRect,
        first: str,
        second: str,
        columns: Columns,
        *,
        weight: QFont.Weight = QFont.Weight.Normal,
    ) -> None:
        colours = self._theme.colours
        upper, lower = self._line(TYPE_LABEL), self._line(TYPE_SMALL) if second else 0
        top = cell.top() + (cell.height() - upper - lower) // 2
        place = QRectF(cell.left(), top, cell.width(), upper)
        draw_line(painter, place, first, self._font(TYPE_LABEL, weight), colours.ink, mirrored=columns.mirrored)
        if second:
            place = QRectF(cell.left(), top + upper, cell.width(), lower)
            draw_line(painter, place, second, self._font(TYPE_SMALL), colours.muted, mirrored=columns.mirrored)

    def _words_place(self, job: Job, own: QRect, columns: Columns) -> QRect:
        """Where the words below the bar stand."""
        small = self._line(TYPE_SMALL)
        if columns.stacked:
            inner = columns.inner(own)
            lines = self._lines(columns)
            top = own.bottom() + 1 - _ABOVE - lines * small
            words = " · ".join(part for part in cost_words(job) if part)
            cost = QFontMetrics(self._font(TYPE_SMALL)).horizontalAdvance(words) + SPACE[2]
            place = QRect(inner.left(), top, max(80, inner.width() - cost), lines * small)
            return QStyle.visualRect(columns.direction, own, place)
        cell = columns.cell(Column.PROGRESS, own)
        lines = self._laid_out(job, cell.width(), columns).lineCount()
        top = cell.top() + (cell.height() - _BAR - _AFTER_BAR - lines * small) // 2
        return QRect(cell.left(), top + _BAR + _AFTER_BAR, cell.width(), lines * small)

    def _paint_progress(self, painter: QPainter, cell: QRect, job: Job, own: QRect, columns: Columns) -> None:
        words = self._words_place(job, own, columns)
        bar = QRectF(cell.left(), words.top() - _AFTER_BAR - _BAR, cell.width(), _BAR)
        self._paint_bar(painter, bar, job, columns)
        self._paint_words(painter, words, job, columns)

    def _paint_bar(self, painter: QPainter, place: QRectF, job: Job, columns: Columns) -> None:
        counts = job.counts
        total = max(1, counts.distinct)
        over = counts.distinct > 0 and counts.ended == counts.distinct
        draw_bar(
            painter,
            place,
            counts.succeeded / total,
            counts.failed / total,
            self._theme.colours,
            over=over,
            mirrored=columns.mirrored,
        )

    def _paint_words(self, painter: QPainter, place: QRect, job: Job, columns: Columns) -> None:
        colours, font = self._theme.colours, self._font(TYPE_SMALL)
        colour = colours.muted
        if has_failures(job):
            colour = colours.accent
            font.setUnderline(True)
        words = progress_words(job, self._rows.now)
        draw_lines(painter, place, words, font, colour, self._lines(columns), mirrored=columns.mirrored)

    def _paint_pill(self, painter: QPainter, cell: QRect, job: Job, columns: Columns) -> int:
        """At the start of a cell; returns its width."""
        words, tone = state_words(job)
        font = self._font(TYPE_SMALL)
        width = min(pill_width(words, font), cell.width())
        height = self._line(TYPE_SMALL) + 2 * PILL_ABOVE
        place = QRect(cell.left(), cell.top() + (cell.height() - height) // 2, width, height)
        place = QStyle.visualRect(columns.direction, cell, place)
        draw_pill(painter, QRectF(place), words, font, tone, self._theme.colours)
        return width

    def _paint_card(self, painter: QPainter, own: QRect, columns: Columns, job: Job, index: Index) -> None:
        """All below one another, for a narrow window."""
        colours, inner = self._theme.colours, columns.inner(own)
        small, font = self._line(TYPE_SMALL), self._font(TYPE_SMALL)
        height = max(self._line(TYPE_LABEL), small + 2 * PILL_ABOVE)
        more = self._more(own, columns)
        pill = pill_width(state_words(job)[0], font)
        left = inner.width() - more.width() - pill - 2 * SPACE[1]
        first = QRect(inner.left(), own.top() + _ABOVE, left, height)
        state = QRect(inner.right() + 1 - more.width() - SPACE[0] - pill, first.top(), pill, height)
        turned = [QStyle.visualRect(columns.direction, own, place) for place in (first, state)]
        bold = self._font(TYPE_LABEL, QFont.Weight.DemiBold)
        draw_line(painter, QRectF(turned[0]), job.plan.name, bold, colours.ink, mirrored=columns.mirrored)
        self._paint_pill(painter, turned[1], job, columns)
        made = tr("{first} · {second}", first=apart(str(index.data(MODEL))), second=apart(made_from(job)))
        second = QRectF(inner.left(), first.bottom() + 1, inner.width(), small)
        draw_line(painter, second, made, font, colours.muted, mirrored=columns.mirrored)
        words = self._words_place(job, own, columns)
        bar = QRectF(inner.left(), words.top() - _AFTER_BAR - _BAR, inner.width(), _BAR)
        self._paint_bar(painter, bar, job, columns)
        self._paint_words(painter, words, job, columns)
        cost = " · ".join(part for part in cost_words(job) if part)
        place = QRectF(inner.left(), words.top(), inner.width(), small)
        draw_line(painter, place, cost, font, colours.muted, mirrored=not columns.mirrored)

    def _paint_more(self, painter: QPainter, own: QRect, columns: Columns, index: Index) -> None:
        place = self._more(own, columns)
        colours = self._theme.colours
        if self.pointed == (index.row(), "more"):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.pointed))
            painter.drawRoundedRect(QRectF(place), RADIUS_CONTROL, RADIUS_CONTROL)
        edge = self._theme.px(16)
        dots = pixmap("ellipsis", colours.muted, edge, self._view.devicePixelRatioF())
        painter.drawPixmap(place.center().x() - edge // 2 + 1, place.center().y() - edge // 2 + 1, dots)
