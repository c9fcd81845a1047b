"""Asks in which form conversations are exported."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from kireji.core.transfer import Format
from kireji.ui.parts import button, label, spread
from kireji.ui.tokens import SPACE
from kireji.ui.transfer.words import FORMS
from kireji.ui.translation import tr


class ExportDialog(QDialog):
    """The forms, each with what it is good for.

    Args:
        what: What is exported, as in "Export all conversations".
        parent: Over which it opens.
    """

    chosen = Signal(object)
    """A `Format`."""

    def __init__(self, what: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(what)
        self.choose = button(tr("Choose where…"), "primary")
        self.cancel = button(tr("Cancel"))
        self._forms = QButtonGroup(self)
        self._radios: list[QRadioButton] = []
        layout = QVBoxLayout(self)
        spread(layout, SPACE[3], SPACE[2])
        layout.addWidget(label(what, "lead", wrap=True))
        for number, (_, title, description) in enumerate(FORMS):
            layout.addWidget(self._form(number, tr(title), tr(description)))
        row = QHBoxLayout()
        spread(row, 0, SPACE[1])
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.choose)
        layout.addLayout(row)
        self._radios[0].setChecked(True)
        self._radios[0].setFocus()
        self.choose.clicked.connect(self._choose)
        self.cancel.clicked.connect(self.reject)

    def _form(self, number: int, title: str, description: str) -> QWidget:
        radio = QRadioButton(title)
        radio.setAccessibleDescription(description)
        self._forms.addButton(radio, number)
        self._radios.append(radio)
        holder = QWidget()
        column = QVBoxLayout(holder)
        spread(column, 0, 2)
        column.addWidget(radio)
        about = label(description, "muted", wrap=True)
        about.setContentsMargins(SPACE[4] - 2, 0, 0, 0)
        about.setMinimumWidth(360)
        column.addWidget(about)
        return holder

    def set_form(self, form: Format) -> None:
        """Select one."""
        self._radios[[each for each, _, _ in FORMS].index(form)].setChecked(True)

    def _choose(self) -> None:
        form = FORMS[self._forms.checkedId()][0]
        self.accept()
        self.chosen.emit(form)
