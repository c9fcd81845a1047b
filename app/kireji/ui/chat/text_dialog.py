"""The words of an attachment, in a window of its own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from kireji.ui.chat.words import count
from kireji.ui.parts import button, label, spread, turn
from kireji.ui.theme import Theme
from kireji.ui.tokens import MEASURE, SPACE
from kireji.ui.translation import tr

_SHOWN = 100_000
"""Characters that are shown; all of it is sent."""
_MOST, _LONGEST_LINE = 200_000, 20_000
"""Characters that the field takes without making the person wait; a long line costs the square of its length."""


class TextDialog(QDialog):
    """Shows the words, and offers to put them into the field.

    Args:
        theme: Text size.
        number: Of the attachment.
        name: What it is called.
        text: All of its words.
        parent: Over which it opens.
    """

    unfolded = Signal(object, str)
    """The words of the attachment of that number shall go into the field."""

    def __init__(self, theme: Theme, number: int, name: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(name)
        self._number, self._text = number, text
        self._body = QPlainTextEdit()
        self._body.setReadOnly(True)
        self._body.setTabChangesFocus(True)
        self._body.setAccessibleName(name)
        folded = max(map(len, text[:_SHOWN].split("\n"))) > _LONGEST_LINE
        shown = text[: _LONGEST_LINE if folded else _SHOWN]
        more = len(text) - len(shown)
        self._body.setPlainText(shown)
        turn(self._body)
        self._rest = label(tr("… and {more} more characters", more=count(more)), "muted")
        self._rest.setVisible(more > 0)
        self._into_field = button(tr("Put into the question"))
        self._close = button(tr("Close"))
        self._build()
        if len(text) > _MOST or max(map(len, text.split("\n"))) > _LONGEST_LINE:
            self._into_field.setEnabled(False)
            self._into_field.setToolTip(tr("It is too long for the field"))
        self._into_field.clicked.connect(self._unfold)
        self._close.clicked.connect(self.close)
        room = parent.screen().availableSize() * 0.85
        self.resize(min(theme.px(MEASURE), room.width()), min(theme.px(520), room.height()))

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, SPACE[3], SPACE[2])
        layout.addWidget(self._body, 1)
        layout.addWidget(self._rest)
        row = QHBoxLayout()
        spread(row, 0, SPACE[1])
        row.addStretch(1)
        row.addWidget(self._into_field)
        row.addWidget(self._close)
        layout.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._body.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def _unfold(self) -> None:
        self.unfolded.emit(self._number, self._text)
        self.close()
