"""One question and its answer, as values."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.events import ModelEvent
from kireji.core.history import ConversationSetup, ConversationSummary, StoredMessage
from kireji.core.messages import DocumentPart, ImagePart, Message, MessageState, Role, Sha256, StopReason
from kireji.core.models import Effort
from kireji.core.permissions import Approval, ApprovalRequest
from kireji.core.redaction import Hidden
from kireji.core.requests import Delivery, Thinking
from kireji.core.rounds import of_rounds
from kireji.core.sources import Packed, Source
from kireji.core.tools import Tool
from kireji.core.window import NOTHING_LEFT_OUT, LeftOut
from kireji.services.redaction import Asked

_GOES_ON = (StopReason.MAX_TOKENS, StopReason.PAUSE_TURN, StopReason.CONTEXT_FULL)
GO_ON = "Go on exactly where you stopped, without repeating anything."
"""The person's turn that continues a cut answer: models no longer take an answer that begins with given words."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the person asks.

    Args:
        text: Their words; may be empty when there is a picture or a document.
        images: Pictures that are stored already.
        documents: The same for documents.
        conversation: Which conversation goes on; None begins one.
        again: The row of an earlier question of that conversation which is to be answered again; its words and
            pictures are sent, `text`, `images` and `documents` are not looked at, and no second copy of it is stored.
            What was answered and said after it before stays as a branch of its own.
        edit: The row of an earlier question of that conversation that these words and pictures replace: this question
            becomes its sibling, and all that followed it stays as a branch of its own.
        earlier: How many of the conversation's earlier questions with their answers go along; None for all.
        setup: Who answers in a new conversation and how; not looked at when one goes on, which has its own.
        provider: Asked for explicitly; empty leaves the choice to the conversation and the settings.
        model: The same.
        system: Replaces the system prompt of conversation and settings when not None.
        effort: Replaces their effort when not None.
        max_tokens: Replaces the settings' bound when not None.
        stop_sequences: Texts at which the answer ends.
        delivery: Whether the answer streams or comes whole; the events are the same.
        thinking: Whether the model may reason first, and shows it.
        tools: Names of the tools that are offered, or of their sources; None as the conversation and the settings say.
        attended: Whether somebody sits there who can be asked; without, a tool that would need permission is refused at
            once.
        unpriced: It goes out although there is a budget and nobody knows what it costs.
        pictures: Encoded bytes of pictures and documents that are at hand, so that they need not be read again.
        sources: Files, folders, pages and earlier conversations whose contents go along as far as there is room; they
            become documents before the question is stored.
        room: Tokens that they take at most together; None for as many as the settings allow.
        hide: Whether keys, cards and the like are hidden as the settings say; one question can be sent as it is.
    """

    text: str
    images: tuple[ImagePart, ...] = ()
    documents: tuple[DocumentPart, ...] = ()
    conversation: int | None = None
    again: int | None = None
    edit: int | None = None
    earlier: int | None = None
    setup: ConversationSetup | None = None
    provider: str = ""
    model: str = ""
    system: str | None = None
    effort: Effort | None = None
    max_tokens: int | None = None
    stop_sequences: tuple[str, ...] = ()
    delivery: Delivery = Delivery.STREAM
    thinking: Thinking = Thinking.DEFAULT
    tools: tuple[str, ...] | None = None
    attended: bool = True
    unpriced: bool = False
    pictures: Mapping[Sha256, bytes] = field(default_factory=dict, repr=False)
    hide: bool = True
    sources: tuple[Source, ...] = ()
    room: int | None = None


def question_of(conversation: int, message: Message) -> Question:
    """What is asked when a message that was written down before goes out."""
    documents = tuple(part for part in message.parts if isinstance(part, DocumentPart))
    return Question(message.text, images=message.images, documents=documents, conversation=conversation)


def can_continue(message: StoredMessage) -> bool:
    """Whether an answer was cut after some words or calls of tools, so that the model can go on with it."""
    if message.message.role is not Role.ASSISTANT:
        return False
    if not message.message.text.strip() and not of_rounds(message.message):
        return False
    if message.state in (MessageState.STOPPED, MessageState.INTERRUPTED):
        return True
    return message.state is MessageState.COMPLETE and message.stop in _GOES_ON


def continue_question(conversation: int) -> Question:
    """What is asked to have the last answer of a conversation continued."""
    return Question(GO_ON, conversation=conversation)


class SourcesPacked(msgspec.Struct, frozen=True):
    """The question's sources are documents now; it is stored next."""

    packed: Packed


