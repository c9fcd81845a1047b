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
from kireji.core.events import MessageBuilder, ModelEvent, PartDelta, PartFinished, PartStarted
from kireji.core.history import Origin, StoredMessage
from kireji.core.history_ports import ConversationStore
from kireji.core.messages import Message, MessageState, StopReason, ToolCallPart, ToolResultPart, Usage
from kireji.core.rounds import unanswered
from kireji.core.window import NOTHING_LEFT_OUT, LeftOut
from kireji.services.answer_rounds import AnswerRounds
from kireji.services.endings import ending, left_unanswered
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
        self._rounds = AnswerRounds("")
        self._serves = False
        self._builder = MessageBuilder("")
        self._provider = ""
        self._model = ""
        self._note = ""
        self._row: StoredMessage | None = None
        self._saving = asyncio.Lock()
        self._wanted = self._kept = 0
        self._fresh = asyncio.Event()
        self._ended = asyncio.Event()
        self.received = False

    def choose(self, provider: str, model: str) -> None:
        """Who is about to be asked; stands in the row even when the request cannot go out."""
        self._provider, self._model = provider, model

    def begin(
        self,
        provider: str,
        model: str,
        note: str,
        *,
        stands_in: bool = False,
        serves_tools: bool = False,
        left_out: LeftOut = NOTHING_LEFT_OUT,
    ) -> None:
        """The request goes out; also after an attempt with another provider that brought nothing.

        Args:
            provider: Who is asked.
            model: Which model.
            note: What the person should know.
            stands_in: Whether others have failed before.
            serves_tools: Whether tools that it calls will be run.
            left_out: What of the conversation does not go along.
        """
        self.choose(provider, model)
        self._builder, self._note = MessageBuilder(provider, self._monotonic), note
        self._rounds, self._serves = AnswerRounds(provider, serves=serves_tools), serves_tools
        self._observe(AnswerBegins(provider, model, note, stands_in, left_out))

    def feed(self, event: ModelEvent) -> None:
        """Take one event in."""
        event = self._rounds.placed(event)
        if self._rounds.held is event:
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
    def row(self) -> int:
        """Of the answer in the history; 0 before it was first written."""
        return self._row.id if self._row else 0

    @property
    def usage(self) -> Usage | None:
        """What the answer used so far; None while nobody has told."""
        return self._builder.usage

    def tell(self, sentence: str) -> None:
        """Add to what the person should know of the answer."""
        self._note = " ".join(dict.fromkeys(filter(None, (self._note, sentence))))

    @property
    def waits(self) -> bool:
        """Whether the service waits to have what it said sent back, with the results of what it called."""
        return self._rounds.held is not None

    @property
    def calls(self) -> tuple[ToolCallPart, ...]:
        """The calls whose results it waits for, in order."""
        return tuple(call for _, call in self._rounds.calls) if self._rounds.calling else ()

    @property
    def so_far(self) -> Message:
        """All that was said, with the results of tools."""
        return self._rounds.whole(self._snapshot())

    def _snapshot(self) -> Message:
        message = self._builder.snapshot()
        if (held := self._rounds.held) is not None and held.raw is not None:
            message = msgspec.structs.replace(message, raw=held.raw, raw_from=self._provider)
        return message

    async def begin_call(self, call: ToolCallPart) -> None:
        """Write down that a call begins which could have an effect.

        Raises:
            StoreError: It could not be written; then it must not begin.
        """
        for place, known in self._rounds.calls:
            if known.call_id == call.call_id:
                now = self._builder.call(place, known)
                self._builder.replace(place, msgspec.structs.replace(now, begun=True))
        await self.save()

    def answer_call(self, number: int, result: ToolResultPart) -> None:
        """Take in the result of a call of this round.

        Args:
            number: Its place among the calls of the round.
            result: What came of it.
        """
        event = PartFinished(self._rounds.next_place + number, result)
        self._builder.feed(event)
        self._fresh.set()
        self._observe(event)

    async def save(self) -> None:
        """Write the answer as it is now; of many who ask at the same time, one writes for all.

        Raises:
            StoreError: It could not be written.
        """
        self._wanted += 1
        await asyncio.shield(self._save_for_all(self._wanted))

    async def _save_for_all(self, wanted: int) -> None:
        async with self._saving:
            if self._kept >= wanted:
                return  # what was written since this was asked for holds it
            covers = self._wanted
            await self._write(MessageState.STREAMING, None, "")
            self._kept = covers

    def go_on(self, *, serves_tools: bool = True) -> None:
        """What was said is sent back: what comes now belongs behind it.

        Args:
            serves_tools: Whether tools that it calls from now on will be run.
        """
        if self._rounds.calling:
            self._rounds.take(len(self._rounds.calls))
        self._rounds.serves = self._rounds.serves and serves_tools
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
        self._answer_all(state)
        if self._rounds.paused and self._rounds.held is not None:
            self._builder.feed(self._rounds.held)
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

    def _answer_all(self, state: MessageState) -> None:
        """Give every whole call of this round that has no result the one that says so; what is sent is valid then."""
        missing = {call.call_id for call in unanswered(self._builder.snapshot().parts)} if self._serves else set()
        for number, (place, call) in enumerate(self._rounds.calls):
            if call.call_id in missing:
                self.answer_call(number, left_unanswered(self._builder.call(place, call), state))

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
            await self._write(state, stop, sentence)

    async def _write(self, state: MessageState, stop: StopReason | None, sentence: str) -> None:
        message = self._rounds.kept(self._snapshot())
        if self._row is None:
            self._row = await self._conversations.append(
                self.conversation,
                self._parent,
                message,
                MessageState.STREAMING,
                provider=self._provider,
                model=self._model,
                origin=self._origin,
                usage=self._builder.usage,
            )
            if state is MessageState.STREAMING:
                return  # all of it stands there
        await self._conversations.update(
            self._row.id, message, state, usage=self._builder.usage, stop=stop, error=sentence
        )

    def _stored(self, state: MessageState, stop: StopReason | None, sentence: str) -> StoredMessage:
        return StoredMessage(
            id=self._row.id if self._row else 0,
            parent=self._parent,
            message=self._rounds.kept(self._snapshot()),
            state=state,
            provider=self._provider,
            model=self._model,
            usage=self._builder.usage,
            stop=stop,
            error=sentence,
            created=self._row.created if self._row else datetime.now(UTC),
        )
