"""Where the person writes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout

from kireji.ui.parts import button, restyle, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_MOST_LINES = 8


class Composer(QFrame):
    """A card with a field that grows, a way to capture, and one button that sends or stops.

    Args:
        theme: Colours and text size.
    """

    sent = Signal(object)
    """What was written, without white space around it; the field keeps it until `clear`."""
    stop_clicked = Signal()
    capture_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "composer")
        self._theme = theme
        self._running = False
        self._field = _Field(theme)
        self._capture = button("Capture", "chip")
        self._go = button("Send", "primary")
        self._build()
        self._field.submitted.connect(self._submit)
        self._field.focus_changed.connect(self._focus_changed)
        self._field.textChanged.connect(self._refresh)
        self._capture.clicked.connect(self.capture_clicked)
        self._go.clicked.connect(self._pressed)
        theme.changed.connect(self._dress)
        self.setFocusProxy(self._field)
        self._dress()
        self._refresh()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[2], SPACE[2], SPACE[2], SPACE[2]), SPACE[1])
        layout.addWidget(self._field)
        row = QHBoxLayout()
        spread(row, 0, SPACE[1])
        row.addWidget(self._capture)
        row.addStretch(1)
        row.addWidget(self._go)
        layout.addLayout(row)

    def text(self) -> str:
        """What stands in the field."""
        return self._field.toPlainText()

    def set_text(self, text: str) -> None:
        """Put a draft into the field."""
        if text != self._field.toPlainText():
            self._field.setPlainText(text)
            self._field.moveCursor(self._field.textCursor().MoveOperation.End)

    def clear(self) -> None:
        """Empty the field."""
        self._field.clear()

    def set_placeholder(self, text: str) -> None:
        """Say what may be written."""
        self._field.setPlaceholderText(text)

    def set_running(self, running: bool) -> None:
        """Whether an answer streams: the button then stops it."""
        self._running = running
        self._refresh()

    def stop(self) -> None:
        """As if the button were pressed while an answer streams; nothing otherwise."""
        if self._running:
            self.stop_clicked.emit()

    def _submit(self) -> None:
        text = self._field.toPlainText().strip()
        if text and not self._running:
            self.sent.emit(text)

    def _pressed(self) -> None:
        if self._running:
            self.stop_clicked.emit()
        else:
            self._submit()

    def _refresh(self) -> None:
        name = "Stop" if self._running else "Send"
        if self._go.text() != name:
            self._go.setText(name)
            self._go.setAccessibleName(name)
        self._go.setEnabled(self._running or bool(self._field.toPlainText().strip()))
        self._dress()

    def _dress(self) -> None:
        colours = self._theme.colours
        set_icon(self._capture, self._theme, "crop", colours.muted, 13)
        colour = colours.on_accent if self._go.isEnabled() else colours.muted
        name = "square" if self._running else "arrow-up"
        set_icon(self._go, self._theme, name, colour, 12 if self._running else 14, solid=self._running)

    def _focus_changed(self, focused: object) -> None:
        restyle(self, focused="true" if focused else "false")


class _Field(QPlainTextEdit):
    submitted = Signal()
    focus_changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._composing = False
        self.setAccessibleName("Your question")
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(2)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        theme.changed.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if enter and plain and not self._composing:
            event.accept()
            self.submitted.emit()
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        # While an input method holds unfinished text, Enter belongs to it.
        self._composing = bool(event.preeditString())
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
