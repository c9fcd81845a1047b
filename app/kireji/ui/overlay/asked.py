"""What is asked of the person beside a selection, before something leaves or by a tool: one small card at a time."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.permissions import ApprovalRequest
from kireji.services import redaction
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.permission.card import PermissionCard
from kireji.ui.covers.consent_card import ConsentCard
from kireji.ui.parts import spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE


class Asked(QWidget):
    """Shows the first of what waits; the others follow it.

    Args:
        theme: Colours and text size.
        parent: As usual in Qt.
    """

    given = Signal(object)
    """The person's answer: `(request, approval)`."""
    consent_given = Signal(object)
    """The same before something leaves: `(number, decision)`."""
    opened = Signal()
    """All of it shall be seen in the main window."""
    resized = Signal()
    """It needs more or less room."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._field: QWidget | None = None
        self._waiting: list[tuple[ApprovalRequest, str]] = []
        self._leaving: list[tuple[int, redaction.Asked]] = []
        self.card: PermissionCard | None = None
        self.consent: ConsentCard | None = None
        self._layout = QVBoxLayout(self)
        spread(self._layout, (EDGE, SPACE[0], EDGE, SPACE[0]))
        theme.changed.connect(self._renew)
        self.hide()

    @property
    def waiting(self) -> bool:
        """Whether something waits."""
        return bool(self._waiting or self._leaving)

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

    def ask_consent(self, number: int, asked: redaction.Asked) -> None:
        """The person is asked before something leaves.

        Args:
            number: Tells it from all others.
            asked: What they are asked.
        """
        self._leaving.append((number, asked))
        if len(self._leaving) == 1:
            self._renew()

    def consent_answered(self, number: int) -> None:
        """It waits no longer."""
        self._leaving = [one for one in self._leaving if one[0] != number]
        self._renew()

    def accept(self) -> None:
        """Enter was pressed where the person writes, and nothing is written there."""
        if self.consent is not None:
            self.consent.accept()

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
        if self.waiting:
            self._waiting.clear()
            self._leaving.clear()
            self._renew()

    def _renew(self) -> None:
        """Show what waits now."""
        for shown in (self.card, self.consent):
            if shown is not None:
                self._layout.removeWidget(shown)
                shown.hide()
                shown.deleteLater()
        self.card = self.consent = None
        if self._leaving:
            self.consent = ConsentCard(self._leaving[0][1], compact=True)
            self.consent.decided.connect(self._decided)
            self._show(self.consent, self.consent.buttons())
        elif self._waiting:
            request, name = self._waiting[0]
            self.card = PermissionCard(self._theme, request, name, compact=True)
            self.card.answered.connect(self._answered)
            self.card.opened.connect(self.opened)
            self.card.unfolded.connect(self.resized)
            self._show(self.card, self.card.stops())
        self.setVisible(self.waiting)
        self.resized.emit()

    def _show(self, card: QWidget, stops: Sequence[QWidget]) -> None:
        self._layout.addWidget(card)
        card.show()  # Qt would show it only later, and a hidden one is given no room
        self._order(stops)

    def _order(self, stops: Sequence[QWidget]) -> None:
        """What is made last would else be last for Tab."""
        if self._field is None:
            return
        before = self._field.previousInFocusChain()
        while before is not None and before.focusPolicy() == Qt.FocusPolicy.NoFocus:  # Qt puts nothing behind these
            before = before.previousInFocusChain()
        chain = stops if before is None else [before, *stops]
        for earlier, later in itertools.pairwise(chain):
            QWidget.setTabOrder(earlier, later)

    def _decided(self, decision: object) -> None:
        if self._leaving:
            self.consent_given.emit((self._leaving[0][0], decision))

    def _answered(self, approval: object) -> None:
        if self.card is not None:
            self.given.emit((self.card.request, approval))
