"""What came of reckoning a sum, as a button that goes there."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent

from kireji.ui.parts import Button, tip
from kireji.ui.tokens import SPACE

_NARROWEST = SPACE[3] * 4


class SumChip(Button):
    """Its words end in an ellipsis where there is no room for them; the tool tip has them all.

    Args:
        words: What came of it.
    """

    def __init__(self, words: str) -> None:
        super().__init__(words.replace("&", "&&"))
        self._words = words
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("kind", "chip")
        self.setAccessibleName(words)
        self.setToolTip(tip(words))

    def sizeHint(self) -> QSize:
        """For all of the words, whatever is shown now."""
        return super().sizeHint() + QSize(self._measure(self._words) - self._measure(self._shown()), 0)

    def minimumSizeHint(self) -> QSize:
        """A long one does not widen the window."""
        hint = self.sizeHint()
        return QSize(min(hint.width(), _NARROWEST), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        around = super().sizeHint().width() - self._measure(self._shown())
        room = max(0, self.width() - around)
        if self._measure(self._words) <= room:
            self._show(self._words)
        else:
            self._show(self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room))

    def _shown(self) -> str:
        return self.text().replace("&&", "&")

    def _show(self, words: str) -> None:
        said = words.replace("&", "&&")
        if said != self.text():
            self.setText(said)

    def _measure(self, words: str) -> int:
        return self.fontMetrics().size(Qt.TextFlag.TextSingleLine, words).width()
