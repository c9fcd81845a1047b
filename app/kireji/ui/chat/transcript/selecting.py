"""A column in which words can be selected across pieces and messages, and links be opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, Qt, QUrl, Signal
from PySide6.QtGui import (
    QDesktopServices,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPalette,
)

from kireji.ui.chat.formula import Formulas
from kireji.ui.chat.transcript.body import PieceRow
from kireji.ui.chat.transcript.column import AT_ONCE, Column
from kireji.ui.chat.transcript.focusing import give_keyboard, has_keyboard
from kireji.ui.chat.transcript.piece import Piece
from kireji.ui.chat.transcript.refining import Colouring
from kireji.ui.chat.transcript.rows import Item, Row
from kireji.ui.theme import Theme


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
        self.formulas = Formulas(self)
        self.formulas.ready.connect(self._formula_ready)
        self._colouring = Colouring(self)
        self._showing = False
        self._sought_words: tuple[str, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
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
        line = item.line_of(index)
        held = line is not None and has_keyboard(line)
        followed = self._stack.following
        if followed and not item.grows_at(index):
            self._stack.hold(self._stack.top)  # what was pressed stays under the pointer
        self.put_rows(item, item.toggle(index))
        self.settle(AT_ONCE)
        if followed and self._stack.top == self._stack.last_top:
            self._stack.follow()
        if held and (line := item.line_of(index)) is not None:
            give_keyboard(line)

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
