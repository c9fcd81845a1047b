"""The field of the composer. The clipboard is never read here: its owner may hang, and Qt would wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
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

from kireji.ui.chat.words import has_letters
from kireji.ui.composition import Composition
from kireji.ui.parts import begin_at_side, turn
from kireji.ui.quick_prompts import place_in
from kireji.ui.recall import Recall
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_MOST_LINES, _LEAST_LINES = 8, 2
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_TAB = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class Offer(Protocol):
    """Something that lies over the field and has keys of its own while it is shown."""

    def takes(self, event: QKeyEvent) -> bool:
        """Act on a key; False leaves it to the field."""

    def shown(self) -> bool: ...


class PromptField(QPlainTextEdit):
    """Grows with its text. Enter asks, Shift+Enter begins a new line; pasting is asked for and comes by `insert`.

    Up in an empty field recalls earlier questions, as in a shell, and Down goes back to what was being written. Where
    a quick prompt has left places to fill in, Tab goes to the next.

    Args:
        theme: Text size.
    """

    submitted = Signal()
    focus_changed = Signal(object)
    paste_wanted = Signal()
    receipt_wanted = Signal()
    """What would be sent if the person asked now shall be shown."""
    selection_wanted = Signal()
    """The middle button was pressed where the selected text of other programs shall go; the caret is there."""
    escaped = Signal()
    """Escape was pressed while `keep_escape` holds."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._composition = Composition(self)
        self._offer: Offer | None = None
        self._recall = Recall()
        self._invitations: tuple[str, ...] = ("",)
        self._wanted = 0
        self.keep_escape = False
        """Whether Escape is for what this field is in the middle of."""
        self.setAccessibleName(tr("Your question"))
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # the whole window takes drops
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.document().setDocumentMargin(2)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.textChanged.connect(self._turn)
        theme.changed.connect(self._fit)
        self._turn()
        self._fit()

    @property
    def recall(self) -> Recall:
        """The questions of before."""
        return self._recall

    @property
    def composition(self) -> Composition:
        """What an input method does here."""
        return self._composition

    def set_offer(self, offer: Offer) -> None:
        """What gets keys before the field does."""
        self._offer = offer

    def invite(self, invitations: Sequence[str]) -> None:
        """Say what may be written, in as many words as there is room for.

        Args:
            invitations: Best first; the last always does.
        """
        self._invitations = tuple(invitations)
        self._choose_invitation()

    def insert(self, text: str) -> None:
        """Put words at the caret, in the place of what is selected, as one step that can be undone."""
        self.insertPlainText(text)
        self.ensureCursorVisible()

    def put(self, text: str, start: int, end: int) -> None:
        """Put words in the place of others, as one step that can be undone; a place to fill in is selected then.

        Args:
            text: The new words.
            start: Where the old ones begin, in the document's own units.
            end: Where they end.
        """
        caret = self.textCursor()
        caret.setPosition(start)
        caret.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        caret.insertText(text)
        if (place := place_in(text)) is not None:
            _select(caret, start, text, place)
        self.setTextCursor(caret)
        self.ensureCursorVisible()

    def write(self, text: str) -> None:
        """Begin anew with a text; the caret goes to the end, and nothing of before can be undone."""
        if text != self.toPlainText():
            self.setPlainText(text)
            self.moveCursor(QTextCursor.MoveOperation.End)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._keeps(event):
            event.accept()  # else a shortcut of the window would have it
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._tabs(event):
            event.accept()  # else the next control would have the keyboard
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._composition.takes(event):
            event.accept()
            return
        if self._composition.active:
            super().keyPressEvent(event)
            return
        if (self._offer is not None and self._offer.takes(event)) or self._acts(event):
            event.accept()
            return
        super().keyPressEvent(event)

    def _keeps(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Escape:
            return False
        return self.keep_escape or self._composition.active or (self._offer is not None and self._offer.shown())

    def _tabs(self, event: QKeyEvent) -> bool:
        """What Tab does here before it goes on to the next control."""
        if event.key() not in _TAB or self._composition.active:
            return False
        if self._offer is not None and self._offer.takes(event):
            return True
        return event.key() == Qt.Key.Key_Tab and not event.modifiers() and self._goes_to_place()

    def _acts(self, event: QKeyEvent) -> bool:
        """What the field does with a key besides writing."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = event.key()
        if key in _ENTER and plain:
            self.submitted.emit()
            return True
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_wanted.emit()
            return True
        if key == Qt.Key.Key_Escape and self.keep_escape:
            self.escaped.emit()
            return True
        return key in _ARROWS and plain and self._recalls(up=key == Qt.Key.Key_Up)

    def _recalls(self, *, up: bool) -> bool:
        """Show another of the earlier questions, where an arrow has nothing else to do."""
        text = self.toPlainText()
        if text and not self._recall.shows(text):
            return False
        caret = self.textCursor()
        if caret.movePosition(QTextCursor.MoveOperation.Up if up else QTextCursor.MoveOperation.Down):
            return False
        found = (self._recall.older if up else self._recall.newer)(text)
        if found is None:
            return False
        caret.select(QTextCursor.SelectionType.Document)
        caret.insertText(found)
        if up:  # the way on leads over the first line
            caret.movePosition(QTextCursor.MoveOperation.Start)
            caret.movePosition(QTextCursor.MoveOperation.EndOfLine)
        self.setTextCursor(caret)
        self.ensureCursorVisible()
        return True

    def _goes_to_place(self) -> bool:
        """Select the next place of a quick prompt that is to be filled in; there is none after the last."""
        text = self.toPlainText()
        caret = self.textCursor()
        if place_in(text) is None:
            return False
        after = len(text.encode("utf-16-le")[: 2 * caret.selectionEnd()].decode("utf-16-le", "ignore"))
        found = place_in(text[after:])
        if found is None:
            return False
        _select(caret, 0, text, (found[0] + after, found[1] + after))
        self.setTextCursor(caret)
        return True

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
        entries: tuple[tuple[str, Callable[[], object] | None, bool], ...] = (
            (tr("Undo"), self.undo, self.document().isUndoAvailable()),
            (tr("Redo"), self.redo, self.document().isRedoAvailable()),
            ("", None, True),
            (tr("Cut"), self.cut, selected),
            (tr("Copy"), self.copy, selected),
            (tr("Paste"), self.paste_wanted.emit, True),
            ("", None, True),
            (tr("Select all"), self.selectAll, full),
            ("", None, True),
            (tr("Show what will be sent"), self.receipt_wanted.emit, True),
        )
        for words, slot, usable in entries:
            if slot is None:
                menu.addSeparator()
                continue
            action = menu.addAction(words)
            action.setEnabled(usable)
            action.triggered.connect(slot)
        menu.popup(event.globalPos())

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composition.note(event)
        super().inputMethodEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            self.insertPlainText(source.text())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose_invitation()
        if event.oldSize().width() != event.size().width():
            self._fit()
        else:
            self._show_bar()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._turn()
        elif event.type() == QEvent.Type.FontChange:
            self._choose_invitation()
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(240, self._wanted)

    def _choose_invitation(self) -> None:
        room = self.viewport().width() - 2 * round(self.document().documentMargin()) - 2
        fonts = self.fontMetrics()
        fitting = (text for text in self._invitations if fonts.horizontalAdvance(text) <= room)
        shortest = fonts.elidedText(self._invitations[-1], Qt.TextElideMode.ElideRight, max(room, 1))
        chosen = next(fitting, shortest)
        if chosen != self.placeholderText():
            self.setPlaceholderText(chosen)
            self.viewport().update()  # Qt paints it anew only where there was none

    def _turn(self) -> None:
        """Begin at the side where the text begins; while it has no letters, at the interface's."""
        if has_letters(self.document().firstBlock().text()):
            turn(self)
        else:
            begin_at_side(self, self.layoutDirection())

    def _fit(self) -> None:
        lines = max(1, min(_MOST_LINES, round(self.document().size().height())))
        line = self.fontMetrics().lineSpacing()
        # In a low window it gives way to what stands around it, and scrolls.
        self.setMinimumHeight(min(lines, _LEAST_LINES) * line + 6)
        self.setMaximumHeight(lines * line + 6)
        self._wanted = lines * line + 6
        self.updateGeometry()
        self._show_bar()

    def _show_bar(self) -> None:
        more = self.document().size().height() > _MOST_LINES or self.height() < self._wanted
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if more else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        if not more:
            self.verticalScrollBar().setValue(0)  # it was scrolled to the caret while it was lower


def _select(caret: QTextCursor, start: int, text: str, part: tuple[int, int]) -> None:
    """Select a part of a text that begins at `start`; Qt counts in units of UTF-16."""
    before, length = (len(words.encode("utf-16-le")) // 2 for words in (text[: part[0]], text[slice(*part)]))
    caret.setPosition(start + before)
    caret.setPosition(start + before + length, QTextCursor.MoveMode.KeepAnchor)
