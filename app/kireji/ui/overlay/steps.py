"""Undo and redo on the frozen screens: selection and marks in one history."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kireji.core.edits import Edits
from kireji.core.geometry import Rect

if TYPE_CHECKING:
    from kireji.core.annotation import Annotation
    from kireji.ui.overlay.window import OverlayWindow


class Step(NamedTuple):
    """What can come back.

    Args:
        window: Where it was.
        rect: What was selected there.
        marks: What was drawn there.
    """

    window: OverlayWindow
    rect: Rect | None
    marks: tuple[Annotation, ...]


class Steps:
    """The history of one capture.

    Args:
        window: Where it begins.
    """

    def __init__(self, window: OverlayWindow) -> None:
        self._edits = Edits(_now(window))

    @property
    def can_undo(self) -> bool:
        return self._edits.can_undo

    @property
    def can_redo(self) -> bool:
        return self._edits.can_redo

    def note(self, window: OverlayWindow, *, held: bool = False) -> None:
        """Remember how it is now.

        Args:
            window: Where something was changed.
            held: By a key that is held down, which is one step.
        """
        self._edits = self._edits.changed(_now(window), merge=held)

    def undo(self) -> Step | None:
        """Back; what is to be shown then, or None when there is nothing."""
        if not self._edits.can_undo:
            return None
        self._edits = self._edits.undone()
        return self._edits.present

    def redo(self) -> Step | None:
        """Forward again; the same."""
        if not self._edits.can_redo:
            return None
        self._edits = self._edits.redone()
        return self._edits.present


def _now(window: OverlayWindow) -> Step:
    return Step(window, window.selection.rect, window.drawing.marks)
