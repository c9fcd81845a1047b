"""A history that takes its time."""

from __future__ import annotations

from kireji.core.history import ConversationSetup, ConversationSummary, StoredMessage
from kireji.core.messages import Message
from tests.fakes.history import FOLLOWS_SETTINGS, MemoryConversationStore
from tests.fakes.provider import Hold


class SlowHistory(MemoryConversationStore):
    """Waits before a question is saved."""

    def __init__(self) -> None:
        super().__init__()
        self.hold = Hold()

    async def create(
        self, title: str, first: Message, setup: ConversationSetup = FOLLOWS_SETTINGS
    ) -> tuple[ConversationSummary, StoredMessage]:
        await self.hold.wait()
        return await super().create(title, first, setup)
