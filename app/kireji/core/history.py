"""Conversations as storage returns them: values with ids and times."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kireji.core.ledger import AnsweredFacts, SentFacts
from kireji.core.messages import DocumentPart, ImagePart, Message, MessageState, Role, StopReason, Usage
from kireji.core.sources import Source


class Origin(msgspec.Struct, frozen=True):
    """Which process writes a streaming message: when it is gone, the message was interrupted.

    Args:
        pid: Process id.
        started: The system's start time of that process, so that a reused pid is not mistaken for it.
    """

    pid: int
    started: str


class Cut(msgspec.Struct, frozen=True):
    """From where on a long conversation goes along with its questions; see `core.window`.

    Args:
        first: Row of the first message that goes along; 0 for all.
        opening: Whether the first question goes along nevertheless.
        bare: Rows up to this one go without the service's own blocks.
        window: Tokens that the model could read for which it was cut; 0 if unknown.
    """

    first: int
    opening: bool = False
    bare: int = 0
    window: int = 0


class Prefix(msgspec.Struct, frozen=True):
    """What of a question a service's cache depends on besides its messages; see `core.prompt_cache`.

    Args:
        system: Digest of the instructions.
        tools: Digest of the tools.
        options: Effort and thinking.
        hidden: Whether values were hidden in it.
    """

    system: str = ""
    tools: str = ""
    options: str = ""
    hidden: bool = False


class StoredMessage(msgspec.Struct, frozen=True):
    """A message in the tree.

    Args:
        id: Row number.
        parent: The message it follows; None for the first of a conversation.
        message: What was said.
        state: How far it is; never STREAMING when the process that wrote it is gone.
        provider: Who answered; empty for the person's messages.
        model: Which model answered.
        usage: What it used, when reported.
        stop: Why it ended.
        error: The sentence shown when it failed or was cut; empty otherwise.
        created: When it was first written (UTC).
        cut: What holds from this message on; None for what held before.
        prefix: What went along with this question; None for what did before.
    """

    id: int
    parent: int | None
    message: Message
    state: MessageState
    provider: str
    model: str
    usage: Usage | None
    stop: StopReason | None
    error: str
    created: datetime
    cut: Cut | None = None
    prefix: Prefix | None = None


NO_TOOLS = "-"
"""Stands in the place of a list of tools when the person has switched tools off for a conversation."""


class ConversationSetup(msgspec.Struct, frozen=True):
    """Who answers in one conversation and how; what is empty follows the settings.

    Args:
        provider: Chosen by the person for this conversation.
        model: The same.
        effort: The same; "" follows the settings.
        system: The instructions it began with, or those the person gave it since; None follows the settings.
        tools: Digest of the list of tools that it offers to models (`OfferStore`); "" before there was one, NO_TOOLS
            when the person has switched tools off for it.
    """

    provider: str = ""
    model: str = ""
    effort: str = ""
    system: str | None = None
    tools: str = ""


class ConversationSummary(msgspec.Struct, frozen=True):
    """One row of the list of conversations.

    Args:
        id: Row number.
        title: Made from the first question, or given by the person.
        created: When it began (UTC).
        updated: When something was last said in it (UTC).
        pinned: It stands above the others.
        archived: It is left out of the list, but not of the search.
        removed: When it was removed (UTC); None while it was not.
    """

    id: int
    title: str
    created: datetime
    updated: datetime
    pinned: bool = False
    archived: bool = False
    removed: datetime | None = None


class StoredConversation(msgspec.Struct, frozen=True):
    """A conversation with the messages on its current path, first to last."""

    summary: ConversationSummary
    messages: tuple[StoredMessage, ...]
    setup: ConversationSetup = ConversationSetup()


class MessageOutline(msgspec.Struct, frozen=True):
    """A message of the current path without its words.

    Args:
        id: Row number.
        parent: The message it follows; None for the first of a conversation.
        role: Who speaks.
        state: How far it is; never STREAMING when the process that wrote it is gone.
        size: Characters of its words, for estimating its height before they are loaded.
        alternatives: All messages with the same parent, itself included, oldest first.
        cut: As of `StoredMessage`.
    """

    id: int
    parent: int | None
    role: Role
    state: MessageState
    size: int
    alternatives: tuple[int, ...]
    cut: Cut | None = None


class ConversationOutline(msgspec.Struct, frozen=True):
    """A conversation as far as it must be known before anything of it is read: its current path, first to last."""

    summary: ConversationSummary
    setup: ConversationSetup
    messages: tuple[MessageOutline, ...]


class SearchHit(msgspec.Struct, frozen=True):
    """A place where what was searched for stands.

    Args:
        conversation: In which conversation.
        message: The message's row number; None for the title.
        role: Who said it; None for the title.
        created: When the message was first written, or the conversation began (UTC).
        snippet: The words around the first match, on one line.
        marks: Ranges of characters in the snippet that matched, in order and apart from each other.
    """

    conversation: ConversationSummary
    message: int | None
    role: Role | None
    created: datetime
    snippet: str
    marks: tuple[tuple[int, int], ...]


class StoredDraft(msgspec.Struct, frozen=True):
    """A question that is being written and was not asked yet.

    Args:
        text: Its words.
        quote: The words it is about.
        attachments: Pictures and documents that are stored already.
        names: What the person calls the attachments, in the same order; empty where they have no name.
        sources: Folders, pages and conversations whose contents go along as far as there is room.
        off: Places of those attachments that are kept here and do not go along, counted from 0.
    """

    text: str = ""
    quote: str = ""
    attachments: tuple[ImagePart | DocumentPart, ...] = ()
    names: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    off: tuple[int, ...] = ()


class QueuedQuestion(msgspec.Struct, frozen=True):
    """A question that is asked when the answer before it is whole.

    Args:
        id: Row number; those of one conversation are asked in this order.
        conversation: Where it is asked.
        message: The person's words, pictures and documents.
    """

    id: int
    conversation: int
    message: Message


class Sent(msgspec.Struct, frozen=True):
    """A row of the ledger: something that left this computer.

    Args:
        id: Row number.
        time: When it was cleared (UTC).
        provider: Whose service.
        host: Host and port.
        model: Empty where none is concerned.
        purpose: Why.
        size: Bytes of the body.
        digest: SHA-256 of the body, hexadecimal.
        conversation: Which conversation it belongs to, if any.
        facts: What else is known of it.
        answer: What became of it; None while nobody knows, and for what asks no model anything.
    """

    id: int
    time: datetime
    provider: str
    host: str
    model: str
    purpose: str
    size: int
    digest: str
    conversation: int | None
    facts: SentFacts = SentFacts()
    answer: AnsweredFacts | None = None


class SentTotals(msgspec.Struct, frozen=True):
    """How much left this computer."""

    requests: int
    size: int
