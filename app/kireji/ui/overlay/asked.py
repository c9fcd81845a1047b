"""What a tool asks of the person beside a selection: one small card at a time."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.permissions import ApprovalRequest
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.permission.card import PermissionCard
from kireji.ui.parts import spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE


class Asked(QWidget):
    """Shows the first of the calls that wait; the others follow it.

    Args:
        theme: Colours and text size.
        parent: As usual in Qt.
    """

    given = Signal(object)
    """The person's answer: `(request, approval)`."""
    opened = Signal()
    """All of it shall be seen in the main window."""
    resized = Signal()
    """It needs more or less room."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._field: QWidget | None = None
        self._waiting: list[tuple[ApprovalRequest, str]] = []
        self.card: PermissionCard | None = None
        self._layout = QVBoxLayout(self)
        spread(self._layout, (EDGE, SPACE[0], EDGE, SPACE[0]))
        theme.changed.connect(self._renew)
        self.hide()

    @property
    def waiting(self) -> bool:
        """Whether a call waits."""
        return bool(self._waiting)

    def stand_before(self, field: QWidget) -> None:
        """Let Tab come to it before a field, which it stands above."""
        self._field = field

    def ask(self, request: ApprovalRequest, name: str) -> None:
        """One more call waits.

        Args:
            request: What is asked.
            name: The tool as people know it.
        """
        self._waiting.append((request, name))
        if len(self._waiting) == 1:
            self._renew()

    def answered(self, call_id: str) -> None:
        """A call waits no longer."""
        first = next((one for one in self._waiting if one[0].call_id == call_id), None)
        if first is not None:
            shown = first is self._waiting[0]
            self._waiting.remove(first)
            if shown:
                self._renew()

    def clear(self) -> None:
        """Nothing waits any more."""
        if self._waiting:
            self._waiting.clear()
            self._renew()

    def _renew(self) -> None:
        """Show what waits now."""
        if self.card is not None:
            self._layout.removeWidget(self.card)
            self.card.hide()
            self.card.deleteLater()
            self.card = None
        if self._waiting:
            request, name = self._waiting[0]
            self.card = PermissionCard(self._theme, request, name, compact=True)
            self.card.answered.connect(self._answered)
            self.card.opened.connect(self.opened)
            self.card.unfolded.connect(self.resized)
            self._layout.addWidget(self.card)
            self.card.show()  # Qt would show it only later, and a hidden one is given no room
            self._order(self.card)
        self.setVisible(bool(self._waiting))
        self.resized.emit()

    def _order(self, card: PermissionCard) -> None:
        """What is made last would else be last for Tab."""
        if self._field is None:
            return
        before = self._field.previousInFocusChain()
        while before is not None and before.focusPolicy() == Qt.FocusPolicy.NoFocus:  # Qt puts nothing behind these
            before = before.previousInFocusChain()
        chain = card.stops() if before is None else [before, *card.stops()]
        for earlier, later in itertools.pairwise(chain):
            QWidget.setTabOrder(earlier, later)

    def _answered(self, approval: object) -> None:
        if self.card is not None:
            self.given.emit((self.card.request, approval))
