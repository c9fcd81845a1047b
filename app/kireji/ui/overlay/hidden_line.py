"""The bar's line about what will be painted over in the pictures that are sent."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from kireji.ui.covers.words import hidden_sentence
from kireji.ui.parts import button, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class HiddenLine(QWidget):
    """Says that it is being looked, or how much was found; a press goes to the boxes.

    Args:
        theme: Colours and size of text.
        parent: As usual in Qt.
    """

    clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._looking = label(role="muted")
        self._hidden = button("", "quiet")
        self._hidden.setToolTip(tr("Hidden in what is sent. Click a box to send it; H goes through them"))
        self._looking.setContentsMargins(SPACE[1], SPACE[0] + 1, SPACE[1], SPACE[0] + 1)  # as the button has inside
        for each in (self._looking, self._hidden):
            each.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        spread(layout, 0, 0)
        layout.addWidget(self._looking)
        layout.addWidget(self._hidden)
        layout.addStretch(1)
        self._hidden.clicked.connect(self.clicked)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_state(self, number: int, *, looking: bool) -> bool:
        """Say it; True when it says something else than before.

        Args:
            number: How much will be painted over.
            looking: A picture is still being looked through.
        """
        before = self.words
        self._looking.setText(tr("Looking through the picture…") if looking else "")
        self._looking.setVisible(looking)
        words = "" if looking else hidden_sentence(number)
        self._hidden.setText(words)
        self._hidden.setAccessibleName(words)
        self._dress()
        self._hidden.setVisible(bool(words))
        return before != self.words

    @property
    def words(self) -> str:
        """What it says."""
        return self._looking.text() or self._hidden.text()

    def _dress(self) -> None:
        set_icon(self._hidden, self._theme, "eye-off", self._theme.colours.muted, 14)
