"""The field of the composer. The clipboard is never read here: its owner may hang, and Qt would wait for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QSizePolicy

from kireji.ui.theme import Theme

_MOST_LINES = 8


class PromptField(QPlainTextEdit):
    """Grows with its text. Enter asks, Shift+Enter begins a new line; pasting is asked for and comes by `insert`.

    Args:
        theme: Text size.
    """

    submitted = Signal()
    focus_changed = Signal(object)
    paste_wanted = Signal()
    selection_wanted = Signal()
    """The middle button was pressed where the selected text of other programs shall go; the caret is there."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._composing = False
        self.setAccessibleName("Your question")
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # the whole window takes drops
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(2)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        theme.changed.connect(self._fit)
        self._fit()

    def insert(self, text: str) -> None:
        """Put words at the caret, in the place of what is selected, as one step that can be undone."""
        self.insertPlainText(text)
        self.ensureCursorVisible()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if enter and plain and not self._composing:
            event.accept()
            self.submitted.emit()
            return
        if event.matches(QKeySequence.StandardKey.Paste):
            event.accept()
            self.paste_wanted.emit()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.MiddleButton and QGuiApplication.platformName() == "xcb":
            event.accept()
            self.setTextCursor(self.cursorForPosition(event.position().toPoint()))
            self.selection_wanted.emit()
            return
        super().mouseReleaseEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # Qt's own menu asks the clipboard whether there is something to paste.
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        selected, full = self.textCursor().hasSelection(), not self.document().isEmpty()
        for words, slot, usable in (
            ("Undo", self.undo, self.document().isUndoAvailable()),
            ("Redo", self.redo, self.document().isRedoAvailable()),
            ("", None, True),
            ("Cut", self.cut, selected),
            ("Copy", self.copy, selected),
            ("Paste", self.paste_wanted, True),
            ("", None, True),
            ("Select all", self.selectAll, full),
        ):
            if slot is None:
                menu.addSeparator()
                continue
            action = menu.addAction(words)
            action.setEnabled(usable)
            action.triggered.connect(slot)
        menu.popup(event.globalPos())

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        # While an input method holds unfinished text, Enter belongs to it.
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            self.insertPlainText(source.text())

    def write(self, text: str) -> None:
        """Replace everything; the caret goes to the end."""
        if text != self.toPlainText():
            self.setPlainText(text)
            self.moveCursor(QTextCursor.MoveOperation.End)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        lines = max(1, min(_MOST_LINES, round(self.document().size().height())))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 6)
        more = self.document().size().height() > _MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if more else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
