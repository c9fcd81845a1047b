"""The marks on one frozen picture: what the mouse and the keys do to them, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import QObject, QPointF, QRect, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from kireji.core.annotation import (
    Annotation,
    Ink,
    Point,
    Redaction,
    Style,
    Text,
    Tool,
    inside,
    kept_inside,
    mark_at,
    next_number,
    without,
)
from kireji.core.drafting import Draft
from kireji.core.geometry import Rect
from kireji.ui.overlay.annotate.drawing import paint
from kireji.ui.overlay.annotate.guides import Crosshair, outlined, paint_outline
from kireji.ui.overlay.annotate.typing import Writing

_REACH = 5.0
"""How far beside a mark the pointer still takes it, in logical pixels."""


class Sketch(QObject):
    """Owns the marks of one picture and the tool that draws them; all coordinates are pixels of the picture.

    Args:
        parent: As usual in Qt.
    """

    chosen = Signal(object)
    """Another `Tool` draws now; None when the pointer is for the selection again."""
    changed = Signal(object)
    """What is to be painted anew, as a `Rect`."""
    edited = Signal()
    """The marks are different: one step for undo."""
    styled = Signal(object)
    """The next mark has this `Style`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._marks: tuple[Annotation, ...] = ()
        self._tool: Tool | None = None
        self._style = Style()
        self._within: Rect | None = None
        self._draft: Draft | None = None
        self._selected: int | None = None
        self._grabbed: tuple[Point, Annotation] | None = None
        self._crosshair = Crosshair(self.changed.emit)
        self._typed: int | None = None
        self._writing = Writing(self)
        self._writing.finished.connect(self._typing_finished)

    def attach(self, window: QWidget, to_window: Callable[[Point], QPointF]) -> None:
        """Say where the picture is shown; text is typed in a field on it.

        Args:
            window: Takes the focus back when typing ends.
            to_window: From pixels of the picture to the window's coordinates.
        """
        self._writing.attach(window, to_window)
        self._measure()

    # What there is.

    @property
    def marks(self) -> tuple[Annotation, ...]:
        """All marks in the order of painting, with the words that are being typed."""
        return self._with_typed(self._writing.typed()) if self.typing else self._marks

    def set_marks(self, marks: Sequence[Annotation]) -> None:
        """Replace all marks, without telling: for undo, redo and a new picture."""
        self._writing.close()
        self._typed = None
        self._drop_draft()
        self._select(None)
        self._grabbed = None
        before, self._marks = self._marks, tuple(marks)
        for mark in set(before) ^ set(self._marks):
            self.changed.emit(mark.bounds())

    @property
    def tool(self) -> Tool | None:
        """What draws now."""
        return self._tool

    def choose(self, tool: Tool | None) -> None:
        """Take a tool, or put it away; a mark in the making is dropped, typed words stay."""
        self.finish()
        if tool is self._tool:
            return
        self._drop_draft()
        self._select(None)
        self._move_crosshair(None)
        self._tool = tool
        if tool is not None:
            self._writing.focus_window()
        self.chosen.emit(tool)

    @property
    def style(self) -> Style:
        """How the next mark looks."""
        return self._style

    def set_style(self, ink: Ink | None = None, width: float | None = None) -> None:
        """Change colour or width of the next mark, and the colour of the one that is selected or typed."""
        style = self._style
        style = msgspec.structs.replace(style, ink=ink or style.ink, width=width or style.width)
        different, self._style = style != self._style, style
        if ink is not None and (field := self._writing.field) is not None:
            field.set_ink(ink)
        elif ink is not None and (mark := self._chosen_mark()) is not None and not isinstance(mark, Redaction):
            self._replace(msgspec.structs.replace(mark, ink=ink), tell=True)
        if different:
            self.styled.emit(style)

    def set_bounds(self, bounds: Rect | None) -> None:
        """Where marks may be drawn and are shown: the selection."""
        if bounds == self._within:
            return
        self._measure()
        self._within = bounds
        self._move_crosshair(None)
        for mark in self._marks:
            self.changed.emit(mark.bounds())

    @property
    def selected(self) -> int | None:
        """Index of the mark that the keys act on."""
        return self._selected

    @property
    def typing(self) -> bool:
        """Words are being typed."""
        return self._writing.field is not None

    def finish(self) -> None:
        """Take over the words that are being typed."""
        self._writing.finish()

    # The mouse.

    def press(self, point: Point, bounds: Rect) -> bool:
        """The mouse went down.

        Args:
            point: Where.
            bounds: The selection.

        Returns:
            Whether it is taken until the release.
        """
        typed = self.typing
        self.finish()
        self.set_bounds(bounds)
        if self._tool is None or not inside(point, bounds):
            return False
        self._drop_draft()
        self._move_crosshair(None)
        found = mark_at(self._marks, point, _REACH * self._style.unit, self._tool)
        self._select(found)
        if found is not None:
            self._grabbed = (point, self._marks[found])
        elif not (typed and self._tool is Tool.TEXT):
            self._begin(point, bounds)
        return True

    def move(self, point: Point, constrain: bool) -> None:
        """The pointer moves with the button down."""
        if self._grabbed is not None and self._within is not None:
            start, mark = self._grabbed
            dx, dy = point[0] - start[0], point[1] - start[1]
            if constrain:
                dx, dy = (dx, 0.0) if abs(dx) >= abs(dy) else (0.0, dy)
            self._replace(kept_inside(mark, dx, dy, self._within), tell=False)
        elif self._draft is not None:
            self._take_draft(self._draft.moved(point, constrain=constrain))

    def release(self, point: Point) -> None:
        """The button is up: what was begun is done."""
        if self._grabbed is not None:
            start, mark = self._grabbed
            self._grabbed = None
            if self._chosen_mark() != mark:
                self.edited.emit()
            elif isinstance(mark, Text) and start == point:
                self._type(mark.at, self._selected)
        elif self._draft is not None:
            self._complete()

    # The keys; what they mean is in `keyboard`.

    def key(self, event: QKeyEvent) -> bool:
        """A key was pressed while the picture had the focus; False when it means nothing here."""
        from kireji.ui.overlay.annotate.keyboard import act

        return act(self, event)

    def step(self, dx: float, dy: float) -> bool:
        """Move the selected mark, or else the crosshair, by so many pixels."""
        within = self._within
        if within is None or self._tool is None:
            return False
        if (mark := self._chosen_mark()) is not None:
            self._replace(kept_inside(mark, dx, dy, within), tell=True)
            return True
        x, y = self._crosshair.at or (within.x + within.width // 2, within.y + within.height // 2)
        to = float(min(max(x + dx, within.x), within.right)), float(min(max(y + dy, within.y), within.bottom))
        self._move_crosshair(to)
        if self._draft is not None:
            self._take_draft(self._draft.moved(to))
        return True

    def mark_here(self) -> bool:
        """Space: set the start at the crosshair, or, when it is set, the end."""
        if self._within is None or self._tool is None:
            return False
        if self._draft is not None:
            self._complete()
        elif isinstance(mark := self._chosen_mark(), Text):
            self._type(mark.at, self._selected)
        else:
            self._select(None)
            self.step(0, 0)
            assert self._crosshair.at is not None
            self._begin(self._crosshair.at, self._within)
            if self._tool in (Tool.NUMBER, Tool.TEXT):
                self._complete()
        return True

    def confirm(self) -> bool:
        """Enter: set the end, or type in the selected words; otherwise it is not for the marks."""
        if self._draft is None and not isinstance(self._chosen_mark(), Text):
            return False
        return self.mark_here()

    def go_round(self, forward: bool) -> bool:
        """Tab: select the next mark; after the last one nothing is selected and the key goes on."""
        count = len(self._marks)
        if self._tool is None or count == 0:
            return False
        outside = -1 if forward else count
        following = (outside if self._selected is None else self._selected) + (1 if forward else -1)
        self._drop_draft()
        inside = 0 <= following < count
        self._select(following if inside else None)
        return inside

    def remove(self) -> bool:
        """Delete: the selected mark goes."""
        if self._selected is None:
            return False
        index, before = self._selected, self._marks
        self._select(None)
        self._marks = without(before, index)
        for mark in set(before) ^ set(self._marks):
            self.changed.emit(mark.bounds())
        self.edited.emit()
        return True

    def leave(self) -> bool:
        """Esc: leave what is being drawn, then the selected mark, then the tool."""
        if self._draft is not None or self._grabbed is not None:
            if self._grabbed is not None:
                _, mark = self._grabbed
                self._grabbed = None
                self._replace(mark, tell=False)
            self._drop_draft()
        elif self._selected is not None:
            self._select(None)
        elif self._tool is not None:
            self.choose(None)
        else:
            return False
        return True

    # Painting.

    def paint(self, painter: QPainter, dirty: Rect) -> None:
        """Show the marks and what helps to draw them.

        Args:
            painter: Its unit is one pixel of the picture.
            dirty: What is painted anew.
        """
        painter.save()
        if (within := self._within) is not None:
            painter.setClipRect(QRect(within.x, within.y, within.width, within.height))
        shown = [mark for index, mark in enumerate(self._marks) if index != self._typed]
        if self._draft is not None and (mark := self._draft.mark) is not None:
            shown.append(mark)
        paint(painter, shown, dirty)
        painter.restore()
        if not self.typing and (chosen := self._chosen_mark()) is not None:
            paint_outline(painter, chosen.bounds(), self._style.unit)
        if within is not None:
            self._crosshair.paint(painter, within, self._style.unit)

    # How the state changes.

    def _chosen_mark(self) -> Annotation | None:
        return None if self._selected is None else self._marks[self._selected]

    def _begin(self, point: Point, bounds: Rect) -> None:
        assert self._tool is not None
        self._take_draft(Draft.begun(self._tool, self._style, bounds, point, next_number(self._marks)))

    def _take_draft(self, draft: Draft | None) -> None:
        before, self._draft = self._draft, draft
        if before is not None and draft is not None:
            for rect in draft.changed_since(before):
                self.changed.emit(rect)
        elif (either := before or draft) is not None and (mark := either.mark) is not None:
            self.changed.emit(mark.bounds())

    def _drop_draft(self) -> None:
        self._take_draft(None)

    def _complete(self) -> None:
        assert self._draft is not None
        draft, mark = self._draft, self._draft.finished
        self._drop_draft()
        if draft.tool is Tool.TEXT:
            # The cursor stands where the pointer was, in the middle of the first line.
            x, y = draft.points[-1]
            size = draft.style.text_size
            self._type((x - size * 0.45, y - size * 0.8), None)
        elif mark is not None:
            self._marks = (*self._marks, mark)
            self.changed.emit(mark.bounds())
            self.edited.emit()

    def _replace(self, mark: Annotation, *, tell: bool) -> None:
        """The selected mark is another now."""
        assert self._selected is not None
        before = self._marks[self._selected]
        if mark == before:
            return
        self._marks = (*self._marks[: self._selected], mark, *self._marks[self._selected + 1 :])
        self._repaint_outlined(before)
        self._repaint_outlined(mark)
        if tell:
            self.edited.emit()

    def _select(self, index: int | None) -> None:
        for each in {self._selected, index} - {None}:
            if each is not None and each < len(self._marks):
                self._repaint_outlined(self._marks[each])
        self._selected = index

    def _repaint_outlined(self, mark: Annotation) -> None:
        self.changed.emit(outlined(mark.bounds(), self._style.unit))

    def _move_crosshair(self, at: Point | None) -> None:
        self._crosshair.move(at, self._within, self._style.unit)

    def _measure(self) -> None:
        """The same window shows pictures of another scale after its screen changed."""
        self._style = msgspec.structs.replace(self._style, unit=self._writing.unit)

    # Typing.

    def _type(self, at: Point, index: int | None) -> None:
        if self._within is None:
            return
        mark = self._marks[index] if index is not None else None
        self._typed = index
        self._writing.begin(at, self._style, self._within, mark if isinstance(mark, Text) else None)
        if mark is not None:
            self._repaint_outlined(mark)

    def _with_typed(self, typed: Text | None) -> tuple[Annotation, ...]:
        put = () if typed is None else (typed,)
        if self._typed is None:
            return (*self._marks, *put)
        return (*self._marks[: self._typed], *put, *self._marks[self._typed + 1 :])

    def _typing_finished(self, typed: object) -> None:
        assert typed is None or isinstance(typed, Text)
        before, self._marks = self._marks, self._with_typed(typed)
        self._typed = None
        self._selected = None
        for mark in (*before, *self._marks):
            if isinstance(mark, Text):
                self._repaint_outlined(mark)
        if before != self._marks:
            self.edited.emit()
