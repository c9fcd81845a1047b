"""The cells of a table or of fields, with those marked that a person shall look at."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from kireji.core.extraction.sheets import Cell, Presence
from kireji.ui.icons import icon
from kireji.ui.parts import focus_pen
from kireji.ui.results.sheet_model import CELL, Index, Place, SheetModel
from kireji.ui.sidebar.rows import draw_line
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_LABEL, TYPE_SMALL
from kireji.ui.translation import tr

_ROW = 17
"""Of a row beside its letters, in logical pixels."""
_LOOKED_AT = 40
"""Rows by which a column's width is found."""
_NARROWEST, _WIDEST, _LEAST = 64, 320, 110
"""Of columns: at least, at most, and what wide ones keep where the others would have no room."""
_ICON = 13
_NAMES = 220
"""Widest column of the names of fields."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SheetTable(QTableView):
    """Shows a `SheetModel`; every cell can be gone to, several can be copied.

    Args:
        theme: Colours and text size.
        model: What it shows.
    """

    passed = Signal(object)
    """The place in the sheet that is gone to now."""
    copied = Signal()
    """The selected cells shall go to the clipboard."""

    def __init__(self, theme: Theme, model: SheetModel) -> None:
        super().__init__()
        self._theme = theme
        self._cells = model
        self._natural: list[int] = []
        self._by_hand = self._fitting = False
        self._paint = _Cells(theme, self)
        self.setModel(model)
        self.setItemDelegate(self._paint)
        self.setAccessibleName(tr("Table"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
            header.setSectionsMovable(False)
            header.setTextElideMode(Qt.TextElideMode.ElideRight)
            header.setMinimumSectionSize(theme.px(24))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().sectionResized.connect(self._resized)
        model.modelReset.connect(self.fit)
        theme.changed.connect(self.fit)
        self.fit()

    # Where it stands.

    def go_to(self, place: Place, *, tell: bool = False) -> None:
        """Go to a cell of the sheet and bring it into view.

        Args:
            place: Row and column.
            tell: Whether `passed` tells it.
        """
        index = self._cells.at(place)
        if not index.isValid():
            return
        selection = self.selectionModel()
        blocked = selection.blockSignals(not tell)
        selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        selection.blockSignals(blocked)
        self.scrollTo(index)
        self.viewport().update()

    def here(self) -> Place | None:
        """The place in the sheet that is gone to."""
        return self._cells.place(self.currentIndex())

    def selected(self) -> list[list[str]]:
        """The texts of the selected cells, row by row as they are seen; all cells of the smallest block around them."""
        chosen = self.selectionModel().selection()
        if chosen.isEmpty():
            return []
        ranges = chosen.toList()
        top, bottom = min(each.top() for each in ranges), max(each.bottom() for each in ranges)
        left, right = min(each.left() for each in ranges), max(each.right() for each in ranges)
        whole = len(ranges) == 1
        model = self._cells

        def text(row: int, column: int) -> str:
            index = model.index(row, column)
            if not whole and not chosen.contains(index):
                return ""
            return str(index.data(Qt.ItemDataRole.EditRole) or "")

        return [[text(row, column) for column in range(left, right + 1)] for row in range(top, bottom + 1)]

    def set_parts(self, parts: Sequence[Place], result: Place | None = None) -> None:
        """Mark the cells that something was reckoned from.

        Args:
            parts: Their places in the sheet.
            result: Where the sum stands.
        """
        self._paint.parts = frozenset(parts)
        self._paint.result = result
        self.viewport().update()

    def parts(self) -> frozenset[Place]:
        """The cells that are marked so."""
        return self._paint.parts if self._paint.result is None else self._paint.parts | {self._paint.result}

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if (place := self._cells.place(current)) is not None:
            self.passed.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif event.key() in _ENTER and self.state() != QAbstractItemView.State.EditingState:
            if self._cells.editable:
                self.edit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Home and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._jump(0, 0)
        elif event.key() == Qt.Key.Key_End and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._jump(self._cells.rowCount() - 1, self._cells.columnCount() - 1)
        else:
            super().keyPressEvent(event)

    def _jump(self, row: int, column: int) -> None:
        index = self._cells.index(row, column)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    # Room.

    def fit(self) -> None:
        """Give the columns widths by what stands in them."""
        theme, model = self._theme, self._cells
        self._paint.dress()
        height = theme.px(TYPE_LABEL) + _ROW
        self.verticalHeader().setDefaultSectionSize(height)
        self.horizontalHeader().setFixedHeight(height)
        metrics = QFontMetrics(self._paint.font)
        small = QFont(self._paint.font)
        small.setPixelSize(theme.px(TYPE_SMALL))
        head = QFontMetrics(small)
        upright = model.upright
        side = self.verticalHeader()
        longest = 0
        for row in range(min(model.rowCount(), _LOOKED_AT * 5)) if upright else ():
            name = str(model.headerData(row, Qt.Orientation.Vertical))
            longest = max(longest, head.horizontalAdvance(name[:60]))
        digits = head.horizontalAdvance("0" * max(2, len(str(model.rowCount()))))
        side.setFixedWidth((min(longest, theme.px(_NAMES)) if upright else digits) + 2 * SPACE[1] + 4)
        self._natural = []
        for column in range(model.columnCount()):
            name = str(model.headerData(column, Qt.Orientation.Horizontal))
            texts = [str(model.index(row, column).data()) for row in range(min(model.rowCount(), _LOOKED_AT))]
            widest = max(texts, key=len, default="")[:80]
            needed = max(head.horizontalAdvance(name[:60]) + SPACE[0], metrics.horizontalAdvance(widest) + SPACE[1])
            needed += 2 * SPACE[1] + theme.px(_ICON)
            self._natural.append(min(max(needed, theme.px(_NARROWEST)), theme.px(_WIDEST)))
        self._by_hand = False
        self._distribute()

    def _distribute(self) -> None:
        """Give the columns the room that there is now, unless the person has given it."""
        if self._by_hand:
            return
        widths, theme, upright = list(self._natural), self._theme, self._cells.upright
        room = self.viewport().width() - sum(widths)
        if room < 0 and not upright:
            widths = _narrowed(widths, -room, theme.px(_LEAST))
        if upright and len(widths) == 1:
            widths[0] += max(0, room)
        header = self.horizontalHeader()
        header.setStretchLastSection(room >= 0 and not upright and not self._cells.ends(len(widths) - 1))
        self._fitting = True
        for column, width in enumerate(widths):
            if header.sectionSize(column) != width:
                header.resizeSection(column, width)
        self._fitting = False

    def _resized(self, _section: int, _old: int, _new: int) -> None:
        if not self._fitting and QGuiApplication.mouseButtons():
            self._by_hand = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._distribute()


def _narrowed(widths: list[int], excess: int, least: int) -> list[int]:
    """Wide columns give room away where that is enough for all to be seen; else nothing is gained by it."""
    spare = [max(0, width - least) for width in widths]
    if not excess or sum(spare) < excess:
        return widths
    return [width - math.ceil(excess * free / sum(spare)) for width, free in zip(widths, spare, strict=True)]


class _Cells(QStyledItemDelegate):
    """Paints cells; what all of them share is made once for a look."""

    def __init__(self, theme: Theme, table: SheetTable) -> None:
        super().__init__(table)
        self._theme = theme
        self._table = table
        self.parts: frozenset[Place] = frozenset()
        self.result: Place | None = None
        self.font = QFont()
        self._icons: dict[str, QIcon] = {}
        self.dress()

    def dress(self) -> None:
        """Colours, letters or the direction are different."""
        colours, theme = self._theme.colours, self._theme
        self.font = QFont(self._table.font())
        self.font.setPixelSize(theme.px(TYPE_LABEL))
        self._metrics = QFontMetrics(self.font)
        self._mirrored = self._table.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignLeft if self._mirrored else Qt.AlignmentFlag.AlignRight
        self._end = side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        self._line, self._ground = QColor(colours.line), QColor(colours.accent_soft)
        self._part = QColor(colours.raised)
        edge = theme.px(_ICON)
        self._icons = {
            "missing": icon("eye-off", colours.warn, edge),
            "differs": icon("circle-alert", colours.warn, edge),
            "misread": icon("type", colours.error, edge),
        }

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = index.data(CELL)
        if not isinstance(cell, Cell):
            return
        rect = QRectF(option.rect)
        model = self._table.model()
        assert isinstance(model, SheetModel)
        place = model.place(index)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._ground)
        elif place in self.parts or place == self.result:
            painter.fillRect(rect, self._part)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), self._line)
        inside = rect.adjusted(SPACE[1], 0, -SPACE[1], -1)
        mark, colour = self._look(cell)
        if mark:
            inside = self._paint_icon(painter, inside, mark)
        self._paint_text(painter, inside, cell, colour, ends=model.ends(index.column()))
        if option.state & QStyle.StateFlag.State_HasFocus and self._table.hasFocus():
            painter.save()
            painter.setPen(focus_pen(self._theme.colours))
            painter.drawRect(rect.adjusted(0.5, 0.5, -1.5, -1.5))
            painter.restore()

    def _look(self, cell: Cell) -> tuple[str, str]:
        colours = self._theme.colours
        if cell.misread:
            return "misread", colours.error
        if cell.presence is Presence.MISSING:
            return "missing", colours.warn
        if cell.presence is Presence.DIFFERS:
            return "differs", colours.warn
        return "", colours.ink

    def _paint_icon(self, painter: QPainter, inside: QRectF, mark: str) -> QRectF:
        """Where a line begins; the words get what is left."""
        edge = self._theme.px(_ICON)
        left = inside.right() - edge if self._mirrored else inside.left()
        at = QRect(round(left), round(inside.center().y() - edge / 2), edge, edge)
        self._icons[mark].paint(painter, at)
        taken = edge + SPACE[0] + 2
        return inside.adjusted(0, 0, -taken, 0) if self._mirrored else inside.adjusted(taken, 0, 0, 0)

    def _paint_text(self, painter: QPainter, inside: QRectF, cell: Cell, colour: str, *, ends: bool) -> None:
        words = " ".join(cell.text[:300].split())
        if not ends:
            draw_line(painter, inside, words, self.font, colour, mirrored=self._mirrored)
            return
        painter.setFont(self.font)
        painter.setPen(QColor(colour))
        painter.drawText(inside, self._end, self._metrics.elidedText(words, Qt.TextElideMode.ElideRight,
                                                                     int(inside.width())))  # fmt: skip

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setProperty("kind", "title")
        editor.setFrame(False)
        name = index.data(Qt.ItemDataRole.AccessibleTextRole)
        editor.setAccessibleName(str(name or ""))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(str(index.data(Qt.ItemDataRole.EditRole) or ""))
        editor.selectAll()
