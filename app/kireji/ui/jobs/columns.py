"""Where everything of a row stands: seven columns where there is room, fewer where there is less, else a card."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QStyle

from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark

PAD = 10
"""Between the edge of a column and its words, in logical pixels."""
_EDGE, _NARROW_EDGE = SPACE[4], SPACE[3]
_ALL_FROM, _FEWER_FROM = 874, 640
"""Room in logical pixels, at the normal size of text, from which all columns, or all but two, stand side by side."""
_JOB_SHARE = 0.495
"""Of what the other columns leave to the job's name and its progress."""


class Column(enum.Enum):
    """One column; its value is its title."""

    JOB = mark("Job")
    MODEL = mark("Model")
    ROWS = mark("Rows")
    PROGRESS = mark("Progress")
    COST = mark("Cost")
    STATE = mark("State")
    MORE = ""


_WIDTHS = {Column.MODEL: 108, Column.ROWS: 69, Column.COST: 91, Column.STATE: 122, Column.MORE: 44}
"""In logical pixels at the normal size of text, where the words of a language do not need more."""
_NOTHING: Mapping[Column, int] = MappingProxyType({})
_FEWER = (Column.JOB, Column.PROGRESS, Column.COST, Column.STATE, Column.MORE)


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of columns in a row.

    Args:
        spans: First and behind the last logical pixel of each column, as when one reads from the left; none where a
            row is a card.
        edge: Empty room at both sides of a row.
        width: Of a row with that room.
        direction: Of the interface.
    """

    spans: dict[Column, tuple[int, int]]
    edge: int
    width: int
    direction: Qt.LayoutDirection

    @staticmethod
    def of(width: int, scale: float, direction: Qt.LayoutDirection, needed: Mapping[Column, int] = _NOTHING) -> Columns:
        """What fits.

        Args:
            width: Of a row, in logical pixels.
            scale: Of the text.
            direction: Of the interface.
            needed: What the words of columns take at least.
        """
        room = width - 2 * _EDGE
        grown = max(scale, 1.0)
        if room < _FEWER_FROM * grown:
            return Columns({}, _NARROW_EDGE, width, direction)
        shown = tuple(Column) if room >= _ALL_FROM * grown else _FEWER
        fixed = {
            column: max(round(_WIDTHS[column] * grown), needed.get(column, 0) + 2 * PAD)
            for column in shown
            if column in _WIDTHS
        }
        rest = room - sum(fixed.values())
        job = round(rest * _JOB_SHARE)
        widths = fixed | {Column.JOB: job, Column.PROGRESS: rest - job}
        spans, left = {}, _EDGE
        for column in shown:
            spans[column] = (left, left + widths[column])
            left += widths[column]
        return Columns(spans, _EDGE, width, direction)

    @property
    def stacked(self) -> bool:
        """Whether a row is a card, because columns have no room."""
        return not self.spans

    @property
    def mirrored(self) -> bool:
        """Whether a row begins at the right."""
        return self.direction == Qt.LayoutDirection.RightToLeft

    def cell(self, column: Column, row: QRect) -> QRect:
        """Room for the words of a column."""
        left, behind = self.spans[column]
        side = 0 if column is Column.MORE else PAD
        cell = QRect(row.left() + left + side, row.top(), behind - left - 2 * side, row.height())
        return QStyle.visualRect(self.direction, row, cell)

    def inner(self, row: QRect) -> QRect:
        """The row without the empty room at its sides."""
        return row.adjusted(self.edge, 0, -self.edge, 0)

    def ground(self, row: QRect) -> QRect:
        """What is coloured under the pointer: the columns with their own room, or a little more than a card's words."""
        side = SPACE[1] if self.stacked else 0
        return self.inner(row).adjusted(-side, 0, side, 0)
