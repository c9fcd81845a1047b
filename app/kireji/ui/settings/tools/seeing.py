"""What opens on a long page is brought before the person."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from kireji.ui.tokens import SPACE


def bring_into_view(widget: QWidget) -> None:
    """Scroll to all of a widget as soon as it has its place; what has the keyboard stays in view."""
    QTimer.singleShot(0, widget, partial(_scroll_to, widget))


def _scroll_to(widget: QWidget) -> None:
    above: QWidget | None = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    if above is None or not widget.isVisible():
        return
    above.ensureWidgetVisible(widget, 0, SPACE[2])
    focus = QApplication.focusWidget()
    if focus is not None and widget.isAncestorOf(focus):
        above.ensureWidgetVisible(focus, 0, SPACE[2])
