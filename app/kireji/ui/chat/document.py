"""Writes blocks into a text document, touching only what is different from what stands there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextImageFormat,
)

from kireji.ui.chat.blocks import Align, Block, Cell, Kind, Run, Style
from kireji.ui.chat.figures import Figure, Figures
from kireji.ui.chat.formats import CODE_BLOCK, MARKED, WORDS, formats_for
from kireji.ui.tokens import SPACE, Colours

EDGE = SPACE[0]
"""Room at both sides for the ground of code at the beginning of a line."""


class DocumentWriter:
    """Keeps a document equal to a list of blocks.

    Args:
        document: Empty at first; nobody else writes into it.
        colours: Of the theme.
        scale: Of text.
        figures: Knows the pictures that stand among words.

    Attributes:
        changed_from: A position from which on everything was different or may look different after the last `write`.
        dirty_from: The position from which on it has to be painted again; None when nothing was changed.
    """

    def __init__(self, document: QTextDocument, colours: Colours, scale: float, figures: Figures) -> None:
        self._document = document
        self._figures = figures
        self._pictures = 0
        self._colours = colours
        self._scale = scale
        self._shown: list[Block] = []
        self._starts: list[int] = []
        self._goes_on = False
        self.changed_from = 0
        self.dirty_from: int | None = 0
        self._set_up()

    def dress(self, colours: Colours, scale: float) -> None:
        """Take other colours and begin anew; the blocks must be written again."""
        self._colours, self._scale = colours, scale
        self.clear()

    def clear(self) -> None:
        """Empty the document."""
        self._document.clear()
        self._pictures = 0
        self._shown, self._starts = [], []
        self._set_up()

    def _set_up(self) -> None:
        font = self._document.defaultFont()
        self._formats = formats_for(self._colours, self._scale, font)
        self._document.setDocumentMargin(0)
        self._document.setIndentWidth(self._formats.indent)
        self._document.setUndoRedoEnabled(False)
        root = self._document.rootFrame()
        frame_format = root.frameFormat()
        frame_format.setLeftMargin(EDGE)
        frame_format.setRightMargin(EDGE)
        root.setFrameFormat(frame_format)

    def code_blocks(self) -> list[tuple[Block, QTextBlock]]:
        """Every block of code with its first line in the document."""
        found = []
        for index, (block, start) in enumerate(zip(self._shown, self._starts, strict=True)):
            if block.kind is Kind.CODE:
                line = self._document.findBlock(start)
                reused = index == 0 or self._shown[index - 1].kind is Kind.TABLE
                found.append((block, line if reused else line.next()))
        return found

    @property
    def ends_with_code(self) -> bool:
        """Whether the last block is code, whose ground needs room below."""
        return bool(self._shown) and self._shown[-1].kind is Kind.CODE

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What the document shows."""
        return tuple(self._shown)

    def start_plain(self, text: str) -> None:
        """Put the first words of an answer on the screen before any parser is there."""
        cursor = QTextCursor(self._document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self._shown:
            cursor.setBlockFormat(self._formats.block(Block(Kind.PARAGRAPH), first=True))
        cursor.insertText(text.replace("\n", "\u2028"), self._formats.words(Style()))
        shown = (self._shown[0].text if self._shown else "") + text.replace("\n", "\u2028")
        self._shown, self._starts = [Block(Kind.PARAGRAPH, (Run(shown),))], [0]

    @property
    def has_figures(self) -> bool:
        """Whether a picture stands among the words."""
        return self._pictures > 0

    def doubt(self, style: Style) -> bool:
        """Something is known of a formula or picture now: it is looked for again with the next `write`.

        Args:
            style: Its formula or its picture is looked at.

        Returns:
            Whether it stands here.
        """
        for index, block in enumerate(self._shown):
            cells = [run for row in block.rows for cell in row for run in cell.runs]
            if any((run.style.tex, run.style.picture) == (style.tex, style.picture) for run in (*block.runs, *cells)):
                self._shown[index] = _NONE
                return True
        return False

    def write(self, blocks: tuple[Block, ...], *, goes_on: bool = False) -> None:
        """Make the document show `blocks`.

        Args:
            blocks: All of them.
            goes_on: Whether a table at the end has more rows in another document.
        """
        if goes_on != self._goes_on:
            self._goes_on = goes_on
            if self._shown and self._shown[-1].kind is Kind.TABLE:
                self._shown[-1] = _NONE
        same = 0
        for old, new in zip(self._shown, blocks, strict=False):
            if old != new:
                break
            same += 1
        if same == len(self._shown) == len(blocks):
            self.dirty_from = None
            return
        self.dirty_from = self._starts[same] + 1 if 0 < same < len(self._starts) else self._end_of_all() if same else 0
        # How a block looks can depend on the one behind it.
        self.changed_from = self._starts[same - 1] if 0 < same <= len(self._starts) else 0
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        if same == len(self._shown) - 1 and same < len(blocks) and self._amend(cursor, same, blocks[same]):
            same += 1
        else:
            self._remove_from(cursor, same)
        for index in range(same, len(blocks)):
            self._append(cursor, blocks[index], index, len(blocks) - 1, blocks[index - 1] if index else None)
        cursor.endEditBlock()

    def _end_of_all(self) -> int:
        return max(0, self._document.characterCount() - 1)

    def _amend(self, cursor: QTextCursor, index: int, block: Block) -> bool:
        """Change the end of the last block alone: the usual case while an answer streams."""
        old = self._shown[index]
        if _frame(old) != _frame(block) or block.kind in (Kind.TABLE, Kind.RULE, Kind.FORMULA):
            return False
        same, rest = _common(old.runs, block.runs)
        if block.kind is Kind.CODE and same != _length(old.runs):
            return False
        if any(run.style.tex or run.style.picture for run in (*old.runs, *block.runs)):
            return False
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if block.kind is not Kind.CODE:
            self._cut(cursor, same)
            self._reformat(cursor, block, first=index == 0)
        self._insert(cursor, block, rest)
        self._shown[index] = block
        return True

    def _cut(self, cursor: QTextCursor, length: int) -> None:
        """Take away what the last block has behind so many characters."""
        begin = cursor.block().position()
        if begin + length < cursor.position():
            cursor.setPosition(begin + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()

    def _reformat(self, cursor: QTextCursor, block: Block, *, first: bool) -> None:
        wanted = self._formats.block(block, first=first)
        present = cursor.blockFormat()
        wanted.setObjectIndex(present.objectIndex())
        if wanted != present:
            cursor.setBlockFormat(wanted)

    def _remove_from(self, cursor: QTextCursor, index: int) -> None:
        if index >= len(self._shown):
            return
        cursor.setPosition(self._starts[index])
        kept = cursor.blockFormat() if index else QTextBlockFormat()
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        # An empty block before the removed text would take over the format of the last removed block.
        cursor.setBlockFormat(kept)
        del self._shown[index:], self._starts[index:]

    def _append(self, cursor: QTextCursor, block: Block, index: int, last: int, before: Block | None) -> None:
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._starts.append(cursor.position())
        self._shown.append(block)
        if block.kind is Kind.TABLE:
            self._append_table(cursor, block, before, goes_on=self._goes_on and index == last)
            return
        block_format, char_format = self._formats.block(block, first=index == 0), self._formats.words(Style())
        if before is None or before.kind is Kind.TABLE:
            # The document's own first block, or the one that Qt always keeps behind a table.
            if (old_list := cursor.currentList()) is not None:
                old_list.remove(cursor.block())
            cursor.setBlockFormat(block_format)
            cursor.setBlockCharFormat(char_format)
        else:
            cursor.insertBlock(block_format, char_format)
            if (inherited := cursor.currentList()) is not None:
                inherited.remove(cursor.block())
                cursor.setBlockFormat(block_format)
        if block.marker:
            cursor.createList(self._formats.marker(block))
            cursor.setBlockFormat(self._with_list(cursor, block_format))
        self._insert(cursor, block, block.runs)

    def _with_list(self, cursor: QTextCursor, block_format: QTextBlockFormat) -> QTextBlockFormat:
        result = QTextBlockFormat(block_format)
        result.setObjectIndex(cursor.blockFormat().objectIndex())
        return result

    def _insert(self, cursor: QTextCursor, block: Block, runs: tuple[Run, ...]) -> None:
        for run in runs:
            char_format = self._formats.words(run.style, block)
            if block.kind is not Kind.CODE:
                self._insert_words(cursor, run, char_format)
                continue
            for number, line in enumerate(run.text.split("\n")):
                if number:
                    cursor.insertBlock(self._code_line_format(cursor), char_format)
                cursor.insertText(line, char_format)

    def _insert_words(self, cursor: QTextCursor, run: Run, char_format: QTextCharFormat) -> None:
        style = run.style
        if style.tex or style.picture:
            font = QFont(self._document.defaultFont())
            figure = self._figures.find(style, font, char_format.foreground().color().name())
            if figure is not None:
                self._insert_figure(cursor, run, figure)
                return
        cursor.insertText(run.text, char_format)

    def _insert_figure(self, cursor: QTextCursor, run: Run, figure: Figure) -> None:
        self._pictures += 1
        name = f"kireji:{self._pictures}"
        self._document.addResource(QTextDocument.ResourceType.ImageResource.value, name, figure.image)
        picture = QTextImageFormat()
        picture.setName(name)
        picture.setWidth(figure.size.width())
        picture.setHeight(figure.size.height())
        picture.setProperty(QTextFormat.Property.FontPixelSize, self._document.defaultFont().pixelSize())
        picture.setProperty(WORDS, run.text)
        if figure.inline:
            picture.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        cursor.insertImage(picture)

    def _code_line_format(self, cursor: QTextCursor) -> QTextBlockFormat:
        """Only the last line of a code block has the space below, so it moves on from line to line."""
        previous = cursor.blockFormat()
        following = QTextBlockFormat(previous)
        following.setTopMargin(0)
        following.setProperty(CODE_BLOCK, 2)
        if previous.bottomMargin():
            previous.setBottomMargin(0)
            cursor.setBlockFormat(previous)
        return following

    def _append_table(self, cursor: QTextCursor, block: Block, before: Block | None, *, goes_on: bool) -> None:
        if before is None:
            self._flatten(cursor)
        columns = max((len(row) for row in block.rows), default=0)
        if not columns:
            return
        table = cursor.insertTable(len(block.rows), columns, self._formats.table(block, before, goes_on=goes_on))
        for number, row in enumerate(block.rows):
            for column, cell in enumerate(row):
                head = number == 0 and not block.headless
                self._fill(table.cellAt(number, column).firstCursorPosition(), cell, rtl=block.rtl, head=head)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._flatten(cursor)

    def _fill(self, cursor: QTextCursor, cell: Cell, *, rtl: bool, head: bool) -> None:
        block_format = QTextBlockFormat()
        if any(run.style.code or run.style.link for run in cell.runs):
            block_format.setProperty(MARKED, True)
        block_format.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
        if cell.align is not Align.START:
            centre = cell.align is Align.CENTRE
            block_format.setAlignment(Qt.AlignmentFlag.AlignHCenter if centre else Qt.AlignmentFlag.AlignTrailing)
        cursor.setBlockFormat(block_format)
        for run in cell.runs:
            self._insert_words(cursor, run, self._formats.words(run.style, Block(Kind.PARAGRAPH), head=head))

    def _flatten(self, cursor: QTextCursor) -> None:
        """The empty paragraphs that Qt keeps around tables take no room."""
        block_format = QTextBlockFormat()
        block_format.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        char_format = QTextCharFormat()
        char_format.setProperty(QTextFormat.Property.FontPixelSize, 1)
        cursor.setBlockFormat(block_format)
        cursor.setBlockCharFormat(char_format)


_NONE = Block(Kind.RULE, path="none")
"""Equals no block that a parser makes."""


def _frame(block: Block) -> tuple[object, ...]:
    return (block.kind, block.level, block.path, block.marker, block.language, block.task)


def _common(old: tuple[Run, ...], new: tuple[Run, ...]) -> tuple[int, tuple[Run, ...]]:
    """How long the beginning is that both have, as Qt counts characters, and what the new one has behind it."""
    length = 0
    for index, run in enumerate(new):
        before = old[index] if index < len(old) else None
        if before is None or before.style != run.style:
            return length, new[index:]
        shared = _shared(before.text, run.text)
        length += _units(shared)
        if len(shared) < len(run.text) or len(shared) < len(before.text):
            return length, (Run(run.text[len(shared) :], run.style), *new[index + 1 :])
    return length, ()


def _shared(one: str, other: str) -> str:
    """The beginning that two texts have in common."""
    if other.startswith(one):
        return one
    length = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:length]


def _length(runs: tuple[Run, ...]) -> int:
    return sum(_units(run.text) for run in runs)


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
