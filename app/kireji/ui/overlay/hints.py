"""The line at the top that says what can be done now, and all keys for those who ask."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from kireji.ui.overlay.selection import Mode, Selection
from kireji.ui.tokens import DARK, SPACE, TYPE_SMALL

_Parts = tuple[str, ...]

_END: _Parts = ("F1: all keys", "Esc: close")
_FREE: _Parts = ("Drag to cut out", "Arrow keys and Enter", "Enter: whole screen", *_END)
_FREE_WITH_WINDOWS: _Parts = (
    "Drag to cut out",
    "Click: a window",
    "Arrow keys and Enter",
    "Enter: whole screen",
    *_END,
)
_PICKING: _Parts = (
    "Click or Enter: this window",
    "Tab: the next",
    "Arrow keys: the one beside",
    "Drag: any region",
    *_END,
)
_CROSSHAIR: _Parts = ("Arrow keys: first corner", "Home, End: next edge", "Enter: set it", *_END)
_MARKING: _Parts = ("Arrow keys: second corner", "Home, End: next edge", "Enter: take it", *_END)
_CARRYING: _Parts = ("Space: move it as it is", "Release: take it", "Esc: close")

KEYS = (
    ("Arrow keys", "Move by a pixel; with Shift by ten"),
    ("Ctrl + arrow keys", "Move the right and the bottom edge"),
    ("Alt + arrow keys", "Move the left and the top edge"),
    ("Home, End", "To the next edge of a window, left and right; with Shift up and down"),
    ("Ctrl or Alt + Home, End", "The same for the edges that Ctrl and Alt move"),
    ("Space", "Set a corner; while dragging: move the whole"),
    ("Enter", "Take what is offered; ask once something is selected"),
    ("Ctrl + A", "Whole screen"),
    ("W", "Pick a window; Tab or arrow keys: another one"),
    ("Ctrl + Tab", "Next screen"),
    ("Ctrl + Z, Ctrl + Shift + Z", "Undo, redo"),
    ("Ctrl + C, Ctrl + Shift + C, Ctrl + S", "Copy picture, copy text, save"),
    ("Esc", "Close"),
)
"""Every key of the frozen screen with what it does."""


def hint(selection: Selection, *, picking: bool, windows: bool) -> str:
    """What can be done now; empty where the tool bar says it.

    Args:
        selection: The state.
        picking: Windows are offered.
        windows: Some are known.
    """
    if selection.mode is Mode.MARKING:
        parts = _MARKING
    elif selection.mode in (Mode.DRAGGING, Mode.CARRYING) and selection.rect is not None:
        parts = _CARRYING
    elif selection.rect is not None:
        return ""
    elif picking:
        parts = _PICKING
    elif selection.keyed:
        parts = _CROSSHAIR
    else:
        parts = _FREE_WITH_WINDOWS if windows else _FREE
    return "  ·  ".join(parts)


def _small(font: QFont, scale: float) -> QFont:
    small = QFont(font)
    small.setPixelSize(round(TYPE_SMALL * scale))
    return small


def hint_box(text: str, font: QFont, scale: float, widget: tuple[int, int], avoid: QRect) -> QRect:
    """Where that line stands: at the top, in the middle, as wide as it needs and the screen allows.

    Args:
        text: The line; empty takes no room.
        font: The interface's font.
        scale: Size of text; 1.0 is normal.
        widget: The window's size.
        avoid: What it should not cover; then it stands at the bottom.
    """
    if not text:
        return QRect()
    metrics = QFontMetrics(_small(font, scale))
    width = min(metrics.horizontalAdvance(text) + 2 * SPACE[3], widget[0] - 2 * SPACE[1])
    height = metrics.height() + 2 * SPACE[1]
    box = QRect(QPoint((widget[0] - width) // 2, SPACE[4]), QSize(width, height))
    return box.translated(0, widget[1] - 2 * SPACE[4] - height) if box.intersects(avoid) else box


def paint_hint(painter: QPainter, text: str, font: QFont, scale: float, box: QRect) -> None:
    """One line that says what can be done."""
    small = _small(font, scale)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(panel_colour())
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setPen(QColor(DARK.ink))
    painter.setFont(small)
    inside = box.adjusted(SPACE[2], 0, -SPACE[2], 0)
    shown = QFontMetrics(small).elidedText(text, Qt.TextElideMode.ElideRight, inside.width())
    painter.drawText(inside, Qt.AlignmentFlag.AlignCenter, shown)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def panel_colour() -> QColor:
    """What lies under words on the frozen screen, whatever the theme is."""
    colour = QColor(DARK.surface)
    colour.setAlpha(235)
    return colour
