"""The line above the rows that says what stands in each column."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from kireji.ui.jobs.job_list import JobList
from kireji.ui.sidebar.rows import draw_line
from kireji.ui.theme import Theme
from kireji.ui.tokens import TYPE_SMALL
from kireji.ui.translation import tr


class ColumnTitles(QWidget):
    """Follows the columns of a list; takes no room where its rows are cards.

    Args:
        theme: Colours and text size.
        jobs: The list below.
    """

    def __init__(self, theme: Theme, jobs: JobList) -> None:
        super().__init__()
        self._theme = theme
        self._jobs = jobs
        jobs.arranged.connect(self._arrange)
        theme.changed.connect(self._arrange)

    def sizeHint(self) -> QSize:
        return QSize(80, self._theme.px(TYPE_SMALL) + 24)

    def _arrange(self) -> None:
        self.setFixedHeight(self.sizeHint().height())
        self.setVisible(not self._jobs.delegate.columns().stacked)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        columns, colours = self._jobs.delegate.columns(), self._theme.colours
        painter = QPainter(self)
        row = QRect(0, 0, columns.width, self.height())
        font = QFont(self.font())
        font.setPixelSize(self._theme.px(TYPE_SMALL))
        font.setWeight(QFont.Weight.Medium)
        for column in columns.spans:
            if column.value:
                cell = QRectF(columns.cell(column, row))
                draw_line(painter, cell, tr(column.value), font, colours.muted, mirrored=columns.mirrored)
        inner = columns.inner(row)
        painter.fillRect(inner.left(), self.height() - 1, inner.width(), 1, QColor(colours.line))
