"""A receipt as a page that can be read, scrolled and copied from."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextImageFormat,
    QTextLength,
    QTextTableFormat,
)
from PySide6.QtWidgets import QTextBrowser

from kireji.core.receipts import Contents, Evidence, Piece, PieceKind, Receipt, read_body
from kireji.services import receipt_words
from kireji.ui.chat.transcript.decoding import image_of
from kireji.ui.chat.words import count, is_right_to_left
from kireji.ui.receipts import words
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_BODY, TYPE_LABEL, TYPE_SMALL
from kireji.ui.translation import tr

_LONGEST = 6_000
"""Characters of one text that are shown: laying out a book makes the person wait."""
_TURNS = 60
"""Messages that are shown, from the newest."""
_WIDEST, _TALLEST = 480, 320
"""Logical pixels of a picture at the normal size of text."""
_NEXT_LINE = "\u2028"
"""Begins a line without a paragraph; copied, it is an ordinary one."""
_ROOM = QSize(1280, 960)
"""Pixels that a decoded picture takes at most."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A receipt with what takes its time to make of it.

    Args:
        receipt: Which.
        contents: What its bytes say; None when they are not to be had.
        pictures: Those that could be decoded, by the place among all pieces that are pictures.
    """

    receipt: Receipt
    contents: Contents | None = None
    pictures: dict[int, QImage] = field(default_factory=dict)


def prepared(receipt: Receipt) -> Shown:
    """Read the bytes and decode the pictures; runs in a thread."""
    if not receipt.body:
        return Shown(receipt)
    contents = read_body(receipt.body)
    decoded = {place: image_of(piece.data, _ROOM) for place, piece in enumerate(contents.pictures) if piece.data}
    return Shown(receipt, contents, {place: image for place, image in decoded.items() if not image.isNull()})


class ReceiptPage(QTextBrowser):
    """Everything that is known of one request, and what was in it.

    Args:
        theme: Colours and text size.
    """

    picture_chosen = Signal(object)
    """A `QImage` that shall be shown large."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: Shown | None = None
        self._sentence = ""
        self._dressed_for = 0
        self.setOpenLinks(False)
        self.setProperty("kind", "receipt")
        self.setAccessibleName(tr("Receipt"))
        self.anchorClicked.connect(self._clicked)
        theme.changed.connect(self._dress)

    def say(self, sentence: str) -> None:
        """Show one sentence in the place of a receipt."""
        self._shown, self._sentence = None, sentence
        self._dress()

    def show_receipt(self, shown: Shown) -> None:
        """Show a receipt from its beginning."""
        self._shown, self._sentence = shown, ""
        self._dress()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._shown is not None and self._shown.pictures and self._room() != self._dressed_for:
            before = self.verticalScrollBar().value()
            self._dress()
            self.verticalScrollBar().setValue(before)

    def _room(self) -> int:
        """Logical pixels for a picture: as large as it gets, or as wide as there is room."""
        return max(120, min(self._theme.px(_WIDEST), self.viewport().width() - 4 * SPACE[3]))

    def _dress(self) -> None:
        self._dressed_for = self._room()
        document = QTextDocument(self)
        document.setDocumentMargin(SPACE[3])
        font = QFont(self.font())
        font.setPixelSize(self._theme.px(TYPE_BODY))
        document.setDefaultFont(font)
        writer = _Writer(
            document, self._theme, self.layoutDirection(), self.viewport().width(), self.devicePixelRatioF()
        )
        if self._shown is not None:
            writer.receipt(self._shown)
        else:
            writer.text(self._sentence, writer.muted())
        self.setDocument(document)  # which deletes the one before

    def _clicked(self, url: QUrl) -> None:
        place = url.toString().partition("picture:")[2]
        if self._shown is not None and place.isdecimal() and int(place) in self._shown.pictures:
            self.picture_chosen.emit(self._shown.pictures[int(place)])


