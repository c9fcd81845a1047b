"""Says that an earlier question is being changed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from kireji.ui.icons import pixmap
from kireji.ui.parts import button, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class EditingBar(QWidget):
    """One line above the field, with a way out.

    Args:
        theme: Colours and text size.
    """

    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._mark = QLabel()
        self._words = label(tr("Editing an earlier question"), "muted")
        self._cancel = button("", "quiet", name=tr("Leave the earlier question as it was"))
        layout = QHBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(self._mark)
        layout.addWidget(self._words)
        layout.addStretch(1)
        layout.addWidget(self._cancel)
        self._cancel.clicked.connect(self.cancelled)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _dress(self) -> None:
        muted = self._theme.colours.muted
        self._mark.setPixmap(pixmap("pencil", muted, self._theme.px(14), self.devicePixelRatioF()))
        set_icon(self._cancel, self._theme, "x", muted, 14)
        self._cancel.setFixedSize(self._theme.px(26), self._theme.px(26))
