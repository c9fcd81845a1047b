"""Between the row of questions that wait and the queue."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.core.history import QueuedQuestion
from kireji.core.messages import DocumentPart, ImagePart, Message, Part, Role, TextPart
from kireji.services.application import Services
from kireji.services.queue import Held, Why
from kireji.services.turns import Question
from kireji.ui.aio import TaskScope
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.draft import Draft
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.endings import NO_WAY_OUT, WayOut
from kireji.ui.chat.pane import ChatPane
from kireji.ui.translation import mark, tr

log = logging.getLogger(__name__)

_WHY = {
    Why.FAILED: mark("There was no whole answer to the question before, so this waits:"),
    Why.STOPPED: mark("You stopped the answer before, so this waits:"),
    Why.ENDED: mark("Kireji ended before this was asked:"),
    Why.UNSAVED: mark("This could not be asked:"),
    Why.BUDGET: mark("This waits:"),
    Why.PRICE: mark("This waits:"),
}
_TOLD = (Why.UNSAVED, Why.BUDGET, Why.PRICE)
"""Where the failure's own sentence stands before these words."""


class Queueing(QObject):
    """Shows what waits in the open conversation, and adds to it.

    Args:
        services: The queue.
        pane: Where it shows.
        conversation: Which one is open.
        drafts: What has been prepared.
    """

    def __init__(self, services: Services, pane: ChatPane, conversation: OpenConversation, drafts: Drafts) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._conversation = conversation
        self._drafts = drafts
        self._scope = TaskScope("queue", self._failed)
        self._added = 0
        self._unsubscribe = [
            services.queue.changed.subscribe(self._changed),
            services.chat.live.changed.subscribe(self._changed),
        ]
        pane.queue.ask_clicked.connect(self._ask_now)
        pane.queue.edit_clicked.connect(self._edit)
        pane.queue.remove_clicked.connect(self._remove)

    async def aclose(self) -> None:
        """Show nothing more; what waits is stored."""
        for end in self._unsubscribe:
            end()
        await self._scope.aclose()

    def switch(self, number: int | None) -> None:
        """Another conversation is open."""
        self._show()
        if number is not None:
            self._scope.restart(self._services.queue.load(number), name="load")

    def add(self, draft: Draft) -> None:
        """Let what has been prepared wait for the answer that streams."""
        self._added += 1
        self._scope.start(self._add(draft), name=f"add-{self._added}")

    async def _add(self, draft: Draft) -> None:
        number = self._conversation.number
        if number is None:
            return
        whole = await self._drafts.question(Question("", conversation=number), draft)
        if whole is None:
            return
        if not whole.sources:
            await self._services.queue.add(number, message_of(whole))
        else:
            await self._add_packed(number, whole)
        self._drafts.sent(number, number, draft)

    async def _add_packed(self, number: int, question: Question) -> None:
        """Context is as it is now, not as it will be when the question is asked."""
        packed, _ = await self._services.packing.packed(question)
        try:
            await self._services.queue.add(number, message_of(packed))
        except BaseException:
            await self._services.packing.discard(packed.documents[len(question.documents) :])
            raise

    def _changed(self, conversation: int) -> None:
        if conversation == self._conversation.number:
            self._show()

    def _show(self) -> None:
        number, queue = self._conversation.number, self._services.queue
        if number is None:
            self._pane.queue.show_queue((), "")
            return
        held = queue.held(number)
        self._pane.queue.show_queue(queue.waiting(number), _sentence(held), _way_out(held))

    def _ask_now(self, queued: object) -> None:
        assert isinstance(queued, QueuedQuestion)
        held = self._services.queue.held(queued.conversation)
        self._services.queue.ask_now(queued, unpriced=held is not None and held.why is Why.PRICE)

    def _remove(self, queued: object) -> None:
        assert isinstance(queued, QueuedQuestion)
        self._scope.start(self._take_out(queued), name=f"remove-{queued.id}")

    async def _take_out(self, queued: QueuedQuestion) -> None:
        if await self._services.queue.remove(queued):
            for part in queued.message.parts:
                if isinstance(part, ImagePart | DocumentPart):
                    await self._services.capture.discard(part)

    def _edit(self, queued: object) -> None:
        assert isinstance(queued, QueuedQuestion)
        self._scope.start(self._put_back(queued), name=f"edit-{queued.id}")

    async def _put_back(self, queued: QueuedQuestion) -> None:
        """Into the field, in front of what stands there."""
        number = self._conversation.number
        if await self._services.queue.remove(queued) and number == self._conversation.number:
            self._drafts.put_back(queued.message)
            self._pane.composer.setFocus()

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._pane.show_notice(error.sentence)
            return
        log.error("a task of the queue failed", exc_info=error)
        self._pane.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))


def message_of(question: Question) -> Message:
    """What of a question is kept while it waits."""
    parts: tuple[Part, ...] = (*question.images, *question.documents)
    return Message(Role.USER, (*parts, TextPart(question.text)) if question.text.strip() else parts)


def _sentence(held: Held | None) -> str:
    if held is None:
        return ""
    words = tr(_WHY[held.why])
    return f"{held.sentence} {words}".strip() if held.why in _TOLD else words


def _way_out(held: Held | None) -> WayOut:
    if held is None:
        return NO_WAY_OUT
    return WayOut(anyway=held.why is Why.PRICE, budget=held.why in (Why.PRICE, Why.BUDGET))
