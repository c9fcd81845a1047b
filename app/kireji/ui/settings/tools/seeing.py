"""What opens on a long page is brought before the person."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractItemView, QApplication, QScrollArea, QWidget

from kireji.ui.tokens import SPACE


def bring_into_view(widget: QWidget) -> None:
    """Scroll to all of a widget as soon as it has its place; what has the keyboard stays in view."""
    QTimer.singleShot(0, widget, partial(_scroll_to, widget))


def bring_current_into_view(entries: QAbstractItemView) -> None:
    """Scroll to the entry of a list that has the keyboard; the list may be longer than the window is high."""
    QTimer.singleShot(0, entries, partial(_scroll_to_current, entries))


def _area_of(widget: QWidget) -> QScrollArea | None:
    above: QWidget | None = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    return above if widget.isVisible() else None


def _scroll_to_current(entries: QAbstractItemView) -> None:
    above = _area_of(entries)
    if above is None or (page := above.widget()) is None:
        return
    entry = entries.visualRect(entries.currentIndex())
    place = entries.viewport().mapTo(page, entry.center())
    above.ensureVisible(0, place.y(), 0, entry.height() // 2 + SPACE[2])


def _scroll_to(widget: QWidget) -> None:
    if (above := _area_of(widget)) is None:
        return
    above.ensureWidgetVisible(widget, 0, SPACE[2])
    focus = QApplication.focusWidget()
    if focus is not None and widget.isAncestorOf(focus):
        above.ensureWidgetVisible(focus, 0, SPACE[2])
