"""The one view for answers in Markdown, while they stream and when they are whole."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlock,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from kireji.ui.chat.blocks import Block
from kireji.ui.chat.document import CODE_BLOCK, EDGE, INLINE_CODE, QUOTE_PATH, RULE, DocumentWriter
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_BODY

if TYPE_CHECKING:
    from kireji.ui.chat.code_buttons import CodeButtons

_FLUSH_MILLISECONDS = 40
_SHARE = 4
"""Drawing an answer may take one part in this many of the time: long tables are written anew with every row."""
_BEYOND = 64
"""Logical pixels above and below what is visible whose grounds are painted too: corners and paddings reach over."""
_SLOWER_FROM = 4000
"""Characters in the open block from which it is laid out less often, because that costs more the longer it is."""


class AnswerView(QTextBrowser):
    """Shows Markdown that grows.

    Nothing that the text names is ever loaded; links open in the browser, only http, https and mailto.

    Args:
        theme: Colours and text size; changes are followed.
        fit_height: Whether the view is as tall as its text, instead of scrolling.
        parent: As usual in Qt.
    """

    height_changed = Signal(object)
    """The height that the whole text takes, in logical pixels."""
    link_activated = Signal(object)
    """A link that may be opened was chosen; it opens in the person's browser."""

    def __init__(self, theme: Theme, *, fit_height: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fit = fit_height
        self._source = ""
        self._settled_until = 0
        self._settled: tuple[Block, ...] = ()
        self._references: dict[str, Any] = {}
        self._highlight: Any = None
        self._parsed = False
        self._height = 0
        self._flush_cost = 0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._flush)
        self._set_up()
        self._writer = DocumentWriter(self.document(), theme.colours, theme.scale)
        self._code_buttons: CodeButtons | None = None
        self.verticalScrollBar().valueChanged.connect(self._scroll_code_buttons)
        theme.changed.connect(self._dress)

    def _set_up(self) -> None:
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Answer")
        self.viewport().setAutoFillBackground(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.document().setDefaultFont(self._base_font())
        # In the usual mode Qt lays the whole document out again whenever the view's height changes, which it does with
        # every line of a streaming answer; a width of our own is laid out again only when that width changes.
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self.anchorClicked.connect(self._open)
        self.link_activated.connect(self._launch)
        self.highlighted.connect(self._show_address)
        self.document().documentLayout().documentSizeChanged.connect(self._size_changed)
        if self._fit:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.setFixedHeight(self._theme.px(TYPE_BODY) * 2)

    def _base_font(self) -> Any:
        font = self.font()
        font.setPixelSize(self._theme.px(TYPE_BODY))
        return font

    def markdown(self) -> str:
        """The source, for copying."""
        return self._source

    def append_delta(self, text: str) -> None:
        """More of the answer. The first piece shows at once; later ones are gathered for some 40 ms."""
        if not text:
            return
        first = not self._source
        self._source += text
        if first:
            self._writer.start_plain(text)
        if not self._timer.isActive():
            tail = len(self._source) - self._settled_until
            slower = tail // 40 if tail > _SLOWER_FROM else 0
            self._timer.start(min(1000, max(_FLUSH_MILLISECONDS, slower, self._flush_cost * _SHARE)))

    def finish(self, markdown: str) -> None:
        """The answer is whole; what is shown becomes exactly what `set_markdown` would show."""
        self._timer.stop()
        self._source = markdown
        self._render_all()

    def set_markdown(self, markdown: str) -> None:
        """Show a whole text."""
        self.finish(markdown)

    def _flush(self) -> None:
        from kireji.ui.chat.markdown import parse

        begun = time.monotonic()
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 8
        parsed = parse(self._source[self._settled_until :], self._highlighter(), self._references)
        self._writer.write(self._settled + parsed.blocks)
        self._settled += parsed.blocks[: parsed.settled]
        self._settled_until += parsed.settled_until
        if at_end and not self._fit:
            bar.setValue(bar.maximum())
        self._flush_cost = round((time.monotonic() - begun) * 1000)

    def _render_all(self) -> None:
        from kireji.ui.chat.markdown import parse

        bar = self.verticalScrollBar()
        value, at_end = bar.value(), bar.value() >= bar.maximum() - 8 > 0
        self._references = {}
        parsed = parse(self._source, self._highlighter(), self._references)
        self._writer.write(parsed.blocks)
        self._settled = parsed.blocks[: parsed.settled]
        self._settled_until = parsed.settled_until
        self._show_code_buttons()
        if not self._fit:
            bar.setValue(bar.maximum() if at_end else value)

    def _show_code_buttons(self) -> None:
        code = [(block.text, block.language) for block, _ in self._writer.code_blocks()]
        if self._code_buttons is None and code:
            from kireji.ui.chat.code_buttons import CodeButtons

            self._code_buttons = CodeButtons(self.viewport())
        if self._code_buttons is not None:
            self._code_buttons.show(code)
            self._place_code_buttons()

    def _place_code_buttons(self) -> None:
        if self._code_buttons is not None:
            first_lines = [line for _, line in self._writer.code_blocks()]
            self._code_buttons.place([(self.code_rect(line), self._code_ends(line)) for line in first_lines])
            self._scroll_code_buttons()

    def _scroll_code_buttons(self) -> None:
        if self._code_buttons is not None:
            self._code_buttons.follow(-self.verticalScrollBar().value())

    def _code_ends(self, first: QTextBlock) -> tuple[float, float]:
        """Where the first and the last line of a code block end on the screen, in the document's coordinates."""
        last = first
        while last.next().isValid() and last.next().blockFormat().intProperty(CODE_BLOCK) == 2:
            last = last.next()
        layout, ends = self.document().documentLayout(), []
        for block, number in ((first, 0), (last, last.layout().lineCount() - 1)):
            text = block.layout().lineAt(number).naturalTextRect() if block.layout().lineCount() else QRectF()
            ends.append(layout.blockBoundingRect(block).left() + text.right())
        return ends[0], ends[1]

    def _highlighter(self) -> Any:
        if self._highlight is None:
            from kireji.ui.chat.highlight import Highlighter

            self._highlight = Highlighter()
        return self._highlight

    def _dress(self) -> None:
        self.document().setDefaultFont(self._base_font())
        self._writer.dress(self._theme.colours, self._theme.scale)
        if self._source:
            self._render_all()

    def loadResource(self, _kind: int, _name: QUrl | str) -> Any:
        """Nothing is loaded; a picture of one pixel keeps Qt from asking again and from decoding `data:` itself."""
        return QImage(1, 1, QImage.Format.Format_ARGB32)

    def _open(self, url: QUrl) -> None:
        from kireji.ui.chat.markdown import allowed_link

        if allowed_link(url.toString()):
            self.link_activated.emit(url)

    def _launch(self, url: object) -> None:
        assert isinstance(url, QUrl)
        QDesktopServices.openUrl(url)

    def _show_address(self, url: QUrl) -> None:
        # Only ever set as the plain name of a tool tip, whose rich-text detection an encoded address cannot trigger.
        self.setToolTip(bytes(url.toEncoded().data()).decode("ascii") if not url.isEmpty() else "")

    def _size_changed(self, _size: object) -> None:
        height = math.ceil(self.document().size().height())
        if height == self._height:
            return
        self._height = height
        if self._fit:
            self.setFixedHeight(max(height, 1))
        self.height_changed.emit(height)

    def text_height(self) -> int:
        """The height that the whole text takes, in logical pixels."""
        return self._height

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), max(1, self._height)) if self._fit else super().sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.lineWrapColumnOrWidth() != self.viewport().width():
            self.setLineWrapColumnOrWidth(self.viewport().width())
        self._size_changed(None)
        self._place_code_buttons()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-self.horizontalScrollBar().value(), -self.verticalScrollBar().value())
        visible = QRectF(event.rect()).translated(0, self.verticalScrollBar().value())
        self._paint_grounds(painter, visible)
        painter.end()
        super().paintEvent(event)

    def _paint_grounds(self, painter: QPainter, visible: QRectF) -> None:
        layout = self.document().documentLayout()
        near = visible.adjusted(0, -_BEYOND, 0, _BEYOND)
        first = max(0, layout.hitTest(near.topLeft(), Qt.HitTestAccuracy.FuzzyHit))
        block = self.document().findBlock(first)
        if block.blockFormat().intProperty(CODE_BLOCK) == 2:
            self._paint_card(painter, self.code_rect(block, near.bottom()))
        while block.isValid():
            rect = layout.blockBoundingRect(block)
            if rect.top() > near.bottom():
                return
            self._paint_ground(painter, block, rect, near.bottom())
            block = block.next()

    def _paint_ground(self, painter: QPainter, block: QTextBlock, rect: QRectF, until: float) -> None:
        colours, block_format = self._theme.colours, block.blockFormat()
        if block_format.intProperty(CODE_BLOCK) == 1:
            self._paint_card(painter, self.code_rect(block, until))
        elif block_format.boolProperty(RULE):
            painter.setPen(QPen(QColor(colours.line), 1))
            middle = rect.center().y()
            painter.drawLine(QPointF(EDGE, middle), QPointF(self.document().textWidth() - EDGE, middle))
        elif not block_format.hasProperty(CODE_BLOCK):
            self._paint_inline_code(painter, block, rect.topLeft())
        if path := block_format.stringProperty(QUOTE_PATH):
            self._paint_quote(painter, block, rect, path)

    def code_rect(self, first: QTextBlock, until: float = math.inf) -> QRectF:
        """The ground of a code block from its line `first` on, in the document's coordinates.

        Args:
            first: Usually its first line.
            until: Where nobody looks any more; the end below that is not searched for.
        """
        layout = self.document().documentLayout()
        rect, block = layout.blockBoundingRect(first), first.next()
        while block.isValid() and block.blockFormat().intProperty(CODE_BLOCK) == 2 and rect.bottom() < until:
            rect = rect.united(layout.blockBoundingRect(block))
            block = block.next()
        left = EDGE + first.blockFormat().indent() * self.document().indentWidth()
        width = self.document().textWidth() - left - EDGE
        return QRectF(left + 0.5, rect.top() - SPACE[2] + 0.5, width - 1, rect.height() + 2 * SPACE[2] - 1)

    def _paint_card(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(QPen(QColor(self._theme.colours.line), 1))
        painter.setBrush(QColor(self._theme.colours.code))
        painter.drawRoundedRect(rect, RADIUS_CONTROL, RADIUS_CONTROL)

    def _paint_inline_code(self, painter: QPainter, block: QTextBlock, origin: QPointF) -> None:
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            if fragment.charFormat().boolProperty(INLINE_CODE):
                start = fragment.position() - block.position()
                self._paint_span(painter, block, origin, start, start + fragment.length())
            iterator += 1

    def _paint_span(self, painter: QPainter, block: QTextBlock, origin: QPointF, start: int, end: int) -> None:
        painter.setPen(QPen(QColor(self._theme.colours.line), 1))
        painter.setBrush(QColor(self._theme.colours.code))
        text_layout = block.layout()
        for number in range(text_layout.lineCount()):
            line = text_layout.lineAt(number)
            begin, stop = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if begin >= stop:
                continue
            left, right = line.cursorToX(begin)[0], line.cursorToX(stop)[0]  # type: ignore[index]
            left, right = min(left, right), max(left, right)
            bottom = origin.y() + line.y() + line.height()
            height = self._theme.px(TYPE_BODY) + 5
            rect = QRectF(origin.x() + left - 3.5, bottom - height - 0.5, right - left + 7, height)
            painter.drawRoundedRect(rect, 4, 4)

    def _paint_quote(self, painter: QPainter, block: QTextBlock, rect: QRectF, path: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.line))
        following = block.next()
        joined = following.isValid() and following.blockFormat().stringProperty(QUOTE_PATH).startswith(path)
        bottom = self.document().documentLayout().blockBoundingRect(following).top() if joined else rect.bottom()
        for depth, kind in enumerate(path):
            if kind != "q":
                continue
            x = EDGE + depth * self.document().indentWidth() + 2
            if block.textDirection() == Qt.LayoutDirection.RightToLeft:
                x = self.document().textWidth() - x - 3
            painter.drawRoundedRect(QRectF(x, rect.top(), 3, bottom - rect.top()), 1.5, 1.5)
