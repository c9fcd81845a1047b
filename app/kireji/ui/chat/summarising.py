"""Has what is left out of the open conversation summarised, when the person wants it, and attaches the words."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.pane import ChatPane
from kireji.ui.chat.sources import Given, TextSource
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from kireji.services.summaries import SummaryOffer

log = logging.getLogger(__name__)


class Summarising(QObject):
    """Asks, runs, attaches.

    Args:
        services: Who summarises.
        pane: Where it is offered, asked and shown.
        conversation: Which one is open.
        drafts: The summary goes along with what is prepared there.
    """

    def __init__(self, services: Services, pane: ChatPane, conversation: OpenConversation, drafts: Drafts) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._conversation = conversation
        self._drafts = drafts
        self._scope = TaskScope("summaries", self._failed)
        self._offer: SummaryOffer | None = None
        pane.transcript.summary_clicked.connect(self.offer)
        pane.summary.agreed.connect(self._begin)
        pane.summary.stopped.connect(self.stop)

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    def offer(self) -> None:
        """Say what it would take, and ask."""
        if self._conversation.number is not None:
            self._scope.restart(self._ask(self._conversation.number), name="summary")

    def stop(self) -> None:
        """The person does not want it, or another conversation is opened; nothing of it is kept."""
        self._scope.cancel("summary")
        self._offer = None
        self._pane.summary.hide()

    async def _ask(self, conversation: int) -> None:
        self._offer = await self._services.summaries().offer(conversation)
        if conversation == self._conversation.number:
            self._pane.summary.ask(self._offer)
            self._pane.summary.go.setFocus()

    def _begin(self) -> None:
        number, offer = self._conversation.number, self._offer
        if number is not None and offer is not None:
            self._scope.restart(self._summarise(number, offer), name="summary")

    async def _summarise(self, conversation: int, offer: SummaryOffer) -> None:
        # Who agrees to a price that nobody knows has been told so.
        unpriced = offer.price is None
        text = await self._services.summaries().summarise(
            conversation, self._pane.summary.show_progress, unpriced=unpriced
        )
        self._pane.summary.hide()
        if conversation == self._conversation.number:
            name = tr("Summary of {count} earlier messages", count=offer.messages)
            self._drafts.give(Given((TextSource(f"{name}.md", text),)))
            self._pane.composer.setFocus()

    def _failed(self, error: BaseException) -> None:
        self._pane.summary.hide()
        if isinstance(error, KirejiError):
            self._pane.show_notice(error.sentence)
            return
        log.error("a summary failed", exc_info=error)
        self._pane.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))
