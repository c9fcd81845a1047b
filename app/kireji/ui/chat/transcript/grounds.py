"""What is painted below the words of a piece: the ground of code, rules, the bars of quotes."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTextBlock, QTextDocument

from kireji.ui.chat.document import EDGE
from kireji.ui.chat.formats import CODE_BLOCK, CODE_PADDING, INLINE_CODE, MARKED, QUOTE_PATH, RULE, TASK
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, TYPE_BODY

_BAR = 3
_DONE = 2
_BEYOND = 64
"""Logical pixels by which a ground that goes on in the next piece reaches over the edge of its own."""


@dataclass(frozen=True, slots=True)
class CodeGround:
    """One block of code.

    Args:
        rect: Its ground.
        first_end: Where the text of its first line ends.
        last_end: Where the text of its last line ends.
    """

    rect: QRectF
    first_end: float
    last_end: float


class Grounds:
    """All grounds of one document as it is laid out now, in its coordinates.

    Args:
        document: Laid out.
        body_size: Of the text, in logical pixels.
        above: Whether code or a quote at the beginning goes on from the piece above.
        below: Whether code at the end goes on in the piece below.
        earlier: What was there before, and from which position on the document has changed since.
    """

    def __init__(
        self,
        document: QTextDocument,
        body_size: int,
        *,
        above: bool,
        below: bool,
        earlier: tuple[Grounds, int] | None = None,
    ) -> None:
        self._document = document
        self._body_size = body_size
        self.code: list[CodeGround] = []
        self._rules: list[QRectF] = []
        self._spans: list[QRectF] = []
        self._bars: list[QRectF] = []
        self._tasks: list[tuple[QRectF, bool]] = []
        self._layout = document.documentLayout()
        block = document.begin()
        if earlier is not None:
            block = document.findBlock(earlier[1])
            self._keep(earlier[0], self._layout.blockBoundingRect(block).top())
        while block.isValid():
            block = self._take(block)
        self._go_on(above=above, below=below)

    def _keep(self, earlier: Grounds, until: float) -> None:
        """Have what lies above a height, where nothing is different."""
        self.code = [ground for ground in earlier.code if ground.rect.bottom() <= until]
        self._rules = [rect for rect in earlier._rules if rect.bottom() <= until]
        self._spans = [rect for rect in earlier._spans if rect.bottom() <= until]
        self._bars = [rect for rect in earlier._bars if rect.bottom() <= until]
        self._tasks = [task for task in earlier._tasks if task[0].bottom() <= until]

    def _take(self, block: QTextBlock) -> QTextBlock:
        """Note what lies below a block; returns the next one to look at."""
        block_format = block.blockFormat()
        if path := block_format.stringProperty(QUOTE_PATH):
            self._take_bars(block, path)
        if task := block_format.intProperty(TASK):
            self._take_task(block, done=task == _DONE)
        if block_format.intProperty(CODE_BLOCK):
            return self._take_code(block)
        if block_format.boolProperty(RULE):
            self._rules.append(self._layout.blockBoundingRect(block))
        elif block_format.boolProperty(MARKED):
            self._take_spans(block)
        return block.next()

    def _take_code(self, first: QTextBlock) -> QTextBlock:
        rect, last = self._layout.blockBoundingRect(first), first
        while (following := last.next()).isValid() and following.blockFormat().intProperty(CODE_BLOCK) == 2:
            last = following
        rect = rect.united(self._layout.blockBoundingRect(last))
        left = EDGE + first.blockFormat().indent() * self._document.indentWidth()
        width = self._document.textWidth() - left - EDGE
        ground = QRectF(left + 0.5, rect.top() - CODE_PADDING + 0.5, width - 1, rect.height() + 2 * CODE_PADDING - 1)
        self.code.append(CodeGround(ground, self._end_of(first, 0), self._end_of(last, last.layout().lineCount() - 1)))
        return last.next()

    def _end_of(self, block: QTextBlock, line: int) -> float:
        text_layout = block.layout()
        text = text_layout.lineAt(line).naturalTextRect() if text_layout.lineCount() else QRectF()
        return self._layout.blockBoundingRect(block).left() + text.right()

    def _take_spans(self, block: QTextBlock) -> None:
        origin: QPointF | None = None
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            if fragment.charFormat().boolProperty(INLINE_CODE):
                origin = origin or self._layout.blockBoundingRect(block).topLeft()
                start = fragment.position() - block.position()
                self._take_span(block, origin, start, start + fragment.length())
            iterator += 1

    def _take_span(self, block: QTextBlock, origin: QPointF, start: int, end: int) -> None:
        text_layout = block.layout()
        for number in range(text_layout.lineCount()):
            line = text_layout.lineAt(number)
            begin, stop = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if begin >= stop:
                continue
            left, right = line.cursorToX(begin)[0], line.cursorToX(stop)[0]  # type: ignore[index]
            left, right = min(left, right), max(left, right)
            bottom = origin.y() + line.y() + line.height()
            height = self._body_size + 5
            self._spans.append(QRectF(origin.x() + left - 3.5, bottom - height - 0.5, right - left + 7, height))

    def _take_task(self, block: QTextBlock, *, done: bool) -> None:
        rect, line = self._layout.blockBoundingRect(block), block.layout().lineAt(0)
        edge = round(self._body_size * 0.95)
        bottom = rect.top() + (line.y() + line.height() if line.isValid() else rect.height())
        words = line.naturalTextRect() if line.isValid() else QRectF()
        left = rect.left() + words.left() - edge - 6
        if block.textDirection() == Qt.LayoutDirection.RightToLeft:
            left = rect.left() + words.right() + 6
        self._tasks.append((QRectF(round(left) + 0.5, round(bottom - edge - 2) + 0.5, edge - 1, edge - 1), done))

    def _take_bars(self, block: QTextBlock, path: str) -> None:
        rect = self._layout.blockBoundingRect(block)
        following = block.next()
        joined = following.isValid() and following.blockFormat().stringProperty(QUOTE_PATH).startswith(path)
        bottom = self._layout.blockBoundingRect(following).top() if joined else rect.bottom()
        for depth, kind in enumerate(path):
            if kind == "q":
                x = EDGE + depth * self._document.indentWidth() + 2
                if block.textDirection() == Qt.LayoutDirection.RightToLeft:
                    x = self._document.textWidth() - x - _BAR
                self._bars.append(QRectF(x, rect.top(), _BAR, bottom - rect.top()))

    def _go_on(self, *, above: bool, below: bool) -> None:
        """Let what begins or ends in another piece run over the edge."""
        first = self._document.begin()
        if above and first.blockFormat().intProperty(CODE_BLOCK) and self.code:
            ground = self.code[0]
            self.code[0] = CodeGround(ground.rect.adjusted(0, -_BEYOND, 0, 0), ground.first_end, ground.last_end)
        if above and self._bars and first.blockFormat().hasProperty(QUOTE_PATH):
            top = self._layout.blockBoundingRect(first).top()
            self._bars = [bar.adjusted(0, -_BEYOND, 0, 0) if bar.top() <= top else bar for bar in self._bars]
        if below and self._document.lastBlock().blockFormat().intProperty(CODE_BLOCK) and self.code:
            ground = self.code[-1]
            self.code[-1] = CodeGround(ground.rect.adjusted(0, 0, 0, _BEYOND), ground.first_end, ground.last_end)

    def paint(self, painter: QPainter, theme: Theme, visible: QRectF) -> None:
        """Paint what can be seen.

        Args:
            painter: In the document's coordinates.
            theme: Colours.
            visible: The part that is painted.
        """
        colours = theme.colours
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(colours.code))
        for ground in self.code:
            if ground.rect.intersects(visible):
                painter.drawRoundedRect(ground.rect, RADIUS_CONTROL, RADIUS_CONTROL)
        for span in self._spans:
            if span.intersects(visible):
                painter.drawRoundedRect(span, 4, 4)
        for rule in self._rules:
            middle = rule.center().y()
            painter.drawLine(QPointF(EDGE, middle), QPointF(self._document.textWidth() - EDGE, middle))
        for box, done in self._tasks:
            if box.intersects(visible):
                self._paint_task(painter, theme, box, done=done)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.line))
        for bar in self._bars:
            if bar.intersects(visible):
                painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)

    def _paint_task(self, painter: QPainter, theme: Theme, box: QRectF, *, done: bool) -> None:
        colours = theme.colours
        painter.setPen(QPen(QColor(colours.accent if done else colours.muted), 1))
        painter.setBrush(QColor(colours.accent if done else colours.surface))
        painter.drawRoundedRect(box, 3, 3)
        if done:
            painter.setPen(QPen(QColor(colours.on_accent), max(1.5, box.width() / 8)))
            x, y, edge = box.x(), box.y(), box.width()
            painter.drawPolyline(
                [
                    QPointF(x + edge * 0.24, y + edge * 0.52),
                    QPointF(x + edge * 0.43, y + edge * 0.72),
                    QPointF(x + edge * 0.77, y + edge * 0.30),
                ]
            )


def body_size(theme: Theme) -> int:
    """The size of text in logical pixels."""
    return theme.px(TYPE_BODY)
