"""Stores in memory; they pass the same suite as the real ones (tests/contracts/test_stores.py)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from kireji.core.errors import SettingsError, StoreCorrupt, StoreError
from kireji.core.history import (
    ConversationSetup,
    ConversationSummary,
    Origin,
    Sent,
    SentTotals,
    StoredConversation,
    StoredMessage,
)
from kireji.core.messages import DocumentPart, ImagePart, Message, MessageState, Role, Sha256, StopReason, Usage
from kireji.core.models import ModelInfo
from kireji.core.ports import EncodedDocument, EncodedPicture
from kireji.core.prompts import Prompt, Variable
from kireji.core.requests import OutgoingRequest

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
        updates: Every call of `update`, as (message id, text, state).
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
        self.failure: StoreError | None = None
        self.updates: list[tuple[int, str, MessageState]] = []

    async def create(
        self, title: str, first: Message, setup: ConversationSetup = FOLLOWS_SETTINGS
    ) -> tuple[ConversationSummary, StoredMessage]:
        self._fail()
        time = self._now()
        summary = ConversationSummary(len(self._conversations) + 1, title, time, time)
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
    ) -> StoredMessage:
        self._fail()
        if state is MessageState.STREAMING and origin is None:
            raise ValueError("a streaming message needs its origin")
        if conversation not in self._conversations or (parent is not None and self._homes.get(parent) != conversation):
            raise LookupError(f"there is no message {parent} in conversation {conversation}")
        return self._add(conversation, parent, message, state, provider, model, origin, self._now())

    async def update(
        self,
        message_id: int,
        message: Message,
        state: MessageState,
        *,
        usage: Usage | None = None,
        stop: StopReason | None = None,
        error: str = "",
    ) -> None:
        self._fail()
        old = self._messages.get(message_id)
        if old is None:
            raise LookupError(f"there is no message {message_id}")
        self.updates.append((message_id, message.text, state))
        self._messages[message_id] = msgspec.structs.replace(
            old, message=message, state=state, usage=usage, stop=stop, error=error
        )
        if state is not MessageState.STREAMING:
            self._touch(self._homes[message_id], self._now())

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

    async def latest(self) -> ConversationSummary | None:
        found = await self.recent(1)
        return found[0] if found else None

    async def recent(self, limit: int = 200) -> Sequence[ConversationSummary]:
        self._fail()
        newest = sorted(self._conversations.values(), key=lambda one: (one.updated, one.id), reverse=True)
        return newest[:limit]

    async def questions(self, limit: int = 50) -> Sequence[str]:
        self._fail()
        asked = [one.message.text.strip() for one in self._messages.values() if one.message.role is Role.USER]
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
    ) -> StoredMessage:
        number = len(self._messages) + 1
        stored = StoredMessage(number, parent, message, state, provider, model, None, None, "", time)
        self._messages[number] = stored
        self._homes[number] = conversation
        self._origins[number] = origin
        self._heads[conversation] = number
        self._touch(conversation, time)
        return stored

    def _touch(self, conversation: int, time: datetime) -> None:
        self._conversations[conversation] = msgspec.structs.replace(self._conversations[conversation], updated=time)

    def _seen(self, number: int, alive: Callable[[Origin], bool]) -> StoredMessage:
        message, origin = self._messages[number], self._origins[number]
        if message.state is not MessageState.STREAMING or (origin is not None and alive(origin)):
            return message
        return msgspec.structs.replace(message, state=MessageState.INTERRUPTED, error=message.error or CUT_OFF)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class MemoryLedger:
    """A ledger.

    Attributes:
        failure: When set, every call raises it.
        rows: Everything recorded, oldest first.
    """

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now or Ticking()
        self.failure: StoreError | None = None
        self.rows: list[Sent] = []

    async def record(self, outgoing: OutgoingRequest, digest: str, conversation: int | None) -> int:
        self._fail()
        number = len(self.rows) + 1
        self.rows.append(
            Sent(
                id=number,
                time=self._now(),
                provider=outgoing.provider,
                host=outgoing.host,
                model=outgoing.model,
                purpose=outgoing.purpose.value,
                size=len(outgoing.body),
                digest=digest,
                conversation=conversation,
            )
        )
        return number

    async def recent(self, limit: int = 100, conversation: int | None = None) -> Sequence[Sent]:
        self._fail()
        return list(reversed(self._of(conversation)))[:limit]

    async def totals(self, conversation: int | None = None) -> SentTotals:
        self._fail()
        found = self._of(conversation)
        return SentTotals(len(found), sum(row.size for row in found))

    def _of(self, conversation: int | None) -> list[Sent]:
        return [row for row in self.rows if conversation is None or row.conversation == conversation]

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class MemoryCaptureStore:
    """Pictures.

    Attributes:
        failure: When set, every call raises it.
        pictures: Bytes by hash.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.pictures: dict[Sha256, bytes] = {}
        self.puts: Counter[Sha256] = Counter()

    async def put(self, picture: EncodedPicture) -> ImagePart:
        self._fail()
        if picture.media_type not in {"image/png", "image/jpeg", "image/webp", "image/gif"}:
            raise ValueError(f"{picture.media_type} is not stored")
        return ImagePart(self._keep(picture.data), picture.media_type, picture.width, picture.height)

    async def put_document(self, document: EncodedDocument) -> DocumentPart:
        self._fail()
        if document.media_type not in {"application/pdf", "text/plain"}:
            raise ValueError(f"{document.media_type} is not stored")
        return DocumentPart(self._keep(document.data), document.media_type, document.title)

    async def get(self, blob: Sha256) -> bytes:
        self._fail()
        if blob not in self.pictures:
            raise StoreCorrupt("A stored picture is missing or damaged.", "Capture it again.")
        return self.pictures[blob]

    async def discard(self, part: ImagePart | DocumentPart) -> None:
        self._fail()
        if self.puts[part.blob] > 1:
            self.puts[part.blob] -= 1
            return
        self.puts.pop(part.blob, None)
        self.pictures.pop(part.blob, None)

    def _keep(self, data: bytes) -> Sha256:
        blob = hashlib.sha256(data).hexdigest()
        self.pictures[blob] = data
        self.puts[blob] += 1
        return blob

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class MemoryModelListStore:
    """Lists of models.

    Attributes:
        failure: When set, every call raises it.
        lists: What was kept, by provider and base URL.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.lists: dict[tuple[str, str], tuple[tuple[ModelInfo, ...], datetime]] = {}

    async def load(self, provider: str, base_url: str) -> tuple[Sequence[ModelInfo], datetime] | None:
        self._fail()
        return self.lists.get((provider, base_url))

    async def save(self, provider: str, base_url: str, models: Sequence[ModelInfo], when: datetime) -> None:
        self._fail()
        self.lists[provider, base_url] = (tuple(models), when)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class MemorySettings:
    """A settings file.

    Args:
        tables: What stands in it.

    Attributes:
        failure: When set, every call raises it.
    """

    def __init__(self, tables: dict[str, object] | None = None) -> None:
        self.tables: dict[str, object] = dict(tables or {})
        self.failure: SettingsError | None = None

    def read(self) -> dict[str, object]:
        if self.failure is not None:
            raise self.failure
        return {name: dict(table) if isinstance(table, dict) else table for name, table in self.tables.items()}

    def write(self, option: str, value: object) -> None:
        if self.failure is not None:
            raise self.failure
        section, name = option.split(".")
        table = self.tables.setdefault(section, {})
        if not isinstance(table, dict):
            raise SettingsError(f"{section} is not a section.")
        self.tables[section] = {**table, name: value}


class MemoryPromptStore:
    """Prompts in memory.

    Attributes:
        found: In menu order.
        wrong: What is said of files that cannot be used.
    """

    def __init__(self, *found: Prompt) -> None:
        self.found: tuple[Prompt, ...] = found or (
            Prompt("explain", "Explain", "Explain what is shown."),
            Prompt("translate", "Translate", "Translate into {{language}}.", {"language": Variable(default="English")}),
        )
        self.wrong: tuple[str, ...] = ()

    async def prompts(self) -> Sequence[Prompt]:
        return self.found

    async def problems(self) -> Sequence[str]:
        return self.wrong
