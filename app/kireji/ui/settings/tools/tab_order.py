"""Tab goes through a page as one reads it, also through what was put into it later."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QLayout, QWidget

_QUIET_MS = 30
"""While a long list is built, the order waits for its end."""


class TabOrder(QObject):
    """Puts everything that takes the keyboard into the order of its layouts, whenever these change.

    Qt lets Tab follow the order in which widgets were made, so a card that comes later would stand behind all others.

    Args:
        page: What is kept in order, with everything in it.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._order: list[QWidget] = []
        self._due = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._due.timeout.connect(self._arrange)
        page.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._due.start()
        return False

    def _arrange(self) -> None:
        layout = self._page.layout()
        order = list(_stops(layout)) if layout is not None else []
        if order == self._order:
            return
        self._order = order
        for first, second in itertools.pairwise(order):
            QWidget.setTabOrder(first, second)


def _stops(layout: QLayout) -> Iterator[QWidget]:
    """What takes the keyboard, hidden or not, in the order of the layouts."""
    for number in range(layout.count()):
        item = layout.itemAt(number)
        widget = item.widget() if item is not None else None
        inner = item.layout() if item is not None and widget is None else None
        if widget is not None:
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                yield widget
            inner = widget.layout()
        if inner is not None:
            yield from _stops(inner)
