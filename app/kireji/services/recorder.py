"""Keeps an answer in the history while it streams."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from kireji.core.errors import KirejiError, StoreError
from kireji.core.events import MessageBuilder, ModelEvent, PartDelta, PartStarted
from kireji.core.history import Origin, StoredMessage
from kireji.core.messages import Message, MessageState, Role, StopReason
from kireji.core.ports import ConversationStore
from kireji.services.turns import AnswerBegins, AnswerEnds, Observer

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 0.5
"""At most this much of an answer is lost when the process is killed."""


class AnswerRecorder:
    """Folds events into the answer's row, which exists from the first word on.

    Args:
        conversations: The history.
        origin: This process.
        conversation: Where the answer belongs.
        parent: The question's row.
        observe: Sees every event after it was taken in.
    """

    def __init__(
        self, conversations: ConversationStore, origin: Origin, conversation: int, parent: int, observe: Observer
    ) -> None:
        self._conversations = conversations
        self._origin = origin
        self.conversation = conversation
        self._parent = parent
        self._observe = observe
        self._builder = MessageBuilder("")
        self._provider = ""
        self._model = ""
        self._note = ""
        self._row: StoredMessage | None = None
        self._saving = asyncio.Lock()
        self._fresh = asyncio.Event()
        self._ended = asyncio.Event()
        self.received = False

    def begin(self, provider: str, model: str, note: str) -> None:
        """The request goes out; also after an attempt with another provider that brought nothing."""
        self._builder = MessageBuilder(provider)
        self._provider, self._model, self._note = provider, model, note
        self._observe(AnswerBegins(provider, model, note))

    def feed(self, event: ModelEvent) -> None:
        """Take one event in."""
        self._builder.feed(event)
        if isinstance(event, PartStarted | PartDelta):
            self.received = True
            self._fresh.set()
        self._observe(event)

    @asynccontextmanager
    async def checkpoints(self) -> AsyncIterator[None]:
        """While inside, what has arrived is written twice a second."""
        failure: BaseException | None = None
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write_while_streaming())
            try:
                yield
            except KirejiError as error:
                failure = error
            finally:
                writer.cancel()
        if failure is not None:
            raise failure

    async def end(self, state: MessageState, error: KirejiError | None = None) -> StoredMessage:
        """Write the final state; the answer stays on the screen even when the history cannot take it.

        A stop that comes in the middle of this is raised only when it is done, so that no row is left without its end.
        """
        try:
            return await asyncio.shield(self._end(state, error))
        except asyncio.CancelledError:
            await self._ended.wait()
            raise

    async def _end(self, state: MessageState, error: KirejiError | None) -> StoredMessage:
        try:
            return await self._write_end(state, error)
        finally:
            self._ended.set()

    async def _write_end(self, state: MessageState, error: KirejiError | None) -> StoredMessage:
        sentence = error.sentence if error else self._note
        finished = self._builder.finished
        stop = finished.reason if finished else None
        if state is MessageState.COMPLETE and stop is StopReason.REFUSAL:
            state, sentence = MessageState.FAILED, _refusal_sentence(finished.detail if finished else "")
        saved = True
        try:
            await self._save(state, stop, sentence)
        except StoreError as failure:
            log.warning("the answer could not be saved: %s", failure)
            saved, sentence = False, f"{sentence} This answer is not saved: {failure.sentence}".strip()
        message = self._stored(state, stop, sentence)
        self._observe(AnswerEnds(message, error, saved))
        return message

    async def _write_while_streaming(self) -> None:
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            try:
                await asyncio.shield(self._save(MessageState.STREAMING, None, ""))
            except StoreError as failure:
                log.warning("a checkpoint could not be saved: %s", failure)
            await asyncio.sleep(CHECKPOINT_SECONDS)

    async def _save(self, state: MessageState, stop: StopReason | None, sentence: str) -> None:
        """Write the row as it is now. Shielded by its callers, so the lock is held until the row's number is known."""
        async with self._saving:
            if self._row is None:
                self._row = await self._conversations.append(
                    self.conversation,
                    self._parent,
                    Message(Role.ASSISTANT, ()),
                    MessageState.STREAMING,
                    provider=self._provider,
                    model=self._model,
                    origin=self._origin,
                )
            await self._conversations.update(
                self._row.id, self._builder.snapshot(), state, usage=self._builder.usage, stop=stop, error=sentence
            )

    def _stored(self, state: MessageState, stop: StopReason | None, sentence: str) -> StoredMessage:
        return StoredMessage(
            id=self._row.id if self._row else 0,
            parent=self._parent,
            message=self._builder.snapshot(),
            state=state,
            provider=self._provider,
            model=self._model,
            usage=self._builder.usage,
            stop=stop,
            error=sentence,
            created=self._row.created if self._row else datetime.now(UTC),
        )


def _refusal_sentence(category: str) -> str:
    about = f" ({category.replace('_', ' ')})" if category else ""
    return f"The model declined to answer{about}. Ask differently, or choose another model."
