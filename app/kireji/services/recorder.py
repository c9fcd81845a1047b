"""Keeps an answer in the history while it streams."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import msgspec

from kireji.core.errors import KirejiError, StoreError
from kireji.core.events import (
    MessageBuilder,
    ModelEvent,
    PartDelta,
    PartFinished,
    PartStarted,
    TurnFinished,
    UsageReported,
)
from kireji.core.history import Origin, StoredMessage
from kireji.core.history_ports import ConversationStore
from kireji.core.messages import Message, MessageState, Role, StopReason, Usage
from kireji.services.endings import ending
from kireji.services.turns import AnswerBegins, AnswerEnds, Observer

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 0.4
"""Between the end of one writing and the next; with the writing itself, what a killed process loses is under half a
second."""

FIRST_CHECKPOINT_SECONDS = 0.08
"""The first word is painted before it is written: at the same time, the two wait for each other."""


class AnswerRecorder:
    """Folds events into the answer's row, which exists from the first word on.

    Args:
        conversations: The history.
        origin: This process.
        conversation: Where the answer belongs.
        parent: The question's row.
        observe: Sees every event after it was taken in.
        pause: Waits for so many seconds.
        monotonic: Seconds from some moment on, for how long thinking and calls of tools take.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        origin: Origin,
        conversation: int,
        parent: int,
        observe: Observer,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._conversations = conversations
        self._origin = origin
        self.conversation = conversation
        self._parent = parent
        self._observe = observe
        self._pause = pause
        self._monotonic = monotonic
        self._rounds = _Rounds()
        self._builder = MessageBuilder("")
        self._provider = ""
        self._model = ""
        self._note = ""
        self._row: StoredMessage | None = None
        self._saving = asyncio.Lock()
        self._fresh = asyncio.Event()
        self._ended = asyncio.Event()
        self.received = False

    def choose(self, provider: str, model: str) -> None:
        """Who is about to be asked; stands in the row even when the request cannot go out."""
        self._provider, self._model = provider, model

    def begin(self, provider: str, model: str, note: str, *, stands_in: bool = False) -> None:
        """The request goes out; also after an attempt with another provider that brought nothing."""
        self.choose(provider, model)
        self._builder, self._rounds, self._note = MessageBuilder(provider, self._monotonic), _Rounds(), note
        self._observe(AnswerBegins(provider, model, note, stands_in))

    def feed(self, event: ModelEvent) -> None:
        """Take one event in."""
        event = self._rounds.placed(event)
        if self._rounds.paused is event:
            return  # the answer goes on: nobody is told that it has ended
        event = self._builder.feed(event)
        if isinstance(event, PartStarted | PartDelta):
            self.received = True
            self._fresh.set()
        self._observe(event)

    @property
    def provider(self) -> str:
        """Who was chosen last; empty before anyone was."""
        return self._provider

    @property
    def paused(self) -> Message | None:
        """What has been said, when the provider waits to have it sent back; None when it does not."""
        if (paused := self._rounds.paused) is None:
            return None
        return Message(Role.ASSISTANT, self._builder.snapshot().parts, paused.raw, self._provider)

    def go_on(self) -> None:
        """It is sent back: what comes now belongs behind it."""
        self._rounds.go_on(self._builder.usage)

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
        if self._rounds.paused is not None:
            self._builder.feed(self._rounds.paused)
        sentence = error.sentence if error else self._note
        finished = self._builder.finished
        stop = finished.reason if finished else None
        if state is MessageState.COMPLETE:
            state, said = ending(finished, self._builder.snapshot())
            sentence = said if state is MessageState.FAILED else f"{sentence} {said}".strip()
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
        await self._fresh.wait()
        await self._pause(FIRST_CHECKPOINT_SECONDS)
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            try:
                await asyncio.shield(self._save(MessageState.STREAMING, None, ""))
            except StoreError as failure:
                log.warning("a checkpoint could not be saved: %s", failure)
            await self._pause(CHECKPOINT_SECONDS)

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


class _Rounds:
    """Puts the rounds of one answer behind each other: a provider that pauses counts its blocks from 0 again."""

    def __init__(self) -> None:
        self._offset = 0
        self._next = 0
        self._raw: bytes | None = None
        self._spent = Usage()
        self.paused: TurnFinished | None = None

    def placed(self, event: ModelEvent) -> ModelEvent:
        """An event as it counts for the whole answer."""
        match event:
            case PartStarted(index) | PartDelta(index) | PartFinished(index):
                self._next = max(self._next, index + self._offset + 1)
                return msgspec.structs.replace(event, index=index + self._offset) if self._offset else event
            case UsageReported(usage):
                return UsageReported(_sum(self._spent, usage)) if self._raw is not None else event
            case TurnFinished(reason, raw):
                whole = msgspec.structs.replace(event, raw=_joined(self._raw, raw))
                self.paused = whole if reason is StopReason.PAUSE_TURN and raw is not None else None
                return whole

    def go_on(self, usage: Usage | None) -> None:
        """The next round begins."""
        assert self.paused is not None
        self._raw, self.paused = self.paused.raw, None
        self._spent = usage or Usage()
        self._offset = self._next


def _joined(earlier: bytes | None, later: bytes | None) -> bytes | None:
    """Two lists of blocks as one, every block as it was to the byte."""
    if earlier is None or later is None:
        return later
    blocks = msgspec.json.decode(earlier, type=list[msgspec.Raw]) + msgspec.json.decode(later, type=list[msgspec.Raw])
    return msgspec.json.encode(blocks)


def _sum(one: Usage, other: Usage) -> Usage:
    costs = [usage.cost for usage in (one, other) if usage.cost is not None]
    return Usage(
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        one.cache_read_tokens + other.cache_read_tokens,
        one.cache_write_tokens + other.cache_write_tokens,
        one.thinking_tokens + other.thinking_tokens,
        sum(costs) if costs else None,
    )
