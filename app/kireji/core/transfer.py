"""What goes out of the history and comes into it: whole conversations with all branches, reports, and the ports."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from kireji.core.history import ConversationSetup
from kireji.core.messages import Message, MessageState, Sha256, StopReason, Usage

PICTURE_IN_SOURCE = "source:"
"""Begins the `blob` of a picture or document that still lies in the export it comes from; then its name there."""


class Format(enum.Enum):
    """How conversations are written."""

    MARKDOWN = "md"
    JSON = "json"
    HTML = "html"


class Kind(enum.Enum):
    """Whose export it is."""

    KIREJI = "kireji"
    CHATGPT = "chatgpt"
    CLAUDE = "claude"


class WholeMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message with a name that is the same on every computer.

    Args:
        key: Its name; within one conversation no two messages have the same.
        parent: Key of the message it follows; None for the first.
        message: What was said.
        created: When (UTC).
        state: How far it is.
        provider: Who answered; "chatgpt" or "claude" for answers that were given there.
        model: Which model answered.
        usage: What it used, when reported.
        stop: Why it ended.
        error: The sentence shown when it failed or was cut.
        result: Of an answer that is more than words: the same as JSON values. What a file says is looked at when it is
            merged; what is none is left out, and the words stay.
        asked: Of a question that asks for more than words: what, in the same way.
    """

    key: str
    parent: str | None
    message: Message
    created: datetime
    state: MessageState = MessageState.COMPLETE
    provider: str = ""
    model: str = ""
    usage: Usage | None = None
    stop: StopReason | None = None
    error: str = ""
    result: Any = None
    asked: Any = None


class WholeConversation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A conversation with all its branches, apart from any database.

    Args:
        key: A name that is the same on every computer.
        title: As in the list.
        created: When it began (UTC).
        updated: When it last changed (UTC).
        messages: Each after the one it follows.
        head: Key of the end of the path that is shown; None for the last message.
        setup: Who answers in it and how.
        pinned: Whether it stands at the top of the list.
        archived: Whether it is kept out of the list.
        named: Whether the title was given, so that none is made for it.
    """

    key: str
    title: str
    created: datetime
    updated: datetime
    messages: tuple[WholeMessage, ...]
    head: str | None = None
    setup: ConversationSetup = ConversationSetup()
    pinned: bool = False
    archived: bool = False
    named: bool = False

    @property
    def blobs(self) -> tuple[Sha256, ...]:
        """The names of all stored bytes that it needs, each once."""
        return tuple(dict.fromkeys(blob for each in self.messages for blob in each.message.blobs))

    @property
    def path(self) -> tuple[WholeMessage, ...]:
        """The messages that are shown, first to last."""
        by_key = {each.key: each for each in self.messages}
        found: list[WholeMessage] = []
        at = by_key.get(self.head or "") or (self.messages[-1] if self.messages else None)
        while at is not None and len(found) < len(by_key):
            found.append(at)
            at = by_key.get(at.parent) if at.parent is not None else None
        return tuple(reversed(found))


class Problem(NamedTuple):
    """Something in a source that could not be taken over.

    Args:
        where: A conversation's title, or a file's name.
        why: In one sentence.
    """

    where: str
    why: str


class Found(NamedTuple):
    """One conversation of a source.

    Args:
        conversation: Pictures in it may still lie in the source (`PICTURE_IN_SOURCE`).
        unsupported: A word for each part that became a note in the text.
    """

    conversation: WholeConversation
    unsupported: tuple[str, ...] = ()


class SourceBlob(NamedTuple):
    """Bytes that lie in a source.

    Args:
        data: As they are there; hostile until decoded.
        name: What the person knows them by.
    """

    data: bytes
    name: str


class Source(Protocol):
    """An export that is being read. Blocking: call it in a thread. Closing waits for a step that is under way."""

    @property
    def kind(self) -> Kind: ...
    def read(self) -> Iterator[Found | Problem]:
        """One conversation after the other; what cannot be read is told and passed over.

        Raises:
            TransferError: Nothing more can be read.
        """

    def blob(self, name: str) -> SourceBlob | None:
        """The bytes a conversation names; None when they are not there.

        Raises:
            TransferError: They are there and cannot be read.
        """

    def close(self) -> None: ...


class Writer(Protocol):
    """An export that is being written. Blocking: call it in a thread. Its name appears with `finish`."""

    def add(self, conversation: WholeConversation, blob: Callable[[Sha256], bytes | None]) -> None:
        """Write one conversation; `blob` gives the bytes of its pictures, None for those that are lost."""

    def finish(self) -> Path:
        """Give it its name; returns where it is.

        Raises:
            StoreError: It could not be written; nothing is left of it.
        """

    def abandon(self) -> None:
        """Leave nothing behind; harmless after `finish`."""


class Merged(NamedTuple):
    """What became of one conversation that was added.

    Args:
        conversation: Its row; 0 when it does not exist (only looked at, or removed).
        is_new: It was not there, or had been removed and is back.
        messages: How many of its messages were not there.
        removed: It had been removed, and was left so.
    """

    conversation: int
    is_new: bool
    messages: int
    removed: bool = False


class WholeStore(Protocol):
    """The history by whole conversations."""

    async def conversations(self) -> Sequence[int]:
        """The rows of all that are in a list, archived ones too, oldest first."""

    async def whole(self, conversation: int) -> WholeConversation | None:
        """All of a conversation; None when there is none. What still streams counts as interrupted."""

    async def merge(
        self, conversation: WholeConversation, *, only_look: bool = False, removed_too: bool = False
    ) -> Merged:
        """Add what is not there, in one transaction. Nothing that is there is changed, but a path that ends where the
        new one goes on follows it.

        Args:
            conversation: All its pictures must be stored already.
            only_look: Change nothing.
            removed_too: Bring back what was removed.

        Raises:
            StoreError: The environment's fault; nothing was added.
        """

    def announce(self, conversations: Sequence[int]) -> None:
        """Tell those who show these conversations that they have changed."""


class Progress(NamedTuple):
    """How far a transfer is.

    Args:
        done: Conversations that are through.
        total: Of how many; 0 when that is not known.
    """

    done: int
    total: int = 0


class ImportReport(msgspec.Struct, frozen=True):
    """What an import or a restore brought.

    Args:
        conversations: New ones.
        extended: That were there and have new messages now.
        messages: New ones, in all of these.
        pictures: New ones.
        present: Conversations in which nothing was new.
        removed: Conversations that had been removed and were left so.
        unsupported: What became a note in the text, by kind.
        problems: What could not be read, and why.
        only_looked: Nothing was changed.
    """

    conversations: int = 0
    extended: int = 0
    messages: int = 0
    pictures: int = 0
    present: int = 0
    removed: int = 0
    unsupported: Mapping[str, int] = msgspec.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    only_looked: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether not one conversation came through: nothing was new, and nothing was there already."""
        return not (self.conversations or self.messages or self.present or self.removed)


