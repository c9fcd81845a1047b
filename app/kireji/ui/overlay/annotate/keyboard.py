"""What the keys do while the picture has the focus and marks can be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from kireji.core.annotation import Tool
from kireji.ui.overlay.keys import ENTER

if TYPE_CHECKING:
    from kireji.ui.overlay.annotate.sketch import Sketch

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_LETTERS = {Qt.Key(ord(tool.letter)): tool for tool in Tool}
_FAR = 10


def act(sketch: Sketch, event: QKeyEvent) -> bool:
    """Do what a key means; False when it means nothing to the marks.

    Letters choose tools, alone or with Alt, and put the tool away that is chosen already. With a tool: arrows move the
    crosshair or the selected mark (Shift: ten pixels), Space sets start and end, Enter the end, Tab goes through the
    marks, Delete removes, Esc leaves.
    """
    key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if key in _LETTERS and not modifiers & ~Qt.KeyboardModifier.AltModifier:
        sketch.choose(None if sketch.tool is _LETTERS[key] else _LETTERS[key])
        return True
    if sketch.tool is None or modifiers & ~Qt.KeyboardModifier.ShiftModifier:
        return False
    if key in _ARROWS:
        step = _FAR if modifiers else 1
        return sketch.step(_ARROWS[key][0] * step, _ARROWS[key][1] * step)
    if key is Qt.Key.Key_Space:
        return event.isAutoRepeat() or sketch.mark_here()
    if key in ENTER:
        return sketch.confirm()
    if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        return sketch.go_round(key is Qt.Key.Key_Tab and not modifiers)
    if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        return sketch.remove()
    return key is Qt.Key.Key_Escape and sketch.leave()
