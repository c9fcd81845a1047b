"""The pictures and files that go along with the next question, below the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from kireji.core.documents import PDF, PLAIN
from kireji.ui.chat.context.lines import Shown
from kireji.ui.chat.context.tile import SourceTile
from kireji.ui.chat.draft import Attachment
from kireji.ui.chat.tile import Tile
from kireji.ui.chat.words import size
from kireji.ui.covers.words import hidden_sentence
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import tip
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_NAME = 106
"""Room for the name, in logical pixels at the usual text size."""
_MOST_ROWS = 3
ICONS_BY_TYPE = {PDF: "file-text", PLAIN: "file-text"}
THUMBNAIL = 128
"""Pixels that a thumbnail is made in: enough for large text on a screen of twice the density."""


class AttachmentRow(QScrollArea):
    """Shows attachments in order, and the sources of context beside them; more than a few rows scroll.

    Args:
        theme: Colours and text size.
    """

    removed = Signal(object)
    """The number of an attachment that the person wants out."""
    opened = Signal(object)
    """The number of one to see large."""
    source_removed = Signal(object)
    """A `Source` that the person wants out."""
    source_opened = Signal(object)
    """A tile whose source shall be looked into."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tiles: list[Tile] = []
        self._body = QWidget()
        self._body.setProperty("kind", "page")
        self._flow = FlowLayout(SPACE[1], self._body)
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("What goes along with the question"))
        theme.changed.connect(self._fit)
        self.hide()

    def show_attachments(self, attachments: Sequence[Attachment]) -> None:
        """Show exactly these; tiles that stay are kept, and with them the focus."""
        wanted = {each.number for each in attachments}
        before = self._place_of_focus()
        self._drop([tile for tile in self.tiles() if tile.number not in wanted])
        known = {tile.number: tile for tile in self.tiles()}
        more = False
        for attachment in attachments:
            tile = known.get(attachment.number) or self._add(attachment)
            more = more or attachment.number not in known
            tile.show_attachment(attachment)
        self._settle(before, more=more)

    def show_sources(self, sources: Sequence[Shown]) -> None:
        """The same with sources of context."""
        wanted = {each.key for each in sources}
        before = self._place_of_focus()
        self._drop([tile for tile in self.source_tiles() if tile.key not in wanted])
        known = {tile.key: tile for tile in self.source_tiles()}
        more = False
        for shown in sources:
            tile = known.get(shown.key) or self._add_source(shown)
            more = more or shown.key not in known
            tile.show_source(shown)
        self._settle(before, more=more)

    def show_hidden(self, numbers: Mapping[int, int]) -> None:
        """Say how much will be painted over in pictures; those that are not named have nothing.

        Args:
            numbers: How many things, by the attachment's number.
        """
        for tile in self.tiles():
            tile.show_hidden(numbers.get(tile.number, 0))

    def tiles(self) -> Sequence[AttachmentTile]:
        """The attachments that are shown, in order."""
        return tuple(tile for tile in self._tiles if isinstance(tile, AttachmentTile))

    def source_tiles(self) -> Sequence[SourceTile]:
        """The sources that are shown, in order."""
        return tuple(tile for tile in self._tiles if isinstance(tile, SourceTile))

    def has_tiles(self) -> bool:
        """Whether anything goes along."""
        return bool(self._tiles)

    def tab_stops(self) -> tuple[QWidget, ...]:
        """What Tab goes through, in order."""
        return tuple(stop for tile in self._tiles for stop in tile.tab_stops())

    def _add(self, attachment: Attachment) -> AttachmentTile:
        tile = AttachmentTile(self._theme, attachment.number)
        tile.removed.connect(self.removed)
        tile.opened.connect(self.opened)
        self._place(tile)
        return tile

    def _add_source(self, shown: Shown) -> SourceTile:
        tile = SourceTile(self._theme, shown)
        tile.removed.connect(self.source_removed)
        tile.opened.connect(self.source_opened)
        self._place(tile)
        return tile

    def _place(self, tile: Tile) -> None:
        tile.resized.connect(self._fit)
        self._flow.addWidget(tile)
        self._tiles.append(tile)
        tile.show()

    def _drop(self, tiles: Sequence[Tile]) -> None:
        for tile in tiles:
            self._tiles.remove(tile)
            self._flow.removeWidget(tile)
            tile.hide()
            tile.deleteLater()

    def _settle(self, focused: int, *, more: bool) -> None:
        """Something was added or taken out.

        Args:
            focused: The place of the tile that had the keyboard; -1 for none.
            more: Whether something was added.
        """
        self.setVisible(bool(self._tiles))
        self._fit()
        if focused >= 0 and self._tiles and self._place_of_focus() < 0:
            self._tiles[min(focused, len(self._tiles) - 1)].focus_remove()
        if more:
            self._flow.activate()
            self.ensureWidgetVisible(self._tiles[-1], 0, 0)

    def _place_of_focus(self) -> int:
        """Index of the tile that has the keyboard; -1 for none."""
        return next((index for index, tile in enumerate(self._tiles) if tile.has_keyboard()), -1)

    def sizeHint(self) -> QSize:
        row = self._row_height()
        most = _MOST_ROWS * row + (_MOST_ROWS - 1) * SPACE[1]
        needed = self._flow.heightForWidth(self.viewport().width())
        return QSize(240, min(needed, most + (row // 2 if needed > most else 0)))

    def minimumSizeHint(self) -> QSize:
        """One row: in a low window the rest gives its room to the words."""
        return QSize(120, self._row_height())

    def _row_height(self) -> int:
        return self._tiles[0].sizeHint().height() if self._tiles else 0

    def _fit(self) -> None:
        self.setMaximumHeight(max(1, self.sizeHint().height()))
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()


class AttachmentTile(Tile):
    """One picture or file with its name and a way to take it out.

    Args:
        theme: Colours and text size.
        number: Of the attachment.
    """

    removed = Signal(object)
    opened = Signal(object)

    def __init__(self, theme: Theme, number: int) -> None:
        self.number = number
        self._what = ""
        super().__init__(theme, _NAME, _NAME)

    def show_attachment(self, attachment: Attachment) -> None:
        """Show how far it has come."""
        name = attachment.name
        fact = fact_of(attachment) if attachment.size or attachment.picture is not None else tr("Loading…")
        note = tr("Stays here") if attachment.off else attachment.note
        self._thumbnail.set_image(attachment.thumbnail, ICONS_BY_TYPE.get(attachment.media_type, "image"))
        what = f"{name}, {fact}"
        self.setToolTip(tip(f"{what}. {note}" if note else what))
        can_be_seen = attachment.arrived and attachment.media_type != PDF
        self._thumbnail.setEnabled(can_be_seen)
        self._thumbnail.setFocusPolicy(Qt.FocusPolicy.TabFocus if can_be_seen else Qt.FocusPolicy.NoFocus)
        self._thumbnail.setCursor(Qt.CursorShape.PointingHandCursor if can_be_seen else Qt.CursorShape.ArrowCursor)
        shows = tr("Show the text") if attachment.is_document else tr("Show it large")
        self._what = f"{what}. {shows}" if can_be_seen else what
        self.show_hidden(self.hidden_number)
        verb = tr("Remove {name}", name=name) if attachment.arrived else tr("Cancel {name}", name=name)
        self._remove.setAccessibleName(verb)
        self._remove.setToolTip(tip(verb))
        self._say(name, note or fact)
        self.show_off(attachment.off)

    def show_hidden(self, number: int) -> None:
        """Say how much will be painted over in it; 0 for nothing."""
        self._thumbnail.set_hidden_number(number)
        told = hidden_sentence(number)
        self._thumbnail.setAccessibleName(f"{self._what}. {told}" if told else self._what)
        self._thumbnail.setToolTip(tip(told))

    @property
    def hidden_number(self) -> int:
        """How much it says is hidden."""
        return self._thumbnail.hidden_number

    def _wants_out(self) -> None:
        self.removed.emit(self.number)

    def _wants_open(self) -> None:
        self.opened.emit(self.number)


def fact_of(attachment: Attachment) -> str:
    """How large it is: pixels of a picture, kind and bytes of a document."""
    if attachment.is_document:
        kind = tr("PDF") if attachment.media_type == PDF else tr("Text")
        return f"{kind}, {size(attachment.size)}"
    return "{} × {}".format(*attachment.pixels)


def small_image(data: bytes) -> QImage:
    """A thumbnail of an encoded picture; runs in a thread. A null image when Qt cannot decode it."""
    from PySide6.QtCore import QBuffer, QByteArray
    from PySide6.QtGui import QImageReader

    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    reader = QImageReader(buffer)
    size = reader.size()
    if size.isValid():
        least = min(size.width(), size.height())
        if least > THUMBNAIL:
            reader.setScaledSize(
                size.scaled(QSize(THUMBNAIL, THUMBNAIL), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            )
    return reader.read()
