"""The scroll area that shows a long column of rows and keeps widgets for those only that are near what is visible."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from kireji.ui.chat.transcript.heights import Heights
from kireji.ui.chat.transcript.rows import Box, Item, Row, place
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

BUDGET = 0.004
"""Seconds of building in one turn of the event loop; what is left waits for the next."""
AT_ONCE = 0.05
"""Seconds of building when all of the screen is new: a conversation opens, the window gets another width."""
_NEAR = 24
"""Logical pixels from the end within which scrolling down arrives at the end."""
_KEPT_SCREENS = 2
"""How far outside of what is visible widgets are kept."""
_LINE = 22
"""Logical pixels of one step of an arrow key, at the usual text size."""


class Anchor(NamedTuple):
    """What keeps its place on the screen while heights become known.

    Args:
        item: At the upper edge.
        row: Of it; None when it has none.
        offset: How much of that is above the edge, in logical pixels.
    """

    item: Item
    row: Row | None
    offset: int


class Column(QAbstractScrollArea):
    """Lays out items below each other; subclasses decide what they are.

    Args:
        theme: Colours and text size.
        ground: Role of the palette that the column lies on.
        margins: Above and below everything, in logical pixels.

    Attributes:
        reach: How far beyond what is visible rows are built at least, in logical pixels; a screen in any case.
    """

    def __init__(self, theme: Theme, ground: QPalette.ColorRole, margins: tuple[int, int]) -> None:
        super().__init__()
        self._theme = theme
        self._margins = margins
        self._items: list[Item] = []
        self._heights = Heights()
        self._built: dict[Row, None] = {}
        self._following = True
        self._anchor: Anchor | None = None
        self._top = 0
        self._width = 0
        self._placing = self._settling = False
        self.reach = 0
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self.settle)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Opaque, so that scrolling moves what is painted already.
        self.viewport().setBackgroundRole(ground)
        self.viewport().setAutoFillBackground(True)
        self.verticalScrollBar().setSingleStep(theme.px(_LINE))
        theme.changed.connect(self._dress)

    # Geometry that subclasses decide.

    def column_left(self) -> int:
        """Where the column begins, in logical pixels from the viewport's edge."""
        return 0

    def column_width(self) -> int:
        """How wide rows are, in logical pixels."""
        return max(1, self.viewport().width())

    # What is in it.

    @property
    def items(self) -> Sequence[Item]:
        """Everything, first to last."""
        return self._items

    def set_items(self, items: Sequence[Item]) -> None:
        """Have these items; those that were there before keep their rows and widgets."""
        kept = {id(item) for item in items}
        anchor = self._anchor
        for item in self._items:
            if id(item) not in kept:
                self._close(item)
        self._items = list(items)
        for index, item in enumerate(self._items):
            item.index = index
        self._heights = Heights(item.height for item in self._items)
        if anchor is not None and id(anchor.item) not in kept:
            self._anchor = self._anchor_at(self._top)

    def add_item(self, item: Item) -> None:
        """Have one more at the end."""
        item.index = len(self._items)
        self._items.append(item)
        self._heights.append(item.height)

    def put_rows(self, item: Item, rows: Sequence[Row]) -> None:
        """Change the rows of an item."""
        anchor = self._anchor
        for row in item.put(rows, self.column_width()):
            self._drop(row)
            if anchor is not None and anchor.row is row:
                self._anchor = Anchor(item, None, anchor.offset + row.index)
        self._note_height(item)

    def relay(self, row: Row) -> None:
        """What a row shows has changed: measure it, or guess again."""
        width = self.column_width()
        self._set_height(row, row.measure(width) if row.widget is not None else row.estimate(width))
        row.measured = row.widget is not None

    def forget_words(self, item: Item) -> None:
        """Close an item; its height stays."""
        height = item.height
        self._close(item)
        item.guess = height
        if self._anchor is not None and self._anchor.item is item:
            self._anchor = Anchor(item, None, self._top - self._margins[0] - self._heights.before(item.index))

    def _close(self, item: Item) -> None:
        for row in item.rows:
            self._drop(row)
        item.rows = []
        item.heights = Heights()
        if item.box is not None:
            item.box.hide()
            item.box.deleteLater()
            item.box = None
            item.placed = (-1, -1, -1)

    def _drop(self, row: Row) -> None:
        if row.widget is not None:
            self._built.pop(row, None)
            row.drop()

    def _note_height(self, item: Item) -> None:
        self._heights.set(item.index, item.height)

    def _set_height(self, row: Row, height: int) -> None:
        if height == row.height:
            return
        anchor = self._anchor
        if anchor is not None and anchor.row is row and not row.measured and row.height:
            self._anchor = anchor._replace(offset=anchor.offset * height // row.height)
        row.height = height
        row.item.heights.set(row.index, height)
        self._note_height(row.item)

    # Where things are.

    @property
    def total(self) -> int:
        """Height of everything, in logical pixels."""
        return self._heights.total + sum(self._margins)

    @property
    def following(self) -> bool:
        """Whether the end is kept in view."""
        return self._following

    def follow(self) -> None:
        """Go to the end and stay there."""
        self._following, self._anchor = True, None

    def scroll_to(self, item: Item, row: Row | None = None, offset: int = 0) -> None:
        """Put a place at the upper edge."""
        self._following = False
        self._anchor = Anchor(item, row, offset)
        self.settle(AT_ONCE)

    def top_of(self, row: Row) -> int:
        """Where a row begins, in logical pixels from the beginning of the column."""
        return self.top_of_item(row.item) + row.item.heights.before(row.index)

    def top_of_item(self, item: Item) -> int:
        """Where an item begins."""
        return self._margins[0] + self._heights.before(item.index)

    def _last_top(self) -> int:
        return max(0, self.total - self.viewport().height())

    def _wanted_top(self) -> int:
        last = self._last_top()
        if self._following or self._anchor is None:
            return last if self._following else min(self._top, last)
        item, row, offset = self._anchor
        return max(0, min(last, (self.top_of_item(item) if row is None else self.top_of(row)) + offset))

    def _anchor_at(self, y: int) -> Anchor | None:
        if not self._items:
            return None
        item = self._items[self._heights.find(y - self._margins[0])]
        within = y - self.top_of_item(item)
        if not item.rows:
            return Anchor(item, None, within)
        row = item.rows[item.heights.find(within)]
        return Anchor(item, row, within - item.heights.before(row.index))

    def row_at(self, y: int) -> Row | None:
        """The row that covers a height, counted from the beginning of the column."""
        anchor = self._anchor_at(y)
        return anchor.row if anchor is not None else None

    @property
    def top(self) -> int:
        """How far it is scrolled, in logical pixels."""
        return self._top

    def _walk(self, begin: int, end: int) -> Iterator[tuple[Item, Row | None, int, int]]:
        """All rows between two heights, with where they begin and end; None stands for an item without rows."""
        if not self._items:
            return
        index = self._heights.find(begin - self._margins[0])
        y = self._margins[0] + self._heights.before(index)
        while index < len(self._items) and y < end:
            item = self._items[index]
            index += 1
            if not item.rows:
                yield item, None, y, y + item.height
                y += item.height
                continue
            first = item.heights.find(begin - y) if begin > y else 0
            at = y + item.heights.before(first)
            for row in item.rows[first:]:
                if at >= end:
                    break
                yield item, row, at, at + row.height
                at += row.height
            y += item.height

    # Building.

    def later(self) -> None:
        """Settle in the next turn of the loop."""
        if not self._more.isActive():
            self._more.start()

    def settle(self, budget: float = BUDGET) -> None:
        """Build what is near, as far as the time allows, and put everything in its place.

        Args:
            budget: Seconds.
        """
        if not self.isVisible():
            return
        if self._settling:
            self.later()
            return
        self._settling = True
        try:
            complete = self._build_near(time.monotonic() + budget)
            self._place()
        finally:
            self._settling = False
        if not complete:
            self._more.start()

    def _build_near(self, deadline: float) -> bool:
        """Make rows in the order in which they matter; False when the time is over before all are made."""
        while True:
            row, missing = self._next(self._wanted_top())
            if row is None:
                self.ask_for(missing)
                return True
            self._make(row)
            if time.monotonic() >= deadline:
                return False

    def ask_for(self, items: Sequence[Item]) -> None:
        """These are near and cannot be opened yet."""

    def _next(self, top: int) -> tuple[Row | None, list[Item]]:
        """The row that is to be made next, and what cannot be."""
        height = self.viewport().height()
        near = max(height, self.reach)
        missing: list[Item] = []
        below: Row | None = None
        above: Row | None = None
        visible: Row | None = None
        for item, row, begin, end in self._walk(top - near, top + height + near):
            if row is None:
                if not item.open(self.column_width()):
                    missing.append(item)
                elif item.rows:
                    self._note_height(item)
                    return self._next(self._wanted_top())
                continue
            if row.widget is not None and row.measured:
                continue
            if end <= top:
                above = row
            elif begin >= top + height:
                below = below or row
            elif visible is None or self._following:
                visible = row
        return visible or below or above, missing

    def _make(self, row: Row) -> None:
        if row.widget is None:
            widget = row.build()
            widget.setParent(self._box_of(row.item))
            self._order(row, widget)
            self._built[row] = None
        self._set_height(row, row.measure(self.column_width()))
        row.measured = True

    def _box_of(self, item: Item) -> Box:
        if item.box is None:
            item.box = Box(self.viewport(), item.name())
            following = next((one.box for one in self._items[item.index + 1 : item.index + 9] if one.box), None)
            if following is not None:
                item.box.stackUnder(following)
        return item.box

    def _order(self, row: Row, widget: QWidget) -> None:
        """Let it stand among its siblings where it is read."""
        rows = row.item.rows
        following = next((one.widget for one in rows[row.index + 1 : row.index + 9] if one.widget is not None), None)
        if following is not None:
            widget.stackUnder(following)

    # Placing.

    def _place(self) -> None:
        height = self.viewport().height()
        top = self._wanted_top()
        self._shift(self._top - top, height)
        self._top = top
        keep = max(_KEPT_SCREENS * height, self.reach)
        near: set[int] = set()
        boxes: set[int] = set()
        left, width = self.column_left(), self.column_width()
        for item, row, begin, end in self._walk(top - keep, top + height + keep):
            if row is None or row.widget is None:
                continue
            assert item.box is not None
            if id(item) not in boxes:
                boxes.add(id(item))
                self._place_box(item, left, width)
            near.add(id(row))
            within = begin - self._margins[0] - self._heights.before(item.index) + row.gap
            wanted = (within, width, end - begin - row.gap)
            place(row.widget, row.placed, wanted)
            row.placed = wanted
        self._drop_all_but(near, boxes)
        self._set_bar(height)
        if not self._following:
            self._anchor = self._anchor_at(top)
        self.placed()

    def placed(self) -> None:
        """Everything is in its place."""

    def _shift(self, dy: int, height: int) -> None:
        """Move what is painted; cheaper than to paint it again."""
        if not dy or abs(dy) >= height:
            return
        self.viewport().scroll(0, dy)
        for item in {row.item for row in self._built}:
            if item.placed[0] != -1:
                item.placed = (item.placed[0] + dy, *item.placed[1:])

    def _place_box(self, item: Item, left: int, width: int) -> None:
        assert item.box is not None
        wanted = (self.top_of_item(item) - self._top, width, item.height)
        if item.placed != wanted or item.box.x() != left:
            item.box.setGeometry(left, *wanted)
            item.placed = wanted
        if item.box.isHidden():
            item.box.show()

    def _drop_all_but(self, near: set[int], boxes: set[int]) -> None:
        focus = QApplication.focusWidget()
        gone = [row for row in self._built if id(row) not in near and not self.held(row)]
        for row in gone:
            if focus is not None and row.widget is not None and row.widget.isAncestorOf(focus):
                continue
            self._drop(row)
        for item in {row.item for row in gone}:
            if id(item) not in boxes and item.box is not None and all(row.widget is None for row in item.rows):
                item.box.deleteLater()
                item.box = None
                item.placed = (-1, -1, -1)

    def held(self, row: Row) -> bool:
        """Whether a row must keep its widget though it is far away."""
        del row
        return False

    def _set_bar(self, height: int) -> None:
        bar = self.verticalScrollBar()
        self._placing = True
        bar.setRange(0, self._last_top())
        bar.setPageStep(height)
        bar.setValue(self._top)
        self._placing = False

    # What happens to it.

    def scrollContentsBy(self, _dx: int, dy: int) -> None:
        if self._placing:
            return
        bar = self.verticalScrollBar()
        # Whoever scrolls up leaves the end, by however little.
        self._following = dy < 0 and bar.value() >= bar.maximum() - _NEAR
        self._anchor = None if self._following else self._anchor_at(bar.value())
        self.settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refit()

    def _refit(self) -> None:
        width = self.column_width()
        if width != self._width:
            self._width = width
            for row in self._built:
                row.measured = False
        self.settle(AT_ONCE)

    def _dress(self) -> None:
        self.verticalScrollBar().setSingleStep(self._theme.px(_LINE))
        for row in tuple(self._built):
            self._drop(row)
        for item in self._items:
            for row in item.rows:
                row.measured = False
        self.settle(AT_ONCE)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._refit()


def end_margin() -> int:
    """Below everything, in logical pixels."""
    return SPACE[3]
