"""The tool bar at the selection: the question is typed here."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from kireji.ui.chat.header import ModelChip
from kireji.ui.flow import FlowLayout
from kireji.ui.overlay.field import QuestionField
from kireji.ui.overlay.keys import press_focused_button
from kireji.ui.parts import button, label, restyle, separator
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

DEFAULT_QUESTION = "Explain what is shown."
"""Asked when Enter is pressed on an empty field; the field itself says so."""

_WIDTH = 420
_CHIP = 160
"""Most room for the model's name, in logical pixels at the usual text size."""


class ToolBar(QFrame):
    """A question field over a row of buttons.

    Args:
        theme: Size of text.
        parent: As usual in Qt.
    """

    asked = Signal(object)
    """Enter or "Ask", with what was typed."""
    typing = Signal()
    """The person has begun to type."""
    command = Signal(object)
    """A button: "copy", "copy text" or "save"."""
    model_clicked = Signal()
    """Another model shall be chosen."""
    resized = Signal()
    """It needs more or less room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._named = False
        self.setProperty("kind", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName("Ask about the selection")
        self.field = QuestionField(f"Ask about this…  (⏎ {DEFAULT_QUESTION})", "Question", self)
        self.field.asked.connect(self._ask)
        self.field.edited.connect(self.typing)
        self.field.resized.connect(self.resized)
        self.model = ModelChip(theme, _CHIP, self)
        self.model.clicked.connect(self.model_clicked)
        self.model.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.model.hide()
        self._line = separator()
        self._note = label(wrap=True)
        self._note.hide()
        self._ask_button = self._button("Ask ⏎", "Ask", "primary")
        self._ask_button.clicked.connect(self._ask)
        self._copy_text = self._button("Copy text", "Copy the text in the picture (Ctrl+Shift+C)")
        self._copy_text.clicked.connect(self._choose_text)
        self._copy = self._button("Copy picture", "Copy the picture (Ctrl+C)")
        self._copy.clicked.connect(self._choose_copy)
        self._save = self._button("Save", "Save the picture as a file (Ctrl+S)")
        self._save.clicked.connect(self._choose_save)
        self._lay_out()

    def _button(self, text: str, name: str, kind: str = "") -> QPushButton:
        made = button(text, kind, name=name)
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return made

    def _lay_out(self) -> None:
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE[1], SPACE[1], SPACE[1], SPACE[1])
        layout.setSpacing(SPACE[1])
        first = QHBoxLayout()
        first.setSpacing(SPACE[1])
        first.addWidget(self.field, 1)
        first.addWidget(self.model, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(first)
        layout.addWidget(self._line)
        buttons = self._buttons = FlowLayout(SPACE[0])
        for each in (self._ask_button, self._copy_text, self._copy, self._save):
            buttons.addWidget(each)
        layout.addLayout(buttons)
        layout.addWidget(self._note)

    def wanted_size(self, widest: int) -> tuple[int, int]:
        """Width and height that suit it, at most `widest` logical pixels wide."""
        buttons = self._buttons.sizeHint().width() + 2 * SPACE[1] + 2 * self.frameWidth()
        chip = 0 if self.model.isHidden() else self.model.sizeHint().width() + SPACE[1]
        asking = round(_WIDTH * min(self._theme.scale, 1.5)) + chip
        least = buttons if self.field.isHidden() else max(buttons, asking)
        width = min(least + 2, widest)
        self._layout.activate()
        return width, self._layout.totalHeightForWidth(width) + 2 * self.frameWidth()

    def sizeHint(self) -> QSize:
        return QSize(*self.wanted_size(round(_WIDTH * self._theme.scale)))

    def reset(self) -> None:
        """Ready for a new selection."""
        self.field.clear()
        self.say("")
        self.set_busy("", on=False)
        self.set_asking(on=True)

    def set_model(self, name: str) -> None:
        """Who answers; empty while unknown."""
        self._named = bool(name)
        self.model.set_words(name)
        self.model.setVisible(self._named and not self.field.isHidden())
        self.resized.emit()

    def set_asking(self, *, on: bool) -> None:
        """Whether the question is still to be typed here; once it is asked only the buttons remain."""
        for widget in (self.field, self._line, self._ask_button):
            widget.setVisible(on)
        self.model.setVisible(on and self._named)
        self.resized.emit()

    def set_busy(self, command: str, *, on: bool) -> None:
        """Show that a command is being carried out.

        Args:
            command: "copy text"; others are done at once.
            on: Whether it still is.
        """
        reading = on and command == "copy text"
        self._copy_text.setEnabled(not reading)
        self._copy_text.setText("Reading…" if reading else "Copy text")
        self.resized.emit()

    def say(self, sentence: str, *, error: bool = False) -> None:
        """One sentence under the buttons; empty takes it away."""
        restyle(self._note, role="error" if error else "muted")
        self._note.setText(sentence)
        self._note.setVisible(bool(sentence))
        self.resized.emit()

    @property
    def sentence(self) -> str:
        """The line under the buttons."""
        return self._note.text() if not self._note.isHidden() else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_focused_button(self, event):
            super().keyPressEvent(event)

    def _ask(self) -> None:
        if not self.field.composing:
            self.asked.emit(self.field.text().strip())

    def _choose_text(self) -> None:
        self.command.emit("copy text")

    def _choose_copy(self) -> None:
        self.command.emit("copy")

    def _choose_save(self) -> None:
        self.command.emit("save")
