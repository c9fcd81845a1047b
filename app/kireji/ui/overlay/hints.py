"""The line at the top that says what can be done now, and all keys for those who ask."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from kireji.ui.overlay.selection import Mode, Selection
from kireji.ui.tokens import DARK, SPACE, TYPE_SMALL
from kireji.ui.translation import mark, tr

_Parts = tuple[str, ...]

_BETWEEN = "  ·  "
_HARD = "\N{NO-BREAK SPACE}"
_WRAPPED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap

_END: _Parts = (mark("F1: all keys"), mark("Esc: close"))
_FREE: _Parts = (mark("Drag to cut out"), mark("Arrow keys and Enter"), mark("Enter: whole screen"), *_END)
_FREE_WITH_WINDOWS: _Parts = (
    mark("Drag to cut out"),
    mark("Click: a window"),
    mark("Arrow keys and Enter"),
    mark("Enter: whole screen"),
    *_END,
)
_PICKING: _Parts = (
    mark("Click or Enter: this window"),
    mark("Tab: the next"),
    mark("Arrow keys: the one beside"),
    mark("Drag: any region"),
    *_END,
)
_CROSSHAIR: _Parts = (mark("Arrow keys: first corner"), mark("Home, End: next edge"), mark("Enter: set it"), *_END)
_MARKING: _Parts = (mark("Arrow keys: second corner"), mark("Home, End: next edge"), mark("Enter: take it"), *_END)
_CARRYING: _Parts = (mark("Space: move it as it is"), mark("Release: take it"), mark("Esc: close"))

KEYS = (
    (mark("Arrow keys"), mark("Move by a pixel; with Shift by ten")),
    (mark("Ctrl + arrow keys"), mark("Move the right and the bottom edge")),
    (mark("Alt + arrow keys"), mark("Move the left and the top edge")),
    (mark("Home, End"), mark("To the next edge of a window, left and right; with Shift up and down")),
    (mark("Ctrl or Alt + Home, End"), mark("The same for the edges that Ctrl and Alt move")),
    (mark("Space"), mark("Set a corner; while dragging: move the whole")),
    (mark("Enter"), mark("Take what is offered; ask once something is selected")),
    (mark("Ctrl + A"), mark("Whole screen")),
    (mark("W"), mark("Pick a window; Tab or arrow keys: another one")),
    (mark("Ctrl + Tab"), mark("Next screen")),
    (mark("A, B, P, T, N, R"), mark("Arrow, box, pen, text, number, redact; from the question with Alt")),
    (mark("Arrow keys, Space"), mark("With a tool: go to a place, begin and end there")),
    (mark("Tab, Delete"), mark("With a tool: the next mark, remove it")),
    (mark("H"), mark("What is hidden, one after the other; Space: send it, hide it; from the question with Alt")),
    (mark("Insert"), mark("Keep this region and choose another one")),
    (mark("Alt + 1 … 9"), mark("Quick prompts")),
    (mark("Page Up, Page Down"), mark("Earlier questions")),
    (mark("Ctrl + Z, Ctrl + Shift + Z"), mark("Undo, redo")),
    (mark("Ctrl + C, Ctrl + Shift + C"), mark("Copy picture, copy its text")),
    (mark("Ctrl + S, Ctrl + Shift + S"), mark("Save, save as")),
    (mark("Esc"), mark("Close")),
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
    return _BETWEEN.join(tr(part) for part in parts)


def _small(font: QFont, scale: float) -> QFont:
    small = QFont(font)
    small.setPixelSize(round(TYPE_SMALL * scale))
    return small


def hint_box(text: str, font: QFont, scale: float, widget: tuple[int, int], avoid: QRect) -> QRect:
    """Where that line stands: at the top, in the middle, as wide as it needs; in lines where the screen is narrower.

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
    room = QRect(0, 0, max(1, widget[0] - 2 * SPACE[1] - 2 * SPACE[3]), widget[1])
    words = metrics.boundingRect(room, _WRAPPED, _breakable(text)).size()
    size = QSize(min(words.width() + 2, room.width()) + 2 * SPACE[3], words.height() + 2 * SPACE[1])
    box = QRect(QPoint((widget[0] - size.width()) // 2, SPACE[4]), size)
    return box.translated(0, widget[1] - 2 * SPACE[4] - size.height()) if box.intersects(avoid) else box


def _breakable(text: str) -> str:
    """With breaks between the things that can be done, not within them; a sentence breaks anywhere."""
    parts = text.split(_BETWEEN)
    if len(parts) == 1:
        return text
    return f"{_HARD}{_HARD}·  ".join(part.replace(" ", _HARD) for part in parts)


def paint_hint(painter: QPainter, text: str, font: QFont, scale: float, box: QRect) -> None:
    """What can be done, as it was measured for `box`."""
    small = _small(font, scale)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(panel_colour())
    radius = min(box.height() / 2, SPACE[3])
    painter.drawRoundedRect(box, radius, radius)
    painter.setPen(QColor(DARK.ink))
    painter.setFont(small)
    painter.drawText(box.adjusted(SPACE[3] - 1, 0, 1 - SPACE[3], 0), _WRAPPED, _breakable(text))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def panel_colour() -> QColor:
    """What lies under words on the frozen screen, whatever the theme is."""
    colour = QColor(DARK.surface)
    colour.setAlpha(235)
    return colour
