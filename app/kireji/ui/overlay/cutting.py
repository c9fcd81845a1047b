"""What is cut out of the frozen screens: the selection over all, regions put aside, marks, and their history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from kireji.core.geometry import Rect, Region
from kireji.ui.overlay.insistence import Insistence
from kireji.ui.overlay.openings import NO_WINDOWS
from kireji.ui.overlay.panels import Panels
from kireji.ui.overlay.shot import Laid, Shot
from kireji.ui.overlay.steps import Step, Steps
from kireji.ui.overlay.window import OverlayWindow
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:  # loaded after the first paint
    from kireji.core.annotation import Tool
    from kireji.ui.overlay.annotate.sketch import Sketch


class Cutting(QObject):
    """The part of the stage that knows what is selected; `Stage` shows and hides the windows it is selected on.

    Args:
        theme: Look of bar and card.
    """

    settled = Signal()
    """Something is selected; also after every change of it, and of the marks in it."""
    unsettled = Signal()
    """Nothing is selected, or it is just being changed."""
    confirmed = Signal()
    """Enter on the selection itself."""
    note = Signal(object)
    """One sentence for the person, which stands in the hint's place until they go on."""
    kept_changed = Signal()
    """Regions were put aside or dropped."""
    tool_changed = Signal(object)
    """Another `Tool` draws now; None when the pointer is for the selection again."""
    box_toggled = Signal(object)
    """`(picture, cover, hidden)`: the person has pressed a box over what is hidden."""
    history_changed = Signal()
    """What can be undone and redone."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: list[OverlayWindow] = []
        self._home: OverlayWindow | None = None
        self._panels = Panels(theme, self)
        self._insistence = Insistence(self)
        self._shot = Shot(())
        self._steps: Steps | None = None
        self.instead: QImage | None = None
        """What is seen in the place of the selection."""

    def _tell(self, sentence: str) -> None:
        if self._home is not None:
            self._home.say(sentence)
        self.note.emit(sentence)

    # The selection.

    @property
    def region(self) -> Region | None:
        """What is selected, with the marks burnt in; None when nothing is."""
        if self._home is None:
            return None
        return self._shot.region(self._home, self._shown)

    @property
    def native_rect(self) -> Rect | None:
        """Where that lies on the desktop, in its own pixels."""
        return None if self._home is None else self._shot.native_rect(self._home)

    @property
    def redacted(self) -> tuple[Rect, ...]:
        """What was painted over on any screen, in the desktop's own pixels."""
        return self._shot.redacted(self._shown)

    @property
    def windows(self) -> Sequence[OverlayWindow]:
        """Those that are shown."""
        return tuple(self._shown)

    def lies(self, region: Region) -> Sequence[Laid]:
        """Where a region that was cut out is seen."""
        return [] if self._home is None else self._shot.lies(region, self._home, self._shown)

    def cut(self) -> QImage | None:
        """A copy of what is selected, in full resolution, with the marks; of what lies over it where something does."""
        if self.instead is not None:
            return QImage(self.instead)
        region = self.region
        return None if region is None else self._shot.cut(region)

    def _changed(self, window: OverlayWindow) -> None:
        self._make_home(window)
        self._end_span(window)
        if window.selection.settled:
            self._note_step(window)
            self._panels.show_bar(window)
            self.settled.emit()
        else:
            self._panels.hide_bar()
            self.unsettled.emit()

    def _make_home(self, window: OverlayWindow) -> None:
        """The selection is on this screen from now on."""
        if window is self._home:
            return
        old, self._home = self._home, window
        if old is not None:
            old.drawing.put_away()
            if not self._shot.spanning:
                old.clear()
            old.set_active(on=False)
        self._panels.move_to(window)
        self._insistence.move_to(window)
        window.set_active(on=True)
        self._show_span()
        window.take_keys()

    def _entered(self, window: OverlayWindow) -> None:
        if self._home is None or self._home.selection.rect is None:
            self._make_home(window)

    def _go_on(self, window: OverlayWindow) -> None:
        if len(self._shown) > 1:
            self._make_home(self._shown[(self._shown.index(window) + 1) % len(self._shown)])

    def _confirmed(self, _window: OverlayWindow) -> None:
        self.confirmed.emit()

    def _pick_windows(self) -> None:
        """W: every screen offers its windows, and nothing is selected."""
        if not any(window.spots for window in self._shown):
            self._tell(tr(NO_WINDOWS))
            return
        for window in self._shown:
            window.clear()
            window.set_offer(on=True)
        if self._home is not None:
            self._changed(self._home)

    # All screens together.

    def _show_span(self) -> None:
        """The screen with the tool bar says the size of all; the others say nothing."""
        if self._shot.spanning:
            for window in self._shown:
                window.set_span(self._shot.size_text if window is self._home else " ")

    def _end_span(self, window: OverlayWindow) -> None:
        """One screen was cut, so that the others do not belong to it any more."""
        if self._shot.spanning and window.selection.rect != window.selection.whole:
            self._shot.spanning = False
            for each in self._shown:
                each.set_span("")
                if each is not window:
                    each.clear()

    # Several regions for one question.

    @property
    def kept(self) -> tuple[Region, ...]:
        """The regions that were put aside, in order."""
        return self._shot.kept

    def keep(self) -> None:
        """Put the present region aside, with its marks, and let the person draw the next one."""
        home = self._home
        if home is None or self.region is None:
            return
        self._shot.keep(home, self._shown)
        home.drawing.put_away()
        for window in self._shown:
            window.clear()
            window.set_span("")
        self._show_kept()
        self._changed(home)

    def drop(self, index: int) -> None:
        """Take one of them back.

        Args:
            index: Its place in `kept`.
        """
        self._shot.drop(index)
        self._show_kept()

    def _show_kept(self) -> None:
        for window in self._shown:
            window.set_kept(self._shot.kept_on(window))
        self.kept_changed.emit()

    # Marks and history.

    @property
    def sketch(self) -> Sketch | None:
        """The marks on the screen of the selection; made when it is asked for first. None while closed."""
        return None if self._home is None else self._home.drawing.sketch

    def choose_tool(self, tool: Tool | None) -> None:
        """What the pointer draws from now on; None gives it back to the selection."""
        if self._home is not None:
            self._home.drawing.choose(tool, self._home.selection)

    @property
    def can_undo(self) -> bool:
        return self._steps is not None and self._steps.can_undo

    @property
    def can_redo(self) -> bool:
        return self._steps is not None and self._steps.can_redo

    def undo(self) -> None:
        """Take back the last change of selection or marks."""
        if self._steps is not None:
            self._go_to(self._steps.undo())

    def redo(self) -> None:
        """Bring it back."""
        if self._steps is not None:
            self._go_to(self._steps.redo())

    def _go_to(self, step: Step | None) -> None:
        if step is None or step.window not in self._shown:
            return
        window = step.window
        self._make_home(window)
        window.drawing.set_marks(step.marks)
        selection = window.selection
        window.take(selection.cleared() if step.rect is None else selection.taken(step.rect), tell=False)
        self._changed(window)
        self.history_changed.emit()

    def _edited(self) -> None:
        """The marks are different."""
        if self._home is not None:
            self._note_step(self._home)
            self.settled.emit()

    def _note_step(self, window: OverlayWindow) -> None:
        if self._steps is not None:
            self._steps.note(window, held=window.held)
            self.history_changed.emit()
