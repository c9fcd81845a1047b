"""The scroll area that shows a long column of rows and keeps widgets for those only that are near what is visible."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from kireji.ui.chat.transcript.focusing import has_keyboard, hidden_part, neighbour, next_stop, stops
from kireji.ui.chat.transcript.rows import Box, Item, Row, place
from kireji.ui.chat.transcript.stack import Stack
from kireji.ui.theme import Theme

BUDGET = 0.0015
"""Seconds of building in one turn of the event loop; what is left waits for the next."""
AT_ONCE = 0.05
"""Seconds of building when all of the screen is new: a conversation opens, the window gets another width."""
_NEAR = 24
"""Logical pixels from the end within which scrolling down arrives at the end."""
_KEPT_SCREENS = 2
"""How far outside of what is visible widgets are kept."""
_LINE = 22  # logical pixels of one step of an arrow key


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
        self._stack = Stack(margins)
        self._built: dict[Row, None] = {}
        self._width = 0
        self._moved = True
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

    def column_left(self) -> int:
        """Where the column begins, in logical pixels from the viewport's edge."""
        return 0

    def column_width(self) -> int:
        """How wide rows are, in logical pixels."""
        return max(1, self.viewport().width())

    def ask_for(self, items: Sequence[Item]) -> None:
        """These are near and cannot be opened yet."""

    def placed(self) -> None:
        """Everything is in its place."""

    def held(self, row: Row) -> bool:
        """Whether a row must keep its widget though it is far away."""
        return has_keyboard(row)

    # What is in it.

    @property
    def items(self) -> Sequence[Item]:
        """Everything, first to last."""
        return self._stack.items

    @property
    def total(self) -> int:
        """Height of everything, in logical pixels."""
        return self._stack.total

    @property
    def top(self) -> int:
        """How far it is scrolled, in logical pixels."""
        return self._stack.top

    def set_items(self, items: Sequence[Item]) -> None:
        """Have these items; those that were there before keep their rows and widgets."""
        for item in self._stack.set_items(items):
            self._clear(item)
        self._moved = True

    def add_item(self, item: Item) -> None:
        """Have one more at the end."""
        self._stack.add_item(item)
        self._moved = True

    def put_rows(self, item: Item, rows: Sequence[Row]) -> None:
        """Change the rows of an item."""
        for row in self._stack.put_rows(item, rows, self.column_width()):
            self._drop(row)
        self._moved = True

    def add_rows(self, item: Item, rows: Sequence[Row]) -> None:
        """Have more rows at the end of an item."""
        self._stack.add_rows(item, rows, self.column_width())
        self._moved = True

    def relay(self, row: Row) -> None:
        """What a row shows has changed: measure it in the next turns, or guess again."""
        row.measured = False
        if row.widget is None:
            self._set_height(row, row.estimate(self.column_width()))

    def forget_words(self, item: Item) -> None:
        """Close an item; its height stays."""
        self._clear(item)
        self._stack.close(item)
        self._moved = True

    def _clear(self, item: Item) -> None:
        for row in item.rows:
            self._drop(row)
        item.drop_box()

    def _drop(self, row: Row) -> None:
        if row.widget is not None:
            if has_keyboard(row):
                self.setFocus(Qt.FocusReason.OtherFocusReason)  # Qt's choice could be a button that allows something
            self._built.pop(row, None)
            row.drop()

    def _set_height(self, row: Row, height: int) -> None:
        self._moved = self._stack.set_height(row, height) or self._moved

    # Where things are.

    def follow(self) -> None:
        """Go to the end and stay there."""
        self._stack.follow()
        self._moved = True

    def scroll_to(self, item: Item, row: Row | None = None, offset: int = 0) -> None:
        """Put a place at the upper edge."""
        self._stack.hold_to(item, row, offset)
        self._moved = True
        self.settle(AT_ONCE)

    def top_of(self, row: Row) -> int:
        """Where a row begins, in logical pixels from the beginning of the column."""
        return self._stack.top_of(row)

    def row_at(self, y: int) -> Row | None:
        """The row that covers a height, counted from the beginning of the column."""
        anchor = self._stack.anchor_at(y)
        return anchor.row if anchor is not None else None

    def is_complete(self) -> bool:
        """Whether everything that is visible is built, in its place and not about to change."""
        top = self._stack.wanted_top()
        rows = [row for _, row, _, _ in self._stack.walk(top, top + self._stack.screen)]
        return not self._moved and all(row is not None and row.widget is not None and row.measured for row in rows)

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
            self._stack.screen = self.viewport().height()
            deadline = time.monotonic() + budget
            complete = self._build_near(deadline, in_steps=budget == BUDGET)
            if self._moved:
                self._place()
        finally:
            self._settling = False
        if not complete:
            self._more.start()

    def _build_near(self, deadline: float, *, in_steps: bool) -> bool:
        """Make rows in the order in which they matter.

        Args:
            deadline: When to leave the rest for later.
            in_steps: Whether to leave it also in the middle of a row.

        Returns:
            Whether nothing is left.
        """
        while True:
            row, is_visible, missing = self._next()
            if row is None:
                self.ask_for(missing)
                return True
            if not is_visible and not in_steps:
                return False  # what is visible is painted first
            prepared = row.prepare()
            if prepared and time.monotonic() >= deadline and in_steps:
                return False
            self._make(row)
            if time.monotonic() >= deadline:
                return False

    def _next(self) -> tuple[Row | None, bool, list[Item]]:
        """The row that is to be made next, whether it is visible, and what cannot be made yet."""
        stack = self._stack
        top, screen = stack.wanted_top(), stack.screen
        near = max(screen, self.reach)
        missing: list[Item] = []
        below: Row | None = None
        above: Row | None = None
        visible: Row | None = None
        for item, row, begin, end in stack.walk(top - near, top + screen + near):
            if row is None:
                if not item.open(self.column_width()):
                    missing.append(item)
                elif item.rows:
                    stack.note_height(item)
                    self._moved = True
                    return self._next()
                continue
            if row.widget is not None and row.measured:
                continue
            if end <= top:
                above = row
            elif begin >= top + screen:
                below = below or row
            elif visible is None or stack.following:
                visible = row
        return visible or below or above, visible is not None, missing

    def _make(self, row: Row) -> None:
        if row.widget is None:
            box = self._box_of(row.item)
            widget = row.build()
            if widget.parentWidget() is not box:
                widget.setParent(box)
            self._order(row, widget)
            self._built[row] = None
            self._moved = True
        self._set_height(row, row.measure(self.column_width()))
        row.measured = True
        if row.new_stops and row.widget is not None:
            row.new_stops = False
            for stop in stops(row.widget):
                # Qt's own order is that in which widgets were made; `focusNextPrevChild` finds the right one.
                QWidget.setTabOrder(self, stop)

    def _box_of(self, item: Item) -> Box:
        if item.box is None:
            item.box = Box(self.viewport(), item.name())
            behind = [row.item for row in self._built if row.item.index > item.index]
            following = min(behind, key=lambda one: one.index, default=None)
            if following is not None and following.box is not None:
                item.box.stackUnder(following.box)
        return item.box

    def _order(self, row: Row, widget: QWidget) -> None:
        """Let it stand among its siblings where it is read."""
        behind = [one for one in self._built if one.item is row.item and one.index > row.index]
        following = min(behind, key=lambda one: one.index, default=None)
        if following is not None and following.widget is not None:
            widget.stackUnder(following.widget)
        else:
            widget.raise_()

    # Placing.

    def _place(self) -> None:
        stack = self._stack
        self._moved = False
        self._shift(stack.settle())
        keep = max(_KEPT_SCREENS * stack.screen, self.reach)
        walked = stack.walk(stack.top - keep, stack.top + stack.screen + keep)
        self._drop_all_but({id(row) for _, row, _, _ in walked if row is not None})
        left, width = self.column_left(), self.column_width()
        for item in {row.item: None for row in self._built}:
            item.place_box(left, (stack.top_of_item(item) - stack.top, width, item.height))
        for row in self._built:
            assert row.widget is not None
            wanted = (row.item.heights.before(row.index) + row.gap, width, row.height - row.gap)
            place(row.widget, row.placed, wanted)
            row.placed = wanted
        self._set_bar()
        self.placed()

    def _shift(self, dy: int) -> None:
        """Move what is painted; cheaper than to paint it again."""
        if not dy or abs(dy) >= self._stack.screen:
            return
        self.viewport().scroll(0, dy)
        for item in {row.item for row in self._built}:
            if item.placed[1] != -1:
                item.placed = (item.placed[0] + dy, *item.placed[1:])

    def _drop_all_but(self, near: set[int]) -> None:
        """Let the widgets of far rows go, and then the boxes that are empty."""
        gone = [row for row in self._built if id(row) not in near and not self.held(row)]
        for row in gone:
            del self._built[row]
        left = {row.item for row in self._built} if gone else set()
        for row in gone:
            if row.item in left:
                row.drop()
            else:
                row.forget()  # it goes with its box
        for item in {row.item for row in gone} - left:
            item.drop_box()

    def _set_bar(self) -> None:
        bar = self.verticalScrollBar()
        self._placing = True
        bar.setRange(0, self._stack.last_top)
        bar.setPageStep(self._stack.screen)
        bar.setValue(self._stack.top)
        self._placing = False

    # What happens to it.

    def scrollContentsBy(self, _dx: int, dy: int) -> None:
        if self._placing:
            return
        bar = self.verticalScrollBar()
        # Whoever scrolls up leaves the end, by however little.
        if dy < 0 and bar.value() >= bar.maximum() - _NEAR:
            self._stack.follow()
        else:
            self._stack.hold(bar.value())
        self._moved = True
        self.settle()

    def focusNextPrevChild(self, forwards: bool) -> bool:
        """Tab goes through what is built in the order in which it is read."""
        following = next_stop(self, self._built, QApplication.focusWidget(), forwards=forwards)
        widget = following or neighbour(self, forwards=forwards)
        if widget is None:
            return False
        widget.setFocus(Qt.FocusReason.TabFocusReason if forwards else Qt.FocusReason.BacktabFocusReason)
        if following is not None and following is not self:
            self.bring_into_view(following)
        return True

    def bring_into_view(self, widget: QWidget) -> None:
        """Scroll as little as shows a widget of the column."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + hidden_part(self.viewport(), widget))

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
        self._moved = True
        self.settle(AT_ONCE)

    def _dress(self) -> None:
        self.verticalScrollBar().setSingleStep(self._theme.px(_LINE))
        for row in tuple(self._built):
            self._drop(row)
        for item in self.items:
            item.forget_spare()
            for row in item.rows:
                row.measured = False
        self._moved = True
        self.settle(AT_ONCE)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._refit()
