"""What is hidden in the window's conversation: in the pictures of the next question, and of the last one."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart
from kireji.core.redaction import Policy
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.setup import SetupPresenter
from kireji.ui.inspector.hidden import HiddenSection
from kireji.ui.main_window import MainWindow
from kireji.ui.theme import Theme

log = logging.getLogger(__name__)

_ROWS = 20
"""Of the ledger that are looked at for the last question; the others are lists and connections."""


class Hiding(QObject):
    """Counts what is hidden beside the pictures in the composer, and in the inspector.

    Args:
        services: The use cases.
        window: Where it shows.
        theme: Colours and text size.
        conversation: Which one is open.
        drafts: What has been prepared.
        setup: Who answers.
    """

    def __init__(
        self,
        services: Services,
        window: MainWindow,
        theme: Theme,
        conversation: OpenConversation,
        drafts: Drafts,
        setup: SetupPresenter,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._attachments = window.chat.composer.attachments
        self._conversation = conversation
        self._drafts = drafts
        self._setup = setup
        self._scope = TaskScope("hiding", self._failed)
        self.section = HiddenSection(theme)
        window.inspector.add_section(self.section, before="sent")
        redaction = services.outbox.redaction
        self._ends = [services.outbox.recorded.subscribe(self._sent)]
        if redaction is not None:
            self._ends.append(redaction.checked.subscribe(self._checked))
        window.chat.composer.drafted.connect(self.count)
        setup.named.connect(self.count)
        conversation.changed.connect(self.show)

    async def aclose(self) -> None:
        """Show nothing more."""
        for end in self._ends:
            end()
        self._conversation.changed.disconnect(self.show)
        await self._scope.aclose()

    @property
    def hides(self) -> bool:
        """Whether anything is hidden from who answers the next question."""
        redaction = self._services.outbox.redaction
        return redaction is not None and redaction.policy(self._setup.pick.provider) is not Policy.NEVER

    def count(self) -> None:
        """Say beside each picture how much will be painted over in it."""
        redaction, numbers = self._services.outbox.redaction, dict[int, int]()
        if redaction is not None and self.hides:
            for each in self._drafts.draft.attachments:
                if isinstance(each.part, ImagePart) and (covers := redaction.covers(each.part.blob)):
                    numbers[each.number] = len(covers)
        self._attachments.show_hidden(numbers)

    def show(self) -> None:
        """Show what was hidden of the last question of the open conversation."""
        number = self._conversation.number
        if number is None:
            self._scope.cancel("last")
            self.section.show_counts({})
        else:
            self._scope.restart(self._show(number), name="last")

    async def _show(self, number: int) -> None:
        rows = await self._services.receipts.recent(_ROWS, number)
        if number == self._conversation.number:
            last = next((row.facts for row in rows if row.facts.question is not None), None)
            self.section.show_counts({} if last is None else last.hidden)

    def _checked(self, _picture: str) -> None:
        self.count()

    def _sent(self, conversation: int | None) -> None:
        if conversation is not None and conversation == self._conversation.number:
            self.show()

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            log.warning("what was hidden cannot be read: %s", error)
            return
        log.error("a task about what is hidden failed", exc_info=error)
