"""Where the answer's next word will stand."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QTextCursor
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
        view.document().documentLayout().update.connect(self._follow)
        view.verticalScrollBar().valueChanged.connect(self._follow)

    def show_at_end(self, *, on: bool) -> None:
        """Show or hide it."""
        palette = self.palette()
        palette.setColor(self.backgroundRole(), self._theme.colours.accent)
        self.setPalette(palette)
        self.setVisible(on)
        self._follow()

    def _follow(self, _area: QObject | None = None) -> None:
        if self.isHidden():
            return
        end = QTextCursor(self._view.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        line = self._view.cursorRect(end)
        height = min(line.height(), self._theme.px(TYPE_BODY) + 4)
        width = round(height / 2)
        backwards = end.block().textDirection() == Qt.LayoutDirection.RightToLeft
        left = line.left() - width if backwards else line.left()
        self.setGeometry(QRect(left, line.bottom() - height, width, height))
