"""Stores in memory; they pass the same suite as the real ones (tests/contracts/test_stores.py)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kireji.core.errors import SettingsError, StoreCorrupt, StoreError
from kireji.core.history import QueuedQuestion, Sent, SentTotals
from kireji.core.ledger import NO_FACTS, AnsweredFacts, Finding, Kept, SentFacts, Verification
from kireji.core.messages import DocumentPart, ImagePart, Message, Sha256
from kireji.core.models import ModelInfo
from kireji.core.ports import EncodedDocument, EncodedPicture
from kireji.core.requests import BodyFile, OutgoingRequest
from tests.fakes.history import MemoryConversationStore, MemoryDraftStore, Ticking

__all__ = [
    "MemoryCaptureStore",
    "MemoryConversationStore",
    "MemoryDraftStore",
    "MemoryLedger",
    "MemoryModelListStore",
    "MemoryQueueStore",
    "MemorySentStore",
    "MemorySettings",
    "Ticking",
]


class MemoryLedger:
    """A ledger.

    Attributes:
        failure: When set, every call raises it.
        rows: Everything recorded, oldest first.
        findings: What a check finds wrong.
    """

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now or Ticking()
        self.failure: StoreError | None = None
        self.rows: list[Sent] = []
        self.findings: tuple[Finding, ...] = ()

    async def record(
        self, outgoing: OutgoingRequest, digest: str, conversation: int | None, facts: SentFacts = NO_FACTS
    ) -> int:
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
                size=outgoing.size,
                digest=digest,
                conversation=conversation,
                facts=facts,
            )
        )
        return number

    async def answered(self, number: int, facts: AnsweredFacts) -> None:
        self._fail()
        self.rows[number - 1] = msgspec.structs.replace(self.rows[number - 1], answer=facts)

    async def find(self, number: int) -> Sent | None:
        self._fail()
        return self.rows[number - 1] if 0 < number <= len(self.rows) else None

    async def of_batch(self, batch: str) -> Sent | None:
        self._fail()
        return next((row for row in reversed(self.rows) if row.facts.batch == batch), None)

    async def verify(self, known: Mapping[int, str] | None = None) -> Verification:
        self._fail()
        return Verification(
            requests=len(self.rows),
            sealed=0,
            begun=datetime(2026, 3, 1, 12, tzinfo=UTC),
            last=len(self.rows),
            head="0" * 64 if self.rows else "",
            witnessed=True,
            findings=self.findings,
        )

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


class MemorySentStore:
    """Bytes of what was sent.

    Attributes:
        failure: When set, every call raises it.
        read_file: Gives the bytes of a body that stands in a file.
        kept_bytes: By hash.
        forgotten: The times before which was to be deleted.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.read_file: Callable[[str], bytes] = lambda path: Path(path).read_bytes()
        self.kept_bytes: dict[Sha256, bytes] = {}
        self.forgotten: list[datetime] = []

    async def keep(self, data: bytes) -> None:
        self._fail()
        self.kept_bytes[hashlib.sha256(data).hexdigest()] = data

    async def keep_file(self, file: BodyFile) -> None:
        await self.keep(self.read_file(file.path))

    async def get(self, digest: Sha256) -> bytes | None:
        return self.kept_bytes.get(digest)

    async def holds(self, digest: Sha256) -> bool:
        return digest in self.kept_bytes

    async def kept(self) -> Kept:
        self._fail()
        return Kept(len(self.kept_bytes), sum(map(len, self.kept_bytes.values())))

    async def forget(self, before: datetime | None) -> int:
        self._fail()
        if before is not None:
            self.forgotten.append(before)
            return 0
        count = len(self.kept_bytes)
        self.kept_bytes.clear()
        return count

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

    async def latest(self, number: int) -> Sequence[str]:
        self._fail()
        return [f"/captures/{blob}.png" for blob in list(self.pictures)[-number:]]

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


class MemoryQueueStore:
    """Questions that wait.

    Args:
        conversations: Whose conversations they are in.

    Attributes:
        failure: When set, every call raises it.
        rows: What waits, in order.
    """

    def __init__(self, conversations: MemoryConversationStore) -> None:
        self._conversations = conversations
        self._number = 0
        self.failure: StoreError | None = None
        self.rows: list[QueuedQuestion] = []

    async def queued(self, conversation: int) -> Sequence[QueuedQuestion]:
        self._fail()
        return [one for one in self.rows if one.conversation == conversation]

    async def enqueue(self, conversation: int, message: Message) -> QueuedQuestion:
        self._fail()
        if await self._conversations.load(conversation) is None:
            raise LookupError(f"there is no conversation {conversation}")
        self._number += 1
        added = QueuedQuestion(self._number, conversation, message)
        self.rows.append(added)
        return added

    async def dequeue(self, queued: int) -> None:
        self._fail()
        self.rows = [one for one in self.rows if one.id != queued]

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
