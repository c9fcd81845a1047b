"""Colours for the text of a policy."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from kireji.ui.theme import Theme

_PLAIN, _IN_DOUBLE, _IN_SINGLE = -1, 1, 2
_MARKS = {_IN_DOUBLE: '"""', _IN_SINGLE: "'''"}
_HEADER = re.compile(r"\s*(\[\[?[^\]\n]*\]?\]?)\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"?|\'[^\']*\'?|#.*')
_LONGEST = 4_000
"""Letters of a line; a longer one stays plain from there on."""


class TomlColours(QSyntaxHighlighter):
    """Tells headings, keys, texts and comments apart.

    Args:
        theme: Colours.
        document: What is coloured.
    """

    def __init__(self, theme: Theme, document: QTextDocument) -> None:
        super().__init__(document)
        self._theme = theme
        self._header, self._key = QTextCharFormat(), QTextCharFormat()
        self._text, self._comment = QTextCharFormat(), QTextCharFormat()
        self._look()

    def dress(self) -> None:
        """The theme is another."""
        self._look()
        self.rehighlight()

    def _look(self) -> None:
        colours = self._theme.colours
        self._header.setForeground(QColor(colours.ink))
        self._header.setFontWeight(QFont.Weight.DemiBold)
        self._key.setForeground(QColor(colours.info))
        self._text.setForeground(QColor(colours.ok))
        self._comment.setForeground(QColor(colours.muted))
        self._comment.setFontItalic(True)

    def highlightBlock(self, text: str) -> None:
        text = text[:_LONGEST]
        # Qt counts in UTF-16 units; a sign of the higher planes would shift all that follows it.
        text = "".join(sign if ord(sign) < 0x10000 else "\ufffd\ufffd" for sign in text)
        state, position = self.previousBlockState(), 0
        if state in _MARKS:
            position, state = self._rest_of(text, 0, state)
        elif (header := _HEADER.match(text)) is not None:
            self.setFormat(header.start(1), header.end(1) - header.start(1), self._header)
            position = header.end(1)
        elif (key := _KEY.match(text)) is not None:
            self.setFormat(key.start(1), key.end(1) - key.start(1), self._key)
            position = key.end()
        while state not in _MARKS and (token := _TOKEN.search(text, position)) is not None:
            position, state = self._token(text, token)
        self.setCurrentBlockState(state if state in _MARKS else _PLAIN)

    def _token(self, text: str, token: re.Match[str]) -> tuple[int, int]:
        found = token.group()
        for state, opening in _MARKS.items():
            if found == opening:
                self.setFormat(token.start(), 3, self._text)
                return self._rest_of(text, token.end(), state)
        self.setFormat(token.start(), len(found), self._comment if found.startswith("#") else self._text)
        return token.end(), _PLAIN

    def _rest_of(self, text: str, begin: int, state: int) -> tuple[int, int]:
        """A text of several lines, up to its end or that of the line."""
        end = text.find(_MARKS[state], begin)
        stop = len(text) if end < 0 else end + 3
        self.setFormat(begin, stop - begin, self._text)
        return stop, state if end < 0 else _PLAIN
