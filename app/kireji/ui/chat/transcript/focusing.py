"""Where Tab goes from a widget of the column."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from kireji.ui.chat.transcript.rows import Row

_SHOWN_AROUND = 8
"""Logical pixels around what gets the keyboard that are scrolled into view too."""
_TAB = Qt.FocusPolicy.TabFocus


def stops(widget: QWidget) -> list[QWidget]:
    """What of a row Tab comes to, in the order in which it is read."""
    inside = [widget, *widget.findChildren(QWidget)]
    return [one for one in inside if _takes_tab(one) and one.isEnabled() and one.isVisibleTo(widget)]


def as_read(column: QWidget, rows: Iterable[Row]) -> list[QWidget]:
    """All that Tab comes to, the column itself first."""
    read = sorted(rows, key=lambda row: (row.item.index, row.index))
    return [column, *(stop for row in read if row.widget is not None for stop in stops(row.widget))]


def next_stop(column: QWidget, rows: Iterable[Row], focus: QWidget | None, *, forwards: bool) -> QWidget | None:
    """What comes next in the column, which is itself the first; None at its end.

    Args:
        column: The column.
        rows: Those that are built.
        focus: What has the keyboard.
        forwards: Which way.
    """
    order = as_read(column, rows)
    following = (order.index(focus) if focus in order else 0) + (1 if forwards else -1)
    return order[following] if 0 <= following < len(order) else None


def neighbour(column: QWidget, *, forwards: bool) -> QWidget | None:
    """What of the window comes before or behind the column; None when there is nothing else."""
    step = QWidget.nextInFocusChain if forwards else QWidget.previousInFocusChain
    other = step(column)
    while other is not None and other is not column:
        if _takes_tab(other) and other.isVisible() and other.isEnabled() and not column.isAncestorOf(other):
            return other
        other = step(other)
    return None


def has_keyboard(row: Row) -> bool:
    """Whether something in a row has the keyboard."""
    focus = QApplication.focusWidget()
    return focus is not None and row.widget is not None and row.widget.isAncestorOf(focus)


def give_keyboard(row: Row) -> None:
    """Give the keyboard to the first thing of a row that takes it, where it is built."""
    found = stops(row.widget) if row.widget is not None else []
    if found:
        found[0].setFocus(Qt.FocusReason.OtherFocusReason)


def hidden_part(viewport: QWidget, widget: QWidget) -> int:
    """By how much the column has to be scrolled for a widget of it to be seen, in logical pixels; down is positive."""
    top = widget.mapTo(viewport, QPoint(0, 0)).y()
    bottom = top + min(widget.height(), viewport.height())
    if top < 0:
        return top - _SHOWN_AROUND
    return bottom - viewport.height() + _SHOWN_AROUND if bottom > viewport.height() else 0


def _takes_tab(widget: QWidget) -> bool:
    return widget.focusPolicy() & _TAB == _TAB
