"""The history in memory; it passes the same suite as the real one (tests/contracts)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from kireji.core.errors import StoreError
from kireji.core.history import (
    ConversationOutline,
    ConversationSetup,
    ConversationSummary,
    Cut,
    MessageOutline,
    Origin,
    Prefix,
    SearchHit,
    StoredConversation,
    StoredDraft,
    StoredMessage,
)
from kireji.core.messages import Message, MessageState, Role, Sha256, StopReason, Usage
from kireji.core.publisher import Publisher
from kireji.core.search import parse_query, searchable
from kireji.core.snippets import Finder

FOLLOWS_SETTINGS = ConversationSetup()

CUT_OFF = "Kireji ended before this answer was complete."


class Ticking:
    """A time that moves on by a second with every look, so that nothing is written at the same time."""

    def __init__(self, start: datetime = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)) -> None:
        self.time = start

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


def _everyone_lives(origin: Origin) -> bool:
    del origin
    return True


class MemoryConversationStore:
    """A history.

    Args:
        alive: As for the real one.
        now: As for the real one.

    Attributes:
        failure: When set, every call raises it: a full disk, a folder that cannot be written.
        updates: What was written of answers, one after the other, as (message id, text, state).
    """

    def __init__(
        self, alive: Callable[[Origin], bool] = _everyone_lives, now: Callable[[], datetime] | None = None
    ) -> None:
        self._alive = alive
        self._now = now or Ticking()
        self._conversations: dict[int, ConversationSummary] = {}
        self._setups: dict[int, ConversationSetup] = {}
        self._heads: dict[int, int] = {}
        self._messages: dict[int, StoredMessage] = {}
        self._homes: dict[int, int] = {}
        self._origins: dict[int, Origin | None] = {}
        self._named: set[int] = set()
        self._texts: dict[Sha256, str] = {}
        self.changed: Publisher[int] = Publisher()
        self.failure: StoreError | None = None
        self.updates: list[tuple[int, str, MessageState]] = []

    async def create(
        self, title: str, first: Message, setup: ConversationSetup = FOLLOWS_SETTINGS
    ) -> tuple[ConversationSummary, StoredMessage]:
        self._fail()
        time = self._now()
        summary = ConversationSummary(max(self._setups, default=0) + 1, title, time, time)
        self._conversations[summary.id] = summary
        self._setups[summary.id] = setup
        return summary, self._add(summary.id, None, first, MessageState.COMPLETE, "", "", None, time)

    async def configure(self, conversation: int, setup: ConversationSetup) -> None:
        self._fail()
        if conversation not in self._conversations:
            raise LookupError(f"there is no conversation {conversation}")
        self._setups[conversation] = setup

    async def append(
        self,
        conversation: int,
        parent: int | None,
        message: Message,
        state: MessageState = MessageState.COMPLETE,
        *,
        provider: str = "",
        model: str = "",
        origin: Origin | None = None,
        usage: Usage | None = None,
    ) -> StoredMessage:
        self._fail()
        if state is MessageState.STREAMING and origin is None:
            raise ValueError("a streaming message needs its origin")
        if conversation not in self._conversations or (parent is not None and self._homes.get(parent) != conversation):
            raise LookupError(f"there is no message {parent} in conversation {conversation}")
        made = self._add(conversation, parent, message, state, provider, model, origin, self._now(), usage)
        if state is MessageState.STREAMING:
            self.updates.append((made.id, message.text, state))
        return made

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
        self._fail()
        old = self._messages.get(message_id)
        if old is None:
            raise LookupError(f"there is no message {message_id}")
        self.updates.append((message_id, message.text, state))
        self._messages[message_id] = msgspec.structs.replace(
            old,
            message=message,
            state=state,
            usage=usage,
            stop=stop,
            error=error,
            provider=provider or old.provider,
            model=model or old.model,
        )
        if state is not MessageState.STREAMING:
            self._touch(self._homes[message_id], self._now())
            self.changed.publish(self._homes[message_id])

    async def cut(self, message: int, cut: Cut) -> None:
        self._fail()
        if message not in self._messages:
            raise LookupError(f"there is no message {message}")
        self._messages[message] = msgspec.structs.replace(self._messages[message], cut=cut)
        self.changed.publish(self._homes[message])

    async def keep_prefix(self, message: int, prefix: Prefix) -> None:
        self._fail()
        if message not in self._messages:
            raise LookupError(f"there is no message {message}")
        self._messages[message] = msgspec.structs.replace(self._messages[message], prefix=prefix)

    async def load(self, conversation: int) -> StoredConversation | None:
        self._fail()
        summary = self._conversations.get(conversation)
        if summary is None:
            return None
        path: list[StoredMessage] = []
        number: int | None = self._heads[conversation]
        while number is not None:
            path.append(self._seen(number, self._alive))
            number = self._messages[number].parent
        return StoredConversation(summary, tuple(reversed(path)), self._setups[conversation])

    async def outline(self, conversation: int) -> ConversationOutline | None:
        loaded = await self.load(conversation)
        if loaded is None:
            return None
        return ConversationOutline(loaded.summary, loaded.setup, tuple(map(self._outlined, loaded.messages)))

    async def messages(self, conversation: int, ids: Sequence[int]) -> Sequence[StoredMessage]:
        self._fail()
        found = [number for number in dict.fromkeys(ids) if self._homes.get(number) == conversation]
        return [self._seen(number, self._alive) for number in found if number in self._messages]

    async def usages(self, conversation: int) -> Sequence[Usage]:
        loaded = await self.load(conversation)
        return [one.usage for one in loaded.messages if one.usage is not None] if loaded is not None else []

    async def select(self, conversation: int, message: int) -> None:
        self._fail()
        if self._homes.get(message) != conversation:
            raise LookupError(f"there is no message {message} in conversation {conversation}")
        below = {message}
        for one in sorted(self._messages.values(), key=lambda one: one.id):
            if one.parent in below:
                below.add(one.id)
        self._heads[conversation] = max(below)
        self.changed.publish(conversation)

    async def rename(self, conversation: int, title: str) -> None:
        self._replace(conversation, title=title)
        self._named.add(conversation)

    async def suggest_title(self, conversation: int, title: str) -> bool:
        if conversation in self._named:
            return False
        self._replace(conversation, title=title)
        return True

    async def set_pinned(self, conversation: int, pinned: bool) -> None:
        self._replace(conversation, pinned=pinned)

    async def set_archived(self, conversation: int, archived: bool) -> None:
        self._replace(conversation, archived=archived)

    async def remove(self, conversation: int) -> None:
        self._replace(conversation, removed=self._now())

    async def restore(self, conversation: int) -> None:
        self._replace(conversation, removed=None)

    async def purge(self, before: datetime) -> int:
        self._fail()
        old = [one.id for one in self._conversations.values() if one.removed is not None and one.removed < before]
        for conversation in old:
            del self._conversations[conversation]
            for number, home in self._homes.items():
                if home == conversation:
                    self._messages.pop(number, None)
        return len(old)

    async def latest(self) -> ConversationSummary | None:
        self._fail()
        shown = [one for one in self._listed() if not one.archived]
        return max(shown, key=lambda one: (one.updated, one.id), default=None)

    async def summary(self, conversation: int) -> ConversationSummary | None:
        self._fail()
        return self._conversations.get(conversation)

    async def recent(
        self, limit: int = 200, *, archived: bool = False, after: ConversationSummary | None = None
    ) -> Sequence[ConversationSummary]:
        self._fail()

        def place(one: ConversationSummary) -> tuple[bool, datetime, int]:
            return (one.pinned, one.updated, one.id)

        shown = [one for one in self._listed() if one.archived is archived]
        below = [one for one in shown if after is None or place(one) < place(after)]
        return sorted(below, key=place, reverse=True)[:limit]

    async def removed(
        self, limit: int = 200, *, after: ConversationSummary | None = None
    ) -> Sequence[ConversationSummary]:
        self._fail()
        gone = [(one.removed, one.id) for one in self._conversations.values() if one.removed is not None]
        if after is not None and after.removed is not None:
            gone = [place for place in gone if place < (after.removed, after.id)]
        return [self._conversations[number] for _, number in sorted(gone, reverse=True)][:limit]

    async def search(self, words: str, limit: int = 50, before: int | None = None) -> Sequence[SearchHit]:
        self._fail()
        if not (terms := parse_query(words)):
            return []
        finder, hits = Finder(terms), []
        listed = {one.id: one for one in self._listed()}
        if before is None:
            named = [one for number, one in sorted(listed.items(), reverse=True) if finder.matches((one.title,))]
            for one in named[: max(1, limit // 2)]:
                hits.append(SearchHit(one, None, None, one.created, *finder.snippet((one.title,), 4_000_000)))
        for number in sorted(self._messages, reverse=True):
            stored, home = self._seen(number, self._alive), self._homes[number]
            read = [self._texts[blob] for blob in stored.message.blobs if self._texts.get(blob)]
            texts = (*searchable(stored.message.parts), *read)
            hidden = home not in listed or stored.state is MessageState.STREAMING
            if not hidden and (before is None or number < before) and finder.matches(texts):
                snippet, marks = finder.snippet(texts, 4_000_000)
                hits.append(SearchHit(listed[home], number, stored.message.role, stored.created, snippet, marks))
        return hits[:limit]

    async def note_picture_text(self, blob: Sha256, text: str) -> None:
        self._fail()
        self._texts[blob] = text

    async def pictures_without_text(self, limit: int) -> Sequence[Sha256]:
        self._fail()
        shown = [blob.blob for one in reversed(self._messages.values()) for blob in one.message.images]
        return [blob for blob in dict.fromkeys(shown) if blob not in self._texts][:limit]

    async def questions(self, limit: int = 50) -> Sequence[str]:
        self._fail()
        asked = [one.message.text.strip() for one in self._asked()]
        return list(dict.fromkeys(text for text in reversed(asked) if text))[:limit]

    def _add(
        self,
        conversation: int,
        parent: int | None,
        message: Message,
        state: MessageState,
        provider: str,
        model: str,
        origin: Origin | None,
        time: datetime,
        usage: Usage | None = None,
    ) -> StoredMessage:
        number = max(self._homes, default=0) + 1
        stored = StoredMessage(number, parent, message, state, provider, model, usage, None, "", time)
        self._messages[number] = stored
        self._homes[number] = conversation
        self._origins[number] = origin
        self._heads[conversation] = number
        self._touch(conversation, time)
        self.changed.publish(conversation)
        return stored

    def _touch(self, conversation: int, time: datetime) -> None:
        self._conversations[conversation] = msgspec.structs.replace(self._conversations[conversation], updated=time)

    def _seen(self, number: int, alive: Callable[[Origin], bool]) -> StoredMessage:
        message, origin = self._messages[number], self._origins[number]
        if message.state is not MessageState.STREAMING or (origin is not None and alive(origin)):
            return message
        return msgspec.structs.replace(message, state=MessageState.INTERRUPTED, error=message.error or CUT_OFF)

    def _listed(self) -> list[ConversationSummary]:
        return [one for one in self._conversations.values() if one.removed is None]

    def _asked(self) -> list[StoredMessage]:
        listed = {one.id for one in self._listed()}
        said = [one for one in self._messages.values() if self._homes[one.id] in listed]
        return [one for one in said if one.message.role is Role.USER]

    def _replace(self, conversation: int, **values: object) -> None:
        self._fail()
        if conversation not in self._conversations:
            raise LookupError(f"there is no conversation {conversation}")
        self._conversations[conversation] = msgspec.structs.replace(self._conversations[conversation], **values)
        self.changed.publish(conversation)

    def _outlined(self, one: StoredMessage) -> MessageOutline:
        home = self._homes[one.id]
        others = [each.id for each in self._messages.values() if each.parent == one.parent]
        alternatives = tuple(sorted(number for number in others if self._homes[number] == home))
        size = len(one.message.text)
        return MessageOutline(one.id, one.parent, one.message.role, one.state, size, alternatives, one.cut)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class MemoryDraftStore:
    """Drafts in memory.

    Attributes:
        failure: When set, every call raises it.
        drafts: What is being written, by conversation.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.drafts: dict[int | None, StoredDraft] = {}

    async def load(self, conversation: int | None) -> StoredDraft:
        self._fail()
        return self.drafts.get(conversation, StoredDraft())

    async def save(self, conversation: int | None, draft: StoredDraft) -> None:
        self._fail()
        self.drafts[conversation] = draft

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
