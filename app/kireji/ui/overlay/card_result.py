"""Where a result that is no words stands in the card."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.ui.overlay.forms.result_view import ResultView
from kireji.ui.parts import spread


class ResultPlace(QWidget):
    """Holds one result at a time, or none; who made it keeps it.

    Args:
        parent: As usual in Qt.
    """

    resized = Signal()
    """It needs more or less room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._held: ResultView | None = None
        self._layout = QVBoxLayout(self)
        spread(self._layout)
        self.setMinimumHeight(1)
        self.hide()

    @property
    def held(self) -> ResultView | None:
        """What stands there."""
        return self._held

    def hold(self, result: ResultView | None) -> bool:
        """Take another one; False when it is there already."""
        if result is self._held:
            return False
        if self._held is not None:
            self._held.resized.disconnect(self.resized)
            self._layout.removeWidget(self._held)
            self._held.hide()
            self._held.setParent(None)
        self._held = result
        if result is not None:
            self._layout.addWidget(result)
            result.resized.connect(self.resized)
            result.show()
        self.setVisible(result is not None)
        return True

    def height_for(self, width: int) -> int:
        """What the result needs at this width, in logical pixels."""
        return 0 if self._held is None else self._held.height_for(width)
