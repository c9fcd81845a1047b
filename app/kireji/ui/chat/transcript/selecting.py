"""A column in which words can be selected across pieces and messages, and links be opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDesktopServices,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPalette,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication, QMenu

from kireji.ui.chat.formula import Formulas
from kireji.ui.chat.transcript.body import PieceRow
from kireji.ui.chat.transcript.column import AT_ONCE, Column
from kireji.ui.chat.transcript.piece import Piece
from kireji.ui.chat.transcript.refining import Colouring
from kireji.ui.chat.transcript.rows import Item, Row
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_SCROLL_MILLISECONDS = 30
_FASTEST = 120
"""Logical pixels by which the column scrolls at once while the pointer is held beyond its edge."""


class Place(NamedTuple):
    """A position in the words of the column."""

    row: Row
    position: int

    @property
    def order(self) -> tuple[int, int, int]:
        """Compares as the words are read."""
        return (self.row.item.index, self.row.index, self.position)


class SelectingColumn(Column):
    """Adds selection, links and the keys for both.

    Args:
        theme: Colours and text size.
        ground: Role of the palette that the column lies on.
        margins: Above and below everything, in logical pixels.
    """

    link_activated = Signal(object)
    """A link that may be opened was chosen; it opens in the person's browser."""
    pictures_wanted = Signal(object)
    """Something whose pictures are not there yet: it has `blobs`, `picture_room` and `set_image`."""

    def __init__(self, theme: Theme, ground: QPalette.ColorRole, margins: tuple[int, int]) -> None:
        super().__init__(theme, ground, margins)
        self._start: tuple[Place, Place] | None = None
        self._end: Place | None = None
        self._unit: QTextCursor.SelectionType | None = None
        self._dragging = False
        self._pressed_row: Row | None = None
        self._pointer = QPoint()
        self.formulas = Formulas(self)
        self.formulas.ready.connect(self._formula_ready)
        self._colouring = Colouring(self)
        self._pressed_link = ""
        self._showing = False
        self._sought_words: tuple[str, ...] = ()
        self._scrolling = QTimer(self, interval=_SCROLL_MILLISECONDS)
        self._scrolling.timeout.connect(self._scroll_on)
        self._again = QTimer(self, singleShot=True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.link_activated.connect(self._launch)

    # What comes after pieces are shown.

    def refine(self, row: PieceRow) -> None:
        """A piece has been written: see to what was not there yet."""
        if row.body.source.uncoloured:
            self._colouring.add(row.body)
        if row.piece is not None and row.piece.blobs():
            self.pictures_wanted.emit(row.piece)

    def _formula_ready(self, tex: object) -> None:
        for row in self._built:
            if isinstance(row, PieceRow) and row.piece is not None and row.piece.doubt(str(tex)):
                row.renew()
                self.later()

    def renew_piece(self, piece: object) -> None:
        """A picture in a piece is there."""
        for row in self._built:
            if isinstance(row, PieceRow) and row.piece is piece:
                row.renew()
                self.later()

    # Where a point is.

    def _row_near(self, y: int) -> Row | None:
        """The row with words at a height, or the next one that has any."""
        row = self.row_at(y)
        if row is None or row.selectable:
            return row
        begin = self.top_of(row)
        return self._other(row, 1 if y > begin + row.height // 2 else -1) or self._other(row, 1) or self._other(row, -1)

    def _other(self, row: Row, step: int) -> Row | None:
        """The next row with words before or behind another."""
        item, index = row.item, row.index
        while 0 <= item.index < len(self.items):
            index += step
            if 0 <= index < len(item.rows):
                if item.rows[index].selectable:
                    return item.rows[index]
                continue
            following = item.index + step
            if not 0 <= following < len(self.items):
                return None
            item = self.items[following]
            if not item.rows:
                return None
            index = -1 if step > 0 else len(item.rows)
        return None

    def place_at(self, point: QPoint) -> Place | None:
        """The position in the words nearest to a point of the viewport."""
        y = point.y() + self.top
        row = self._row_near(y)
        if row is None:
            return None
        piece = row.piece
        begin = self.top_of(row)
        if piece is None:
            return Place(row, 0)
        if y < begin:
            return Place(row, 0)
        if y >= begin + row.height:
            return Place(row, piece.length())
        return Place(row, piece.position_at(piece.mapFrom(self.viewport(), point)))

    def piece_at(self, point: QPoint) -> tuple[Piece, QPoint] | None:
        """The piece below a point of the viewport, and the point in it."""
        row = self.row_at(point.y() + self.top)
        if row is None or row.piece is None:
            return None
        within = row.piece.mapFrom(self.viewport(), point)
        return (row.piece, within) if row.piece.rect().contains(within) else None

    def link_at(self, point: QPoint) -> str:
        """The address below a point of the viewport; empty for none."""
        found = self.piece_at(point)
        return found[0].link_at(found[1]) if found is not None else ""

    # The selection.

    @property
    def bounds(self) -> tuple[Place, Place] | None:
        """From where to where words are selected; None for nothing."""
        if self._start is None or self._end is None:
            return None
        first, last = self._start
        ends = sorted((first, last, self._end), key=_order)
        return (ends[0], ends[-1]) if ends[0].order != ends[-1].order else None

    def select_nothing(self) -> None:
        """Nothing is selected any more."""
        self._start = self._end = None
        self._show_selection()

    def select_item(self, item: Item) -> None:
        """Select all words of an item."""
        rows = [row for row in item.rows if row.selectable]
        if rows:
            first = Place(rows[0], 0)
            self._start, self._end = (first, first), Place(rows[-1], _EVERYTHING)
            self._show_selection()

    def _in_selection(self, row: Row, bounds: tuple[Place, Place]) -> tuple[int, int] | None:
        """Which part of a row's words is selected."""
        first, last = bounds
        key = (row.item.index, row.index)
        if not row.selectable or key < first.order[:2] or key > last.order[:2]:
            return None
        return (first.position if row is first.row else 0, last.position if row is last.row else _EVERYTHING)

    def _show_selection(self) -> None:
        bounds = self.bounds
        if bounds is None and not self._showing:
            return
        self._showing = bounds is not None
        for row in self._built:
            if (piece := row.piece) is not None:
                piece.select(self._in_selection(row, bounds) if bounds is not None else None)

    def placed(self) -> None:
        self._show_selection()

    def _make(self, row: Row) -> None:
        super()._make(row)
        if self._sought_words:
            self._mark(row)

    def seek(self, words: Sequence[str]) -> None:
        """Mark these words wherever they are seen, until the next click."""
        self._sought_words = tuple(word for word in words if word)
        for row in self._built:
            self._mark(row)

    def _mark(self, row: Row) -> None:
        if (piece := row.piece) is not None:
            piece.mark([found for word in self._sought_words for found in piece.places_of(word)])

    def held(self, row: Row) -> bool:
        return (self._dragging and row is self._pressed_row) or super().held(row)

    def set_items(self, items: Sequence[Item]) -> None:
        super().set_items(items)
        places = (*(self._start or ()), *((self._end,) if self._end is not None else ()))
        if not all(self._stack.holds(place.row.item) for place in places):
            self.select_nothing()

    def put_rows(self, item: Item, rows: Sequence[Row]) -> None:
        super().put_rows(item, rows)
        places = (*(self._start or ()), *((self._end,) if self._end is not None else ()))
        if any(place.row.item is item and not _stands(place.row) for place in places):
            self.select_nothing()

    def selected_rows(self) -> Iterator[tuple[Row, int, int]]:
        """All rows with selected words, with the part that is selected."""
        bounds = self.bounds
        if bounds is None:
            return
        for index in range(bounds[0].row.item.index, bounds[1].row.item.index + 1):
            for row in self.items[index].rows:
                part = self._in_selection(row, bounds)
                if part is not None and part[0] < part[1]:
                    yield row, *part

    def selected_text(self) -> str:
        """The selected words, as plain text; also of pieces that are not built."""
        lines: list[str] = []
        item: Item | None = None
        for row, start, end in self.selected_rows():
            if item is not None and row.item is not item:
                lines.append("")
            item = row.item
            lines.append(row.words(start, end))
        return "\n".join(lines)

    def toggle_part(self, key: object) -> None:
        """Open or close a part of an item: the item, and which."""
        assert isinstance(key, tuple)
        item, index = key
        self.put_rows(item, item.toggle(index))
        self.settle(AT_ONCE)

    # The mouse.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        if self._sought_words:
            self.seek(())
        point = event.position().toPoint()
        place = self.place_at(point)
        self._pressed_link = self.link_at(point)
        self._dragging, self._pointer = True, point
        if self._again.isActive() and self._unit is QTextCursor.SelectionType.WordUnderCursor:
            self._begin_unit(QTextCursor.SelectionType.BlockUnderCursor, place)
            return
        if place is None:
            self.select_nothing()
            return
        self._pressed_row = place.row
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._start is not None:
            self._end = place
        else:
            self._unit, self._start, self._end = None, (place, place), place
        self._show_selection()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragging = True
            self._begin_unit(QTextCursor.SelectionType.WordUnderCursor, self.place_at(event.position().toPoint()))
            self._again.start(QApplication.doubleClickInterval())

    def _begin_unit(self, unit: QTextCursor.SelectionType, place: Place | None) -> None:
        self._unit = unit
        if place is not None:
            self._start = self._unit_around(place)
            self._end = self._start[1]
            self._pressed_row = place.row
        self._show_selection()

    def _unit_around(self, place: Place) -> tuple[Place, Place]:
        piece = place.row.piece
        if piece is None or self._unit is None:
            return place, place
        start, end = piece.unit_at(place.position, self._unit)
        return Place(place.row, start), Place(place.row, end)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._dragging or not event.buttons() & Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pointer = event.position().toPoint()
        self._reach(self._pointer)
        beyond = not 0 <= self._pointer.y() < self.viewport().height()
        if beyond and not self._scrolling.isActive():
            self._scrolling.start()
        elif not beyond:
            self._scrolling.stop()

    def _reach(self, point: QPoint) -> None:
        """Let the selection go on to a point."""
        height = self.viewport().height()
        place = self.place_at(QPoint(point.x(), max(0, min(height - 1, point.y()))))
        if place is None or self._start is None:
            return
        begin, end = self._unit_around(place)
        self._end = end if end.order >= self._start[0].order else begin
        self._show_selection()

    def _scroll_on(self) -> None:
        height = self.viewport().height()
        over = self._pointer.y() if self._pointer.y() < 0 else max(0, self._pointer.y() - height + 1)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + max(-_FASTEST, min(_FASTEST, over)))
        self._reach(self._pointer)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._dragging, self._pressed_row = False, None
        self._scrolling.stop()
        if self.bounds is None:
            self._start = None if self._unit is not None else self._start
            link = self.link_at(event.position().toPoint())
            if link and link == self._pressed_link:
                self.open_link(QUrl(link))
        elif QGuiApplication.clipboard().supportsSelection():
            QGuiApplication.clipboard().setText(self.selected_text(), QGuiApplication.clipboard().Mode.Selection)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        point = self.viewport().mapFromGlobal(event.globalPos())
        self.fill_menu(menu, point)
        if not menu.isEmpty():
            menu.popup(event.globalPos())

    def fill_menu(self, menu: QMenu, point: QPoint) -> None:
        """Put into a menu what can be done at a point of the viewport."""
        if self.bounds is not None:
            menu.addAction(tr("Copy")).triggered.connect(self.copy)
        link = self.link_at(point)
        if link:
            action = menu.addAction(tr("Copy the link's address"))
            action.setData(link)
            action.triggered.connect(self._copy_link)

    def _copy_link(self) -> None:
        action = self.sender()
        QGuiApplication.clipboard().setText(str(action.data()))  # type: ignore[attr-defined]

    # The keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._select_here()
        elif event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.follow()
            self.settle()
        else:
            super().keyPressEvent(event)

    def _select_here(self) -> None:
        """Select the message that the selection begins in, or the one in the middle of the screen."""
        if self._start is not None:
            self.select_item(self._start[0].row.item)
            return
        row = self.row_at(self.top + self.viewport().height() // 2)
        if row is not None:
            self.select_item(row.item)

    def copy(self) -> None:
        """Put the selected words on the clipboard."""
        text = self.selected_text()
        if text:
            QGuiApplication.clipboard().setText(text)

    # Links.

    def open_link(self, url: object) -> None:
        """Open a link if it may be opened."""
        from kireji.ui.chat.markdown import allowed_link

        assert isinstance(url, QUrl)
        if allowed_link(url.toString()):
            self.link_activated.emit(url)

    def _launch(self, url: object) -> None:
        assert isinstance(url, QUrl)
        QDesktopServices.openUrl(url)


_EVERYTHING = 1 << 30
"""Behind the last position of any piece."""


def _order(place: Place) -> tuple[int, int, int]:
    return place.order


def _stands(row: Row) -> bool:
    return row.index < len(row.item.rows) and row.item.rows[row.index] is row
