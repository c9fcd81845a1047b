"""The table of a result in the card, narrow and without widgets in its cells."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPolygon, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from kireji.core.extraction.sheets import Cell, CellType
from kireji.ui.overlay.forms.sheet_model import CELL, DOUBTED, SheetModel
from kireji.ui.parts import focus_pen
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_LABEL, TYPE_SMALL
from kireji.ui.translation import tr

Index = QModelIndex | QPersistentModelIndex

_AIR = 10
"""Of a row beside its letters, in logical pixels."""
_LEAST, _MOST = 44, 190
"""Width of a column, in logical pixels at the usual text size."""
_LOOKED_AT = 40
"""Rows that decide about it."""
_CORNER = 7
"""Edge of the corner that marks what does not stand on the picture."""


class SheetTable(QTableView):
    """Arrow keys go from cell to cell; each says where it stands.

    Args:
        theme: Colours and text size.
        model: What it shows.
    """

    pointed = Signal(object)
    """The `Cell` that is looked at; None for none."""

    def __init__(self, theme: Theme, model: SheetModel) -> None:
        super().__init__()
        self._theme = theme
        self._sheet = model
        self.setModel(model)
        self.setItemDelegate(_Cells(theme, self))
        self.setAccessibleName(tr("Table"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setMinimumSize(1, 1)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self.fit)

    def fit(self) -> None:
        """Give the columns the widths that their words need."""
        size = self._theme.px(TYPE_LABEL)
        font = QFont(self.font())
        font.setPixelSize(size)
        fonts, head = QFontMetrics(font), QFont(self.font())
        head.setPixelSize(self._theme.px(TYPE_SMALL))
        heads = QFontMetrics(head)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(fonts.height() + _AIR)
        model, room = self._sheet, self.viewport().width()
        widths = []
        for column in range(model.columnCount()):
            name = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            words = [
                str(model.data(model.index(row, column)) or "") for row in range(min(model.rowCount(), _LOOKED_AT))
            ]
            widest = max([heads.horizontalAdvance(name), *(fonts.horizontalAdvance(each) for each in words)])
            most, least = self._theme.px(_MOST), self._theme.px(_LEAST)
            widths.append(min(most, max(least, widest + 2 * SPACE[1] + 2)))
        spare = room - sum(widths)
        if widths and spare > 0:  # the last column ends where the card does
            widths[_widest_words(model)] += spare
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)

    def whole_height(self) -> int:
        """What all rows take, with the head, in logical pixels."""
        rows = self._sheet.rowCount()
        bar = self.horizontalScrollBar().sizeHint().height() if self._is_wider else 0
        return self.horizontalHeader().sizeHint().height() + rows * self.verticalHeader().defaultSectionSize() + bar + 2

    @property
    def _is_wider(self) -> bool:
        return self.horizontalHeader().length() > self.viewport().width() + 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.pointed.emit(self._sheet.cell(current) if current.isValid() else None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever comes here by Tab sees where they are."""
        super().focusInEvent(event)
        if self.currentIndex().isValid() and not self.selectionModel().hasSelection():
            self.selectionModel().select(self.currentIndex(), QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copying and what closes the card is the card's."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Escape or (control and event.key() == Qt.Key.Key_C):
            event.ignore()
            return
        super().keyPressEvent(event)


def _widest_words(model: SheetModel) -> int:
    """The column that takes what is left: the first of words, since numbers stand best beside each other."""
    if model.upright:
        return 1
    columns = model.sheet.columns[: model.columnCount()]
    return next((place for place, column in enumerate(columns) if column.type is CellType.TEXT), len(columns) - 1)


class _Cells(QStyledItemDelegate):
    """Paints a line below each row, and a corner where a value does not stand on the picture."""

    def __init__(self, theme: Theme, parent: SheetTable) -> None:
        super().__init__(parent)
        self._theme = theme
        self._table = parent

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, rect = self._theme.colours, QRect(option.rect)
        painter.save()
        painter.setLayoutDirection(option.direction)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(rect, QColor(colours.accent_soft))
        painter.setPen(QColor(colours.line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        cell = index.data(CELL)
        doubted = isinstance(cell, Cell) and (cell.presence in DOUBTED or cell.misread)
        name = cell is None
        painter.setPen(QColor(colours.warn if doubted else colours.muted if name else colours.ink))
        font = QFont(option.font)
        font.setPixelSize(self._theme.px(TYPE_LABEL))
        painter.setFont(font)
        inner = rect.adjusted(SPACE[1], 0, -SPACE[1], -1)
        fonts = QFontMetrics(font)
        text = fonts.elidedText(str(index.data() or ""), Qt.TextElideMode.ElideRight, inner.width())
        side = index.data(Qt.ItemDataRole.TextAlignmentRole)
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner, int(side if side is not None else leading), text)
        if doubted:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.warn))
            corner, edge = rect.topRight(), self._theme.px(_CORNER)
            x, y = corner.x() + 1, corner.y()
            painter.drawPolygon(QPolygon([QPoint(x - edge, y), QPoint(x, y), QPoint(x, y + edge)]))
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(focus_pen(colours))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()
