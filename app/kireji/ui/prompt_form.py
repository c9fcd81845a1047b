"""What a prompt needs of the person before it is asked: a field or a choice for each of its variables."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.ui.parts import ChoiceBox, Pair, button, caption, label, set_icon, spread
from kireji.ui.settings.fields import LineField
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class PromptForm(QFrame):
    """Takes no room until a prompt is chosen. Enter asks, Escape leaves it.

    Args:
        theme: Colours and text size.
        ask: Whether it has a button that asks; the composer has one already.
    """

    confirmed = Signal()
    """It shall be asked."""
    left = Signal()
    """It shall not be asked."""
    resized = Signal()
    """It needs more or less room."""

    def __init__(self, theme: Theme, *, ask: bool) -> None:
        super().__init__()
        self._theme = theme
        self.prompt: Prompt | None = None
        self.fields: dict[str, QLineEdit | ChoiceBox] = {}
        self.title = label("", "strong", wrap=True)
        self.about = label("", "small", wrap=True)
        self.ask = button(tr("Ask"), "primary")
        self.leave = button("", "quiet", name=tr("Leave this prompt"))
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout()
        spread(self._column, 0, SPACE[0])
        head = QHBoxLayout()
        spread(head, 0, SPACE[1])
        head.addWidget(self.title, 1)
        head.addWidget(self.ask)
        head.addWidget(self.leave)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addLayout(head)
        layout.addWidget(self.about)
        layout.addLayout(self._column)
        self.setAccessibleName(tr("Prompt"))
        self.ask.setVisible(ask)
        self.ask.clicked.connect(self.confirmed)
        self.leave.clicked.connect(self.left)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def open(self, prompt: Prompt | None, values: Mapping[str, str]) -> None:
        """Ask for what a prompt needs; None takes the form away.

        Args:
            prompt: Which.
            values: What stands there at first.
        """
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows.clear()
        self.fields.clear()
        self.prompt = prompt
        if prompt is not None:
            self.title.setText(prompt.title)
            about = _about(prompt)
            self.about.setText(about)
            self.about.setVisible(bool(about))
            for name in prompt.asked:
                self._add(name, prompt.variables[name], values.get(name, ""))
        self.setVisible(prompt is not None)
        self.resized.emit()

    def values(self) -> dict[str, str]:
        """What the person gave, by variable; a text that is empty and has a default is left to that."""
        found: dict[str, str] = {}
        for name, field in self.fields.items():
            if isinstance(field, QComboBox):
                found[name] = field.currentText()
            elif text := field.text().strip():
                found[name] = text
            elif self.prompt is not None and self.prompt.variables[name].default == "":
                found[name] = ""
        return found

    def missing(self) -> str:
        """A sentence that says what must be written first, whose field gets the keyboard; empty when all is there."""
        given, prompt = self.values(), self.prompt
        wanted = [
            name for name in self.fields
            if name not in given and prompt is not None and prompt.variables[name].default is None
        ]  # fmt: skip
        if not wanted:
            return ""
        self.fields[wanted[0]].setFocus(Qt.FocusReason.OtherFocusReason)
        return tr("Write what belongs there first: {names}", names=tr(", ").join(
            self.fields[name].accessibleName() for name in wanted
        ))  # fmt: skip

    def take_keyboard(self) -> None:
        """The first field gets it, or the button where there is none."""
        first = next(iter(self.fields.values()), self.ask)
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(first, QLineEdit):
            first.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.leave.hasFocus():
            self.confirmed.emit()
        else:
            super().keyPressEvent(event)

    def _add(self, name: str, variable: Variable, value: str) -> None:
        words = variable.description or name
        field: QLineEdit | ChoiceBox
        if variable.kind is VariableKind.CHOICE:
            field = ChoiceBox()
            field.addItems(list(variable.choices))
            field.setCurrentText(value)
        else:
            field = LineField(words)
            field.setText(value)
            field.setPlaceholderText(variable.default or tr("may not be empty") if variable.default != "" else "")
        field.setAccessibleName(words)
        self.fields[name] = field
        row = QWidget()
        layout = QVBoxLayout(row)
        spread(layout)
        layout.addWidget(Pair(caption(words, field), field))
        self._rows.append(row)
        self._column.addWidget(row)
        row.show()

    def _dress(self) -> None:
        set_icon(self.leave, self._theme, "x", self._theme.colours.muted)


def _about(prompt: Prompt) -> str:
    """What goes along by itself."""
    kinds = {variable.kind for variable in prompt.variables.values()}
    if {VariableKind.CLIPBOARD, VariableKind.SELECTION} <= kinds:
        return tr("About what was copied and what is selected.")
    if VariableKind.CLIPBOARD in kinds:
        return tr("About what was copied.")
    if VariableKind.SELECTION in kinds:
        return tr("About the text that is selected.")
    return ""