class ExportReport(msgspec.Struct, frozen=True):
    """What an export holds.

    Args:
        path: Where it is.
        conversations: In it.
        messages: In them.
        pictures: In them.
        lost: Pictures whose bytes are missing or damaged.
    """

    path: Path
    conversations: int
    messages: int
    pictures: int
    lost: int = 0


class BackupContent(msgspec.Struct, frozen=True):
    """What a backup holds, as it says itself.

    Args:
        made: When (UTC).
        version: Of the program.
        schema: Of the database.
        conversations: Removed ones that can still be brought back are counted too.
        messages: In all branches.
        blobs: Pictures and documents.
        size: Bytes; pictures that are shared with the history are counted.
        mark: Differs when the history has changed.
        lost: Pictures that could not be copied because they are missing or damaged.
    """

    made: datetime
    version: str
    schema: int
    conversations: int
    messages: int
    blobs: int
    size: int = 0
    mark: int = 0
    lost: int = 0


class Backup(msgspec.Struct, frozen=True):
    """A backup that was made and checked.

    Args:
        path: A folder or a zip file.
        content: What it holds.
    """

    path: Path
    content: BackupContent


class BackupState(msgspec.Struct, frozen=True):
    """How backups stand.

    Args:
        last: The newest one that was made and checked.
        failed: When a later one was tried in vain.
        sentence: Why, and what to do.
    """

    last: Backup | None = None
    failed: datetime | None = None
    sentence: str = ""


EMPTY = 0
"""The mark of a history in which there is nothing."""


class BackupStore(Protocol):
    """Backups as files. Blocking: call it in a thread."""

    def make(self, target: Path, *, share: bool = False) -> Backup:
        """Copy the history with its pictures to `target`, check the copy, then give it its name.

        Args:
            target: Must not exist. A name that ends with .zip makes a zip file, any other a folder.
            share: Let a folder share its pictures with the history where the file system can: they are written once
                and never changed.

        Raises:
            TransferError: Something of that name exists.
            StoreError: It could not be written, or the copy does not pass its check; nothing is left of it.
        """

    def found(self, folder: Path) -> Sequence[Backup]:
        """The backups in a folder, newest first; what is none is passed over."""

    def remove(self, backup: Backup) -> None:
        """Delete it; what cannot be deleted stays."""

    def open(self, path: Path) -> Source:
        """Read a backup's conversations, those of an older version too.

        Raises:
            StoreTooNew: A newer version made it.
            TransferError: It is none, or damaged.
        """

    def mark(self) -> int:
        """Differs from a backup's own when the history has changed since.

        Raises:
            StoreError: The environment's fault.
        """
