"""What stands beside the picture on a result's page, whatever it is."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from kireji.ui.results.box_marks import PlacedBox


class Copy(NamedTuple):
    """One way to copy a result.

    Args:
        form: What `ResultContent.copied` is called with.
        words: Of the menu.
    """

    form: str
    words: str


class ResultContent(QWidget):
    """A widget that shows one result, and knows where on the pictures its parts stand."""

    went = Signal(object)
    """The key of what is gone to now: its box shall be shown; None for something that stands nowhere."""
    boxes_changed = Signal()
    """The boxes, or what they look like, are others now."""

    def boxes(self, picture: int) -> Sequence[PlacedBox]:
        """What is drawn upon a picture.

        Args:
            picture: Its number, from 0.
        """
        raise NotImplementedError

    def picture_of(self, key: Hashable) -> int:
        """On which picture something stands."""
        raise NotImplementedError

    def choose(self, key: Hashable | None) -> None:
        """Go to what a box is of, without telling."""
        raise NotImplementedError

    def focus(self) -> None:
        """Give the keyboard to what is gone to."""
        self.setFocus()

    def copies(self) -> Sequence[Copy]:
        """The ways to copy it, the most usual first."""
        raise NotImplementedError

    def copied(self, form: str) -> str:
        """The text for the clipboard."""
        raise NotImplementedError
