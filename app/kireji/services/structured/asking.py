"""Asks for an answer that follows a schema, and holds it to that."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from kireji.core.errors import KeyStoreError, KirejiError, ProviderError, ReaderError
from kireji.core.events import MessageBuilder, ModelEvent, PartDelta, PartStarted
from kireji.core.history import ConversationSetup
from kireji.core.messages import Message, Role, StopReason, TextPart, Usage
from kireji.core.ports import Clock
from kireji.core.requests import Delivery, ModelRequest
from kireji.core.structured.decoding import decoded
from kireji.core.structured.questions import AnswerUnusable, Asker, StructuredAnswer, StructuredQuestion
from kireji.core.tool_ports import SchemaValidator
from kireji.core.words import say
from kireji.services import fallback
from kireji.services.catalog import DEVICE, Catalog, Choice
from kireji.services.credentials import Credentials
from kireji.services.exchange import Exchange
from kireji.services.fallback import Failure
from kireji.services.hidden_words import told
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences
from kireji.services.request_builder import RequestBuilder, fitting_effort, routing_of

log = logging.getLogger(__name__)

_ATTEMPTS = 2
_GROWTH = 1.02
"""By so much an answer grows before its text is told again."""
_LONGEST_AGAIN = 100_000
"""Characters of an answer that goes back with what is wrong with it: more than fits into one is no honest answer."""
_UNBOUNDED = "The answer does not fit: {problem} Answer again, whole, and only with JSON that follows the schema."


class StructuredAsking:
    """Asks whoever would answer in a new conversation; every request passes the outbox like a question.

    Args:
        catalog: Who can answer.
        credentials: With which key.
        outbox: The gate.
        preferences: The settings.
        requests: Makes pictures fit for models that cannot see.
        validator: Holds answers to their schema.
        clock: How long it takes.
    """

    def __init__(
        self,
        catalog: Catalog,
        credentials: Credentials,
        outbox: Outbox,
        preferences: Preferences,
        requests: RequestBuilder,
        validator: SchemaValidator,
        clock: Clock,
    ) -> None:
        self._catalog = catalog
        self._credentials = credentials
        self._outbox = outbox
        self._preferences = preferences
        self._requests = requests
        self._validator = validator
        self._clock = clock

    async def ask(
        self,
        question: StructuredQuestion,
        asker: Asker,
        conversation: int | None = None,
        *,
        check: Callable[[Any], str] = lambda _: "",
        observe: Callable[[str], None] = lambda _: None,
        begins: Callable[[Choice, str], None] = lambda _choice, _note: None,
        row: int | None = None,
    ) -> StructuredAnswer:
        """Ask, and once more when the answer does not fit.

        Args:
            question: What.
            asker: On whose behalf.
            conversation: For the ledger and its budget; None for none.
            check: Says what else is wrong with an answer that follows the schema, in a sentence for the model; empty
                when nothing is.
            observe: Told the answer's text so far, whenever it has grown a little; after an answer that did not fit it
                begins anew.
            begins: Told who is asked, when that goes out, and what the person should know of it.
            row: Of the question in the history, for the ledger.

        Raises:
            AnswerUnusable: It did not fit twice, or was cut.
            KirejiError: Nobody can be asked.
            ProviderError: The service refused or broke off.
            RedactionFailed: It could not be looked through, or the person does not want it sent; nothing has left.
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            StoreError: A picture could not be read, or the ledger could not be written.
        """
        settings = self._preferences.settings
        choice = await self._chosen(asker)
        failures: list[Failure] = []
        for name in ("", *fallback.order(settings.models.fallback, choice.provider.name, pictures=False)):
            standing = choice if not name else await self._catalog.stand_in(settings, name, choice.model)
            if standing is None or standing.provider.name == DEVICE:
                continue
            if failures:
                reason = fallback.note(failures, name, standing.model)
                standing = msgspec.structs.replace(standing, reason=reason)
            attempt = _Attempt(self, standing, question, asker, conversation, row, check, observe, begins)
            try:
                return await attempt.run()
            except ProviderError as error:
                if asker.provider or not fallback.passes_on(error, received=attempt.received, stands_in=bool(name)):
                    raise
                failures.append(Failure(standing.provider.name, error))
            except (ReaderError, KeyStoreError) as error:
                if not name or attempt.received:
                    raise
                log.info("%s cannot answer: %s", name, error)  # it cannot stand in; that is not what was asked about
        if failures:
            raise fallback.combined(failures)
        raise nobody_to_ask(asker.provider)

    async def would_ask(self, question: StructuredQuestion, asker: Asker) -> tuple[Choice, ModelRequest]:
        """Who would be asked what, if it were asked now; nothing leaves.

        Raises:
            StoreError: A picture could not be read.
            KirejiError: Nobody can be asked.
        """
        choice = await self._chosen(asker)
        return choice, await self.request(question, asker, choice)

    async def _chosen(self, asker: Asker) -> Choice:
        setup = asker.setup or ConversationSetup()
        return await self._catalog.choose(self._preferences.settings, asker.provider, asker.model, setup)

    async def request(self, question: StructuredQuestion, asker: Asker, choice: Choice) -> ModelRequest:
        """What is asked of a model.

        Raises:
            StoreError: A picture could not be read.
            ReaderError: A picture could not be read for a model that cannot see.
        """
        info = choice.info
        text = (TextPart(question.text),) if question.text else ()
        messages, blobs = await self._requests.fitted(
            (Message(Role.USER, (*question.images, *text)),), choice, question.pictures
        )
        settings = self._preferences.settings
        most = question.max_tokens
        chosen = asker.setup.effort if asker.setup is not None else ""
        return ModelRequest(
            choice.model,
            messages,
            blobs,
            question.system,
            min(most, info.max_output_tokens) if info is not None and info.max_output_tokens else most,
            effort=fitting_effort(asker.effort, chosen or settings.models.effort, info),
            info=info,
            output_schema=question.schema,
            routing=routing_of(settings.openrouter),
            alone=True,
        )

    def problem(self, question: StructuredQuestion, data: Any, check: Callable[[Any], str]) -> str:
        """What is wrong with an answer; empty when nothing is."""
        return self._validator.problem(question.schema, data) or check(data)

    async def exchange(
        self, choice: Choice, asker: Asker, conversation: int | None, row: int | None, taking: _Taking
    ) -> Exchange:
        """What sends the requests of one attempt."""
        credential = await self._credentials.used_by(choice.provider, choice.base_url)
        return Exchange(
            choice.provider,
            credential,
            self._credentials,
            self._outbox,
            conversation,
            row,
            Delivery.STREAM,
            taking,
            _nothing,
            unpriced=asker.unpriced,
            hide=asker.hide,
            asks=asker.attended and (asker.keep or asker.tell is not None),
        )

    def monotonic(self) -> float:
        """Seconds from some moment on."""
        return self._clock.monotonic()


class _Attempt:
    """One provider's requests."""

    def __init__(
        self,
        asking: StructuredAsking,
        choice: Choice,
        question: StructuredQuestion,
        asker: Asker,
        conversation: int | None,
        row: int | None,
        check: Callable[[Any], str],
        observe: Callable[[str], None],
        begins: Callable[[Choice, str], None],
    ) -> None:
        self._begins = begins
        self._asking = asking
        self._choice = choice
        self._question = question
        self._asker = asker
        self._conversation = conversation
        self._row = row
        self._check = check
        self._taking = _Taking(choice.provider.name, observe)
        self._usages: list[Usage] = []

    @property
    def received(self) -> bool:
        """Whether anything has come."""
        return bool(self._usages) or self._taking.received

    async def run(self) -> StructuredAnswer:
        """As of `StructuredAsking.ask`, with this provider."""
        begun = self._asking.monotonic()
        exchange = await self._asking.exchange(self._choice, self._asker, self._conversation, self._row, self._taking)
        request = await self._asking.request(self._question, self._asker, self._choice)
        text, problem = "", ""
        for attempt in range(1, _ATTEMPTS + 1):
            text = await self._answer(exchange, request)
            note = self._note(exchange)
            spent = self._asking.monotonic() - begun
            usage = summed(self._usages)
            who = (self._choice.provider.name, self._choice.model)
            if self._taking.reason is StopReason.REFUSAL:
                return StructuredAnswer(None, *who, self._taking.refusal, usage, attempt, note, spent, text)
            data, problem = await asyncio.to_thread(self._held, text)
            if not problem:
                return StructuredAnswer(data, *who, "", usage, attempt, note, spent, text)
            if self._taking.reason in (StopReason.MAX_TOKENS, StopReason.CONTEXT_FULL):
                raise AnswerUnusable(
                    say("The answer was cut before its end, because it is longer than the model may write."),
                    say("Choose a smaller region, or another model."),
                    text=text,
                    cut=StructuredAnswer(None, *who, "", usage, attempt, note, spent, text),
                )
            if self._taking.reason is StopReason.STOP_SEQUENCE:  # asked for none: it is a rule of the person's
                raise AnswerUnusable(
                    say("One of your rules for answers ended this one before it was whole."),
                    say("Change the rule in the privacy settings."),
                    text=text,
                )
            log.info("an answer did not fit (attempt %d): %s", attempt, problem)
            request = _again(request, text, problem)
        raise AnswerUnusable(
            say("The model's answer did not have the form it was asked for, twice."),
            say("Ask again, or choose another model."),
            text=text,
            detail=problem,
        )

    async def _answer(self, exchange: Exchange, request: ModelRequest) -> str:
        self._taking.begin()
        await exchange.send(request, lambda: self._begins(self._choice, self._note(exchange)))
        if self._taking.builder.usage is not None:
            self._usages.append(self._taking.builder.usage)
        return self._taking.builder.snapshot().text.strip()

    def _note(self, exchange: Exchange) -> str:
        return " ".join(filter(None, (self._choice.reason, told(exchange.hidden))))

    def _held(self, text: str) -> tuple[Any, str]:
        try:
            data = decoded(text)
        except ValueError as error:
            return None, str(error)
        return data, self._asking.problem(self._question, data, self._check)


