"""The rows of the reading column: each has a height always, and a widget only while somebody could see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from kireji.ui.chat.transcript.heights import Heights

if TYPE_CHECKING:
    from kireji.ui.chat.transcript.piece import Piece


class Row:
    """One thing in the column.

    Attributes:
        item: What it belongs to.
        index: Where in that.
        height: Logical pixels, the gap above included; estimated until `measured`.
        measured: Whether the height is that of the widget at the present width.
        widget: While it is near what is visible.
        new_stops: Whether Tab may come to something in the widget that was not there before.
    """

    __slots__ = ("gap", "height", "index", "item", "measured", "new_stops", "placed", "widget")

    def __init__(self, item: Item, gap: int = 0) -> None:
        self.item = item
        self.index = 0
        self.gap = gap
        self.height = 0
        self.measured = False
        self.new_stops = False
        self.widget: QWidget | None = None
        self.placed = (-1, -1, -1)

    def estimate(self, width: int) -> int:
        """The height it will probably have, in a column of that many logical pixels."""
        raise NotImplementedError

    def build(self) -> QWidget:
        """Make its widget."""
        raise NotImplementedError

    def prepare(self) -> bool:
        """Do a part of the work that takes time of its own; False when there is none left."""
        return False

    def measure(self, width: int) -> int:
        """Lay the widget out; the height it needs, the gap above included."""
        raise NotImplementedError

    def drop(self) -> None:
        """Let the widget go; what it shows can be built again."""
        if self.widget is not None:
            self.widget.hide()
            self.widget.deleteLater()
            self.forget()

    def forget(self) -> None:
        """Have no widget any more, whose owner lets it go."""
        self.widget, self.placed = None, (-1, -1, -1)

    @property
    def piece(self) -> Piece | None:
        """Its words, when they can be selected and are built."""
        return None

    @property
    def selectable(self) -> bool:
        """Whether it has words that can be selected."""
        return False

    def source(self) -> str:
        """Its words as they were written, for finding some of them."""
        return ""

    def words(self, start: int, end: int) -> str:
        """The words between two positions, whether it is built or not."""
        del start, end
        return ""


class WidgetRow(Row):
    """A row that is a widget of its own kind.

    Args:
        item: What it belongs to.
        make: Makes the widget as it stands now.
        guess: Its probable height without the gap.
        gap: Above it, in logical pixels.
    """

    __slots__ = ("_guess", "_make")

    def __init__(self, item: Item, make: Callable[[], QWidget], guess: int, gap: int = 0) -> None:
        super().__init__(item, gap)
        self._make = make
        self._guess = guess

    def estimate(self, width: int) -> int:
        del width
        return self.gap + self._guess

    def build(self) -> QWidget:
        self.widget, self.new_stops = self._make(), True
        return self.widget

    def measure(self, width: int) -> int:
        assert self.widget is not None
        widget = self.widget
        widget.ensurePolished()
        if (layout := widget.layout()) is not None:
            layout.activate()
        height = widget.heightForWidth(width) if widget.hasHeightForWidth() else -1
        if height < 0:
            height = widget.sizeHint().height()
        return self.gap + max(height, widget.minimumSizeHint().height(), widget.minimumHeight())


class Box(QWidget):
    """Holds the rows of one message that are built, so that assistive programs find them together."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        # While an answer grows only what is new is painted, not everything above it.
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)


_NONE = Heights()
_NO_ROWS: list[Row] = []
"""Shared by all items that are not opened, of which there may be very many; nobody adds to it."""


class Item:
    """One message of the column, or what stands in its place until its words are there.

    Attributes:
        index: Where in the column.
        rows: Empty while it is not opened.
        heights: Of the rows.
        guess: Its height while it has no rows, in logical pixels.
        box: Parent of the rows' widgets, while there are any.
        spare: Widgets in the box that no row needs now and the next one can have.
    """

    __slots__ = ("box", "guess", "heights", "index", "placed", "rows", "spare")

    def __init__(self) -> None:
        self.index = 0
        self.rows: list[Row] = _NO_ROWS
        self.heights = _NONE
        self.guess = 0
        self.box: Box | None = None
        self.spare: list[QWidget] | None = None
        self.placed = (-1, -1, -1)

    @property
    def height(self) -> int:
        """Of everything in it, in logical pixels."""
        return self.heights.total if self.rows else self.guess

    def close(self) -> None:
        """Have no rows any more, and the height that it had with them."""
        self.guess = self.height
        self.rows, self.heights = _NO_ROWS, _NONE

    def place_box(self, left: int, wanted: tuple[int, int, int]) -> None:
        """Put the box at (top, width, height)."""
        assert self.box is not None
        if self.placed != wanted or self.box.x() != left:
            top, width, height = wanted
            self.box.setGeometry(left, top, width, height)
            self.placed = wanted
        if self.box.isHidden():
            self.box.show()

    def forget_spare(self) -> None:
        """Have no widgets that no row needs."""
        for widget in self.spare or ():
            widget.hide()
            widget.deleteLater()
        self.spare = None

    def drop_box(self) -> None:
        """Let the box go; there are no widgets in it any more."""
        self.spare = None  # they are the box's
        if self.box is not None:
            self.box.hide()
            self.box.deleteLater()
            self.box = None
            self.placed = (-1, -1, -1)

    def open(self, width: int) -> bool:
        """Make its rows, when what they show is there.

        Args:
            width: Of the column, for estimates.

        Returns:
            False when it has to be asked for first.
        """
        raise NotImplementedError

    def name(self) -> str:
        """What assistive programs call it."""
        raise NotImplementedError

    def toggle(self, index: int) -> Sequence[Row]:
        """Open or close one of its parts; the rows it has then."""
        del index
        return self.rows

    def grows_at(self, index: int) -> bool:
        """Whether one of its parts is the one that still arrives."""
        del index
        return False

    def line_of(self, index: int) -> Row | None:
        """What one of its parts is folded to."""
        del index
        return None

    def extend(self, rows: Sequence[Row], width: int) -> None:
        """Have more rows at the end; takes time with these alone."""
        for row in rows:
            row.index = len(self.rows)
            row.height = row.estimate(width)
            self.rows.append(row)
            self.heights.append(row.height)

    def put(self, rows: Sequence[Row], width: int) -> list[Row]:
        """Have these rows, of which some may have been there before.

        Returns:
            Those that are no longer there; their widgets are the caller's to let go.
        """
        old = self.rows
        same = 0
        for mine, given in zip(old, rows, strict=False):
            if mine is not given:
                break
            same += 1
        self.rows = [*old[:same], *rows[same:]]
        for index in range(same, len(self.rows)):
            row = self.rows[index]
            row.index = index
            if not row.height:
                row.height = row.estimate(width)
        if self.heights is _NONE:
            self.heights = Heights(row.height for row in self.rows)
        else:
            self.heights.replace(same, len(old), [row.height for row in self.rows[same:]])
        if same == len(old):
            return []
        kept = {id(row) for row in self.rows[same:]}
        return [row for row in old[same:] if id(row) not in kept]


def place(widget: QWidget, placed: tuple[int, int, int], wanted: tuple[int, int, int]) -> None:
    """Put a widget at (top, width, height) unless it is there."""
    if placed != wanted:
        top, width, height = wanted
        widget.setGeometry(0, top, width, height)
    if widget.isHidden():
        widget.show()
