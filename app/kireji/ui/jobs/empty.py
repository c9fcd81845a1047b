"""What stands on the page while there are no jobs: what they are for, and how to make the first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, label, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_WIDEST = 520


class NoJobs(QWidget):
    """A few sentences and both buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.new = button(tr("New job"), "primary")
        self.import_ = button(tr("Import JSONL / CSV / folder…"))
        inside = QWidget()
        inside.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inside)
        spread(column, 0, SPACE[2])
        column.addWidget(label(tr("One question, asked of thousands"), "title", wrap=True))
        for words in (
            tr(
                "A job asks about every row of a file, or every picture in a folder, in the same way: receipts become "
                "a table, pictures get their texts, letters are sorted by subject."
            ),
            tr(
                "Through the batch service of Anthropic or OpenRouter that costs half, and takes from some minutes to "
                "a day. Before anything is sent you see every bad line, one answer as a trial, and what all will cost."
            ),
            tr("Kireji may be closed meanwhile: nothing is lost, and nothing is paid twice."),
        ):
            column.addWidget(label(words, "muted", wrap=True))
        ways = QWidget()
        row = FlowLayout(SPACE[1], ways)
        row.addWidget(self.new)
        row.addWidget(self.import_)
        column.addSpacing(SPACE[1])
        column.addWidget(ways)
        across = QHBoxLayout()
        spread(across, (SPACE[4], 0, SPACE[4], 0))
        across.addStretch(1)
        across.addWidget(inside, 1000)
        across.addStretch(1)
        layout = QVBoxLayout(self)
        spread(layout, (0, SPACE[4], 0, SPACE[4]))
        layout.addStretch(2)
        layout.addLayout(across)
        layout.addStretch(3)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
