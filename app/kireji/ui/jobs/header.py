"""The line above the page: what is shown, and how a job begins."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from kireji.ui.chat.header import HEADER, ElidedLabel
from kireji.ui.parts import button, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_CHIP_FROM, _WHOLE_FROM = 760, 540
"""Logical pixels, at the normal size of text, from which the chip is shown, and the long words of a button."""


class JobsHeader(QFrame):
    """Title and buttons.

    Args:
        theme: Colours and text size.
    """

    new_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "header")
        self._theme = theme
        self.menu = button("", "quiet", name=tr("Show the conversations"))
        self.chip = label(tr("Half price through the batch service"), "chip")
        self.import_ = button(tr("Import…"), name=tr("Import JSONL / CSV / folder…"))
        self.new = button(tr("New job"), "primary")
        title = ElidedLabel("lead")
        title.set_words(tr("Jobs"))
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[4] - 4, 0, SPACE[3] + 4, 1), SPACE[2])
        layout.addWidget(self.menu)
        layout.addWidget(title)
        layout.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addStretch(1)
        layout.addWidget(self.import_)
        layout.addWidget(self.new)
        self.menu.hide()
        self.new.clicked.connect(self.new_clicked)
        theme.changed.connect(self._dress)
        self._dress()

    def minimumSizeHint(self) -> QSize:
        return QSize(240, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        grown = max(1.0, self._theme.scale)
        self.chip.setVisible(self.width() >= _CHIP_FROM * grown)
        whole = self.width() >= _WHOLE_FROM * grown
        self.import_.setText(tr("Import JSONL / CSV / folder…") if whole else tr("Import…"))

    def _dress(self) -> None:
        self.setFixedHeight(max(HEADER, self._theme.px(HEADER - 16)))
        set_icon(self.menu, self._theme, "menu", self._theme.colours.muted)
        self._fold()
