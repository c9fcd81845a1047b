"""Pictures that were pinned to the screen from the overlay."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QImage

from kireji.core.errors import KirejiError
from kireji.ui.aio import TaskScope
from kireji.ui.overlay.export import copy_picture
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:  # loaded when the first picture is pinned
    from kireji.ui.pin import PinnedPicture


class Pins(QObject):
    """Owns the pinned pictures; they stay until the person closes them or the program ends.

    Args:
        scope: Owns the tasks.
        theme: Colours.
        save: Writes a picture as a file and says which; raises KirejiError.
    """

    def __init__(self, scope: TaskScope, theme: Theme, save: Callable[[QImage], Awaitable[Path]]) -> None:
        super().__init__()
        self._scope = scope
        self._theme = theme
        self._save = save
        self._saved = 0
        self._pinned: list[PinnedPicture] = []

    @property
    def pinned(self) -> tuple[PinnedPicture, ...]:
        """Those that are there."""
        return tuple(self._pinned)

    def pin(self, picture: QImage, at: QPoint) -> None:
        """Show a picture over all windows.

        Args:
            picture: In pixels of the screen.
            at: Its left top corner, in the desktop's logical coordinates.
        """
        from kireji.ui.pin import PinnedPicture

        pin = PinnedPicture(picture, at, self._theme)
        pin.copied.connect(self._copy)
        pin.save_clicked.connect(self._save_clicked)
        pin.closed.connect(self._closed)
        self._pinned.append(pin)
        pin.present()

    def close(self) -> None:
        """Take all away."""
        for pin in self.pinned:
            pin.close()

    def _copy(self, picture: object) -> None:
        assert isinstance(picture, QImage)
        copy_picture(picture)

    def _save_clicked(self, picture: object) -> None:
        assert isinstance(picture, QImage)
        self._saved += 1
        self._scope.start(self._write(picture), name=f"pin {self._saved}")

    async def _write(self, picture: QImage) -> None:
        try:
            sentence = tr("Saved as {file}.", file=await self._save(picture))
        except KirejiError as error:
            sentence = error.sentence
        for pin in self._pinned:
            if pin.picture is picture:
                pin.say(sentence)

    def _closed(self, closed: object) -> None:
        self._pinned = [pin for pin in self._pinned if pin is not closed]
