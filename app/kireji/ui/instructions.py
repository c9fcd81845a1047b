"""The instructions of a conversation: their first line, and an editor in its place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from kireji.ui.chat.words import is_right_to_left
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, frame, label, restyle, set_icon, spread, turn
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_LINES = 7
NONE = mark("None")


class Instructions(QWidget):
    """Shows the first line; pressing it opens the editor.

    Args:
        theme: Colours and text size.
    """

    saved = Signal(object)
    """The text that shall hold from the next question on."""
    opened = Signal()
    """The editor is open: what a change costs can be told with `show_price`."""
    default_wanted = Signal()
    """The settings' instructions shall hold."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = ""
        self._row = _Row(theme)
        self._editor = frame("editor")
        self.field = _Field(self._editor)
        self._hint = label("", "small", wrap=True)
        self.save = button(tr("Save"), "primary")
        self.use_default = button(tr("Use default"))
        self.cancel = button(tr("Cancel"), "quiet")
        self._open = QWidget()
        self._build()
        self._row.clicked.connect(self._edit)
        self.field.left.connect(self._close)
        self.field.confirmed.connect(self._save)
        self.save.clicked.connect(self._save)
        self.use_default.clicked.connect(self._use_default)
        self.cancel.clicked.connect(self._close)
        self.show_text("", follows_settings=True, begun=False)

    def _build(self) -> None:
        inside = QVBoxLayout(self._editor)
        spread(inside, SPACE[0])
        inside.addWidget(self.field)
        column = QVBoxLayout(self._open)
        spread(column, 0, SPACE[1])
        column.addWidget(self._editor)
        column.addWidget(self._hint)
        buttons = FlowLayout(SPACE[1])
        for each in (self.save, self.use_default, self.cancel):
            buttons.addWidget(each)
        column.addLayout(buttons)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addWidget(self._row)
        layout.addWidget(self._open)
        self._open.hide()

    def show_text(self, text: str, *, follows_settings: bool, begun: bool) -> None:
        """What holds now; closes the editor.

        Args:
            text: The instructions.
            follows_settings: Whether they are those of the settings.
            begun: Whether the conversation has begun, so that its cache would be lost.
        """
        self._text = text
        first = next((line.strip() for line in text.splitlines() if line.strip()), tr(NONE))
        self._row.set_words(first)
        self._hint.setText(
            tr(
                "They hold from the next question on. Changing them starts the cache anew, so the next answer costs "
                "more."
            )
            if begun
            else tr("They stand before the conversation and hold until you change them.")
        )
        self.use_default.setEnabled(not follows_settings)
        self._close()

    def show_price(self, sentence: str) -> None:
        """What a change would cost now, in the place of what is true in general."""
        self._hint.setText(f"{tr('They hold from the next question on.')} {sentence}")

    def hint(self) -> str:
        """What is said below the field."""
        return self._hint.text()

    def first_line(self) -> str:
        """What the row says, uncut."""
        return self._row.words()

    def editing(self) -> bool:
        """Whether the editor is open."""
        return not self._open.isHidden()

    def edit(self) -> None:
        """Open the editor."""
        self._edit()

    def _edit(self) -> None:
        self.field.setPlainText(self._text)
        self._row.hide()
        self._open.show()
        self.opened.emit()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> None:
        was_open = self.editing()
        self._open.hide()
        self._row.show()
        if was_open:
            self._row.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self) -> None:
        text = self.field.toPlainText().strip()
        self._close()
        if text != self._text:
            self.saved.emit(text)

    def _use_default(self) -> None:
        self._close()
        self.default_wanted.emit()


class _Row(QPushButton):
    """One line with a pencil; the line is cut where there is no room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._words = ""
        self.setProperty("kind", "row")
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._dress)
        self._dress()

    def set_words(self, words: str) -> None:
        self._words = words
        self.setAccessibleName(tr("Instructions: {words}. Change them", words=words))
        self.setToolTip(tr("Change the instructions"))
        self._elide()

    def words(self) -> str:
        return self._words

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = max(24, self.width() - self.iconSize().width() - 2 * SPACE[2])
        shown = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        # The mark keeps the dots at the end of right-to-left words, whatever the window's direction.
        end = "\N{RIGHT-TO-LEFT MARK}" if shown != self._words and is_right_to_left(self._words) else ""
        self.setText(shown.replace("&", "&&") + end)

    def _dress(self) -> None:
        self.setText(self._words or tr(NONE))
        set_icon(self, self._theme, "pencil", self._theme.colours.muted, 13)
        self._elide()


class _Field(QPlainTextEdit):
    left = Signal()
    """Esc."""
    confirmed = Signal()
    """Ctrl+Enter."""

    def __init__(self, around: QWidget) -> None:
        super().__init__()
        self._around = around
        self.setAccessibleName(tr("Instructions"))
        self.setPlaceholderText(tr("For example: Answer in two sentences."))
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(3)
        self.textChanged.connect(self._turn)

    def _turn(self) -> None:
        turn(self)

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing() * _LINES + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # the window's own meaning of Esc waits until this is closed
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.left.emit()
        elif enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.accept()
            self.confirmed.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        restyle(self._around, focused="true")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        restyle(self._around, focused="false")
