"""Ranges of a text document: the words around a place, and how selected ones are painted."""

from __future__ import annotations

from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QTextCharFormat, QTextCursor, QTextDocument


def unit_at(document: QTextDocument, position: int, unit: QTextCursor.SelectionType) -> tuple[int, int]:
    """From where to where the word or block around a position reaches."""
    cursor = QTextCursor(document)
    cursor.setPosition(min(position, _last(document)))
    if unit is QTextCursor.SelectionType.BlockUnderCursor:
        block = cursor.block()  # Qt would begin with what divides it from the block before
        return block.position(), block.position() + block.length() - 1
    cursor.select(unit)
    return cursor.selectionStart(), cursor.selectionEnd()


def selection(
    document: QTextDocument, start: int, end: int, look: QTextCharFormat
) -> QAbstractTextDocumentLayout.Selection:
    """A range with its look, as a document's layout paints it."""
    result = QAbstractTextDocumentLayout.Selection()
    cursor = QTextCursor(document)
    cursor.setPosition(min(start, _last(document)))
    cursor.setPosition(min(end, _last(document)), QTextCursor.MoveMode.KeepAnchor)
    result.cursor = cursor
    result.format = look
    return result


def selected_ranges(
    document: QTextDocument, start: int, end: int, soft: QTextCharFormat, ink: str
) -> list[tuple[int, int, QTextCharFormat]]:
    """The parts of a selection; an item's first letter apart, whose colour Qt also gives to what stands before it.

    Args:
        document: Where.
        start: Position of the first character.
        end: Position behind the last one.
        soft: How selected words look.
        ink: The colour of what stands before an item.
    """
    ranges: list[tuple[int, int, QTextCharFormat]] = []
    with_marker = QTextCharFormat(soft)
    with_marker.setForeground(QColor(ink))
    block = document.findBlock(min(start, _last(document)))
    while block.isValid() and block.position() < end:
        at = block.position()
        if QTextCursor(block).currentList() is not None and start <= at:
            ranges += [(start, at, soft), (at, min(at + 1, end), with_marker)]
            start = min(at + 1, end)
        block = block.next()
    return [each for each in (*ranges, (start, end, soft)) if each[0] < each[1]]


def _last(document: QTextDocument) -> int:
    return max(0, document.characterCount() - 1)
