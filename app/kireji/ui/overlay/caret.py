"""Where the answer's next word will stand."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget

from kireji.ui.chat.answer_view import AnswerView
from kireji.ui.theme import Theme
from kireji.ui.tokens import TYPE_BODY


class Caret(QWidget):
    """A block after the last word while an answer streams; it stands still.

    Args:
        view: Shows the answer.
        theme: Colours and size of text.
    """

    def __init__(self, view: AnswerView, theme: Theme) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAutoFillBackground(True)
        self.hide()
        view.words_placed.connect(self._follow)

    def show_at_end(self, *, on: bool) -> None:
        """Show or hide it."""
        palette = self.palette()
        palette.setColor(self.backgroundRole(), self._theme.colours.accent)
        self.setPalette(palette)
        self.setVisible(on)
        self._follow()

    def _follow(self) -> None:
        if self.isHidden():
            return
        line, backwards = self._view.end_of_words()
        height = min(line.height(), self._theme.px(TYPE_BODY) + 4)
        width = round(height / 2)
        left = line.left() - width if backwards else line.left()
        self.setGeometry(QRect(left, line.bottom() - height, width, height))
        self.raise_()
