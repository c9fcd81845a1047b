"""Walking the branches of the open conversation."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from kireji.core.errors import KirejiError
from kireji.core.history import StoredMessage
from kireji.core.messages import Role
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.conversation import OpenConversation, last_fork
from kireji.ui.chat.header import open_below
from kireji.ui.chat.pane import ChatPane
from kireji.ui.models.lookup import model_name
from kireji.ui.translation import tr

log = logging.getLogger(__name__)

_LONGEST = 60
"""Characters of a message that stand in the menu."""


class Branches(QObject):
    """Says which branch is shown, and shows another.

    Args:
        services: The use cases.
        pane: Its header shows the place at the last fork.
        conversation: Which one is open.
    """

    def __init__(self, services: Services, pane: ChatPane, conversation: OpenConversation) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._conversation = conversation
        self._scope = TaskScope("branches", self._failed)
        pane.header.branch.clicked.connect(self._offer)
        pane.transcript.branch_clicked.connect(self.walk)
        conversation.changed.connect(self._show)

    async def aclose(self) -> None:
        """Walk no more."""
        await self._scope.aclose()

    def walk(self, message: object) -> None:
        """Show the branch that a message begins."""
        assert isinstance(message, int)
        if (number := self._conversation.number) is not None:
            self._scope.restart(self._walk(number, message), name="walk")

    def earlier(self) -> None:
        """Show the branch before this one at the last fork."""
        self._step(-1)

    def later(self) -> None:
        """Show the branch behind this one at the last fork."""
        self._step(1)

    def _step(self, by: int) -> None:
        fork = last_fork(self._conversation.path)
        if fork is None:
            return
        place = fork.alternatives.index(fork.id) + by
        if 0 <= place < len(fork.alternatives):
            self.walk(fork.alternatives[place])

    async def _walk(self, number: int, message: int) -> None:
        await self._services.chat.walk(number, message)
        self._pane.show_notice("")

    def _show(self) -> None:
        fork = last_fork(self._conversation.path)
        if fork is None:
            self._pane.header.set_branch(1, 1)
        else:
            self._pane.header.set_branch(fork.alternatives.index(fork.id) + 1, len(fork.alternatives))

    def _offer(self) -> None:
        self._scope.restart(self._open_menu(), name="menu")

    async def _open_menu(self) -> None:
        number, fork = self._conversation.number, last_fork(self._conversation.path)
        if number is None or fork is None:
            return
        found = await self._services.conversations.messages(number, fork.alternatives)
        if number != self._conversation.number:
            return
        menu = QMenu(self._pane.header)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for place, message in enumerate(found, start=1):
            action = menu.addAction(self._line(place, message))
            action.setData(message.id)
            action.setCheckable(True)
            action.setChecked(message.id == fork.id)
        menu.triggered.connect(self._chosen)
        open_below(menu, self._pane.header.branch, at_end=True)

    def _line(self, place: int, message: StoredMessage) -> str:
        words = " ".join(message.message.text.split()) or tr("No words")
        if len(words) > _LONGEST:
            words = words[: _LONGEST - 1].rstrip() + "…"
        who = tr("You")
        if message.message.role is Role.ASSISTANT:
            who = model_name(self._services, message.provider, message.model) or message.provider
        return f"{place}  {who}: {words}".replace("&", "&&")

    def _chosen(self, action: QAction) -> None:
        if action.data() not in {one.id for one in self._conversation.path}:
            self.walk(action.data())

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._pane.show_notice(error.sentence)
            return
        log.error("walking a branch failed", exc_info=error)
        self._pane.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))
