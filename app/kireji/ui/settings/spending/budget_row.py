"""A budget: a sum of US dollars, or none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from kireji.ui.parts import Pair, caption, label, row_of, spread
from kireji.ui.settings.cards import tell
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_MOST = 1_000_000.0


class BudgetRow(QWidget):
    """A field that keeps what was typed once it is complete; an empty one is no budget.

    Args:
        title: What the budget is for.
        name: For screen readers.
    """

    entered = Signal(object)
    """US dollars; 0 for none."""

    def __init__(self, title: str, name: str) -> None:
        super().__init__()
        self._value = 0.0
        self.field = QLineEdit()
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText(tr("none"))
        self.field.setMaximumWidth(110)
        self.field.setAlignment(Qt.AlignmentFlag.AlignTrailing)
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addWidget(Pair(caption(title, self.field), row_of(self.field, label(tr("US dollars"), "muted"))))
        layout.addWidget(self.problem)
        self.field.editingFinished.connect(self._finished)

    def show_amount(self, amount: float) -> None:
        """What holds now; what is being typed stays."""
        self._value = amount
        if not self.field.hasFocus() or not self.field.isModified():
            self.field.setText(_typed(amount))
            self.field.setModified(False)

    def _finished(self) -> None:
        if not self.field.isModified():
            return
        self.field.setModified(False)
        amount = _amount(self.field.text())
        if amount is None:
            tell(self.problem, tr("A sum of US dollars, please, such as 10 or 2.50; empty sets none."), "error")
            self.field.setText(_typed(self._value))
            return
        tell(self.problem, "", "error")
        self.field.setText(_typed(amount))
        self.entered.emit(amount)


def _typed(amount: float) -> str:
    """As a person would type it."""
    if not amount:
        return ""
    return f"{amount:.2f}" if amount * 100 == round(amount * 100) and amount % 1 else f"{amount:g}"


def _amount(text: str) -> float | None:
    """What was typed, with a point or a comma before the cents; None for what is no sum."""
    text = text.strip().removeprefix("$").strip()
    if not text:
        return 0.0
    try:
        amount = float(text.replace(",", ".")) if text.isascii() else -1.0
    except ValueError:
        return None
    return amount if 0 <= amount <= _MOST else None
