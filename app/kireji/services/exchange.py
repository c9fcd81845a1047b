"""The requests of one answer to one provider."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from kireji.core.errors import ReplayRefused
from kireji.core.events import ModelEvent, UsageReported
from kireji.core.incoming import Incoming
from kireji.core.ledger import AnsweredFacts, Outcome
from kireji.core.messages import Usage
from kireji.core.provider_ports import Provider
from kireji.core.redaction import Hidden
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest
from kireji.services.accounts import Answered
from kireji.services.consents import LookAgain
from kireji.services.credentials import Credential, Credentials
from kireji.services.outbox import Outbox
from kireji.services.sent_history import without_raw

log = logging.getLogger(__name__)


class Takes(Protocol):
    """Takes an answer in while it comes."""

    def feed(self, event: ModelEvent) -> None:
        """Take one event in."""

    def checkpoints(self) -> AbstractAsyncContextManager[None]:
        """While inside, the answer comes."""


class Exchange:
    """Sends requests through the outbox and feeds what comes back to the recorder.

    Args:
        provider: Who is asked.
        credential: With which key.
        credentials: Told when the key is in use.
        outbox: The gate.
        conversation: Stands in the ledger; None for none.
        question: Its row in the history; stands there, too. None for what is asked on behalf of the person.
        delivery: How answers come.
        recorder: Takes them in.
        refused: Told when the provider does not take its own blocks back.
        unpriced: Whether the person sends it although nobody knows what it costs.
        hide: Whether what the person wants to keep is hidden.
        asks: Whether somebody is there who can be asked before something leaves.
        hid: Told what stays here, whenever that is more than before.
    """

    def __init__(
        self,
        provider: Provider,
        credential: Credential,
        credentials: Credentials,
        outbox: Outbox,
        conversation: int | None,
        question: int | None,
        delivery: Delivery,
        recorder: Takes,
        refused: Callable[[], None],
        *,
        unpriced: bool = False,
        hide: bool = True,
        asks: bool = True,
        hid: Callable[[Hidden], None] = lambda _: None,
    ) -> None:
        self._provider = provider
        self._credential = credential
        self._credentials = credentials
        self._outbox = outbox
        self._conversation = conversation
        self._question = question
        self._delivery = delivery
        self._recorder = recorder
        self._refused = refused
        self._unpriced = unpriced
        self._hide, self._asks = hide, asks
        self._hid = hid
        self.hidden = Hidden()
        """What of the last request stayed here."""
        self._told = Hidden()
        self._bare = 0
        """So many messages are sent without the provider's own blocks: it has refused them once."""

    async def send(self, request: ModelRequest, begins: Callable[[], None]) -> None:
        """Send a request and take the answer in.

        Args:
            request: What is asked.
            begins: Called when it has passed the outbox, before the answer comes.

        Raises:
            ProviderError: It was refused or broke off.
            RedactionFailed: It could not be looked through, or the person does not want it sent; nothing has left.
            BudgetReached: It could pass a budget; nothing has left.
            PriceUnknown: There is a budget, and nobody knows what it costs; nothing has left.
            StoreError: The ledger could not be written; then nothing has left.
        """
        messages = (*without_raw(request.messages[: self._bare]), *request.messages[self._bare :])
        cleared = await self._clear(msgspec.structs.replace(request, messages=messages))
        begins()
        if _in_sentences(self.hidden) != _in_sentences(self._told):
            self._told = self.hidden
            self._hid(self.hidden)
        try:
            await self._receive(cleared)
        except ReplayRefused:
            # Thinking is bound to the instructions and the account it was made with; without it the same is accepted.
            log.info("asking again without the stored reasoning")
            self._refused()
            self._bare = len(messages)
            cleared = await self._clear(msgspec.structs.replace(request, messages=without_raw(messages)))
            await self._receive(cleared)

    def anew(self) -> None:
        """What stood before is sent without the provider's own blocks from now on, by whoever builds the requests."""
        self._bare = 0

    async def _clear(self, request: ModelRequest) -> ClearedRequest:
        while True:
            try:
                cleared = await self._outbox.clear(
                    self._provider,
                    request,
                    self._credential.base_url,
                    self._conversation,
                    self._delivery,
                    self._question,
                    unpriced=self._unpriced,
                    hide=self._hide,
                    asks=self._asks,
                )
            except LookAgain:
                continue
            self.hidden = cleared.hidden or Hidden()
            return cleared

    async def _receive(self, cleared: ClearedRequest) -> None:
        """Take the answer in, and write into the ledger what became of the request."""
        usages: list[Usage] = []
        outcome, reason = Outcome.STOPPED, ""  # of whatever ends it otherwise
        try:
            await self._feed(cleared, usages)
            outcome = Outcome.COMPLETE
        except Exception as error:  # passed on; the ledger names it, also when it is our own fault
            outcome, reason = Outcome.FAILED, type(error).__name__
            raise
        finally:
            facts = AnsweredFacts(outcome, reason, cleared.attempts, usages[-1] if usages else None)
            await self._outbox.answered(cleared, facts, self._conversation)

    async def _feed(self, cleared: ClearedRequest, usages: list[Usage]) -> None:
        with self._credentials.in_use(self._provider.name, self._credential):
            async with (
                self._outbox.answering(cleared) as answer,
                self._provider.stream(cleared, self._credential.secret) as events,
                self._recorder.checkpoints(),
            ):
                incoming = self._outbox.incoming(cleared)
                await self._pass_on(_noting(events, answer, usages), incoming)
                # The service is still writing and will not say what it has written: what had come is counted.
                answer.broken_off = incoming.over and self._delivery is Delivery.STREAM

    async def _pass_on(self, events: AsyncIterator[ModelEvent], incoming: Incoming) -> None:
        """Feed the recorder until the answer ends, or a rule of the person's ends it.

        Of an answer that came whole the rest is still looked at: what it used stands there.
        """
        try:
            async for event in events:
                if not incoming.over:
                    for passed in incoming.feed(event):
                        self._recorder.feed(passed)
                if incoming.over and self._delivery is Delivery.STREAM:
                    break
        finally:
            if not incoming.over:
                for passed in incoming.flush():
                    self._recorder.feed(passed)


def _in_sentences(hidden: Hidden) -> tuple[object, ...]:
    """What the person is told of it."""
    return hidden.by_kind, hidden.unchecked, hidden.as_words, hidden.words_only


async def _noting(
    events: AsyncIterator[ModelEvent], answer: Answered, usages: list[Usage]
) -> AsyncIterator[ModelEvent]:
    """The same events, of which the accounts and the ledger have taken note."""
    async for event in events:
        answer.feed(event)
        if isinstance(event, UsageReported):
            usages[:] = [event.usage]
        yield event
