"""The numbers beside a conversation: what its answers used, and what left this computer."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.core.messages import Role, Usage
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.inspector.pane import Inspector
from kireji.ui.models.lookup import saved

log = logging.getLogger(__name__)


class Numbers(QObject):
    """Keeps the inspector's numbers those of the branch that is shown.

    Args:
        services: History and ledger.
        inspector: Where they show.
        conversation: Which one is open.
    """

    def __init__(self, services: Services, inspector: Inspector, conversation: OpenConversation) -> None:
        super().__init__(inspector)
        self._services = services
        self._inspector = inspector
        self._conversation = conversation
        self._scope = TaskScope("numbers", self._failed)
        self._streams = False
        self._unsubscribe = services.outbox.recorded.subscribe(self._sent)
        conversation.changed.connect(self.show)

    async def aclose(self) -> None:
        """Show nothing more."""
        self._unsubscribe()
        self._conversation.changed.disconnect(self.show)
        await self._scope.aclose()

    def show(self) -> None:
        """Read everything again."""
        if self._conversation.number is not None and not self._conversation.path:
            # It is being opened; its first screen does not wait for numbers.
            self._scope.cancel("answers")
            self._inspector.show_conversation(())
            self._inspector.show_usage(None)
            return
        self._scope.restart(self._show_answers(self._conversation.number), name="answers")
        self._scope.restart(self._show_totals(self._conversation.number), name="totals")

    def report(self, reported: object) -> None:
        """What the answer that streams has used so far: `(provider, model, usage)`."""
        assert isinstance(reported, tuple)
        self._streams = True
        self._show_usage(*reported)

    def ended(self) -> None:
        """Nothing streams any more."""
        self._streams = False

    async def _show_answers(self, number: int | None) -> None:
        used = tuple(await self._services.conversations.usages(number)) if number is not None else ()
        self._inspector.show_conversation(used)
        if self._streams:
            return  # its own numbers stand there
        newest = next((one.id for one in reversed(self._conversation.path) if one.role is Role.ASSISTANT), None)
        stored = await self._conversation.message(newest) if newest is not None else None
        if stored is not None:
            self._show_usage(stored.provider, stored.model, stored.usage)
        else:
            self._inspector.show_usage(None)

    def _show_usage(self, provider: str, model: str, usage: Usage | None) -> None:
        info = self._services.catalog.find(provider, model) if model else None
        gain = saved(info, usage.cache_read_tokens, usage.cache_write_tokens) if usage is not None else None
        self._inspector.show_usage(usage, gain)

    async def _show_totals(self, number: int | None) -> None:
        ledger = self._services.ledger
        everything = await ledger.totals()
        here = await ledger.totals(number) if number is not None else None
        self._inspector.show_sent(here, everything)

    def _sent(self, _conversation: int | None) -> None:
        self._scope.restart(self._show_totals(self._conversation.number), name="totals")

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            log.warning("the numbers cannot be read: %s", error)
            return
        log.error("a task of the numbers failed", exc_info=error)
