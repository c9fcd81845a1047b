"""Writes blocks into a text document, touching only what is different from what stands there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextListFormat,
    QTextTableFormat,
)

from kireji.ui.chat.blocks import Align, Block, Cell, Kind, Run, Style
from kireji.ui.tokens import LINE_HEIGHT, SPACE, TYPE_BODY, TYPE_LABEL, TYPE_LEAD, TYPE_TITLE, Colours

CODE_BLOCK = QTextFormat.Property.UserProperty + 1
"""Block property: 1 on the first line of a code block, 2 on the others."""
QUOTE_PATH = QTextFormat.Property.UserProperty + 2
"""Block property: the block's path when quotes are in it."""
RULE = QTextFormat.Property.UserProperty + 3
"""Block property: a line across."""
INLINE_CODE = QTextFormat.Property.UserProperty + 4
"""Character property: code inside a paragraph."""

_HEADINGS = {1: TYPE_TITLE, 2: TYPE_LEAD}
CODE_PADDING = SPACE[2]
"""Between code and the edge of its ground."""
EDGE = SPACE[0]
"""Room at both sides for the ground of code at the beginning of a line."""


class DocumentWriter:
    """Keeps a document equal to a list of blocks.

    Args:
        document: Empty at first; nobody else writes into it.
        colours: Of the theme.
        scale: Of text.
    """

    def __init__(self, document: QTextDocument, colours: Colours, scale: float) -> None:
        self._document = document
        self._colours = colours
        self._scale = scale
        self._shown: list[Block] = []
        self._starts: list[int] = []
        self._formats: dict[tuple[object, ...], QTextCharFormat] = {}
        self._mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        self._set_up()

    def dress(self, colours: Colours, scale: float) -> None:
        """Take other colours and begin anew; the blocks must be written again."""
        self._colours, self._scale = colours, scale
        self.clear()

    def clear(self) -> None:
        """Empty the document."""
        self._document.clear()
        self._shown, self._starts = [], []
        self._set_up()

    def _set_up(self) -> None:
        self._formats.clear()
        font = self._document.defaultFont()
        # Qt counts in the font's own line height, which differs from font to font; ours is in type sizes.
        self._leading = max(100.0, 100 * LINE_HEIGHT * font.pixelSize() / QFontMetricsF(font).height())
        self._document.setDocumentMargin(0)
        self._document.setIndentWidth(22 * self._scale)
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
            cursor.setBlockFormat(self._block_format(Block(Kind.PARAGRAPH), first=True))
        cursor.insertText(text.replace("\n", "\u2028"), self._char_format(Style()))
        shown = (self._shown[0].text if self._shown else "") + text.replace("\n", "\u2028")
        self._shown, self._starts = [Block(Kind.PARAGRAPH, (Run(shown),))], [0]

    def write(self, blocks: tuple[Block, ...]) -> None:
        """Make the document show `blocks`."""
        same = 0
        for old, new in zip(self._shown, blocks, strict=False):
            if old != new:
                break
            same += 1
        if same == len(self._shown) == len(blocks):
            return
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        if same == len(self._shown) - 1 == len(blocks) - 1 and self._grow(cursor, blocks[same]):
            cursor.endEditBlock()
            return
        self._remove_from(cursor, same)
        for index in range(same, len(blocks)):
            self._append(cursor, blocks[index], index, blocks[index - 1] if index else None)
        cursor.endEditBlock()

    def _grow(self, cursor: QTextCursor, block: Block) -> bool:
        """Add to the last block when it only became longer: the usual case while an answer streams."""
        old = self._shown[-1]
        if old.kind in (Kind.TABLE, Kind.RULE) or _frame(old) != _frame(block) or not old.runs or not block.runs:
            return False
        count = len(old.runs)
        last, grown = old.runs[-1], block.runs[count - 1] if len(block.runs) >= count else None
        if grown is None or old.runs[:-1] != block.runs[: count - 1] or grown.style != last.style:
            return False
        if not grown.text.startswith(last.text):
            return False
        cursor.movePosition(QTextCursor.MoveOperation.End)
        added = (Run(grown.text[len(last.text) :], grown.style), *block.runs[count:])
        self._insert(cursor, block, added)
        self._shown[-1] = block
        return True

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

    def _append(self, cursor: QTextCursor, block: Block, index: int, before: Block | None) -> None:
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._starts.append(cursor.position())
        self._shown.append(block)
        if block.kind is Kind.TABLE:
            self._append_table(cursor, block, before)
            return
        block_format, char_format = self._block_format(block, first=index == 0), self._char_format(Style())
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
            cursor.createList(self._list_format(block))
            cursor.setBlockFormat(self._with_list(cursor, block_format))
        self._insert(cursor, block, block.runs)

    def _with_list(self, cursor: QTextCursor, block_format: QTextBlockFormat) -> QTextBlockFormat:
        result = QTextBlockFormat(block_format)
        result.setObjectIndex(cursor.blockFormat().objectIndex())
        return result

    def _insert(self, cursor: QTextCursor, block: Block, runs: tuple[Run, ...]) -> None:
        for run in runs:
            char_format = self._char_format(run.style, block)
            if block.kind is not Kind.CODE:
                cursor.insertText(run.text, char_format)
                continue
            for number, line in enumerate(run.text.split("\n")):
                if number:
                    cursor.insertBlock(self._code_line_format(cursor), char_format)
                cursor.insertText(line, char_format)

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

    def _block_format(self, block: Block, *, first: bool) -> QTextBlockFormat:
        result = QTextBlockFormat()
        result.setIndent(len(block.path))
        result.setLineHeight(self._leading, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        below = SPACE[0] if block.tight and block.path else SPACE[2]
        above = 0
        if block.kind is Kind.HEADING:
            above, below = SPACE[3], SPACE[1]
            result.setHeadingLevel(block.level)
        elif block.kind is Kind.CODE:
            result.setLeftMargin(CODE_PADDING + 2)
            result.setRightMargin(CODE_PADDING + 2)
            above, below = CODE_PADDING + SPACE[1], CODE_PADDING + SPACE[2]
            result.setProperty(CODE_BLOCK, 1)
        elif block.kind is Kind.RULE:
            result.setProperty(RULE, True)
        elif block.kind is Kind.FORMULA:
            result.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        rtl = block.rtl and block.kind is not Kind.CODE
        result.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
        if block.task is not None:
            result.setMarker(
                QTextBlockFormat.MarkerType.Checked if block.task else QTextBlockFormat.MarkerType.Unchecked
            )
        if first:
            above = 0  # what stands around the whole document is its owner's
        result.setTopMargin(above)
        result.setBottomMargin(below)
        if "q" in block.path:
            result.setProperty(QUOTE_PATH, block.path)
        return result

    def _list_format(self, block: Block) -> QTextListFormat:
        result = QTextListFormat()
        result.setIndent(0)
        depth = block.path.count("l")
        bullets = QTextListFormat.Style.ListDisc, QTextListFormat.Style.ListCircle, QTextListFormat.Style.ListSquare
        if block.marker == "*":
            result.setStyle(bullets[min(depth, 3) - 1])
        else:
            result.setStyle(QTextListFormat.Style.ListDecimal)
            result.setStart(int(block.marker))
        return result

    def _char_format(self, style: Style, block: Block | None = None, *, head: bool = False) -> QTextCharFormat:
        """How words look; the same words in the same kind of block look the same, so formats are made once."""
        key = (style, head, *((block.kind, block.level, "q" in block.path) if block is not None else ()))
        known = self._formats.get(key)
        if known is None:
            known = self._formats[key] = self._make_format(style, block)
            if head:
                known.setFontWeight(QFont.Weight.DemiBold)
        return known

    def _make_format(self, style: Style, block: Block | None) -> QTextCharFormat:
        c = self._colours
        result = QTextCharFormat()
        size, colour = TYPE_BODY, c.ink
        result.setFontWeight(QFont.Weight.Normal)
        if block is not None and block.kind is Kind.HEADING:
            size = _HEADINGS.get(block.level, TYPE_BODY)
            result.setFontWeight(QFont.Weight.DemiBold)
        if style.bold:
            result.setFontWeight(QFont.Weight.Bold if block is None else QFont.Weight.DemiBold)
        if block is not None and "q" in block.path:
            colour = c.muted
        if style.code or style.tex:
            result.setFontFamilies([self._mono])
            result.setFontFixedPitch(True)
            size = min(size, TYPE_LABEL) if block is None or block.kind is not Kind.HEADING else size
            colour = self._role_colour(style.role)
            if block is not None and block.kind is not Kind.CODE and style.code:
                result.setProperty(INLINE_CODE, True)
        result.setFontItalic(style.italic or style.role == "comment")
        result.setFontStrikeOut(style.struck)
        if style.quiet:
            colour = c.muted
        if style.wide:
            result.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
            result.setFontLetterSpacing(4 * self._scale)
        if style.link:
            result.setAnchor(True)
            result.setAnchorHref(style.link)
            result.setFontUnderline(True)
            colour = c.accent
        result.setProperty(QTextFormat.Property.FontPixelSize, round(size * self._scale))
        result.setForeground(QColor(colour))
        return result

    def _role_colour(self, role: str) -> str:
        c = self._colours
        return {
            "comment": c.muted,
            "string": c.ok,
            "number": c.info,
            "keyword": c.accent,
            "name": c.info,
            "deleted": c.error,
        }.get(role, c.ink)

    def _append_table(self, cursor: QTextCursor, block: Block, before: Block | None) -> None:
        if before is None:
            self._flatten(cursor)
        columns = max((len(row) for row in block.rows), default=0)
        if not columns:
            return
        table = cursor.insertTable(len(block.rows), columns, self._table_format(block, before))
        for number, row in enumerate(block.rows):
            for column, cell in enumerate(row):
                head = number == 0 and not block.headless
                self._fill(table.cellAt(number, column).firstCursorPosition(), cell, rtl=block.rtl, head=head)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._flatten(cursor)

    def _fill(self, cursor: QTextCursor, cell: Cell, *, rtl: bool, head: bool) -> None:
        block_format = QTextBlockFormat()
        block_format.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
        if cell.align is not Align.START:
            centre = cell.align is Align.CENTRE
            block_format.setAlignment(Qt.AlignmentFlag.AlignHCenter if centre else Qt.AlignmentFlag.AlignTrailing)
        cursor.setBlockFormat(block_format)
        for run in cell.runs:
            cursor.insertText(run.text, self._char_format(run.style, Block(Kind.PARAGRAPH), head=head))

    def _table_format(self, block: Block, before: Block | None) -> QTextTableFormat:
        result = QTextTableFormat()
        result.setBorder(1)
        result.setBorderBrush(QColor(self._colours.line))
        result.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        result.setBorderCollapse(True)
        result.setCellPadding(6)
        result.setCellSpacing(0)
        result.setHeaderRowCount(0 if block.headless else 1)
        # Qt leaves out the space below a paragraph that a table follows.
        result.setTopMargin(SPACE[2] + CODE_PADDING if before and before.kind is Kind.CODE else SPACE[1])
        result.setBottomMargin(SPACE[2])
        result.setLeftMargin(len(block.path) * self._document.indentWidth())
        result.setLayoutDirection(Qt.LayoutDirection.RightToLeft if block.rtl else Qt.LayoutDirection.LeftToRight)
        result.setWidth(QTextLength(QTextLength.Type.VariableLength, 0))
        if block.columns:
            # Parts of one table are laid out apart and must agree on their columns.
            result.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
            percent = QTextLength.Type.PercentageLength
            result.setColumnWidthConstraints([QTextLength(percent, 100 * share) for share in block.columns])
        return result

    def _flatten(self, cursor: QTextCursor) -> None:
        """The empty paragraphs that Qt keeps around tables take no room."""
        block_format = QTextBlockFormat()
        block_format.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        char_format = QTextCharFormat()
        char_format.setProperty(QTextFormat.Property.FontPixelSize, 1)
        cursor.setBlockFormat(block_format)
        cursor.setBlockCharFormat(char_format)


def _frame(block: Block) -> tuple[object, ...]:
    return (block.kind, block.level, block.path, block.marker, block.tight, block.language, block.task, block.rtl)
