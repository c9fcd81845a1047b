"""How blocks and words look in a text document: the theme's colours, sizes and distances as Qt's formats."""

from __future__ import annotations

import functools

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextListFormat,
    QTextTableFormat,
)

from kireji.ui.chat.blocks import Block, Kind, Style
from kireji.ui.tokens import LINE_HEIGHT, SPACE, TYPE_BODY, TYPE_LABEL, TYPE_LEAD, TYPE_TITLE, Colours

CODE_BLOCK = QTextFormat.Property.UserProperty + 1
"""Block property: 1 on the first line of a code block, 2 on the others."""
QUOTE_PATH = QTextFormat.Property.UserProperty + 2
"""Block property: the block's path when quotes are in it."""
RULE = QTextFormat.Property.UserProperty + 3
"""Block property: a line across."""
INLINE_CODE = QTextFormat.Property.UserProperty + 4
"""Character property: code inside a paragraph."""
TASK = QTextFormat.Property.UserProperty + 5
"""Block property: 1 for a task that is open, 2 for one that is done."""
MARKED = QTextFormat.Property.UserProperty + 7
"""Block property: links or code are among its words, so that they are worth looking for."""
WORDS = QTextFormat.Property.UserProperty + 6
"""Character property of a picture: the words it stands for."""

CODE_PADDING = SPACE[2]
"""Between code and the edge of its ground."""
_HEADINGS = {1: TYPE_TITLE, 2: TYPE_LEAD}


def formats_for(colours: Colours, scale: float, font: QFont) -> Formats:
    """The formats that all documents with these colours and this font share."""
    return _formats(colours, scale, font.toString())


@functools.lru_cache(maxsize=4)
def _formats(colours: Colours, scale: float, font_name: str) -> Formats:
    font = QFont()
    font.fromString(font_name)
    # Qt counts in the font's own line height, which differs from font to font; ours is in type sizes.
    leading = max(100.0, 100 * LINE_HEIGHT * font.pixelSize() / QFontMetricsF(font).height())
    return Formats(colours, scale, leading, 22 * scale)


class Formats:
    """Makes formats, those of words once for all words that look the same.

    Args:
        colours: Of the theme.
        scale: Of text.
        leading: Height of a line in percent of the font's own.
        indent: Of one list or quote, in logical pixels; kept as an attribute.
    """

    def __init__(self, colours: Colours, scale: float, leading: float, indent: float) -> None:
        self._colours, self._scale = colours, scale
        self._leading, self.indent = leading, indent
        self._blocks: dict[tuple[object, ...], QTextBlockFormat] = {}
        self._known: dict[tuple[object, ...], QTextCharFormat] = {}
        self._mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()

    def block(self, block: Block, *, first: bool) -> QTextBlockFormat:
        """Of a paragraph, heading, line of code, rule or formula; `first` stands at the document's beginning."""
        marked = block.kind is not Kind.CODE and any(run.style.code or run.style.link for run in block.runs)
        key = (block.kind, block.level, block.path, block.tight, block.rtl, block.task, first, marked)
        known = self._blocks.get(key)
        if known is None:
            known = self._blocks[key] = self._make_block(block, first=first, marked=marked)
        return QTextBlockFormat(known)

    def _make_block(self, block: Block, *, first: bool, marked: bool) -> QTextBlockFormat:
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
            result.setProperty(TASK, 2 if block.task else 1)
        if first:
            above = 0  # what stands around the whole document is its owner's
        result.setTopMargin(above)
        result.setBottomMargin(below)
        if marked:
            result.setProperty(MARKED, True)
        if "q" in block.path:
            result.setProperty(QUOTE_PATH, block.path)
        return result

    def marker(self, block: Block) -> QTextListFormat:
        """Of what stands before an item of a list."""
        result = QTextListFormat()
        result.setIndent(0)
        if block.task is not None:
            result.setStyle(QTextListFormat.Style.ListStyleUndefined)
            return result
        depth = block.path.count("l")
        bullets = QTextListFormat.Style.ListDisc, QTextListFormat.Style.ListCircle, QTextListFormat.Style.ListSquare
        if block.marker == "*":
            result.setStyle(bullets[min(depth, 3) - 1])
        else:
            result.setStyle(QTextListFormat.Style.ListDecimal)
            result.setStart(int(block.marker))
        return result

    def words(self, style: Style, block: Block | None = None, *, head: bool = False) -> QTextCharFormat:
        """How words look; the same words in the same kind of block look the same, so formats are made once."""
        key = (style, head, *((block.kind, block.level, "q" in block.path) if block is not None else ()))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._make(style, block)
            if head:
                known.setFontWeight(QFont.Weight.DemiBold)
        return known

    def _make(self, style: Style, block: Block | None) -> QTextCharFormat:
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

    def table(self, block: Block, before: Block | None, *, goes_on: bool) -> QTextTableFormat:
        """Of a table; `goes_on` says that its next rows are in another document."""
        result = QTextTableFormat()
        result.setBorder(1)
        result.setBorderBrush(QColor(self._colours.line))
        result.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        result.setBorderCollapse(True)
        result.setCellPadding(6)
        result.setCellSpacing(0)
        result.setHeaderRowCount(0 if block.headless else 1)
        # Qt leaves out the space below a paragraph that a table follows.
        above = SPACE[2] + CODE_PADDING if before and before.kind is Kind.CODE else SPACE[1]
        result.setTopMargin(0 if before is None else above)
        result.setBottomMargin(0 if goes_on else SPACE[2])
        (result.setRightMargin if block.rtl else result.setLeftMargin)(len(block.path) * self.indent)
        result.setLayoutDirection(Qt.LayoutDirection.RightToLeft if block.rtl else Qt.LayoutDirection.LeftToRight)
        result.setWidth(QTextLength(QTextLength.Type.VariableLength, 0))
        if block.columns and (block.headless or goes_on):
            # Parts of one table are laid out apart and must agree on their columns.
            result.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
            percent = QTextLength.Type.PercentageLength
            result.setColumnWidthConstraints([QTextLength(percent, 100 * share) for share in block.columns])
        return result
