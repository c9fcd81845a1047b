"""The field in which a question is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from kireji.ui.composition import Composition
from kireji.ui.overlay.keys import ENTER, is_for_the_selection
from kireji.ui.overlay.prompt_keys import is_command
from kireji.ui.parts import begin_at_side, turn
from kireji.ui.recall import Recall

_MOST_LINES = 5
_OLDER = (Qt.Key.Key_Up, Qt.Key.Key_PageUp)
_NEWER = (Qt.Key.Key_Down, Qt.Key.Key_PageDown)
_PAGES = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_MEANT = (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
"""Ways of coming here that only the person takes."""


class QuestionField(QPlainTextEdit):
    """Grows with its text. Enter asks, Shift+Enter begins a new line.

    Page Up and Page Down go through earlier questions; so do Up and Down, at the first and the last line. But while the
    field is empty and the person has done nothing in it yet, keys that would do nothing in it (arrows, select all,
    copy) go on to what lies under it, so that the selection can be corrected without leaving the field.

    Args:
        invitations: What may stand in it while it is empty, best first; the first that fits is taken, the last always
            does.
        name: For screen readers.
        parent: As usual in Qt.
        over_selection: Whether the arrow keys belong to a selection below until the person has come to the field.
    """

    asked = Signal()
    """Enter was pressed."""
    edited = Signal()
    """The text is different."""
    resized = Signal()
    """It needs more or less height."""

    def __init__(
        self, invitations: Sequence[str], name: str, parent: QWidget | None = None, *, over_selection: bool = False
    ) -> None:
        super().__init__(parent)
        self._over_selection = over_selection
        self._taken = not over_selection
        self._recall = Recall()
        self._composition = Composition(self)
        self._lines = 1
        self.passes: tuple[Qt.Key, ...] = ()
        """Keys that others act on while it is empty."""
        self._invitations = tuple(invitations)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self._invite()
        self._turn()
        self.textChanged.connect(self._grown)

    def text(self) -> str:
        """What was typed."""
        return self.toPlainText()

    def invite(self, invitations: Sequence[str]) -> None:
        """Say something else while it is empty.

        Args:
            invitations: As at the beginning.
        """
        self._invitations = tuple(invitations)
        self._invite()

    @property
    def recall(self) -> Recall:
        """The questions of before."""
        return self._recall

    def write(self, text: str, selected: tuple[int, int] | None = None) -> None:
        """Put words in and the caret behind them.

        Args:
            text: Replaces what is there.
            selected: Where a part of it begins and ends that the person shall replace.
        """
        self._taken = True
        self.setPlainText(text)
        caret = self.textCursor()
        if selected is None:
            caret.movePosition(QTextCursor.MoveOperation.End)
        else:
            # Qt counts in units of UTF-16.
            before, part = (
                len(words.encode("utf-16-le")) // 2 for words in (text[: selected[0]], text[slice(*selected)])
            )
            caret.setPosition(before)
            caret.setPosition(before + part, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(caret)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def reset(self) -> None:
        """Empty, as before anything was done in it."""
        self._recall.reset()
        self.passes = ()
        self.clear()
        self._taken = not self._over_selection

    @property
    def composing(self) -> bool:
        """An input method is in the middle of a word."""
        return self._composition.active

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        height = self.fontMetrics().lineSpacing() * self._lines + 2 * round(self.document().documentMargin())
        return QSize(120, height + margins.top() + margins.bottom() + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def _grown(self) -> None:
        self._taken = self._taken or bool(self.toPlainText())
        self._turn()
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

    def _invite(self) -> None:
        """Say what can be done here, in as many words as there is room for."""
        room = self.viewport().width() - 2 * round(self.document().documentMargin()) - 2
        fonts = self.fontMetrics()
        fitting = (text for text in self._invitations if fonts.horizontalAdvance(text) <= room)
        chosen = next(fitting, self._invitations[-1])
        if chosen != self.placeholderText():
            self.setPlaceholderText(chosen)

    def _turn(self) -> None:
        """Begin at the side where the text begins; where there is none yet, at the interface's."""
        if self.toPlainText():
            turn(self)
            return
        begin_at_side(self, self.layoutDirection())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._turn()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._invite()

    def _block_lines(self, number: int) -> int:
        block = self.document().findBlockByNumber(number)
        self.document().documentLayout().blockBoundingRect(block)  # lays it out; the count is stale before that
        return block.layout().lineCount()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._invite()
            self._fit()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composition.note(event)
        super().inputMethodEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._taken = True
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._taken = self._taken or event.reason() in _MEANT
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._composition.takes(event):
            event.accept()  # Enter takes a word over and must not send the question
            return
        if self._composition.active:
            super().keyPressEvent(event)
            return
        if event.key() in ENTER and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.accept()
            self.asked.emit()
            return
        if self._recalls(event):
            event.accept()
            self._show(self._recall.older if event.key() in _OLDER else self._recall.newer)
            return
        if self._is_for_others(event):
            event.ignore()
            return
        super().keyPressEvent(event)

    def _recalls(self, event: QKeyEvent) -> bool:
        """Whether a key asks for another of the earlier questions."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if not plain or event.key() not in (*_OLDER, *_NEWER):
            return False
        if event.key() in _PAGES:
            return True
        if not self._taken:
            return False
        return not self._moves(event.key())

    def _moves(self, key: int) -> bool:
        """Whether there is a line for the caret to go to."""
        up = key == Qt.Key.Key_Up
        caret = self.textCursor()
        moved = caret.movePosition(QTextCursor.MoveOperation.Up if up else QTextCursor.MoveOperation.Down)
        return moved and not self._recall.shows(self.toPlainText())

    def _show(self, step: Callable[[str], str | None]) -> None:
        text = step(self.toPlainText())
        if text is not None:
            self.write(text)

    def _is_for_others(self, event: QKeyEvent) -> bool:
        """Keys that the panel or the selection below acts on."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Insert) or is_command(event):
            return True
        if event.matches(QKeySequence.StandardKey.Undo):
            return not self.document().isUndoAvailable()
        if event.matches(QKeySequence.StandardKey.Redo):
            return not self.document().isRedoAvailable()
        if self.toPlainText():
            return False
        if event.key() in self.passes and not event.modifiers():
            return True
        plus = self._over_selection and event.text() == "+"
        return plus or is_for_the_selection(event)
