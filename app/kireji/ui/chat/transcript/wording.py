"""The words of a text document, with what its pictures stand for in their places."""

from __future__ import annotations

from PySide6.QtGui import QTextCursor, QTextDocument

from kireji.ui.chat.formats import WORDS

_PICTURE = "\ufffc"
_MOST = 100
"""Places of found words in one document that are marked."""


def words_between(document: QTextDocument, start: int, end: int) -> str:
    """The words between two positions, blocks on lines of their own."""
    last = max(0, document.characterCount() - 1)
    start, end = min(start, last), min(end, last)
    cursor = QTextCursor(document)
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    text = cursor.selection().toPlainText()
    if _PICTURE not in text:
        return text
    parts = text.split(_PICTURE)
    words = [*_figures_between(document, start, end), *[""] * len(parts)]
    return "".join(part + word for part, word in zip(parts, words, strict=False))


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
