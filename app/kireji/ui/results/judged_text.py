"""The text that was judged, with what the findings rest on marked in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QResizeEvent, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QTextEdit

from kireji.ui.chat.words import is_right_to_left
from kireji.ui.parts import turn
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_LINES = 14
"""Before it scrolls."""
_MOST = 100_000
"""Characters that are shown."""


class Mark(NamedTuple):
    """One piece of evidence.

    Args:
        start: Where it begins in the text.
        end: Where it ends.
        key: What it is told as when it is clicked.
        tone: ok, warn or error.
    """

    start: int
    end: int
    key: tuple[int, int]
    tone: str


class JudgedText(QPlainTextEdit):
    """Plain words with marked pieces; a click on one chooses it.

    Args:
        theme: Colours and text size.
    """

    chosen = Signal(object)
    """The key of the mark that was clicked."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._marks: tuple[Mark, ...] = ()
        self._current: tuple[int, int] | None = None
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Judged text"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # Qt's own asks the clipboard, whose owner may hang.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDocumentMargin(0)
        theme.changed.connect(self._dress)

    def show_text(self, text: str, marks: Sequence[Mark]) -> None:
        """Show a text from its beginning.

        Args:
            text: What was judged.
            marks: In it; those behind what is shown are left out.
        """
        shown = text[:_MOST]
        self._marks = tuple(_in_units(shown, mark) for mark in marks if 0 <= mark.start < mark.end <= len(shown))
        self._current = None
        # In a mirrored window Qt cuts the first letters of words that begin at the left.
        rtl = is_right_to_left(shown)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
        self.setPlainText(shown)
        turn(self)
        self.verticalScrollBar().setValue(0)
        self._dress()

    def choose(self, key: tuple[int, int] | None) -> None:
        """Mark one stronger and bring it into view; None marks none."""
        self._current = key
        self._paint_marks()
        mark = next((each for each in self._marks if each.key == key), None)
        if mark is not None:
            cursor = QTextCursor(self.document())
            cursor.setPosition(mark.start)
            self.setTextCursor(cursor)
            self.ensureCursorVisible()

    def marked(self) -> tuple[str, ...]:
        """The words that are marked, in order."""
        return tuple(self._cursor(mark).selectedText() for mark in self._marks)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.textCursor().hasSelection():
            return
        place = self.cursorForPosition(event.position().toPoint()).position()
        mark = next((each for each in self._marks if each.start <= place <= each.end), None)
        if mark is not None:
            self.chosen.emit(mark.key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _cursor(self, mark: Mark) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(mark.start)
        cursor.setPosition(mark.end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _paint_marks(self) -> None:
        colours = self._theme.colours
        tones = {"ok": colours.ok, "warn": colours.warn, "error": colours.error}
        selections = []
        for mark in sorted(self._marks, key=lambda each: each.key == self._current):
            words = QTextCharFormat()
            now = mark.key == self._current
            words.setBackground(QColor(colours.accent if now else colours.accent_soft))
            words.setForeground(QColor(colours.on_accent if now else colours.ink))
            words.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            words.setUnderlineColor(QColor(colours.on_accent if now else tones[mark.tone]))
            selection = QTextEdit.ExtraSelection()
            selection.cursor = self._cursor(mark)
            selection.format = words
            selections.append(selection)
        self.setExtraSelections(selections)

    def _dress(self) -> None:
        self._paint_marks()
        self._fit()

    def _fit(self) -> None:
        lines = math.ceil(self.document().documentLayout().documentSize().height())  # of plain text it is told in lines
        first = self.document().firstBlock()
        line = self.blockBoundingRect(first).height() / max(1, first.layout().lineCount())
        self.setFixedHeight(math.ceil(min(max(1, lines), _LINES) * line) + 2 * self.frameWidth() + 1)


def _in_units(text: str, mark: Mark) -> Mark:
    """The same in the units that Qt counts in: some signs are two of them."""
    if text.isascii():
        return mark
    before = len(text[: mark.start].encode("utf-16-le", "surrogatepass")) // 2
    length = len(text[mark.start : mark.end].encode("utf-16-le", "surrogatepass")) // 2
    return mark._replace(start=before, end=before + length)
