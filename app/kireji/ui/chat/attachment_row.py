"""The pictures and files that go along with the next question, below the field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from kireji.core.documents import PDF, PLAIN
from kireji.ui.chat.draft import Attachment
from kireji.ui.chat.words import size
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, label, set_icon, spread, tip
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_LABEL, TYPE_SMALL
from kireji.ui.translation import tr

_EDGE = 38
"""Of a thumbnail, in logical pixels at the usual text size."""
_NAME = 106
"""Room for the name, the same way."""
_MOST_ROWS = 3
_ICONS = {PDF: "file-text", PLAIN: "file-text"}
THUMBNAIL = 128
"""Pixels that a thumbnail is made in: enough for large text on a screen of twice the density."""


class AttachmentRow(QScrollArea):
    """Shows attachments in order; more than a few rows scroll.

    Args:
        theme: Colours and text size.
    """

    removed = Signal(object)
    """The number of an attachment that the person wants out."""
    opened = Signal(object)
    """The number of one to see large."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tiles: list[AttachmentTile] = []
        self._body = QWidget()
        self._body.setProperty("kind", "page")
        self._flow = FlowLayout(SPACE[1], self._body)
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Attached files and pictures"))
        theme.changed.connect(self._fit)
        self.hide()

    def show_attachments(self, attachments: Sequence[Attachment]) -> None:
        """Show exactly these; tiles that stay are kept, and with them the focus."""
        wanted = {each.number for each in attachments}
        before = self._place_of_focus()
        for tile in [each for each in self._tiles if each.number not in wanted]:
            self._tiles.remove(tile)
            self._flow.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        known = {tile.number: tile for tile in self._tiles}
        more = False
        for attachment in attachments:
            tile = known.get(attachment.number) or self._add(attachment)
            more = more or attachment.number not in known
            tile.show_attachment(attachment)
        self.setVisible(bool(self._tiles))
        self._fit()
        if before >= 0 and self._tiles and self._place_of_focus() < 0:
            self._tiles[min(before, len(self._tiles) - 1)].focus_remove()
        if more:
            self._flow.activate()
            self.ensureWidgetVisible(self._tiles[-1], 0, 0)

    def tiles(self) -> Sequence[AttachmentTile]:
        """What is shown, in order."""
        return tuple(self._tiles)

    def tab_stops(self) -> tuple[QWidget, ...]:
        """What Tab goes through, in order."""
        return tuple(stop for tile in self._tiles for stop in tile.tab_stops())

    def _add(self, attachment: Attachment) -> AttachmentTile:
        tile = AttachmentTile(self._theme, attachment.number)
        tile.removed.connect(self.removed)
        tile.opened.connect(self.opened)
        self._flow.addWidget(tile)
        self._tiles.append(tile)
        tile.show()
        return tile

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


