"""A few blocks of an answer as one light widget: a small document that is painted, without a view of its own."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFocusEvent,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QLabel

from kireji.ui.chat.blocks import Block, Style
from kireji.ui.chat.code_buttons import CodeButtons
from kireji.ui.chat.document import EDGE, DocumentWriter
from kireji.ui.chat.figures import DENSEST, Figures
from kireji.ui.chat.formats import CODE_PADDING
from kireji.ui.chat.formula import Formulas
from kireji.ui.chat.transcript.grounds import Grounds, body_size
from kireji.ui.chat.transcript.links import Link, links_of, shown_address
from kireji.ui.chat.transcript.ranges import selected_ranges, selection, unit_at
from kireji.ui.chat.transcript.wording import copied_between, places_of, words_between
from kireji.ui.theme import Theme

_OUT_OF_SIGHT = 1_000_000
"""Logical pixels above everything."""
_AROUND = 16
"""Logical pixels around what changed that are painted again: grounds reach over the words."""


class _Document(QTextDocument):
    """Loads nothing, whatever it is asked for; a picture of one pixel keeps Qt from asking again."""

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        return QImage(1, 1, QImage.Format.Format_ARGB32)


class Piece(QLabel):
    """Paints blocks, with the selection in them; the column tells it where the selection is.

    A label, because that is what assistive programs take it for: text that can be read, under its own words.

    Args:
        theme: Colours and text size.
        formulas: Draws formulas; None where there are none.
    """

    link_activated = Signal(object)
    """A `QUrl` that the person chose by keyboard."""
    renewed = Signal(object)
    """This piece: a picture in it is there, so its blocks must be written again."""

    def __init__(self, theme: Theme, formulas: Formulas | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._document = _Document(self)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._document.setDefaultTextOption(option)
        self._document.setDefaultFont(self._base_font())
        self._figures = Figures(formulas, self.devicePixelRatioF())
        self._writer = DocumentWriter(self._document, theme.colours, theme.scale, self._figures)
        self._offset = 0
        self._joined = (False, False)
        self._grounds: Grounds | None = None
        self._earlier: tuple[Grounds, int] | None = None
        self._links: list[Link] | None = None
        self._link = -1
        self._selected: tuple[int, int] | None = None
        self._marked: tuple[tuple[int, int], ...] = ()
        self._code_buttons: CodeButtons | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)  # it grows at its end; changed words say so themselves
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.IBeamCursor)

    def _base_font(self) -> QFont:
        font = self.font()
        font.setPixelSize(body_size(self._theme))
        return font

    # What is shown.

    def write(self, blocks: Sequence[Block], width: int, *, goes_on: bool = False) -> None:
        """Show these blocks; only what is different is laid out again.

        Args:
            blocks: All of them.
            width: That they will be laid out in, in logical pixels.
            goes_on: Whether a table at the end has more rows in the piece below.
        """
        if self._writer.has_figures and self._figures.room != width - 2 * EDGE:
            self._writer.clear()
        self._figures.room = width - 2 * EDGE
        if not self._writer.blocks:
            self._document.setTextWidth(width)  # so that what is written is laid out once
        self._writer.write(tuple(blocks), goes_on=goes_on)
        self._paint_from(self._writer.dirty_from)
        if self._grounds is not None:
            self._earlier = (self._grounds, self._writer.changed_from)
        elif self._earlier is not None:
            self._earlier = (self._earlier[0], min(self._earlier[1], self._writer.changed_from))
        self._grounds = self._links = None

    def _paint_from(self, position: int | None) -> None:
        """Paint what has changed: Qt's own layout has the whole document painted where a block was added."""
        if position is not None:
            block = self._document.findBlock(min(position, self.length()))
            top = self._offset + int(self._document.documentLayout().blockBoundingRect(block).top()) - _AROUND
            self.update(0, top, self.width(), max(1, self.height() - top))

    def write_plain(self, text: str) -> None:
        """Show words before any parser is there."""
        self._writer.start_plain(text)
        self.update()
        self._forget_layout()

    def doubt(self, tex: str) -> bool:
        """A formula can be drawn now; whether it stands here, so that the blocks must be written again."""
        return self._writer.doubt(Style(tex=tex))

    @property
    def has_figures(self) -> bool:
        """Whether a picture stands among the words: another width needs the blocks to be written again."""
        return self._writer.has_figures

    # Pictures of the store.

    def blobs(self) -> Sequence[str]:
        """Which pictures it waits for."""
        return tuple(self._figures.wanted)

    def picture_room(self) -> QSize:
        """Pixels that suffice on any screen."""
        edge = max(1, self._figures.room) * DENSEST
        return QSize(edge, edge)

    def set_image(self, blob: str, image: QImage) -> None:
        """A picture has been read from the store; an empty one is missing there."""
        self._figures.take(blob, image)
        if self._writer.doubt(Style(picture=blob)):
            self.renewed.emit(self)

    def _forget_layout(self) -> None:
        self._grounds = self._earlier = self._links = None

    @property
    def first_block(self) -> Block | None:
        """What it begins with."""
        blocks = self._writer.blocks
        return blocks[0] if blocks else None

    def lay_out(self, width: int, offset: int, *, above: bool, below: bool) -> int:
        """Fit into a width.

        Args:
            width: Logical pixels.
            offset: Where the words begin, below the upper edge.
            above: Whether code or a quote at the beginning goes on from the piece above.
            below: Whether code at the end goes on in the piece below.

        Returns:
            The height it needs.
        """
        if self._document.textWidth() != width:
            self._document.setTextWidth(width)
            self._grounds = self._earlier = None
            self.update()
        if (offset, above, below) != (self._offset, *self._joined):
            self._offset, self._joined = offset, (above, below)
            self._grounds = self._earlier = None
            self.update()
        code_ends = self._writer.ends_with_code and not below
        return offset + math.ceil(self._document.size().height()) + (CODE_PADDING if code_ends else 0)

    def grounds(self) -> Grounds:
        """What is painted below the words."""
        if self._grounds is None:
            above, below = self._joined
            size = body_size(self._theme)
            self._grounds = Grounds(self._document, size, above=above, below=below, earlier=self._earlier)
            self._earlier = None
        return self._grounds

    def show_code_buttons(self) -> None:
        """Give every block of code its button; for text that is not about to change."""
        code = [(block.text, block.language) for block, _ in self._writer.code_blocks()]
        if self._code_buttons is None and code:
            self._code_buttons = CodeButtons(self)
        if self._code_buttons is not None:
            self._code_buttons.show(code)
            places = [(ground.rect, (ground.first_end, ground.last_end)) for ground in self.grounds().code]
            self._code_buttons.place(places)
            self._code_buttons.follow(self._offset)

    def settle(self) -> None:
        """The words will not change soon: give code its buttons, links the keyboard, assistive programs the words."""
        self.show_code_buttons()
        self.links()
        self.setAccessibleName(self.plain_text())

    def rest(self) -> None:
        """Show nothing until it is written again."""
        self.select(None)
        self.mark(())
        self._writer.clear()
        self._forget_layout()
        self.show_code_buttons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("")
        self.setToolTip("")
        self.setGeometry(0, -_OUT_OF_SIGHT, self.width(), 1)

    def document(self) -> QTextDocument:
        """What is painted."""
        return self._document

    def plain_text(self) -> str:
        """All words."""
        return words_between(self._document, 0, self.length()).strip("\n")

    def sizeHint(self) -> QSize:
        return self.size()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, self._offset)
        visible = QRectF(event.rect()).translated(0, -self._offset)
        self.grounds().paint(painter, self._theme, visible)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = visible
        context.palette = _palette(self._theme.colours.ink)
        if selections := self._selections():
            context.selections = selections
        painter.setClipRect(visible)
        self._document.documentLayout().draw(painter, context)

    def _selections(self) -> list[QAbstractTextDocumentLayout.Selection]:
        ranges: list[tuple[int, int, QTextCharFormat]] = []
        soft = QTextCharFormat()
        soft.setBackground(QColor(self._theme.colours.accent_soft))
        for start, end in self._marked:
            marked = QTextCharFormat(soft)
            marked.setProperty(QTextFormat.Property.OutlinePen, QPen(QColor(self._theme.colours.accent), 1))
            ranges.append((start, end, marked))
        if self._selected is not None:
            ranges += selected_ranges(self._document, *self._selected, soft, self._theme.colours.ink)
        if self.hasFocus() and 0 <= self._link < len(self.links()):
            link = self.links()[self._link]
            outline = QTextCharFormat()
            outline.setProperty(QTextFormat.Property.OutlinePen, QPen(QColor(self._theme.colours.accent), 1))
            ranges.append((link.start, link.end, outline))
        return [selection(self._document, *each) for each in ranges]

    # Where the words are.

    def length(self) -> int:
        """The position behind the last character."""
        return max(0, self._document.characterCount() - 1)

    def position_at(self, point: QPoint) -> int:
        """The position nearest to a point of this widget."""
        at = self._document.documentLayout().hitTest(
            QPointF(point.x(), point.y() - self._offset), Qt.HitTestAccuracy.FuzzyHit
        )
        return max(0, at)

    def unit_at(self, position: int, unit: QTextCursor.SelectionType) -> tuple[int, int]:
        """From where to where the word or block around a position reaches."""
        return unit_at(self._document, position, unit)

    def text_between(self, start: int, end: int) -> str:
        """The words between two positions as they are copied."""
        return copied_between(self._document, start, end)

    def place_of(self, position: int) -> QRectF:
        """Where a character stands, in coordinates of this widget."""
        block = self._document.findBlock(min(position, self.length()))
        rect = self._document.documentLayout().blockBoundingRect(block)
        line = block.layout().lineForTextPosition(position - block.position())
        if not line.isValid():
            return rect.translated(0, self._offset)
        x = line.cursorToX(position - block.position())[0]  # type: ignore[index]
        return QRectF(rect.left() + x, rect.top() + line.y() + self._offset, 1, line.height())

    def last_line(self) -> tuple[QRectF, bool]:
        """Where the last character ends, and whether its block is written from the right."""
        return self.place_of(self.length()), self._ends_from_right()

    def _ends_from_right(self) -> bool:
        block: QTextBlock = self._document.lastBlock()
        return block.textDirection() == Qt.LayoutDirection.RightToLeft

    def places_of(self, words: str) -> list[tuple[int, int]]:
        """Every place where these words stand, whatever their case."""
        return places_of(self._document, words)

    def select(self, selected: tuple[int, int] | None) -> None:
        """Show this range as selected; None for nothing."""
        if selected != self._selected:
            self._selected = selected
            self.update()

    def mark(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Show these ranges as found."""
        if tuple(ranges) != self._marked:
            self._marked = tuple(ranges)
            self.update()

    # Links.

    def links(self) -> list[Link]:
        """All links in it."""
        if self._links is None:
            self._links = links_of(self._document)
            self._link = -1
            policy = Qt.FocusPolicy.TabFocus if self._links else Qt.FocusPolicy.NoFocus
            self.setFocusPolicy(policy)
        return self._links

    def link_at(self, point: QPoint) -> str:
        """The address below a point; empty for none."""
        at = QPointF(point.x(), point.y() - self._offset)
        return self._document.documentLayout().anchorAt(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        address = self.link_at(event.position().toPoint())
        shape = Qt.CursorShape.PointingHandCursor if address else Qt.CursorShape.IBeamCursor
        if self.cursor().shape() is not shape:
            self.setCursor(shape)
        # Encoded, so that nothing in it is taken for markup.
        if self.toolTip() != (shown := shown_address(address)):
            self.setToolTip(shown)
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        backwards = event.reason() is Qt.FocusReason.BacktabFocusReason
        self._link = len(self.links()) - 1 if backwards else 0
        self.setAccessibleDescription(self._focused_address())
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def focusNextPrevChild(self, forwards: bool) -> bool:
        following = self._link + (1 if forwards else -1)
        if self.hasFocus() and 0 <= following < len(self.links()):
            self._link = following
            self.setAccessibleDescription(self._focused_address())
            self.update()
            return True
        return super().focusNextPrevChild(forwards)

    def focused_link(self) -> Link | None:
        """The link that the keyboard stands on."""
        links = self.links()
        return links[self._link] if self.hasFocus() and 0 <= self._link < len(links) else None

    def _focused_address(self) -> str:
        links = self.links()
        return shown_address(links[self._link].address) if 0 <= self._link < len(links) else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        link = self.focused_link()
        if link is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.link_activated.emit(QUrl(link.address))
            return
        event.ignore()


@functools.lru_cache(maxsize=4)
def _palette(ink: str) -> QPalette:
    """With the colour of words that have none of their own."""
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Text, QColor(ink))
    return palette
