"""The line in a long conversation above which nothing is sent any more."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.window import LeftOut
from kireji.ui.chat.document import EDGE
from kireji.ui.parts import button, label, separator, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class Border(QWidget):
    """A thin line, what it means, and an offer.

    Args:
        theme: Colours and text size.
        gap: What is left out.
    """

    summary_clicked = Signal()
    """What is left out shall be summarised; the person is asked first."""

    def __init__(self, theme: Theme, gap: LeftOut) -> None:
        super().__init__()
        told = (
            tr("Above here, only the first question is still sent")
            if gap.opening
            else tr("Above here is no longer sent")
        )
        self.words = label(told, "small", wrap=True)
        self.words.setToolTip(tr("The conversation no longer fits what the model can read."))
        self.summarise = button(tr("Summarise what is left out…"), "quiet")
        set_icon(self.summarise, theme, "file-text", theme.colours.muted, 14)
        layout = QVBoxLayout(self)
        spread(layout, (EDGE, 0, EDGE, SPACE[0]), SPACE[0])
        layout.addWidget(separator())
        layout.addSpacing(SPACE[0])
        layout.addWidget(self.words)
        layout.addWidget(self.summarise, 0, Qt.AlignmentFlag.AlignHCenter)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.summarise.clicked.connect(self.summary_clicked)
