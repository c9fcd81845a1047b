"""Exports and backups in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kireji.core.errors import KirejiError, TransferError
from kireji.core.messages import MessageState, Sha256
from kireji.core.transfer import (
    EMPTY,
    Backup,
    BackupContent,
    Format,
    Found,
    Kind,
    Merged,
    Problem,
    SourceBlob,
    WholeConversation,
    WholeMessage,
)


class MemoryWholeStore:
    """A history by whole conversations; it passes the same suite as the real one (tests/contracts/test_transfer.py).

    Attributes:
        held: What is there, by row.
        removed: Rows of those that were removed.
        deleted: Keys of those that are gone for good.
        announced: Every row that was told to have changed.
    """

    def __init__(self) -> None:
        self.held: dict[int, WholeConversation] = {}
        self.removed: set[int] = set()
        self.deleted: set[str] = set()
        self.announced: list[int] = []

    async def conversations(self) -> Sequence[int]:
        return [row for row in self.held if row not in self.removed]

    async def whole(self, conversation: int) -> WholeConversation | None:
        return self.held.get(conversation)

    async def merge(
        self, conversation: WholeConversation, *, only_look: bool = False, removed_too: bool = False
    ) -> Merged:
        row = next((row for row, one in self.held.items() if one.key == conversation.key), None)
        gone = conversation.key in self.deleted if row is None else row in self.removed
        if gone and not removed_too:
            return Merged(0, is_new=False, messages=0, removed=True)
        there = self.held[row].messages if row is not None else ()
        keys = {one.key for one in there}
        missing = tuple(map(_settled, (one for one in conversation.messages if one.key not in keys)))
        grown = {one.key: one for one in conversation.messages if _grew(there, one)}
        is_new = row is None or gone
        count = len(missing) + len(grown)
        if only_look:
            return Merged(0, is_new, count)
        if row is None:
            row = len(self.held) + 1
            new = msgspec.structs.replace(conversation, messages=missing, head=_end(conversation))
        else:
            old = self.held[row]
            path = [one.key for one in conversation.path]
            head = path[-1] if path and old.head in path else old.head
            kept = tuple(grown.get(one.key, one) for one in there)
            updated = max(old.updated, conversation.updated) if count or is_new else old.updated
            new = msgspec.structs.replace(old, messages=(*kept, *missing), head=head, updated=updated)
        self.held[row] = new
        self.removed.discard(row)
        self.deleted.discard(conversation.key)
        return Merged(row, is_new, count)

    def announce(self, conversations: Sequence[int]) -> None:
        self.announced.extend(conversations)


def _settled(message: WholeMessage) -> WholeMessage:
    if message.state is MessageState.STREAMING:
        return msgspec.structs.replace(message, state=MessageState.INTERRUPTED)
    return message


def _grew(there: Sequence[WholeMessage], new: WholeMessage) -> bool:
    old = next((one for one in there if one.key == new.key), None)
    if old is None or old.state is not MessageState.INTERRUPTED or new.state is not MessageState.COMPLETE:
        return False
    return len(new.message.text) > len(old.message.text) and new.message.text.startswith(old.message.text)


def _end(conversation: WholeConversation) -> str | None:
    path = conversation.path
    return path[-1].key if path else None


class FakeSource:
    """An export that is read.

    Args:
        steps: What it gives.
        blobs: Bytes by name.
    """

    def __init__(
        self, steps: Sequence[Found | Problem] = (), blobs: dict[str, bytes] | None = None, kind: Kind = Kind.KIREJI
    ) -> None:
        self._steps = steps
        self._blobs = blobs or {}
        self._kind = kind
        self.closed = False

    @property
    def kind(self) -> Kind:
        return self._kind

    def read(self) -> Iterator[Found | Problem]:
        yield from self._steps

    def blob(self, name: str) -> SourceBlob | None:
        data = self._blobs.get(name)
        return None if data is None else SourceBlob(data, name)

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeExports:
    """What is opened and written.

    Attributes:
        sources: By path; opening another one fails.
        written: Conversations by path, of exports that were finished.
        abandoned: Paths of those that were not.
        failure: When set, opening and writing raise it.
    """

    sources: dict[Path, FakeSource] = field(default_factory=dict)
    written: dict[Path, list[WholeConversation]] = field(default_factory=dict)
    abandoned: list[Path] = field(default_factory=list)
    forms: list[Format] = field(default_factory=list)
    failure: KirejiError | None = None

    def open(self, path: Path, kind: Kind | None) -> FakeSource:
        if self.failure is not None:
            raise self.failure
        if path not in self.sources:
            raise TransferError(f"{path} is not there.", "Check the name.")
        del kind
        return self.sources[path]

    def writer(self, path: Path, form: Format, overwrite: bool) -> FakeWriter:
        if path in self.written and not overwrite:
            raise TransferError(f"{path} exists already.", "Choose another name.")
        self.forms.append(form)
        return FakeWriter(self, path)


class FakeWriter:
    """An export that is written."""

    def __init__(self, exports: FakeExports, path: Path) -> None:
        self._exports = exports
        self._path = path
        self._added: list[WholeConversation] = []

    def add(self, conversation: WholeConversation, blob: Callable[[Sha256], bytes | None]) -> None:
        if self._exports.failure is not None:
            raise self._exports.failure
        for name in conversation.blobs:
            blob(name)
        self._added.append(conversation)

    def finish(self) -> Path:
        self._exports.written[self._path] = self._added
        return self._path

    def abandon(self) -> None:
        if self._path not in self._exports.written:
            self._exports.abandoned.append(self._path)


class FakeBackups:
    """Backups in memory.

    Attributes:
        backups: All there are.
        sources: What they hold, by path.
        failure: When set, making one raises it.
        shared: Paths of those that share their pictures.
        now_marked: What `mark` says.
    """

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now or (lambda: datetime.now(UTC))
        self.backups: list[Backup] = []
        self.sources: dict[Path, FakeSource] = {}
        self.failure: KirejiError | None = None
        self.shared: list[Path] = []
        self.now_marked = EMPTY

    def make(self, target: Path, *, share: bool = False) -> Backup:
        if self.failure is not None:
            raise self.failure
        content = BackupContent(self._now(), "1", 4, 3, 12, 2, size=14_000_000, mark=self.now_marked)
        backup = Backup(target, content)
        self.backups.append(backup)
        if share:
            self.shared.append(target)
        return backup

    def found(self, folder: Path) -> Sequence[Backup]:
        inside = [one for one in self.backups if one.path.parent == folder]
        return sorted(inside, key=lambda one: one.content.made, reverse=True)

    def remove(self, backup: Backup) -> None:
        self.backups.remove(backup)

    def open(self, path: Path) -> FakeSource:
        if path not in self.sources:
            raise TransferError(f"{path} is not a backup.", "Choose another.")
        return self.sources[path]

    def mark(self) -> int:
        return self.now_marked
