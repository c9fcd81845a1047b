"""What every result beside a selection can do."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from kireji.core.word_boxes import Box


class Pointed(NamedTuple):
    """A place on one of the pictures.

    Args:
        picture: Which one, from 0.
        box: In its pixels as it was sent.
        number: Stands beside it; 0 for none.
        strong: It is what the person looks at now.
    """

    picture: int
    box: Box
    number: int = 0
    strong: bool = False


class ResultView(QWidget):
    """A result in the card, in the place of the answer's words."""

    resized = Signal()
    """It needs more or less room."""
    pointed = Signal(object)
    """The places that shall be marked on the frozen picture, as a tuple of `Pointed`."""
    opened = Signal()
    """All of it shall be seen in the main window."""
    keys: tuple[Qt.Key, ...] = ()
    """Keys that it acts on while nothing is written."""

    def height_for(self, width: int) -> int:
        """What it needs for all that it shows at this width, in logical pixels."""
        return max(0, self.heightForWidth(width))

    def folds(self, *, offered: bool) -> bool:
        """Whether only its buttons shall be shown, because it is on the picture that it is read.

        Args:
            offered: Whether all of the card would cover something of the picture.
        """
        return False

    def unfold(self) -> None:
        """Show the rest, too."""

    def folded_width(self) -> int:
        """What its buttons need beside each other, in logical pixels."""
        return self.sizeHint().width()

    def copy(self) -> bool:
        """Put it on the clipboard in its usual form; False when there is nothing to copy."""
        return False

    def toggle(self) -> bool:
        """Switch between the picture and what lies over it; False where nothing does."""
        return False

    def released(self) -> bool:
        """The key of `toggle` was let go; False when that changes nothing."""
        return False
