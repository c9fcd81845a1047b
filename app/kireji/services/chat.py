"""Ask, stream, save."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import msgspec

from kireji.core.errors import BudgetReached, KeyStoreError, KirejiError, PriceUnknown, ProviderError, ReaderError
from kireji.core.history import NO_TOOLS, ConversationSetup, Origin, StoredMessage
from kireji.core.history_ports import ConversationStore
from kireji.core.messages import DocumentPart, MessageState
from kireji.core.words import say
from kireji.services import fallback
from kireji.services.answer_window import AnswerWindow
from kireji.services.catalog import DEVICE, Catalog, Choice
from kireji.services.consents import Consents, Decided
from kireji.services.credentials import Credentials
from kireji.services.endings import state_after
from kireji.services.exchange import Exchange
from kireji.services.fallback import Failure
from kireji.services.fitting import Fitting
from kireji.services.hidden_words import told
from kireji.services.live import LiveTurn, LiveTurns
from kireji.services.local_servers import LOCAL
from kireji.services.looking_first import look_first
from kireji.services.outbox import Outbox
from kireji.services.packing import Packing
from kireji.services.placing import Placing
from kireji.services.preferences import Preferences
from kireji.services.recorder import AnswerRecorder
from kireji.services.request_builder import Asked, Built, RequestBuilder
from kireji.services.sent_history import without_refused
from kireji.services.tool_loop import ToolLoop
from kireji.services.tools.runner import ToolRunner
from kireji.services.tools.toolbox import Toolbox
from kireji.services.turns import (
    Observer,
    Question,
    QuestionSaved,
    ReadingSources,
    SourcesPacked,
    TurnControl,
    ValuesHidden,
)

log = logging.getLogger(__name__)


class ChatService:
    """Runs turns.

    The question is stored before anything is sent; the answer is stored while it streams, so that what had arrived is
    there after a stop, a lost connection or a killed process.

    Args:
        conversations: The history.
        catalog: Who can answer.
        credentials: With which key.
        outbox: The gate.
        preferences: The settings.
        origin: This process, written beside streaming answers.
        requests: Builds what is sent.
        toolbox: The tools that are offered.
        runner: Runs those that are called.
        packing: Makes documents of sources of context.
        fitting: Decides what of a long conversation goes along.
        pause: Waits for so many seconds.
        monotonic: Seconds from some moment on, for how long thinking takes.

    Attributes:
        live: The turns that run now; any window can join one.
        consents: What waits for the person before it leaves.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        catalog: Catalog,
        credentials: Credentials,
        outbox: Outbox,
        preferences: Preferences,
        origin: Origin,
        requests: RequestBuilder,
        toolbox: Toolbox,
        runner: ToolRunner,
        packing: Packing,
        fitting: Fitting,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._conversations = conversations
        self._catalog = catalog
        self._credentials = credentials
        self._outbox = outbox
        self._preferences = preferences
        self._origin = origin
        self._pause = pause
        self._monotonic = monotonic
        self._requests = requests
        self._toolbox = toolbox
        self._packing = packing
        self._placing = Placing(conversations, toolbox, preferences)
        self._loop = ToolLoop(runner, preferences)
        self._fitting = fitting
        self._refused: dict[tuple[int, str], int] = {}
        """By conversation and provider, the last row whose own blocks it no longer takes back."""
        self.live = LiveTurns()
        self.consents = Consents(self.live)

    async def ask(
        self, question: Question, observe: Observer, control: TurnControl | None = None, *, shows: bool = False
    ) -> StoredMessage:
        """Run one turn to its end.

        A question that is asked again or edited puts its answer in the place of what followed it; an answer that
        streams in that conversation is therefore stopped first, and what had arrived of it stays in its branch.

        Args:
            question: What is asked.
            observe: Called on the loop's thread with everything that happens, in order.
            control: Lets the person stop the turn.
            shows: `observe` shows `LookingThrough` and `ConsentAsked`, so that it is looked through before it is
                stored, and a question that is stopped meanwhile was never asked. Without, that is part of the turn.

        Returns:
            The answer as stored, whatever became of it; failures of the service are in its state and `error`.

        Raises:
            StoreError: The question could not be saved; nothing was sent.
            KirejiError: There is no such conversation, or no such question in it; nothing was sent.
            NotSent: The person does not want it sent; nothing was stored.
            SourceError: Context that should go along is not there any more; nothing was stored or sent.
            asyncio.CancelledError: The turn was stopped; what had arrived is stored.
        """
        control = control or TurnControl()
        control.attach()
        question, made = await self._packed(question, observe)
        try:
            decided = await self._look_first(question, observe) if shows else ()
            if question.conversation is not None and (question.again, question.edit) != (None, None):
                await self.live.stop(question.conversation)
            asked = await self._placing.save(question)
        except BaseException:  # it was not asked, also when it was called back: what was packed for it goes again
            await self._packing.discard(made)
            raise
        turn = LiveTurn(QuestionSaved(asked.conversation, asked.history[-1]), control, observe)
        self.live.begin(turn)
        self.consents.keep(turn.conversation, decided)
        try:
            return await self._run(asked, turn)
        finally:
            self.consents.keep(turn.conversation, ())
            self.live.end(turn)

    async def walk(self, conversation: int, message: int) -> None:
        """Show another branch: the path of a conversation runs through a message from now on.

        Raises:
            KirejiError: An answer streams in the conversation, or the message is not in it; nothing has changed.
            StoreError: The environment's fault.
        """
        if self.live.find(conversation) is not None:
            raise KirejiError(
                say("An answer is being written in this branch."), say("Wait for its end, or stop it with Esc.")
            )
        try:
            await self._conversations.select(conversation, message)
        except LookupError as error:
            raise KirejiError(
                say("This branch is no longer in the history."), say("Open the conversation again.")
            ) from error

    async def configure(self, conversation: int, setup: ConversationSetup) -> None:
        """Change who answers in a conversation and how, from the next question on.

        The list of tools that it began with stays, unless another one is named: whoever changes the model need not know
        of it.

        Raises:
            StoreError: It could not be saved.
        """
        if not setup.tools and (before := await self._conversations.outline(conversation)) is not None:
            kept = before.setup.tools if before.setup.tools != NO_TOOLS else ""
            setup = msgspec.structs.replace(setup, tools=kept)
        await self._conversations.configure(conversation, setup)

    async def prepare(self) -> None:
        """Make ready what the next question needs: the key, the modules, the reader, the list of tools, the connection.

        The connection is made by a request without key and content, which stands in the ledger. Nothing of this is
        needed, so a failure is only logged; the question will say it.
        """
        try:
            choice = await self._catalog.choose(self._preferences.settings)
            await choice.provider.warm(choice.base_url)
            if choice.provider.name not in (DEVICE, LOCAL):
                await choice.provider.connect(self._outbox.gate, choice.base_url)
            await self._toolbox.offered()
            if self._outbox.redaction is not None:
                await self._outbox.redaction.warm()
        except KirejiError as error:
            log.info("not prepared: %s", error)

    async def would_ask(self, question: Question) -> tuple[Choice, Built]:
        """Who would be asked what, if the question were asked now; nothing is stored and nothing of it leaves.

        Raises:
            StoreError: The history cannot be read.
            KirejiError: It could not be asked: nobody can answer, or a document does not fit.
        """
        if question.sources:
            question, _ = await self._packing.looked_at(question)
        asked = await self._placing.look(question)
        choice = await self._catalog.choose(self._preferences.settings, question.provider, question.model, asked.setup)
        window = self._window(self._accepted(asked, choice.provider.name), choice)
        await window.open()
        return choice, window.built

    def _window(self, asked: Asked, choice: Choice) -> AnswerWindow:
        return AnswerWindow(self._fitting, self._requests, self._conversations, asked, choice)

    async def _look_first(self, question: Question, observe: Observer) -> tuple[Decided, ...]:
        redaction = self._outbox.redaction
        if redaction is None or not question.hide:
            return ()
        if redaction.is_ready([image.blob for image in question.images], question.conversation):
            return ()
        try:
            choice, built = await self.would_ask(question)
        except KirejiError as error:
            log.info("not looked through before: %s", error)  # its turn will say it
            return ()
        name = choice.provider.name
        return await look_first(redaction, self.consents, name, built.request, question.conversation, observe)

    async def _packed(self, question: Question, observe: Observer) -> tuple[Question, tuple[DocumentPart, ...]]:
        """The question with documents for its sources, and these documents."""
        if not question.sources or question.again is not None:
            return question, ()
        observe(ReadingSources())
        before = len(question.documents)
        question, packed = await self._packing.packed(question)
        observe(SourcesPacked(packed))
        return question, question.documents[before:]

    async def check(self, question: Question) -> None:
        """Say whether the budgets would let a question go out now; what else may go wrong is left to `ask`.

        Raises:
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
        """
        here = question.conversation
        if not self._outbox.limited(here):
            return
        try:
            choice, built = await self.would_ask(question)
            await self._outbox.check(choice.provider, built.request, choice.base_url, here, unpriced=question.unpriced)
        except (BudgetReached, PriceUnknown):
            raise
        except KirejiError as error:
            log.info("what a question may cost is not known beforehand: %s", error)

    def _accepted(self, asked: Asked, provider: str) -> Asked:
        """A question whose history is without those blocks that a provider no longer takes back."""
        refused_before = self._refused.get((asked.conversation.id, provider), 0)
        return asked._replace(history=without_refused(asked.history, refused_before))

    async def _run(self, asked: Asked, turn: LiveTurn) -> StoredMessage:
        recorder = AnswerRecorder(
            self._conversations,
            self._origin,
            turn.conversation,
            turn.question,
            turn.feed,
            self._pause,
            self._monotonic,
        )
        try:
            await self._answer(asked, recorder, turn)
        except asyncio.CancelledError:
            state = MessageState.STOPPED if turn.control.stopped else MessageState.INTERRUPTED
            await recorder.end(state)
            raise
        except KirejiError as error:
            told = self._with_the_way_out(error, asked, recorder)
            return await recorder.end(state_after(told, received=recorder.received), told)
        except Exception:
            # Our own fault, which goes on its way; but what had arrived is kept, and no row stays open.
            await recorder.end(MessageState.INTERRUPTED if recorder.received else MessageState.FAILED, _our_fault())
            raise
        return await recorder.end(MessageState.COMPLETE)

    async def _answer(self, asked: Asked, recorder: AnswerRecorder, turn: LiveTurn) -> None:
        """Ask, and when the service fails, those in the person's order who can stand in for it."""
        question, settings = asked.question, self._preferences.settings
        model = question.model or asked.setup.model
        try:
            choice = await self._catalog.choose(settings, question.provider, question.model, asked.setup)
            model = choice.model
            recorder.choose(choice.provider.name, choice.model)
            return await self._attempt(asked, choice, recorder, turn)
        except ProviderError as error:
            if question.provider or not fallback.passes_on(error, received=recorder.received, stands_in=False):
                raise
            failures = [Failure(recorder.provider or error.provider, error)]
        for name in fallback.order(settings.models.fallback, failures[0].provider, pictures=asked.pictures):
            stand_in = await self._catalog.stand_in(settings, name, model)
            if stand_in is None:
                continue
            log.info("%s answers in the place of %s", name, failures[0].provider)
            stand_in = msgspec.structs.replace(stand_in, reason=fallback.note(failures, name, stand_in.model))
            try:
                return await self._attempt(asked, stand_in, recorder, turn, stands_in=True)
            except ProviderError as error:
                if not fallback.passes_on(error, received=recorder.received, stands_in=True):
                    raise
                failures.append(Failure(name, error))
            except (ReaderError, KeyStoreError) as error:  # it cannot stand in; that is not what was asked about
                if recorder.received:
                    raise
                log.info("%s cannot answer: %s", name, error)
        raise fallback.combined(failures)

    def _with_the_way_out(self, error: KirejiError, asked: Asked, recorder: AnswerRecorder) -> KirejiError:
        """A failure as it is told: where this computer has not been asked and could read a picture, that is offered."""
        order = () if asked.question.provider else self._preferences.settings.models.fallback
        if recorder.received or not asked.pictures or DEVICE in (recorder.provider, *order):
            return error
        return fallback.offering_reader(error) if isinstance(error, ProviderError) else error

    async def _attempt(
        self, asked: Asked, choice: Choice, recorder: AnswerRecorder, turn: LiveTurn, *, stands_in: bool = False
    ) -> None:
        """Ask one provider, and go on with what it waits for."""
        provider = choice.provider
        recorder.choose(provider.name, choice.model)
        credential = await self._credentials.used_by(choice.provider, choice.base_url)
        asked = self._accepted(asked, provider.name)
        window = self._window(asked, choice)
        place = (asked.conversation.id, provider.name)

        def begins() -> None:
            note = " ".join(filter(None, (choice.reason, window.built.note, window.note, told(exchange.hidden))))
            serves = bool(window.built.request.tools) and not asked.offer.frozen
            recorder.begin(
                provider.name,
                choice.model,
                note,
                stands_in=stands_in,
                serves_tools=serves,
                left_out=window.left_out,
            )

        def refused() -> None:
            self._refused[place] = asked.history[-1].id

        delivery, hide = asked.question.delivery, asked.question.hide
        here = asked.conversation.id
        exchange = Exchange(
            provider,
            credential,
            self._credentials,
            self._outbox,
            here,
            asked.history[-1].id,
            delivery,
            recorder,
            refused,
            unpriced=asked.question.unpriced,
            hide=hide,
            asks=asked.question.attended,
            hid=lambda hidden: turn.feed(ValuesHidden(hidden)),
        )
        await self._loop.run(asked, window, exchange, recorder, turn.feed, begins)


def _our_fault() -> KirejiError:
    return KirejiError(
        say("Something in Kireji failed before this answer was complete."), say("Ask again; the log says more.")
    )
