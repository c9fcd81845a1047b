"""The list of rows that are reviewed: no row is a widget, so that a hundred thousand cost nothing."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from kireji.core.jobs.reviews import ReviewItem
from kireji.core.moderation.policies import Policy
from kireji.ui.chat.words import apart
from kireji.ui.icons import pixmap
from kireji.ui.jobs.review import words
from kireji.ui.jobs.review.item_model import ITEM, PAGE, Index, ReviewModel
from kireji.ui.parts import focus_pen, restyle
from kireji.ui.sidebar.rows import draw_line
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_LABEL, TYPE_SMALL
from kireji.ui.translation import tr

_THIS = QItemSelectionModel.SelectionFlag.ClearAndSelect
_EDGE = 3
"""Of the mark that says what the policy wants done."""
_SIDE = 12
_SIGN = 14


class ReviewList(QTableView):
    """Shows a `ReviewModel`; arrows go through the rows.

    A table of one column: Qt's list asks for the place of every row whenever any comes or goes.

    Args:
        theme: Colours and text size.
        model: What it shows.
    """

    marked = Signal(object)
    """The place of the row that has the keyboard now."""
    entered = Signal()
    """Enter or a click wants to see the row itself, where it does not stand beside the list."""

    def __init__(self, theme: Theme, model: ReviewModel) -> None:
        super().__init__()
        self._rows = model
        self.setProperty("kind", "verdicts")  # whose rows draw their own selection
        self.setModel(model)
        self.delegate = _Rows(theme, self)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName(tr("Verdicts"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.clicked.connect(self.entered)
        self.activated.connect(self.entered)
        theme.changed.connect(self._restyle)
        self._size_rows()

    def show_policy(self, policy: Policy | None) -> None:
        """Call categories as this policy does."""
        self.delegate.policy = policy
        self.viewport().update()

    @property
    def place(self) -> int:
        """Of the row that has the keyboard; -1 for none."""
        return self.currentIndex().row()

    def seen_pages(self) -> set[int]:
        """Where the pages begin that are seen, and the one of the row that has the keyboard."""
        first = max(0, self.indexAt(self.viewport().rect().topLeft()).row())
        begins = {place - place % PAGE for place in (first, first + PAGE, max(0, self.place))}
        return {begin for begin in begins if begin < self._rows.rowCount()}

    def mark(self, place: int) -> None:
        """Put the keyboard on a row and bring it into view."""
        index = self._rows.index(place, 0)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, _THIS)
            self.scrollTo(index)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            self.marked.emit(current.row())

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the first and the last row, as in any list."""
        rows = self._rows.rowCount()
        if rows and action is QAbstractItemView.CursorAction.MoveHome:
            return self._rows.index(0, 0)
        if rows and action is QAbstractItemView.CursorAction.MoveEnd:
            return self._rows.index(rows - 1, 0)
        return super().moveCursor(action, modifiers)

    def keyboardSearch(self, _search: str) -> None:
        """Letters decide about rows; they do not look for one."""

    def _restyle(self) -> None:
        restyle(self)
        self._size_rows()

    def _size_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self.delegate.height())


class _Rows(QStyledItemDelegate):
    """Draws what a row says, what the model found, and what was decided."""

    def __init__(self, theme: Theme, view: QTableView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self.policy: Policy | None = None

    def height(self) -> int:
        """Of a row."""
        return self._theme.px(TYPE_LABEL) + self._theme.px(TYPE_SMALL) + 34

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, self.height())

    def _font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._view.font())
        font.setPixelSize(self._theme.px(size))
        font.setWeight(weight)
        return font

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect).adjusted(1, 1, -2, -2)
        self._paint_ground(painter, rect, option.state)
        item = index.data(ITEM)
        if isinstance(item, ReviewItem):
            self._paint_item(painter, rect, item)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        colours = self._theme.colours
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(colours.accent_soft))
            if self._view.hasFocus():
                painter.setPen(focus_pen(colours))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colours.raised))
        else:
            return
        painter.drawRoundedRect(rect, RADIUS_CONTROL, RADIUS_CONTROL)

    def _paint_item(self, painter: QPainter, rect: QRectF, item: ReviewItem) -> None:
        colours, mirrored = self._theme.colours, self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        tones = {"ok": colours.ok, "warn": colours.warn, "error": colours.error, "idle": colours.muted}
        inside = rect.adjusted(_SIDE + _EDGE, 7, -SPACE[2], -7)
        if mirrored:
            inside = rect.adjusted(SPACE[2], 7, -_SIDE - _EDGE, -7)
        edge = QRectF(0, 0, _EDGE, inside.height())
        edge.moveCenter(inside.center())
        edge.moveLeft(rect.right() - _SIDE + _EDGE if mirrored else rect.left() + _SIDE - 2 * _EDGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tones[words.TONES[item.judged.action]]))
        painter.drawRoundedRect(edge, _EDGE / 2, _EDGE / 2)
        half = inside.height() * self._theme.px(TYPE_LABEL) / (self._theme.px(TYPE_LABEL) + self._theme.px(TYPE_SMALL))
        above = QRectF(inside.left(), inside.top(), inside.width(), half)
        below = QRectF(inside.left(), inside.top() + half, inside.width(), inside.height() - half)
        heavy = QFont.Weight.Normal if item.review is not None else QFont.Weight.DemiBold
        colour = colours.muted if item.review is not None else colours.ink
        draw_line(painter, above, words.name_of(item), self._font(TYPE_LABEL, heavy), colour, mirrored=mirrored)
        small = self._font(TYPE_SMALL)
        said = f"{words.said_action(item.judged.action)} · {apart(words.below(item, self.policy))}"
        room = self._paint_decision(painter, below, item, small, tones, mirrored=mirrored)
        draw_line(painter, room, said, small, colours.muted, mirrored=mirrored)

    def _paint_decision(
        self,
        painter: QPainter,
        line: QRectF,
        item: ReviewItem,
        font: QFont,
        tones: dict[str, str],
        *,
        mirrored: bool,
    ) -> QRectF:
        """Draw what was decided at the end of a line; what is left of the line."""
        if item.review is None:
            return line
        said = words.decision(item.review)
        painter.setFont(font)
        edge = self._theme.px(_SIGN)
        says = (
            painter.fontMetrics().size(Qt.TextFlag.TextSingleLine, said).width() + SPACE[0]
        )  # Arabic is wider than it advances
        width = min(says + edge + SPACE[0], line.width() / 2)
        start = line.left() if mirrored else line.right() - width
        colour = tones[words.TONES[item.review.action]] if item.disagrees else self._theme.colours.muted
        sign = pixmap("pencil" if item.disagrees else "check", colour, edge, painter.device().devicePixelRatioF())
        at = start + width - edge if mirrored else start
        painter.drawPixmap(QRectF(at, line.center().y() - edge / 2, edge, edge).toRect(), sign)
        room = width - edge - SPACE[0]
        words_at = QRectF(start if mirrored else start + edge + SPACE[0], line.top(), room, line.height())
        draw_line(painter, words_at, said, font, colour, mirrored=mirrored)
        gap = width + SPACE[1]
        return line.adjusted(gap, 0, 0, 0) if mirrored else line.adjusted(0, 0, -gap, 0)
