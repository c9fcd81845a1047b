"""A row of choices of which one holds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button
from kireji.ui.tokens import SPACE

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Segments(QWidget):
    """Buttons side by side; arrow keys go from one to the next. They break into rows where there is no room.

    Args:
        name: What is chosen, for screen readers.
    """

    chosen = Signal(object)
    """The value that the person pressed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.buttonClicked.connect(self._pressed)
        self._values: list[str] = []
        self._layout = FlowLayout(SPACE[0], self)

    def show_choices(self, choices: Sequence[tuple[str, str]], value: str) -> None:
        """Offer these.

        Args:
            choices: Value and words of each.
            value: Which one holds; one that is not offered marks the first.
        """
        values = [key for key, _ in choices]
        if values != self._values:
            self._build(choices)
            self._values = values
        marked = self._values.index(value) if value in self._values else 0
        if self._values:
            self._buttons()[marked].setChecked(True)

    def rename(self, choices: Sequence[tuple[str, str]]) -> None:
        """Say the same choices in other words, without touching what is chosen or has the keyboard."""
        for made, (_, words) in zip(self._buttons(), choices, strict=True):
            if made.accessibleName() != words:
                made.setText(words.replace("&", "&&"))
                made.setAccessibleName(words)

    def values(self) -> Sequence[str]:
        """What is offered."""
        return tuple(self._values)

    def value(self) -> str:
        """Which one holds; empty when nothing is offered."""
        number = self._group.checkedId()
        return self._values[number] if 0 <= number < len(self._values) else ""

    def press(self, value: str) -> None:
        """As if the person pressed it."""
        self._buttons()[self._values.index(value)].click()

    def focus(self) -> None:
        """The keys go to the one that holds."""
        if (checked := self._group.checkedButton()) is not None:
            checked.setFocus(Qt.FocusReason.OtherFocusReason)

    def _buttons(self) -> list[QPushButton]:
        return [each for each in self._group.buttons() if isinstance(each, QPushButton)]

    def _build(self, choices: Sequence[tuple[str, str]]) -> None:
        for old in self._buttons():
            self._group.removeButton(old)
            self._layout.removeWidget(old)
            old.hide()
            old.deleteLater()
        before = self._tabbed_before()
        for number, (_, words) in enumerate(choices):
            made = button(words, "segment")
            made.setParent(self)
            made.setCheckable(True)
            if before is not None:  # Tab comes here where the row stands, though the buttons are made after the rest
                QWidget.setTabOrder(before, made)
            before = made
            self._group.addButton(made, number)
            self._layout.addWidget(made)
            made.show()
        self.updateGeometry()

    def _tabbed_before(self) -> QWidget | None:
        """What has the keyboard before Tab comes here."""
        before = self.previousInFocusChain()
        while before is not None and before is not self:
            if before.focusPolicy() & Qt.FocusPolicy.TabFocus and not self.isAncestorOf(before):
                return before
            before = before.previousInFocusChain()
        return None

    def _pressed(self, _button: object) -> None:
        self.chosen.emit(self.value())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not self._values:
            super().keyPressEvent(event)
            return
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            step = -step
        number = min(max(self._group.checkedId() + step, 0), len(self._values) - 1)
        self._buttons()[number].setFocus(Qt.FocusReason.TabFocusReason)
        self._buttons()[number].click()