class _Taking:
    """Folds an answer together; it stands nowhere before it is whole.

    Args:
        provider: Who answers.
        observe: Told the text so far, each time that it has grown by a fiftieth.
    """

    def __init__(self, provider: str, observe: Callable[[str], None]) -> None:
        self._provider = provider
        self._observe = observe
        self.received = False
        self.begin()

    def begin(self) -> None:
        """Another answer comes."""
        self.builder = MessageBuilder(self._provider)
        self._words: set[int] = set()
        self._come, self._told = 0, 0

    @property
    def reason(self) -> StopReason:
        """Why it ended."""
        finished = self.builder.finished
        return finished.reason if finished is not None else StopReason.OTHER

    @property
    def refusal(self) -> str:
        """What the model said when it refused."""
        detail = self.builder.finished.detail if self.builder.finished is not None else ""
        about = f" ({detail.replace('_', ' ')})" if detail else ""
        return say("The model declined to answer{about}.", about=about)

    def feed(self, event: ModelEvent) -> None:
        """Take one event in."""
        self.builder.feed(event)
        if isinstance(event, PartDelta):
            self.received = True
            if event.index in self._words:
                self._tell(len(event.text))
        elif isinstance(event, PartStarted) and isinstance(event.part, TextPart):
            self._words.add(event.index)

    def _tell(self, more: int) -> None:
        """All tellings together cost some dozen readings of the whole, however long it gets."""
        self._come += more
        if self._come >= self._told * _GROWTH and (text := self.builder.snapshot().text):
            self._told = self._come
            self._observe(text)

    @asynccontextmanager
    async def checkpoints(self) -> AsyncIterator[None]:
        """Nothing is written while it comes."""
        yield


