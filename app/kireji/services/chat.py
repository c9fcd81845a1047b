"""Ask, stream, save."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import msgspec

from kireji.core.errors import (
    ConnectionFailed,
    KirejiError,
    ProtocolViolation,
    ReplayRefused,
    StoreError,
)
from kireji.core.history import ConversationSummary, Origin, StoredConversation, StoredMessage
from kireji.core.messages import ImagePart, Message, MessageState, Role, Sha256, TextPart
from kireji.core.ports import CaptureStore, ConversationStore, Provider
from kireji.core.models import Effort
from kireji.core.requests import ClearedRequest, ModelRequest
from kireji.services.catalog import DEVICE, Catalog, Choice
from kireji.services.credentials import Credential, Credentials
from kireji.services.live import LiveTurn, LiveTurns
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences
from kireji.services.recorder import AnswerRecorder
from kireji.services.turns import Observer, Question, QuestionSaved, TurnControl

log = logging.getLogger(__name__)

_TITLE_LENGTH = 60


class ChatService:
    """Runs turns.

    The question is stored before anything is sent; the answer is stored while it streams, so that what had arrived is
    there after a stop, a lost connection or a killed process.

    Args:
        conversations: The history.
        captures: The pictures.
        catalog: Who can answer.
        credentials: With which key.
        outbox: The gate.
        preferences: The settings.
        origin: This process, written beside streaming answers.

    Attributes:
        live: The turns that run now; any window can join one.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        captures: CaptureStore,
        catalog: Catalog,
        credentials: Credentials,
        outbox: Outbox,
        preferences: Preferences,
        origin: Origin,
    ) -> None:
        self._conversations = conversations
        self._captures = captures
        self._catalog = catalog
        self._credentials = credentials
        self._outbox = outbox
        self._preferences = preferences
        self._origin = origin
        self.live = LiveTurns()

    async def ask(self, question: Question, observe: Observer, control: TurnControl | None = None) -> StoredMessage:
        """Run one turn to its end.

        Args:
            question: What is asked.
            observe: Called on the loop's thread with everything that happens, in order.
            control: Lets the person stop the turn.

        Returns:
            The answer as stored, whatever became of it; failures of the service are in its state and `error`.

        Raises:
            StoreError: The question could not be saved; nothing was sent.
            asyncio.CancelledError: The turn was stopped; what had arrived is stored.
        """
        control = control or TurnControl()
        control.attach()
        summary, history = await self._save_question(question)
        turn = LiveTurn(QuestionSaved(summary, history[-1]), control, observe)
        self.live.begin(turn)
        try:
            return await self._run(question, turn, history)
        finally:
            self.live.end(turn)

    async def _run(self, question: Question, turn: LiveTurn, history: tuple[StoredMessage, ...]) -> StoredMessage:
        recorder = AnswerRecorder(self._conversations, self._origin, turn.conversation, turn.question, turn.feed)
        try:
            choice = await self._catalog.choose(self._preferences.settings, question.provider, question.model)
            await self._answer(question, choice, history, recorder)
        except asyncio.CancelledError:
            state = MessageState.STOPPED if turn.control.stopped else MessageState.INTERRUPTED
            await recorder.end(state)
            raise
        except KirejiError as error:
            return await recorder.end(_state_after(error, recorder), error)
        except Exception:
            # Our own fault, which goes on its way; but what had arrived is kept, and no row stays open.
            await recorder.end(MessageState.INTERRUPTED if recorder.received else MessageState.FAILED, _our_fault())
            raise
        return await recorder.end(MessageState.COMPLETE)

    async def prepare(self) -> None:
        """Warm what the next question needs: the key, the client's modules, the reader."""
        choice = await self._catalog.choose(self._preferences.settings)
        await choice.provider.warm(self._credentials.address(choice.provider.name))

    async def _answer(
        self, question: Question, choice: Choice, history: tuple[StoredMessage, ...], recorder: AnswerRecorder
    ) -> None:
        try:
            await self._stream(question, choice, history, recorder)
        except ConnectionFailed as error:
            settings = self._preferences.settings
            may_fall_back = DEVICE in settings.models.fallback and not question.provider and not recorder.received
            if not may_fall_back or choice.provider.name == DEVICE or not history[-1].message.images:
                raise
            log.info("no connection, reading on this computer")
            device = self._catalog.provider(DEVICE)
            await self._stream(question, Choice(device, device.default_model, error.message), history, recorder)

    async def _stream(
        self, question: Question, choice: Choice, history: tuple[StoredMessage, ...], recorder: AnswerRecorder
    ) -> None:
        provider = choice.provider
        credential = await self._credential(choice)
        request = await self._request(question, choice, history)
        cleared = await self._outbox.clear(provider, request, credential.base_url, recorder.conversation)
        recorder.begin(provider.name, choice.model, choice.reason)
        try:
            await self._receive(provider, cleared, credential, recorder)
        except ReplayRefused:
            # Thinking is bound to the instructions and the account it was made with; without it the same is accepted.
            log.info("asking again without the stored reasoning")
            messages = tuple(_without_raw(message) for message in request.messages)
            bare = msgspec.structs.replace(request, messages=messages)
            cleared = await self._outbox.clear(provider, bare, credential.base_url, recorder.conversation)
            await self._receive(provider, cleared, credential, recorder)

    async def _receive(
        self, provider: Provider, cleared: ClearedRequest, credential: Credential, recorder: AnswerRecorder
    ) -> None:
        with self._credentials.in_use(provider.name, credential):
            async with provider.stream(cleared, credential.secret) as events, recorder.checkpoints():
                async for event in events:
                    recorder.feed(event)

    async def _credential(self, choice: Choice) -> Credential:
        credential = await self._credentials.find(choice.provider.name)
        if choice.provider.needs_key and credential.secret is None:
            raise self._credentials.missing(choice.provider.name)
        return credential

    async def _request(self, question: Question, choice: Choice, history: tuple[StoredMessage, ...]) -> ModelRequest:
        settings = self._preferences.settings.models
        messages = _sendable(history)
        effort = question.effort or (Effort(settings.effort) if settings.effort else None)
        return ModelRequest(
            model=choice.model,
            messages=messages,
            blobs=await self._pictures(messages, question.pictures),
            system=settings.system if question.system is None else question.system,
            max_tokens=question.max_tokens or settings.max_tokens,
            effort=effort,
            stop_sequences=question.stop_sequences,
        )

    async def _pictures(self, messages: tuple[Message, ...], at_hand: Mapping[Sha256, bytes]) -> Mapping[Sha256, bytes]:
        wanted = {image.blob for message in messages for image in message.images}
        return {blob: at_hand[blob] if blob in at_hand else await self._captures.get(blob) for blob in sorted(wanted)}

    async def _save_question(self, question: Question) -> tuple[ConversationSummary, tuple[StoredMessage, ...]]:
        if question.again is not None:
            return await self._earlier_question(question.conversation, question.again)
        parts: tuple[ImagePart | TextPart, ...] = question.images
        if question.text.strip():
            parts = (*parts, TextPart(question.text))
        message = Message(Role.USER, parts)
        if question.conversation is None:
            summary, stored = await self._conversations.create(title_of(question), message)
            return summary, (stored,)
        earlier = await self._load(question.conversation)
        parent = earlier.messages[-1].id if earlier.messages else None
        stored = await self._conversations.append(question.conversation, parent, message)
        return earlier.summary, (*earlier.messages, stored)

    async def _earlier_question(
        self, conversation: int | None, again: int
    ) -> tuple[ConversationSummary, tuple[StoredMessage, ...]]:
        """The conversation up to a question that is stored already; the new answer becomes its second one."""
        earlier = await self._load(conversation)
        numbers = [message.id for message in earlier.messages if message.message.role is Role.USER]
        if again not in numbers:
            raise KirejiError("The question is no longer in this conversation.", "Open the conversation again.")
        end = [message.id for message in earlier.messages].index(again) + 1
        return earlier.summary, earlier.messages[:end]

    async def _load(self, conversation: int | None) -> StoredConversation:
        earlier = None if conversation is None else await self._conversations.load(conversation)
        if earlier is None:
            raise KirejiError(f"There is no conversation {conversation}.", "List them with: kireji history list")
        return earlier


def title_of(question: Question) -> str:
    """A conversation's first title, made without asking anyone: the question's first line."""
    first = next((line.strip() for line in question.text.splitlines() if line.strip()), "")
    if not first:
        return "Capture" if question.images else "Conversation"
    return first if len(first) <= _TITLE_LENGTH else first[: _TITLE_LENGTH - 1].rstrip() + "…"


def _sendable(history: tuple[StoredMessage, ...]) -> tuple[Message, ...]:
    """The conversation as a service accepts it: what failed or was cut before a word came is left out."""
    return tuple(stored.message for stored in history if stored.message.parts)


def _without_raw(message: Message) -> Message:
    return Message(message.role, message.parts)


def _our_fault() -> KirejiError:
    return KirejiError("Something in Kireji failed before this answer was complete.", "Ask again; the log says more.")


def _state_after(error: KirejiError, recorder: AnswerRecorder) -> MessageState:
    if isinstance(error, ConnectionFailed | ProtocolViolation | StoreError) and recorder.received:
        return MessageState.INTERRUPTED
    return MessageState.FAILED