class ReadingSources(msgspec.Struct, frozen=True):
    """What the question is about is being read, which may take a while; it is not stored yet.

    Args:
        picture: It is a picture whose words are read on this computer, not sources.
    """

    picture: bool = False


class LookingThrough(msgspec.Struct, frozen=True):
    """The question is being looked through before it leaves; it is not stored yet."""


class ConsentAsked(msgspec.Struct, frozen=True):
    """Something waits for the person before it leaves; answered through `Consents.answer`.

    Args:
        number: Tells it from all others.
        asked: What they are asked.
    """

    number: int
    asked: Asked


class ConsentGiven(msgspec.Struct, frozen=True):
    """It waits no longer."""

    number: int


class QuestionSaved(msgspec.Struct, frozen=True):
    """The question is in the history; nothing has been sent yet."""

    conversation: ConversationSummary
    message: StoredMessage


class AnswerBegins(msgspec.Struct, frozen=True):
    """The request goes out now.

    Args:
        provider: Who answers.
        model: Which model.
        note: Why it is not who was expected (no key, no network), and what the model does not get; empty otherwise.
        stands_in: Whether others have failed before; an error of the service then tells what the note tells of them.
        left_out: What of the conversation does not go along; the note tells it where that is new.
    """

    provider: str
    model: str
    note: str = ""
    stands_in: bool = False
    left_out: LeftOut = NOTHING_LEFT_OUT


class ValuesHidden(msgspec.Struct, frozen=True):
    """What of a request stays here; comes when it has gone out, and again when a later one hides something else."""

    hidden: Hidden


class AnswerEnds(msgspec.Struct, frozen=True):
    """The answer is whole, stopped, or failed, and stored as such.

    Args:
        message: As stored; its `error` is the sentence to show.
        error: What went wrong; None when nothing did.
        saved: False when the history could not take it.
    """

    message: StoredMessage
    error: KirejiError | None = None
    saved: bool = True


class ApprovalAsked(msgspec.Struct, frozen=True):
    """A call waits for the person; answered through `Approvals.answer`."""

    request: ApprovalRequest


class ApprovalGiven(msgspec.Struct, frozen=True):
    """It waits no longer.

    Args:
        call_id: Of the call.
        approval: The answer; None when the turn was stopped first.
    """

    call_id: str
    approval: Approval | None


class ToolBegins(msgspec.Struct, frozen=True):
    """A call runs now.

    Args:
        call_id: Of the call.
        tool: Which tool.
        source: Its source, as people read it.
    """

    call_id: str
    tool: Tool
    source: str


class ToolProgressed(msgspec.Struct, frozen=True):
    """A running call says how far it is.

    Args:
        call_id: Of the call.
        text: In its own words.
        fraction: Between 0 and 1; None if unknown.
    """

    call_id: str
    text: str
    fraction: float | None = None


TurnEvent: TypeAlias = (
    SourcesPacked
    | ReadingSources
    | LookingThrough
    | ConsentAsked
    | ConsentGiven
    | QuestionSaved
    | AnswerBegins
    | ValuesHidden
    | ModelEvent
    | ApprovalAsked
    | ApprovalGiven
    | ToolBegins
    | ToolProgressed
    | AnswerEnds
)
"""The result of a call comes as `PartFinished` with a `ToolResultPart`."""
Observer: TypeAlias = Callable[[TurnEvent], None]


class TurnControl:
    """Lets the person stop a turn; tells their stop from the end of the program."""

    def __init__(self) -> None:
        self._task: asyncio.Task[object] | None = None
        self.stopped = False

    def attach(self) -> None:
        """Called by the turn itself when it begins.

        Raises:
            asyncio.CancelledError: The person stopped it before that.
        """
        if self.stopped:
            raise asyncio.CancelledError
        self._task = asyncio.current_task()

    def stop(self) -> None:
        """End the turn now; what has arrived is kept."""
        self.stopped = True
        if self._task is not None:
            self._task.cancel()