class AttachmentTile(QFrame):
    """One picture or file with its name and a way to take it out.

    Args:
        theme: Colours and text size.
        number: Of the attachment.
    """

    removed = Signal(object)
    opened = Signal(object)

    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__()
        self.number = number
        self._theme = theme
        self._full_name = ""
        self.setProperty("kind", "attachment")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._thumbnail = _Thumb(theme)
        self._name = label("", "value")
        self._fact = label("", "small")
        self._remove = button("", "quiet", name=tr("Remove"))
        words = QVBoxLayout()
        spread(words, 0, 0)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._fact)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[0], SPACE[0], 2, SPACE[0]), SPACE[1])
        layout.addWidget(self._thumbnail)
        layout.addLayout(words, 1)
        layout.addWidget(self._remove, 0, Qt.AlignmentFlag.AlignVCenter)
        self._remove.clicked.connect(self._wants_out)
        self._thumbnail.clicked.connect(self._wants_large)
        theme.changed.connect(self._dress)
        self._dress()

    def show_attachment(self, attachment: Attachment) -> None:
        """Show how far it has come."""
        self._full_name = name = attachment.name
        fact = fact_of(attachment) if attachment.size or attachment.picture is not None else tr("Loading…")
        self._fact.setText(attachment.note or fact)
        self._thumbnail.set_image(attachment.thumbnail, _ICONS.get(attachment.media_type, "image"))
        what = f"{name}, {fact}"
        self.setToolTip(tip(f"{what}. {attachment.note}" if attachment.note else what))
        can_be_seen = attachment.arrived and attachment.media_type != PDF
        self._thumbnail.setEnabled(can_be_seen)
        self._thumbnail.setFocusPolicy(Qt.FocusPolicy.TabFocus if can_be_seen else Qt.FocusPolicy.NoFocus)
        self._thumbnail.setCursor(Qt.CursorShape.PointingHandCursor if can_be_seen else Qt.CursorShape.ArrowCursor)
        shows = tr("Show the text") if attachment.is_document else tr("Show it large")
        self._thumbnail.setAccessibleName(f"{what}. {shows}" if can_be_seen else what)
        verb = tr("Remove {name}", name=name) if attachment.arrived else tr("Cancel {name}", name=name)
        self._remove.setAccessibleName(verb)
        self._remove.setToolTip(tip(verb))
        self._elide()

    def tab_stops(self) -> tuple[QWidget, ...]:
        """What Tab goes through, in order."""
        none = Qt.FocusPolicy.NoFocus
        return tuple(each for each in (self._thumbnail, self._remove) if each.focusPolicy() != none)

    def focus_remove(self) -> None:
        """Put the keyboard on the button that takes it out."""
        self._remove.setFocus(Qt.FocusReason.OtherFocusReason)

    def has_keyboard(self) -> bool:
        """Whether one of its buttons has the focus."""
        return self._thumbnail.hasFocus() or self._remove.hasFocus()

    def fact(self) -> str:
        """What stands below the name."""
        return self._fact.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._wants_out()
            return
        super().keyPressEvent(event)

    def _wants_out(self) -> None:
        self.removed.emit(self.number)

    def _wants_large(self) -> None:
        self.opened.emit(self.number)

    def _dress(self) -> None:
        set_icon(self._remove, self._theme, "x", self._theme.colours.muted, 14)
        self._remove.setFixedSize(self._theme.px(26), self._theme.px(26))
        room = self._theme.px(_NAME)
        for words, type_size in ((self._name, TYPE_LABEL), (self._fact, TYPE_SMALL)):
            words.setFixedSize(room, round(self._theme.px(type_size) * 1.45))
        self._elide()

    def _elide(self) -> None:
        metrics = self._name.fontMetrics()
        self._name.setText(metrics.elidedText(self._full_name, Qt.TextElideMode.ElideMiddle, self._name.width() - 2))
        self._fact.setToolTip(self.toolTip())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._elide()


def fact_of(attachment: Attachment) -> str:
    """How large it is: pixels of a picture, kind and bytes of a document."""
    if attachment.is_document:
        kind = tr("PDF") if attachment.media_type == PDF else tr("Text")
        return f"{kind}, {size(attachment.size)}"
    return "{} × {}".format(*attachment.pixels)


class _Thumb(QAbstractButton):
    """A small square of a picture; pressing it shows the whole."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._image: QImage | None = None
        self._icon = "image"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def set_image(self, image: QImage | None, otherwise: str) -> None:
        """Show a small copy, or while there is none an icon of that name."""
        self._image, self._icon = image, otherwise
        self.update()

    def sizeHint(self) -> QSize:
        edge = self._theme.px(_EDGE)
        return QSize(edge, edge)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(self._theme.colours.code))
        if self._image is not None and not self._image.isNull():
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            target = self.rect()
            target.setSize(size)
            target.moveCenter(self.rect().center())
            painter.drawImage(target, self._image)
        else:
            self._paint_icon(painter)
        painter.setClipping(False)
        painter.setPen(QColor(self._theme.colours.accent if self.hasFocus() else self._theme.colours.line))
        painter.drawPath(shape)

    def _paint_icon(self, painter: QPainter) -> None:
        from kireji.ui.icons import pixmap

        edge = self._theme.px(16)
        drawing = pixmap(self._icon, self._theme.colours.muted, edge, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - edge) // 2, (self.height() - edge) // 2, drawing)


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
