"""A source of context below the field: what it costs, how much of it goes along, and what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent

from kireji.ui.chat.context.lines import Shown, top_line
from kireji.ui.chat.tile import Tile
from kireji.ui.parts import restyle, tip
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_LEAST, _MOST = 106, 216
"""Room for the words, in logical pixels at the usual text size."""


class SourceTile(Tile):
    """One source; pressing it opens what is in it.

    Args:
        theme: Colours and text size.
        shown: What it stands for.
    """

    removed = Signal(object)
    """Its `Source`."""
    opened = Signal(object)
    """This tile."""

    def __init__(self, theme: Theme, shown: Shown) -> None:
        self._shown = shown
        super().__init__(theme, _LEAST, _MOST)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def key(self) -> tuple[str, str]:
        """What it stands for, however that is switched."""
        return self._shown.key

    @property
    def shown(self) -> Shown:
        """What it shows."""
        return self._shown

    def show_source(self, shown: Shown) -> None:
        """Show what is known of it now."""
        self._shown = shown
        line = top_line(shown)
        note = line.note if line.on is not False else tr("Stays here")
        self._thumbnail.set_image(None, shown.icon)
        self._thumbnail.setAccessibleName(f"{line.title}, {note}. {tr('Choose what goes along')}")
        place = shown.source.place if shown.source is not None and shown.source.place != line.title else ""
        self.setToolTip(tip("\n".join(filter(None, (line.title, note, place)))))
        verb = tr("Remove {name}", name=line.title)
        self._remove.setAccessibleName(verb)
        self._remove.setToolTip(tip(verb))
        role = "trouble" if line.trouble else "small"
        if self._fact.property("role") != role:
            restyle(self._fact, role=role)
        self._say(line.title, note)
        self.show_off(not shown.on)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._wants_open()
        event.accept()

    def _wants_out(self) -> None:
        self.removed.emit(self._shown.source)

    def _wants_open(self) -> None:
        self.opened.emit(self)