class _Writer:
    """Writes a receipt into a document."""

    def __init__(
        self, document: QTextDocument, theme: Theme, direction: Qt.LayoutDirection, room: int, ratio: float
    ) -> None:
        self._document = document
        self._theme = theme
        self._direction = direction
        self._room = QSize(room, theme.px(_TALLEST))
        self._ratio = ratio
        self._cursor = QTextCursor(document)
        self._picture = 0
        self._first = True

    def muted(self, pixels: float = TYPE_BODY) -> QTextCharFormat:
        return self._format(self._theme.colours.muted, pixels)

    def receipt(self, shown: Shown) -> None:
        receipt = shown.receipt
        colours = self._theme.colours
        wrong = receipt.evidence in (Evidence.DIFFERENT, Evidence.GONE)
        self.text(
            receipt_words.evidence(receipt),
            self._format(
                colours.warn if wrong else colours.ok if receipt.exact else colours.info, TYPE_BODY, bold=True
            ),
        )
        if receipt.note:
            self.text(receipt.note, self.muted(TYPE_LABEL))
        self._table(words.rows(receipt.sent, receipt.address))
        if receipt.headers and receipt.evidence is Evidence.AHEAD:
            self._heading(tr("Headers, besides the key"))
            self.text("\n".join(f"{name}: {value}" for name, value in receipt.headers.items()), self._mono())
        if shown.contents is not None:
            self._contents(shown.contents, shown.pictures)

    def text(self, words: str, form: QTextCharFormat, above: int = SPACE[1]) -> None:
        """A paragraph of its own, which begins at the side of its script."""
        block = QTextBlockFormat()
        mirrored = is_right_to_left(words) if any(map(str.isalpha, words)) else self._mirrored
        block.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
        block.setTopMargin(above)
        self._block(block)
        self._cursor.insertText(words.replace("\n", _NEXT_LINE), form)

    def _contents(self, contents: Contents, pictures: dict[int, QImage]) -> None:
        if contents.system:
            self._heading(tr("Instructions"))
            self._words(contents.system)
        left_out = contents.turns[:-_TURNS]
        self._picture = sum(piece.kind is PieceKind.PICTURE for turn in left_out for piece in turn.pieces)
        if left_out:
            self._heading(tr("{n} earlier messages are not shown here", n=count(len(left_out))))
        for turn in contents.turns[-_TURNS:]:
            self._heading(words.role(turn.role))
            for piece in turn.pieces:
                self._piece(piece, pictures)
        if contents.tools:
            self._heading(tr("Tools that were offered"))
            self._words("\n".join(contents.tools.values()), self._mono())
        if contents.rest:
            self._heading(tr("Everything else in it"))
            rest = (f"{name}: {value}" if name else value for name, value in contents.rest.items())
            self._words("\n".join(rest), self._mono())

    def _piece(self, piece: Piece, pictures: dict[int, QImage]) -> None:
        if piece.kind is PieceKind.PICTURE:
            place, self._picture = self._picture, self._picture + 1
            if place in pictures:
                self._show_picture(place, pictures[place])
            self.text(words.of_piece(piece), self.muted(TYPE_SMALL), above=2)
        elif piece.kind is PieceKind.TEXT:
            self._words(piece.text)
        elif piece.kind in (PieceKind.OTHER, PieceKind.CALL, PieceKind.THINKING):
            self._words(words.of_piece(piece), self._mono())
        else:
            self.text(words.of_piece(piece), self.muted(TYPE_SMALL))

    def _show_picture(self, place: int, image: QImage) -> None:
        name = QUrl(f"receipt-picture:{place}")
        self._document.addResource(QTextDocument.ResourceType.ImageResource.value, name, image)
        size = QSize(round(image.width() / self._ratio), round(image.height() / self._ratio))
        if size.width() > self._room.width() or size.height() > self._room.height():
            size = size.scaled(self._room, Qt.AspectRatioMode.KeepAspectRatio)
        form = QTextImageFormat()
        form.setName(name.toString())
        form.setWidth(size.width())
        form.setHeight(size.height())
        form.setAnchor(True)
        form.setAnchorHref(f"picture:{place}")
        form.setToolTip(tr("Show it large"))
        block = QTextBlockFormat()
        block.setTopMargin(SPACE[1])
        block.setLayoutDirection(self._direction)
        self._block(block)
        self._cursor.insertImage(form)

    def _words(self, text: str, form: QTextCharFormat | None = None) -> None:
        more = len(text) - _LONGEST
        self.text(text[:_LONGEST], form or self._format(self._theme.colours.ink, TYPE_BODY))
        if more > 0:
            self.text(tr("… and {more} more characters", more=count(more)), self.muted(TYPE_LABEL))

    def _heading(self, words: str) -> None:
        block = QTextBlockFormat()
        block.setTopMargin(SPACE[3])
        block.setLayoutDirection(self._direction)
        block.setHeadingLevel(2)
        self._block(block)
        self._cursor.insertText(words, self._format(self._theme.colours.muted, TYPE_SMALL, bold=True))

    def _table(self, rows: list[tuple[str, str]]) -> None:
        form = QTextTableFormat()
        form.setBorder(0)
        form.setCellPadding(2)
        form.setCellSpacing(0)
        form.setTopMargin(SPACE[2])
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        shares = (66, 34) if self._mirrored else (34, 66)
        form.setColumnWidthConstraints([QTextLength(QTextLength.Type.PercentageLength, share) for share in shares])
        table = self._cursor.insertTable(len(rows), 2, form)
        for number, (name, value) in enumerate(rows):
            for column, text in enumerate((name, value)):
                # Qt has no tables that begin at the right.
                cursor = table.cellAt(number, 1 - column if self._mirrored else column).firstCursorPosition()
                block = QTextBlockFormat()
                block.setLayoutDirection(self._direction)
                cursor.setBlockFormat(block)
                colours = self._theme.colours
                cursor.insertText(text, self._format(colours.ink if column else colours.muted, TYPE_LABEL))
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._first = True  # the block behind the table is there already

    def _block(self, form: QTextBlockFormat) -> None:
        if self._first:
            self._first = False
            self._cursor.setBlockFormat(form)
        else:
            self._cursor.insertBlock(form)
            self._cursor.setBlockCharFormat(QTextCharFormat())

    def _mono(self) -> QTextCharFormat:
        form = self._format(self._theme.colours.ink, TYPE_SMALL)
        form.setFontFamilies(["monospace"])
        form.setFontFixedPitch(True)
        return form

    def _format(self, colour: str, pixels: float, *, bold: bool = False) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setForeground(QColor(colour))
        form.setProperty(QTextCharFormat.Property.FontPixelSize, self._theme.px(pixels))
        if bold:
            form.setFontWeight(QFont.Weight.DemiBold)
        return form

    @property
    def _mirrored(self) -> bool:
        return self._direction == Qt.LayoutDirection.RightToLeft
