"""Where a result that is no words stands in the card."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt, Signal
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

    def hold(self, result: ResultView | None, field: QWidget) -> bool:
        """Take another one.

        Args:
            result: None for none.
            field: What stands below it: Tab comes to the result before.

        Returns:
            False when it is there already.
        """
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
            self._order_before(field)
        self.setVisible(result is not None)
        return True

    def height_for(self, width: int) -> int:
        """What the result needs at this width, in logical pixels."""
        return 0 if self._held is None else self._held.height_for(width)

    def _order_before(self, field: QWidget) -> None:
        """What is made last would else be last for Tab."""
        stops = [
            each
            for each in self.findChildren(QWidget)
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.window() is field.window()
        ]
        before = field.previousInFocusChain()
        while before is not None and (before.focusPolicy() == Qt.FocusPolicy.NoFocus or self.isAncestorOf(before)):
            before = before.previousInFocusChain()
        chain = [*stops, field] if before is None else [before, *stops, field]
        for earlier, later in itertools.pairwise(chain):
            QWidget.setTabOrder(earlier, later)
