"""The list of what a search found."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kireji.core.history import SearchHit
from kireji.ui.chat.words import is_right_to_left
from kireji.ui.parts import focus_pen, restyle
from kireji.ui.sidebar.list_model import title_of
from kireji.ui.sidebar.result_model import FOUND, Found, Index, Passage, ResultModel, Title
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_BODY, TYPE_LABEL, TYPE_SMALL
from kireji.ui.translation import tr

_SIDE = 10
_LINES = 2
"""Of a passage."""
_BEFORE = 16
"""Characters that are shown before the first mark at least, where there are any."""

Marks = tuple[tuple[int, int], ...]


class ResultList(QListView):
    """Shows hits; the arrow keys walk them, Enter or a click opens one.

    Args:
        theme: Colours and text size.
    """

    chosen = Signal(object)
    """A `SearchHit`."""
    left_above = Signal()
    """The keyboard went up from the first one."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.found = ResultModel()
        self.found.setParent(self)
        self.setModel(self.found)
        self.setItemDelegate(_ResultRows(theme, self))
        self.setAccessibleName(tr("Search results"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        theme.changed.connect(self._restyle)

    def choose_first(self) -> None:
        """Open the first hit, if there is one."""
        first = self._step(-1, 1)
        if first.isValid():
            self._choose(first)

    def enter(self) -> None:
        """Take the keyboard, at the first hit if none was walked to before."""
        self.setFocus()
        first = self._step(-1, 1)
        if not self.currentIndex().isValid() and first.isValid():
            self.setCurrentIndex(first)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and at.flags() & Qt.ItemFlag.ItemIsEnabled:
            self._choose(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex())
        elif event.key() == Qt.Key.Key_Up and not self._step(self.currentIndex().row(), -1).isValid():
            self.left_above.emit()
        else:
            super().keyPressEvent(event)

    def _step(self, row: int, direction: int) -> QModelIndex:
        row += direction
        while 0 <= row < self.found.rowCount():
            index = self.found.index(row, 0)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                return index
            row += direction
        return QModelIndex()

    def _choose(self, index: QModelIndex) -> None:
        entry = self.found.entry(index)
        if entry is not None and entry.hit is not None:
            self.chosen.emit(entry.hit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def _restyle(self) -> None:
        self.scheduleDelayedItemsLayout()
        restyle(self)


class _ResultRows(QStyledItemDelegate):
    """Draws titles and passages, with what was searched for marked."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._measured: dict[tuple[str, int, float], int] = {}

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        entry: Found | None = index.data(FOUND)
        if not isinstance(entry, Passage):
            return QSize(80, self._line(TYPE_BODY) + SPACE[2] + (SPACE[1] if index.row() else 0))
        return QSize(80, self._lines(entry) * self._line(TYPE_LABEL) + SPACE[2])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Found | None = index.data(FOUND)
        if entry is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        if isinstance(entry, Title) and index.row():
            rect.adjust(0, SPACE[1], 0, 0)
        if entry.hit is not None:
            self._paint_ground(painter, rect.adjusted(1, 1, -2, -2), option.state)
        inside = rect.adjusted(_SIDE, 0, -_SIDE, 0)
        if isinstance(entry, Title):
            self._paint_title(painter, inside, entry)
        else:
            self._paint_passage(painter, inside, entry)
        painter.restore()

    def _lines(self, entry: Passage) -> int:
        """How many lines a passage takes at the present width."""
        width = self._view.viewport().width() - 2 * _SIDE
        key = (entry.hit.snippet, width, self._theme.scale)
        if key not in self._measured:
            text, marks = from_first_mark(*one_line(entry.hit))
            layout = self._layout(text, marks, self._font(TYPE_LABEL), turned=is_right_to_left(text))
            lay_out(layout, width, _LINES)
            self._measured[key] = layout.lineCount()
        return self._measured[key]

    def _line(self, size: int) -> int:
        return ceil(QFontMetrics(self._font(size)).height()) + 1

    def _font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._view.font())
        font.setPixelSize(self._theme.px(size))
        font.setWeight(weight)
        return font

    def _paint_ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        colours = self._theme.colours
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colours.surface if selected else colours.pointed))
            focused = selected and self._view.hasFocus()
            painter.setPen(focus_pen(colours) if focused else QPen(Qt.PenStyle.NoPen))
            painter.drawRoundedRect(rect, RADIUS_CONTROL, RADIUS_CONTROL)

    def _paint_title(self, painter: QPainter, rect: QRectF, entry: Title) -> None:
        painter.setFont(self._font(TYPE_SMALL))
        painter.setPen(QColor(self._theme.colours.muted))
        painter.drawText(rect, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter, entry.time)
        taken = painter.fontMetrics().horizontalAdvance(entry.time) + SPACE[1] if entry.time else 0
        mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        room = rect.adjusted(taken if mirrored else 0, 0, 0 if mirrored else -taken, 0)
        found = entry.hit is not None and bool(entry.hit.snippet)
        text, marks = one_line(entry.hit) if entry.hit is not None and found else (title_of(entry.conversation), ())
        font = self._font(TYPE_BODY, QFont.Weight.Medium)
        self._paint_marked(painter, room, text, marks, font, self._theme.colours.ink, lines=1)

    def _paint_passage(self, painter: QPainter, rect: QRectF, entry: Passage) -> None:
        text, marks = from_first_mark(*one_line(entry.hit))
        font = self._font(TYPE_LABEL)
        self._paint_marked(painter, rect, text, marks, font, self._theme.colours.muted, lines=_LINES)

    def _paint_marked(
        self, painter: QPainter, rect: QRectF, text: str, marks: Marks, font: QFont, colour: str, *, lines: int
    ) -> None:
        mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        # A title begins where all titles begin, a passage at the side where one begins to read it.
        turned = is_right_to_left(text)
        layout = self._layout(text, marks, font, turned=turned, at_right=mirrored or (turned and lines > 1))
        height = lay_out(layout, rect.width(), lines)
        painter.setPen(QColor(colour))
        layout.draw(painter, QPointF(rect.left(), rect.top() + (rect.height() - height) / 2))

    def _layout(self, text: str, marks: Marks, font: QFont, *, turned: bool, at_right: bool = False) -> QTextLayout:
        layout = QTextLayout(text, font)
        side = Qt.AlignmentFlag.AlignRight if at_right else Qt.AlignmentFlag.AlignLeft
        option = QTextOption(side | Qt.AlignmentFlag.AlignAbsolute)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if turned else Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats(self._formats(text, marks))
        return layout

    def _formats(self, text: str, marks: Marks) -> list[QTextLayout.FormatRange]:
        colours = self._theme.colours
        found = []
        for start, end in marks:
            format_ = QTextLayout.FormatRange()
            format_.start = utf16(text[:start])
            format_.length = utf16(text[start:end])
            look = QTextCharFormat()
            look.setForeground(QColor(colours.ink))
            look.setBackground(QColor(colours.accent_soft))
            look.setFontWeight(QFont.Weight.DemiBold)
            format_.format = look
            found.append(format_)
        return found


def lay_out(layout: QTextLayout, width: float, lines: int) -> float:
    """Break a text into at most so many lines, the last with an ellipsis where more follow; returns its height."""
    text = layout.text()
    ends = _broken(layout, width, lines)
    if len(ends) == lines and ends[-1] < utf16(text):
        # The last line holds what fits beside the ellipsis.
        start = ends[-2] if lines > 1 else 0
        shown = QFontMetrics(layout.font()).horizontalAdvance("…")
        encoded = text.encode("utf-16-le")
        cut = ends[-1]
        while cut > start + 1 and _width(layout, encoded[2 * start : 2 * cut]) + shown > width:
            cut -= 1
        layout.setText(encoded[: 2 * cut].decode("utf-16-le", "ignore").rstrip() + "…")
        _broken(layout, width, lines)
    return layout.boundingRect().height()


def _width(layout: QTextLayout, piece: bytes) -> float:
    return QFontMetrics(layout.font()).horizontalAdvance(piece.decode("utf-16-le", "ignore"))


def _broken(layout: QTextLayout, width: float, lines: int) -> list[int]:
    ends: list[int] = []
    height = 0.0
    layout.beginLayout()
    while len(ends) < lines:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, height))
        height += line.height()
        ends.append(line.textStart() + line.textLength())
    layout.endLayout()
    return ends


def utf16(text: str) -> int:
    """How many units Qt counts in a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def one_line(hit: SearchHit) -> tuple[str, Marks]:
    """A snippet without line breaks, and its marks, which stay where they are."""
    text = "".join(" " if sign.isspace() else sign for sign in hit.snippet)
    return text, tuple((start, end) for start, end in hit.marks if 0 <= start < end <= len(text))


def from_first_mark(text: str, marks: Marks) -> tuple[str, Marks]:
    """The part of a snippet that begins a little before its first mark, so that the mark stands in the first line."""
    if not marks or marks[0][0] <= _BEFORE:
        return text, marks
    start = marks[0][0] - _BEFORE
    gap = text.find(" ", start, marks[0][0])
    start = gap + 1 if gap >= 0 else start
    return "…" + text[start:], tuple((begin - start + 1, end - start + 1) for begin, end in marks)
