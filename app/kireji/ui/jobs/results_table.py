"""The table of a job's rows: nothing in it is a widget, so that a hundred thousand rows cost nothing."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from kireji.core.jobs.answers import Answer, ColumnKind
from kireji.core.jobs.states import RETRIED_ROWS, RowState
from kireji.ui.jobs.results_model import ANSWER, DATA, NAME, STATE, ResultModel
from kireji.ui.jobs.results_words import ended_as, why_in_table
from kireji.ui.parts import focus_pen
from kireji.ui.sidebar.rows import draw_line
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_LABEL
from kireji.ui.translation import tr

Index = QModelIndex | QPersistentModelIndex

_ROW = 21
"""Of a row beside its letters, in logical pixels."""
_NARROW = 560
"""Logical pixels below which name and cost of a row go."""
_WIDTHS = {ColumnKind.TEXT: 190, ColumnKind.INTEGER: 92, ColumnKind.NUMBER: 100, ColumnKind.BOOLEAN: 76,
           ColumnKind.LIST: 150, ColumnKind.JSON: 190}  # fmt: skip
_NUMBER, _NAME, _STATE, _COST, _ANSWER = 64, 150, 124, 84, 240
_LEAST = 110
"""Of a column of words."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ResultTable(QTableView):
    """Shows a `ResultModel`; arrows go through the rows, Enter opens one.

    Args:
        theme: Colours and text size.
        model: What it shows.
    """

    opened = Signal(object)
    """The `Answer` of a row that shall be shown in full."""
    passed = Signal(object)
    """The `Answer` of the row that is marked now."""
    scrolled = Signal()
    """Other rows are visible now."""

    def __init__(self, theme: Theme, model: ResultModel) -> None:
        super().__init__()
        self._theme = theme
        self._rows = model
        self.setModel(model)
        self._cells = _Cells(theme, self, model)
        self.setItemDelegate(self._cells)
        self.setAccessibleName(tr("Rows"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        upright = self.verticalHeader()
        upright.hide()
        upright.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(theme.px(48))
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        model.modelReset.connect(self.fit)
        self.clicked.connect(self._open)
        self.verticalScrollBar().valueChanged.connect(self.scrolled)
        theme.changed.connect(self.fit)
        self.fit()

    # Where it stands.

    def visible_places(self) -> tuple[int, int]:
        """The first and last place that can be seen."""
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        return first, last if last >= 0 else self._rows.rowCount() - 1

    def marked(self) -> Answer | None:
        """The row that is marked, when it is there."""
        index = self.currentIndex()
        return index.data(ANSWER) if index.isValid() else None

    def mark(self, place: int) -> None:
        """Mark the row at a place, and bring it into view."""
        index = self._rows.index(place, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def step(self, direction: int) -> bool:
        """Mark the next row down (1) or up (-1); False at the end."""
        place = self.currentIndex().row() + direction
        if self._rows.filtered and place >= self._rows.rowCount() and self._rows.canFetchMore():
            self._rows.fetchMore()
        if not 0 <= place < self._rows.rowCount():
            return False
        self.mark(place)
        return True

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row() and (answer := self.marked()) is not None:
            self.passed.emit(answer)

    def _open(self, index: Index) -> None:
        answer = index.data(ANSWER)
        if isinstance(answer, Answer):
            self.setCurrentIndex(index)  # a row that the keyboard has never moved to is current and not marked
            self.opened.emit(answer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self._open(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._rows.rowCount():
            self.mark(0 if event.key() == Qt.Key.Key_Home else self._rows.rowCount() - 1)
        else:
            super().keyPressEvent(event)

    # Room.

    def fit(self) -> None:
        """Give the columns their widths; the answer, or its last text, takes what is left."""
        theme, model = self._theme, self._rows
        self._cells.dress()
        self.verticalHeader().setDefaultSectionSize(theme.px(TYPE_LABEL) + _ROW)
        self.horizontalHeader().setFixedHeight(theme.px(TYPE_LABEL) + _ROW)
        last = model.columnCount() - 1
        widths = [_NUMBER, _NAME, _STATE, *(_WIDTHS[each.kind] for each in model.columns)]
        if not model.columns:
            widths.append(_ANSWER)
        widths.append(_COST)
        taken = [theme.px(width) for width in widths]
        narrow = self.width() < _NARROW * max(1.0, theme.scale)
        hidden = {NAME, last} if narrow and not model.columns else set[int]()
        texts = [n for n in range(DATA, last) if (c := model.column(n)) is None or c.kind is ColumnKind.TEXT] or [NAME]
        room = self.viewport().width() - sum(width for n, width in enumerate(taken) if n not in hidden)
        for number in texts:
            taken[number] = max(theme.px(_LEAST), taken[number] + room // len(texts))
        for number, width in enumerate(taken):
            self.setColumnHidden(number, number in hidden)
            self.setColumnWidth(number, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.fit()


class _Cells(QStyledItemDelegate):
    """Paints cells; why there is no answer takes the room of the whole answer.

    What all cells share is made once for a look and not for each of the hundreds that are painted together.
    """

    def __init__(self, theme: Theme, table: ResultTable, model: ResultModel) -> None:
        super().__init__(table)
        self._theme = theme
        self._table = table
        self._model = model
        self.dress()

    def dress(self) -> None:
        """Colours, letters, columns or the direction are different."""
        model, colours = self._model, self._theme.colours
        self._font = QFont(self._table.font())
        self._font.setPixelSize(self._theme.px(TYPE_LABEL))
        self._metrics = QFontMetrics(self._font)
        self._line, self._ground = QColor(colours.line), QColor(colours.accent_soft)
        self._mirrored = self._table.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignLeft if self._mirrored else Qt.AlignmentFlag.AlignRight
        self._end = side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        trailing = Qt.AlignmentFlag.AlignTrailing
        self._ends = [bool(model.alignment(each) & trailing) for each in range(model.columnCount())]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._ground)
            if self._table.hasFocus():
                self._paint_ring(painter, QRect(option.rect))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), self._line)
        section, answer = index.column(), self._model.answer(index.row())
        inside = rect.adjusted(SPACE[1], 0, -SPACE[1], -1)
        if answer is not None and DATA <= section < len(self._ends) - 1:
            self._paint_answer(painter, inside, answer, section)
        else:
            colour = self._tone(answer, section) if answer is not None else self._theme.colours.muted
            self._paint_words(painter, inside, str(index.data()), section, colour)

    def _paint_ring(self, painter: QPainter, cell: QRect) -> None:
        """The frame of what has the keyboard goes around the whole row."""
        header = self._table.horizontalHeader()
        width = max(header.length(), self._table.viewport().width())
        left = self._table.viewport().width() - width + header.offset() if self._mirrored else -header.offset()
        painter.save()
        painter.setPen(focus_pen(self._theme.colours))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setClipRect(cell)
        painter.drawRect(QRectF(left + 1, cell.top() + 0.5, width - 2, cell.height() - 2))
        painter.restore()

    def _paint_answer(self, painter: QPainter, inside: QRectF, answer: Answer, section: int) -> None:
        colours = self._theme.colours
        sentence = (
            "" if answer.properties is not None and self._model.columns else why_in_table(answer, self._model.mode)
        )
        if not sentence:
            self._paint_words(painter, inside, self._model.said(answer, section), section, colours.ink)
            return
        painter.save()
        painter.setClipRect(inside.adjusted(-SPACE[1], 0, SPACE[1], 0))
        draw_line(painter, self._whole_answer(inside), sentence, self._font, colours.muted, mirrored=self._mirrored)
        painter.restore()

    def _paint_words(self, painter: QPainter, inside: QRectF, words: str, section: int, colour: str) -> None:
        if not self._ends[section]:
            draw_line(painter, inside, words, self._font, colour, mirrored=self._mirrored)
            return
        painter.setFont(self._font)
        painter.setPen(QColor(colour))
        shown = self._metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(inside.width()))
        painter.drawText(inside, self._end, shown)

    def _whole_answer(self, cell: QRectF) -> QRectF:
        """Where all columns of the answer lie, as far as they can be seen."""
        table, ends = self._table, (DATA, len(self._ends) - 2)
        left = max(0, min(table.columnViewportPosition(each) for each in ends))
        right = max(table.columnViewportPosition(each) + table.columnWidth(each) for each in ends)
        right = min(right, table.viewport().width())
        return QRectF(left + SPACE[1], cell.top(), right - left - 2 * SPACE[1], cell.height())

    def _tone(self, answer: Answer, section: int) -> str:
        colours = self._theme.colours
        if section != STATE:
            return colours.ink if section == NAME else colours.muted
        ended = ended_as(answer)
        if ended is RowState.SUCCEEDED:
            return colours.ok
        if ended in RETRIED_ROWS or ended is RowState.INVALID:
            return colours.error
        return colours.warn if ended is RowState.UNCERTAIN else colours.muted
