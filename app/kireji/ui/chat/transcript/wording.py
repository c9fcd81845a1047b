"""The words of a text document, with what its pictures stand for in their places."""

from __future__ import annotations

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument, QTextListFormat

from kireji.ui.chat.formats import TASK, WORDS
from kireji.ui.chat.markdown.characters import LINE_BREAK

_PICTURE = "\ufffc"
_MOST = 100
"""Places of found words in one document that are marked."""


def words_between(document: QTextDocument, start: int, end: int) -> str:
    """The words between two positions, blocks on lines of their own."""
    last = max(0, document.characterCount() - 1)
    start, end = min(start, last), min(end, last)
    if (start, end) == (0, last) and _PICTURE not in (whole := document.toPlainText()):
        return whole
    text = _cursor(document, start, end).selection().toPlainText()
    return _with_figures(text, document, start, end)


def _cursor(document: QTextDocument, start: int, end: int) -> QTextCursor:
    cursor = QTextCursor(document)
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    return cursor


def _with_figures(text: str, document: QTextDocument, start: int, end: int) -> str:
    if _PICTURE not in text:
        return text
    parts = text.split(_PICTURE)
    words = [*_figures_between(document, start, end), *[""] * len(parts)]
    return "".join(part + word for part, word in zip(parts, words, strict=False))


def copied_between(document: QTextDocument, start: int, end: int) -> str:
    """The same for other programs: items with what stands before them, the cells of a row with tabs between them."""
    last = max(0, document.characterCount() - 1)
    start, end = min(start, last), min(end, last)
    out: list[str] = []
    row: tuple[int, int] | None = None
    block, several = document.findBlock(start), document.findBlock(start) != document.findBlock(end)
    while block.isValid() and (block.position() < end or not out):
        before, row = row, _row_of(block)
        if row is not None or block.text() or (before or _row_of(block.next())) is None:
            begin, finish = max(start, block.position()), min(end, block.position() + block.length() - 1)
            words = _cursor(document, begin, finish).selectedText().replace(LINE_BREAK, "\n").replace("\u00a0", " ")
            words = _with_figures(words, document, begin, finish)
            out.append("" if not out else "\t" if row is not None and row == before else "\n")
            out.append(_marker_of(block) + words if several and words and begin == block.position() else words)
        block = block.next()
    return "".join(out)


def _row_of(block: QTextBlock) -> tuple[int, int] | None:
    """Which row of which table a block stands in; the empty ones that Qt keeps around a table stand in none."""
    table = QTextCursor(block).currentTable() if block.isValid() else None
    return (table.firstPosition(), table.cellAt(block.position()).row()) if table is not None else None


def _marker_of(block: QTextBlock) -> str:
    """What stands before an item of a list, in letters; empty for what is none."""
    marker = ""
    if (items := QTextCursor(block).currentList()) is not None:
        marker = "  " * max(0, block.blockFormat().indent() - 1)
        if task := block.blockFormat().intProperty(TASK):
            marker += "\u2611 " if task == 2 else "\u2610 "
        elif items.format().style() == QTextListFormat.Style.ListDecimal:
            marker += f"{items.format().start() + items.itemNumber(block)}. "
        else:
            marker += "- "
    return marker


def _figures_between(document: QTextDocument, start: int, end: int) -> list[str]:
    """What the pictures between two positions stand for, in order."""
    found: list[str] = []
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            if words := fragment.charFormat().stringProperty(WORDS):
                inside = min(end, fragment.position() + fragment.length()) - max(start, fragment.position())
                found += [words] * max(0, inside)
            iterator += 1
        block = block.next()
    return found


def places_of(document: QTextDocument, words: str) -> list[tuple[int, int]]:
    """Every place where these words stand, whatever their case."""
    found: list[tuple[int, int]] = []
    cursor = document.find(words)
    while not cursor.isNull() and len(found) < _MOST:
        found.append((cursor.selectionStart(), cursor.selectionEnd()))
        cursor = document.find(words, cursor)
    return found
