"""What a row asked: all of it can be read and copied, and however long it is, the answer stays in sight."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy

from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_LINES = 12
"""Before it scrolls."""
_MOST = 100_000
"""Characters that are shown; the raw row has them all."""


class AskedWords(QPlainTextEdit):
    """Plain words, as high as they need to be up to some lines; words without a gap are broken anywhere.

    Args:
        theme: Colours and text size.
        name: For screen readers; without, that it was asked.
        lines: How many are seen before it scrolls.
    """

    def __init__(self, theme: Theme, *, name: str = "", lines: int = _LINES) -> None:
        super().__init__()
        self._lines = lines
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name or tr("Asked"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # Qt's own asks the clipboard, whose owner may hang.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.document().setDocumentMargin(0)
        theme.changed.connect(self._fit)

    def show_words(self, words: str) -> None:
        """Show them from their beginning; nothing hides all of it."""
        self.setVisible(bool(words))
        self.setPlainText(words[:_MOST])
        self.verticalScrollBar().setValue(0)
        self._fit()

    def text(self) -> str:
        """What is shown."""
        return self.toPlainText()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        lines = math.ceil(self.document().documentLayout().documentSize().height())  # of plain text it is told in lines
        first = self.document().firstBlock()
        line = self.blockBoundingRect(first).height() / max(1, first.layout().lineCount())
        height = math.ceil(min(lines, self._lines) * line) + 2 * self.frameWidth() + 1
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
