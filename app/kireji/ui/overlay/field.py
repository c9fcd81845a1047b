"""The field in which a question is typed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from kireji.ui.overlay.keys import ENTER

_MOST_LINES = 5
_LEFT_TO_THE_SELECTION = (
    QKeySequence.StandardKey.SelectAll,
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Save,
)
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class QuestionField(QPlainTextEdit):
    """Grows with its text. Enter asks, Shift+Enter begins a new line.

    While it is empty, keys that would do nothing in it (arrows, select all, copy) go on to what lies under it, so that
    the selection can be corrected without leaving the field.

    Args:
        placeholder: What stands in it while it is empty.
        name: For screen readers.
        parent: As usual in Qt.
    """

    asked = Signal()
    """Enter was pressed."""
    edited = Signal()
    """The text is different."""
    resized = Signal()
    """It needs more or less height."""

    def __init__(self, placeholder: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = False
        self._lines = 1
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self._grown)

    def text(self) -> str:
        """What was typed."""
        return self.toPlainText()

    @property
    def composing(self) -> bool:
        """An input method is in the middle of a word."""
        return self._composing

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        height = self.fontMetrics().lineSpacing() * self._lines + 2 * round(self.document().documentMargin())
        return QSize(120, height + margins.top() + margins.bottom() + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def _grown(self) -> None:
        self._fit()
        self.edited.emit()

    def _fit(self) -> None:
        lines = sum(max(1, self._block_lines(number)) for number in range(self.blockCount()))
        fitting = min(max(1, lines), _MOST_LINES)
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if lines > _MOST_LINES else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        if fitting != self._lines:
            self._lines = fitting
            self.updateGeometry()
            self.resized.emit()

    def _block_lines(self, number: int) -> int:
        block = self.document().findBlockByNumber(number)
        self.document().documentLayout().blockBoundingRect(block)  # lays it out; the count is stale before that
        return block.layout().lineCount()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._composing:
            # The key belongs to the input method: Enter takes its word over and must not send the question.
            super().keyPressEvent(event)
            return
        if event.key() in ENTER and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.accept()
            self.asked.emit()
            return
        if event.key() == Qt.Key.Key_Escape or (not self.toPlainText() and self._is_for_the_selection(event)):
            event.ignore()
            return
        super().keyPressEvent(event)

    def _is_for_the_selection(self, event: QKeyEvent) -> bool:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        wanted = any(event.matches(key) for key in _LEFT_TO_THE_SELECTION)
        return event.key() in _ARROWS or wanted or (control and event.key() in (Qt.Key.Key_C, Qt.Key.Key_Tab))
