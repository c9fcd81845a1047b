"""Questions that wait for the answer before them."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, NamedTuple, Self

from kireji.core.errors import BudgetReached, KirejiError, PriceUnknown, StoreError
from kireji.core.history import QueuedQuestion
from kireji.core.history_ports import QueueStore
from kireji.core.messages import Message, MessageState
from kireji.core.publisher import Publisher
from kireji.services.chat import ChatService
from kireji.services.live import LiveTurn
from kireji.services.turns import QuestionSaved, TurnEvent, question_of

log = logging.getLogger(__name__)


class Why(enum.Enum):
    """Why questions are not asked by themselves."""

    FAILED = "failed"
    """There was no whole answer to the question before."""
    STOPPED = "stopped"
    """The person stopped the answer before."""
    ENDED = "ended"
    """The program ended before they could be asked."""
    UNSAVED = "unsaved"
    """The first of them could not be saved as a question."""
    BUDGET = "budget"
    """The first of them could pass a budget."""
    PRICE = "price"
    """There is a budget, and nobody knows what the first of them costs."""


_WHY = {BudgetReached: Why.BUDGET, PriceUnknown: Why.PRICE}


class Held(NamedTuple):
    """What keeps a conversation's questions waiting until the person says so, or until an answer there ends well.

    Args:
        why: The reason.
        sentence: What went wrong, where there is more to say; and what to do, unless the reason says it.
    """

    why: Why
    sentence: str = ""


class QuestionQueue:
    """Keeps questions that are written while an answer streams, and asks them one after the other, in order.

    The next is asked when the answer before it is whole. After one that failed or was stopped they wait, because they
    may make no sense any more; an answer that ends well lets them go on. One that the budgets would not let out waits
    where it is, and the others behind it. They are stored, so that the end of the program loses none. Works from
    `async with` on and ends its turns with it.

    Args:
        chat: Runs the turns.
        store: Keeps what waits.

    Attributes:
        changed: Publishes a conversation's number when what waits there has changed.
    """

    def __init__(self, chat: ChatService, store: QueueStore) -> None:
        self._chat = chat
        self._store = store
        self._waiting: dict[int, list[QueuedQuestion]] = {}
        self._loaded: set[int] = set()
        self._held: dict[int, Held] = {}
        self._asking: set[int] = set()
        self._group: asyncio.TaskGroup | None = None
        self._turns: set[asyncio.Task[None]] = set()
        self.changed: Publisher[int] = Publisher()
        self._unsubscribe = chat.live.ended.subscribe(self._turn_ended)

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._unsubscribe()
        group, self._group = self._group, None
        assert group is not None
        for turn in tuple(self._turns):
            turn.cancel()
        # What ended the context is not the group's own affair: told of it, it would wrap it into an ExceptionGroup.
        await group.__aexit__(None, None, None)

    def waiting(self, conversation: int) -> Sequence[QueuedQuestion]:
        """What waits in a conversation, first to last; without what an earlier run left until `load`."""
        return tuple(self._waiting.get(conversation, ()))

    def held(self, conversation: int) -> Held | None:
        """What keeps them waiting; None while they are asked by themselves."""
        if self._chat.live.find(conversation) is not None or not self._waiting.get(conversation):
            return None
        return self._held.get(conversation)

    async def load(self, conversation: int) -> None:
        """Find what an earlier run of the program left waiting; nothing happens the second time.

        Raises:
            StoreError: The environment's fault.
        """
        if conversation in self._loaded:
            return
        found = await self._store.queued(conversation)
        if conversation in self._loaded:
            return
        self._loaded.add(conversation)
        here = self._waiting.setdefault(conversation, [])
        known = {one.id for one in here}
        earlier = [one for one in found if one.id not in known]
        if earlier:
            here[:0] = earlier
            self._held.setdefault(conversation, Held(Why.ENDED))
            self.changed.publish(conversation)

    async def add(self, conversation: int, message: Message) -> QueuedQuestion:
        """Keep a question until its turn comes, which may be at once.

        Args:
            conversation: Where it is asked.
            message: The person's words, pictures and documents.

        Raises:
            StoreError: It could not be kept; nothing has changed.
            LookupError: There is no such conversation.
        """
        await self.load(conversation)
        added = await self._store.enqueue(conversation, message)
        self._waiting[conversation].append(added)
        self.changed.publish(conversation)
        if conversation not in self._held:
            self._ask_next(conversation)
        return added

    async def remove(self, queued: QueuedQuestion) -> bool:
        """Take a question out.

        Returns:
            False when it has been asked or taken out meanwhile.

        Raises:
            StoreError: It is out, but will be there again after the next start.
        """
        if not self._drop(queued):
            return False
        await self._store.dequeue(queued.id)
        return True

    def ask_now(self, queued: QueuedQuestion, *, unpriced: bool = False) -> None:
        """Ask a question that is held, before those in front of it; nothing happens while an answer streams.

        Args:
            queued: Which one.
            unpriced: It goes out although there is a budget and nobody knows what it costs.
        """
        here = self._waiting.get(queued.conversation, [])
        if queued in here and self._chat.live.find(queued.conversation) is None:
            here.remove(queued)
            here.insert(0, queued)
            self._held.pop(queued.conversation, None)
            self._ask_next(queued.conversation, unpriced=unpriced)

    def _turn_ended(self, turn: LiveTurn) -> None:
        conversation = turn.conversation
        if turn.outcome is MessageState.COMPLETE:
            self._held.pop(conversation, None)
            self._ask_next(conversation)
        else:
            self._held[conversation] = Held(Why.STOPPED if turn.control.stopped else Why.FAILED)
        if self._waiting.get(conversation):
            self.changed.publish(conversation)

    def _ask_next(self, conversation: int, *, unpriced: bool = False) -> None:
        here = self._waiting.get(conversation)
        if not here or conversation in self._asking or self._chat.live.find(conversation) is not None:
            return
        self._asking.add(conversation)
        turn = self._run(self._ask(here[0], unpriced=unpriced), f"queued question {here[0].id}")
        if turn is not None:
            self._turns.add(turn)
            turn.add_done_callback(self._turns.discard)

    async def _ask(self, queued: QueuedQuestion, *, unpriced: bool) -> None:
        conversation = queued.conversation
        question = replace(question_of(conversation, queued.message), unpriced=unpriced)

        def observe(event: TurnEvent) -> None:
            if isinstance(event, QuestionSaved):
                # From here on it stands in the conversation; the turn itself is told of by the live turns.
                self._asking.discard(conversation)
                self._drop(queued)
                self._run(self._forget(queued), f"forget {queued.id}")

        goes = True
        try:
            await self._chat.check(question)
            # Meanwhile it may have been taken out, or something else may have been asked.
            goes = queued in self._waiting.get(conversation, ()) and self._chat.live.find(conversation) is None
            if goes:
                await self._chat.ask(question, observe)
        except KirejiError as error:
            why = _WHY.get(type(error), Why.UNSAVED)
            self._hold(conversation, Held(why, error.sentence if why is Why.UNSAVED else error.message))
        except Exception:  # one turn that fails by our fault must not end the program; its answer says so itself
            log.exception("a queued question failed")
        finally:
            self._asking.discard(conversation)
        if not goes:
            self._ask_next(conversation)

    def _hold(self, conversation: int, held: Held) -> None:
        self._held[conversation] = held
        self.changed.publish(conversation)

    async def _forget(self, queued: QueuedQuestion) -> None:
        try:
            await self._store.dequeue(queued.id)
        except StoreError as error:
            log.warning("a question that was asked will be queued again after the next start: %s", error)

    def _drop(self, queued: QueuedQuestion) -> bool:
        here = self._waiting.get(queued.conversation, [])
        if queued not in here:
            return False
        here.remove(queued)
        self.changed.publish(queued.conversation)
        return True

    def _run(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None] | None:
        if self._group is None:
            coroutine.close()  # the program ends; what waits is stored
            return None
        return self._group.create_task(coroutine, name=name)
