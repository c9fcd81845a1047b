"""Fields of the settings that keep what was typed once it is complete."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from kireji.ui.chat.words import count
from kireji.ui.parts import Pair, caption, frame, label, restyle, row_of, spread, turn
from kireji.ui.settings.cards import tell
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_LINES = 4
_SIGNS = 31
"""Width of a field for an address, in letters."""


class LineField(QLineEdit):
    """One line of text that takes the room of an address where there is room.

    Args:
        name: For screen readers.
        placeholder: An example.
    """

    def __init__(self, name: str, placeholder: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(max(hint.width(), self.fontMetrics().averageCharWidth() * _SIGNS), hint.height())


class TextRow(QWidget):
    """One line of text with its title; Enter or leaving it keeps it.

    Args:
        title: What it decides.
        placeholder: An example.
        wide: The field has a line of its own, as what stands in it is long.
    """

    entered = Signal(object)
    """The text, without space at its ends."""

    def __init__(self, title: str, placeholder: str = "", *, wide: bool = False) -> None:
        super().__init__()
        self.field = LineField(title, placeholder)
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        if wide:
            layout.addWidget(caption(title, self.field))
            layout.addWidget(self.field)
        else:
            layout.addWidget(Pair(caption(title, self.field), self.field))
        layout.addWidget(self.problem)
        self.field.editingFinished.connect(self._finished)

    def show_text(self, text: str) -> None:
        """What holds now; what is being typed stays."""
        if not self.field.hasFocus() or not self.field.isModified():
            self.field.setText(text)
            self.field.setCursorPosition(0)
            self.field.setModified(False)

    def say(self, sentence: str, role: str = "error") -> None:
        """A sentence below; empty removes it."""
        tell(self.problem, sentence, role)

    def _finished(self) -> None:
        if self.field.isModified():
            self.field.setModified(False)
            self.entered.emit(self.field.text().strip())


class NumberRow(QWidget):
    """A whole number with its title and unit.

    Args:
        title: What it decides.
        unit: Behind the field.
        lowest: The smallest that is taken.
        highest: The largest.
    """

    entered = Signal(object)
    """The number."""

    def __init__(self, title: str, unit: str, lowest: int, highest: int) -> None:
        super().__init__()
        self._range = (lowest, highest)
        self._value = lowest
        self.field = QLineEdit()
        self.field.setAccessibleName(f"{title}, {unit}")
        self.field.setMaximumWidth(110)
        self.field.setAlignment(Qt.AlignmentFlag.AlignTrailing)
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addWidget(Pair(caption(title, self.field), row_of(self.field, label(unit, "muted"))))
        layout.addWidget(self.problem)
        self.field.editingFinished.connect(self._finished)

    def show_number(self, number: int) -> None:
        """What holds now."""
        self._value = number
        if not self.field.hasFocus() or not self.field.isModified():
            self.field.setText(str(number))
            self.field.setModified(False)

    def _finished(self) -> None:
        if not self.field.isModified():
            return
        self.field.setModified(False)
        lowest, highest = self._range
        digits = "".join(sign for sign in self.field.text() if sign not in " ,.'\N{NO-BREAK SPACE}")
        if not digits.isdecimal() or not lowest <= int(digits[:9]) <= highest:
            tell(
                self.problem,
                tr(
                    "A number between {lowest} and {highest}, please; {value} stays.",
                    lowest=count(lowest),
                    highest=count(highest),
                    value=count(self._value),
                ),
                "error",
            )
            self.field.setText(str(self._value))
            return
        tell(self.problem, "", "error")
        self.field.setText(str(int(digits)))
        self.entered.emit(int(digits))


class Passage(QWidget):
    """Several lines of text with a title; leaving the field keeps them.

    Args:
        title: What it decides.
        explanation: Below the title.
        placeholder: An example.
    """

    entered = Signal(object)
    """The text."""

    def __init__(self, title: str, explanation: str, placeholder: str) -> None:
        super().__init__()
        self._around = frame("editor")
        self.field = Lines(self._around)
        self.field.setAccessibleName(title)
        self.field.setAccessibleDescription(explanation)
        self.field.setPlaceholderText(placeholder)
        self._text = ""
        inside = QVBoxLayout(self._around)
        spread(inside, SPACE[0])
        inside.addWidget(self.field)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addWidget(label(title, "strong", wrap=True))
        layout.addWidget(label(explanation, "muted", wrap=True))
        layout.addWidget(self._around)
        self.field.left.connect(self.keep)

    def show_text(self, text: str) -> None:
        """What holds now; what is being typed stays."""
        if self.field.hasFocus() and self.typed() is not None:
            return
        self._text = text
        if self.field.toPlainText().strip() == text:
            return
        self.field.setPlainText(text)

    def keep(self) -> None:
        """Take over what was typed; harmless when nothing was."""
        text = self.typed()
        if text is not None:
            self._text = text
            self.entered.emit(text)

    def typed(self) -> str | None:
        """What was typed and not taken over yet; None when nothing was."""
        text = self.field.toPlainText().strip()
        return None if text == self._text else text


class Lines(QPlainTextEdit):
    """Several lines of text in the room of four.

    Args:
        around: Shows whether it has the keyboard.
    """

    left = Signal()
    """The keyboard went elsewhere, or Ctrl+Enter."""

    def __init__(self, around: QWidget) -> None:
        super().__init__()
        self._around = around
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(3)
        self.textChanged.connect(self._turn)

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing() * _LINES + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def _turn(self) -> None:
        turn(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        restyle(self._around, focused=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        restyle(self._around, focused=False)
        self.left.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.left.emit()
