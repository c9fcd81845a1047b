"""Where the person writes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from kireji.ui.chat.attachment_row import AttachmentRow
from kireji.ui.chat.draft import Draft
from kireji.ui.chat.field import PromptField
from kireji.ui.chat.quote import Quote
from kireji.ui.parts import button, restyle, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE


class Composer(QFrame):
    """A card with a field that grows, what goes along, ways to add to it, and one button that sends or stops.

    Args:
        theme: Colours and text size.
    """

    sent = Signal(object)
    """What was written, without white space around it; field and attachments stay until they are taken away."""
    stop_clicked = Signal()
    capture_clicked = Signal()
    attach_clicked = Signal()
    paste_wanted = Signal()
    selection_wanted = Signal()
    """The selected text of other programs shall go to the caret."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "composer")
        self._theme = theme
        self._running = False
        self._full = False
        self.attachments = AttachmentRow(theme)
        self.quote = Quote(theme)
        self._field = PromptField(theme)
        self._attach = button("", "chip", name="Attach pictures")
        self._capture = button("Capture", "chip")
        self._go = button("Send", "primary")
        self._build()
        self._connect()
        theme.changed.connect(self._dress)
        self.setFocusProxy(self._field)
        self._dress()
        self._refresh()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[2], SPACE[2], SPACE[2], SPACE[2]), SPACE[1])
        layout.addWidget(self._field)
        layout.addWidget(self.quote)
        layout.addWidget(self.attachments)
        row = QHBoxLayout()
        spread(row, 0, SPACE[1])
        row.addWidget(self._attach)
        row.addWidget(self._capture)
        row.addStretch(1)
        row.addWidget(self._go)
        layout.addLayout(row)

    def _connect(self) -> None:
        self._field.submitted.connect(self._submit)
        self._field.focus_changed.connect(self._focus_changed)
        self._field.textChanged.connect(self._refresh)
        self._field.paste_wanted.connect(self.paste_wanted)
        self._field.selection_wanted.connect(self.selection_wanted)
        self._attach.clicked.connect(self.attach_clicked)
        self._capture.clicked.connect(self.capture_clicked)
        self._go.clicked.connect(self._pressed)

    def text(self) -> str:
        """What stands in the field."""
        return self._field.toPlainText()

    def show_draft(self, draft: Draft) -> None:
        """Put a draft into the field and below it."""
        self._field.write(draft.text)
        self.quote.show_text(draft.quote)
        self.attachments.show_attachments(draft.attachments)
        self._full = bool(draft.attachments or draft.quote)
        self._refresh()

    def set_text(self, text: str) -> None:
        """Put words into the field."""
        self._field.write(text)

    def insert(self, text: str) -> None:
        """Put words at the caret."""
        self._field.insert(text)

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
        if (text or self._full) and not self._running:
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
        self._go.setEnabled(self._running or self._full or bool(self._field.toPlainText().strip()))
        self._dress()

    def _dress(self) -> None:
        colours = self._theme.colours
        set_icon(self._attach, self._theme, "plus", colours.muted, 16)
        set_icon(self._capture, self._theme, "crop", colours.muted, 13)
        colour = colours.on_accent if self._go.isEnabled() else colours.muted
        name = "square" if self._running else "arrow-up"
        set_icon(self._go, self._theme, name, colour, 12 if self._running else 14, solid=self._running)

    def _focus_changed(self, focused: object) -> None:
        restyle(self, focused="true" if focused else "false")
