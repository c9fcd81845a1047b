"""A permission card as a row of the reading column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.permissions import ApprovalRequest
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.permission.card import PermissionCard
from kireji.ui.parts import spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

if TYPE_CHECKING:
    from kireji.ui.chat.transcript.tools import Tool


class AskingRow(QWidget):
    """The card, as wide as the words around it.

    Args:
        theme: Colours and text size.
        tool: The call; remembers what is unfolded.
        request: What is asked.
        name: The tool as people know it.
    """

    answered = Signal(object)
    """`(request, approval)`."""
    resized = Signal(object)
    """This widget needs more or less room."""

    def __init__(self, theme: Theme, tool: Tool, request: ApprovalRequest, name: str) -> None:
        super().__init__()
        self._tool, self._request = tool, request
        self.card = PermissionCard(theme, request, name, whole=tool.shows_whole)
        layout = QVBoxLayout(self)
        spread(layout, (EDGE, SPACE[0], EDGE, SPACE[0]))
        layout.addWidget(self.card)
        self.card.answered.connect(self._answered)
        self.card.unfolded.connect(self._unfolded)

    def _answered(self, approval: object) -> None:
        self.answered.emit((self._request, approval))

    def _unfolded(self) -> None:
        self._tool.shows_whole = True
        self.resized.emit(self)
