"""The place of a sketch on one window: made when a tool is chosen first, so that no capture waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QRegion

from kireji.core.geometry import Rect
from kireji.ui.overlay.selection import Point, Selection

if TYPE_CHECKING:  # loaded when a tool is chosen
    from kireji.core.annotation import Annotation, Tool
    from kireji.ui.overlay.annotate.sketch import Sketch
    from kireji.ui.overlay.frozen import FrozenScreen


class Sketching(QObject):
    """Passes mouse, keys and painting on to the sketch, as far as there is one.

    Args:
        window: Where it is drawn.
    """

    edited = Signal()
    """A mark was added, changed or removed: a step that can be undone."""
    chosen = Signal(object)
    """Another tool is chosen, or None."""

    def __init__(self, window: FrozenScreen) -> None:
        super().__init__(window)
        self._window = window
        self._sketch: Sketch | None = None
        self._busy = False

    @property
    def sketch(self) -> Sketch:
        """The sketch of this window; made when it is needed first."""
        if self._sketch is None:
            from kireji.ui.overlay.annotate.sketch import Sketch

            self._sketch = Sketch(self)
            self._sketch.attach(self._window, self._to_window)
            self._sketch.changed.connect(self._repaint)
            self._sketch.edited.connect(self.edited)
            self._sketch.chosen.connect(self.chosen)
        return self._sketch

    @property
    def tool(self) -> Tool | None:
        """What the pointer draws; None while it selects."""
        return None if self._sketch is None else self._sketch.tool

    @property
    def marks(self) -> tuple[Annotation, ...]:
        """What was drawn, in pixels of the picture."""
        return () if self._sketch is None else self._sketch.marks

    def set_marks(self, marks: tuple[Annotation, ...]) -> None:
        """Show other marks; makes no step."""
        if marks != self.marks:
            self.sketch.set_marks(marks)

    def choose(self, tool: Tool | None, selection: Selection) -> None:
        """What the pointer draws from now on; None gives it back to the selection."""
        if tool is not None or self._sketch is not None:
            self.sketch.set_bounds(selection.rect)
            self.sketch.choose(tool)

    def put_away(self) -> None:
        """Words that are being typed are taken over, and no tool is chosen any more."""
        if self._sketch is not None:
            self._sketch.choose(None)

    def reset(self) -> None:
        """Nothing is drawn and no tool is chosen."""
        self._busy = False
        if self._sketch is not None:
            # In this order, because putting the tool away takes over the words that are being typed.
            self._sketch.set_marks(())
            self._sketch.choose(None)

    # Mouse and keys.

    def pressed(self, point: Point, selection: Selection) -> bool:
        """The mouse button goes down; True when the sketch takes it until it goes up."""
        if self._sketch is not None and selection.settled and selection.rect is not None:
            self._busy = self._sketch.press(point, selection.rect)
        return self._busy

    def moved(self, point: Point, *, constrain: bool) -> bool:
        """The pointer is somewhere else; True while the sketch has it."""
        if self._busy and self._sketch is not None:
            self._sketch.move(point, constrain)
        return self._busy

    def released(self, point: Point) -> bool:
        """The mouse button goes up; True when the sketch had it."""
        busy, self._busy = self._busy, False
        if busy and self._sketch is not None:
            self._sketch.release(point)
        return busy

    def key(self, event: QKeyEvent, selection: Selection) -> bool:
        """A key; True when the sketch used it. A letter with something selected may choose the first tool."""
        if not selection.settled:
            return False
        if self._sketch is None:
            alone = not event.modifiers() & ~Qt.KeyboardModifier.AltModifier
            if not (alone and Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z):
                return False
            self.sketch.set_bounds(selection.rect)
        return self.sketch.key(event)

    def go_round(self, forward: bool) -> bool:
        """Tab: select the next mark; False when there is none, and the keyboard goes on to the next widget."""
        return self._sketch is not None and self._sketch.go_round(forward)

    def follow(self, selection: Selection) -> None:
        """The selection is another one; nothing is made for it."""
        if self._sketch is not None:
            self._sketch.set_bounds(selection.rect)

    # Painting.

    def paint(self, painter: QPainter, dirty: QRegion) -> None:
        """Paint the marks; the painter's unit is one logical pixel of the window."""
        if self._sketch is None:
            return
        unit, bounds = self._window.unit, dirty.boundingRect()
        area = QRectF(
            bounds.x() / unit, bounds.y() / unit, bounds.width() / unit, bounds.height() / unit
        ).toAlignedRect()
        painter.save()
        painter.scale(unit, unit)
        self._sketch.paint(painter, Rect(area.x(), area.y(), area.width(), area.height()))
        painter.restore()

    def _repaint(self, rect: object) -> None:
        assert isinstance(rect, Rect)
        unit = self._window.unit
        area = QRectF(rect.x * unit, rect.y * unit, rect.width * unit, rect.height * unit).toAlignedRect()
        self._window.update(area.adjusted(-1, -1, 1, 1))

    def _to_window(self, point: Point) -> QPointF:
        return QPointF(point[0] * self._window.unit, point[1] * self._window.unit)
