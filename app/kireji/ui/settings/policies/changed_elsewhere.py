"""A file that was changed by somebody else while it is being written here."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.ui.parts import button, frame, label, spread
from kireji.ui.settings.cards import actions
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class ChangedElsewhere(QWidget):
    """Says that the file is another now, and asks which one holds."""

    def __init__(self) -> None:
        super().__init__()
        self.load = button(tr("Show the file"), name=tr("Show the file as it is now; what is written here goes"))
        self.keep = button(tr("Keep mine"), name=tr("Save what is written here over the file"))
        around = frame("notice")
        inside = QVBoxLayout(around)
        spread(inside, SPACE[2], SPACE[1])
        inside.addWidget(label(tr("The file was changed elsewhere meanwhile"), "strong", wrap=True))
        inside.addWidget(
            label(tr("What is written here is not saved yet. Only one of them can stay."), "muted", wrap=True)
        )
        inside.addWidget(actions(self.load, self.keep))
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(around)
        self.hide()