def _again(request: ModelRequest, text: str, problem: str) -> ModelRequest:
    """The request that follows an answer which did not fit; what does not fit is not sent back when it is nothing."""
    asked = TextPart(_UNBOUNDED.format(problem=problem))
    if not text:
        return request
    if len(text) > _LONGEST_AGAIN:
        text = f"{text[:_LONGEST_AGAIN]}…"
    turns = (Message(Role.ASSISTANT, (TextPart(text),)), Message(Role.USER, (asked,)))
    return msgspec.structs.replace(request, messages=(*request.messages, *turns))


def nobody_to_ask(provider: str) -> KirejiError:
    """The error that says that only this computer's own reader is there, which answers no questions.

    Args:
        provider: Who was asked for explicitly; empty for whoever can be asked.
    """
    if provider == DEVICE:
        return KirejiError(
            say("This computer's own reader reads words, and answers nothing of this kind."),
            say("Ask another provider."),
        )
    return KirejiError(
        say("No model can be asked: there is no key and no local server."),
        say("Add a key in the settings, or with: kireji keys set PROVIDER"),
    )


def summed(usages: Sequence[Usage]) -> Usage:
    """What all requests used; the cost is unknown when one is."""
    costs = [usage.cost for usage in usages]
    return Usage(
        sum(usage.input_tokens for usage in usages),
        sum(usage.output_tokens for usage in usages),
        sum(usage.cache_read_tokens for usage in usages),
        sum(usage.cache_write_tokens for usage in usages),
        sum(usage.thinking_tokens for usage in usages),
        None if not usages or None in costs else sum(cost for cost in costs if cost is not None),
    )


def _nothing() -> None:
    return
