"""What the services need of the history: conversations, what waits in them, and how they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kireji.core.history import (
        ConversationOutline,
        ConversationSetup,
        ConversationSummary,
        Cut,
        Origin,
        Prefix,
        QueuedQuestion,
        SearchHit,
        StoredConversation,
        StoredDraft,
        StoredMessage,
    )
    from kireji.core.messages import Message, MessageState, Sha256, StopReason, Usage
    from kireji.core.publisher import Publisher


class QuestionHistory(Protocol):
    """What the person asked before, so that it can be asked again without typing it."""

    async def questions(self, limit: int = 50) -> Sequence[str]:
        """The words of their last questions, newest first, each once and without the spaces around it.

        Raises:
            StoreError: The environment's fault.
        """


class Search(Protocol):
    """Everything that was said, and what was read in pictures, found by its words."""

    async def search(self, words: str, limit: int = 50, before: int | None = None) -> Sequence[SearchHit]:
        """Where all of these words stand in one title or one message; also in archived conversations.

        The last word may be the beginning of a longer one; words "in quotes" stand side by side. Chinese, Japanese and
        Korean text is found inside a longer run of it. Nothing in `words` is an operator or can be wrong.

        Args:
            words: As typed by the person.
            limit: The most hits to give back.
            before: The `message` of the last hit of the page before, for the next page.

        Returns:
            On the first page titles first, as at most half of it, newest conversation first; then messages, newest
            first.

        Raises:
            StoreError: The environment's fault.
        """

    async def note_picture_text(self, blob: Sha256, text: str) -> None:
        """Keep what was read in a picture, so that its messages are found by it; empty when there is none."""

    async def pictures_without_text(self, limit: int) -> Sequence[Sha256]:
        """Pictures of the conversations in which nobody has read yet, newest first."""


class ConversationStore(QuestionHistory, Search, Protocol):
    """The history. Every change is committed when a call returns; all raise StoreError for the environment's faults.

    A conversation that was removed is in no list and not found, but still there under its number until it is purged.

    Attributes:
        changed: Publishes a conversation's number when its entry in the list or its messages changed, on the loop's
            thread after the commit. An answer that streams counts when it begins and when it ends. Changes by other
            processes are not published.
    """

    @property
    def changed(self) -> Publisher[int]: ...

    async def create(
        self, title: str, first: Message, setup: ConversationSetup = ...
    ) -> tuple[ConversationSummary, StoredMessage]:
        """A new conversation with the person's first message, in one transaction."""

    async def configure(self, conversation: int, setup: ConversationSetup) -> None:
        """Change who answers in a conversation and how, from the next question on."""

    async def append(
        self,
        conversation: int,
        parent: int | None,
        message: Message,
        state: MessageState = ...,
        *,
        provider: str = "",
        model: str = "",
        origin: Origin | None = None,
        usage: Usage | None = None,
    ) -> StoredMessage:
        """Add a message below `parent` and make it the end of the current path."""

    async def update(
        self,
        message_id: int,
        message: Message,
        state: MessageState,
        *,
        usage: Usage | None = None,
        stop: StopReason | None = None,
        error: str = "",
        provider: str = "",
        model: str = "",
    ) -> None:
        """Replace what an answer holds while it streams and when it ends; who gives it stays where it is not told."""

    async def cut(self, message: int, cut: Cut) -> None:
        """Keep from where on the conversation goes along with a question, or with the requests of an answer.

        Raises:
            LookupError: No such message.
        """

    async def keep_prefix(self, message: int, prefix: Prefix) -> None:
        """Keep what went along with a question, for what a change of it would cost.

        Raises:
            LookupError: No such message.
        """

    async def load(self, conversation: int) -> StoredConversation | None:
        """The current path, or None when there is no such conversation."""

    async def outline(self, conversation: int) -> ConversationOutline | None:
        """The current path without words, or None when there is no such conversation; fast however long it is."""

    async def messages(self, conversation: int, ids: Sequence[int]) -> Sequence[StoredMessage]:
        """Messages in the order asked for; those that are not in this conversation are left out."""

    async def usages(self, conversation: int) -> Sequence[Usage]:
        """What the answers on the current path used, first to last, without those of which it is not known."""

    async def select(self, conversation: int, message: int) -> None:
        """Let the current path run through a message and on to the newest below it.

        Raises:
            LookupError: It is not in this conversation.
        """

    async def rename(self, conversation: int, title: str) -> None:
        """Give it the person's own title, which no other replaces.

        Raises:
            LookupError: No such conversation; as in the next calls.
        """

    async def suggest_title(self, conversation: int, title: str) -> bool:
        """Give it a title that was made for it; False, and nothing happens, when the person has named it."""

    async def set_pinned(self, conversation: int, pinned: bool) -> None: ...
    async def set_archived(self, conversation: int, archived: bool) -> None: ...
    async def remove(self, conversation: int) -> None:
        """Take it out of every list and of the search; it can be taken back."""

    async def restore(self, conversation: int) -> None:
        """Take `remove` back."""

    async def purge(self, before: datetime) -> int:
        """Delete what was removed before that time (UTC), with the pictures that nothing else has.

        Returns:
            How many conversations.
        """

    async def latest(self) -> ConversationSummary | None:
        """The conversation in which something was said last, archived ones left out."""

    async def summary(self, conversation: int) -> ConversationSummary | None:
        """One entry of the lists, also of a removed conversation; None when there is no such conversation."""

    async def recent(
        self, limit: int = 200, *, archived: bool = False, after: ConversationSummary | None = None
    ) -> Sequence[ConversationSummary]:
        """Pinned ones first, then newest first; either the archived ones or the others.

        Args:
            limit: The most entries to give back.
            archived: Which.
            after: The last entry of the page before, for the next page.
        """

    async def removed(
        self, limit: int = 200, *, after: ConversationSummary | None = None
    ) -> Sequence[ConversationSummary]:
        """What was removed and not purged yet, the last one first; `after` as in `recent`."""


class DraftStore(Protocol):
    """Questions that are being written, one for each conversation."""

    async def load(self, conversation: int | None) -> StoredDraft:
        """What was being written there; an empty draft when nothing was.

        Args:
            conversation: Its number; None for a conversation that has not begun.

        Raises:
            StoreError: The environment's fault.
        """

    async def save(self, conversation: int | None, draft: StoredDraft) -> None:
        """Keep it in the place of the one before; an empty draft keeps nothing.

        Raises:
            LookupError: No such conversation.
            StoreError: The environment's fault.
        """


class QueueStore(Protocol):
    """Questions that wait for the answer before them; all calls raise StoreError for the environment's faults."""

    async def queued(self, conversation: int) -> Sequence[QueuedQuestion]:
        """What waits in a conversation, first to last."""

    async def enqueue(self, conversation: int, message: Message) -> QueuedQuestion:
        """Keep a question behind those that wait already.

        Raises:
            LookupError: There is no such conversation.
        """

    async def dequeue(self, queued: int) -> None:
        """Forget a question; harmless when it is not there."""
