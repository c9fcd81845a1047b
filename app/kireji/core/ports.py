"""What the services need from outside. Adapters satisfy these by shape; `bootstrap` is where mypy checks that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # only for annotations: whoever holds the shortcut at start-up must not load the whole core for it
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime

    from kireji.core.geometry import Rect, ScreenImage
    from kireji.core.history import (
        ConversationOutline,
        ConversationSetup,
        ConversationSummary,
        Origin,
        QueuedQuestion,
        SearchHit,
        Sent,
        SentTotals,
        StoredConversation,
        StoredDraft,
        StoredMessage,
    )
    from kireji.core.messages import DocumentPart, ImagePart, Message, MessageState, Sha256, StopReason, Usage
    from kireji.core.models import ModelInfo
    from kireji.core.prompts import Prompt
    from kireji.core.publisher import Publisher
    from kireji.core.reading import Reading, ReadLine
    from kireji.core.requests import OutgoingRequest
    from kireji.core.secret import Secret, SecretName


class Availability(NamedTuple):
    """Whether something can work here.

    Args:
        ok: It can.
        reason: Why not, or what was found, in one sentence.
        hint: What to do about it.
    """

    ok: bool
    reason: str = ""
    hint: str = ""


class Reader(Protocol):
    """Text in pictures, on this computer."""

    async def availability(self) -> Availability: ...
    async def warm(self) -> None:
        """Start the worker so that it is ready when a picture comes."""

    def read(self, picture: bytes) -> AsyncGenerator[ReadLine, None]:
        """Yield the lines of an encoded picture in reading order, as they are recognised.

        Close the generator (`contextlib.aclosing`) when leaving early: that is what stops the work.

        Raises:
            ReaderError: The worker could not start, died, or the picture is none.
        """

    async def read_all(self, picture: bytes) -> Reading:
        """All lines at once."""

    async def aclose(self) -> None: ...


class KeyStore(Protocol):
    """The operating system's keychain."""

    async def availability(self) -> Availability: ...
    async def get(self, name: SecretName) -> Secret | None:
        """The key, or None when there is none for this address.

        Raises:
            KeyStoreError: Locked or not there.
        """

    async def set(self, name: SecretName, secret: Secret) -> None: ...
    async def delete(self, name: SecretName) -> bool:
        """Remove the key; False when there was none."""


class EncodedPicture(NamedTuple):
    """A picture ready to be stored and sent.

    Args:
        data: The encoded bytes.
        media_type: What they are.
        width: Pixels.
        height: Pixels.
    """

    data: bytes
    media_type: str
    width: int
    height: int


class EncodedDocument(NamedTuple):
    """A document ready to be stored and sent.

    Args:
        data: Its bytes; words in UTF-8.
        media_type: application/pdf or text/plain.
        title: As the person knows it.
    """

    data: bytes
    media_type: str
    title: str


class ImageCodec(Protocol):
    """The one pipeline for every picture that enters. Pure CPU work: call it in a thread."""

    def encode_region(self, screen: ScreenImage, rect: Rect) -> EncodedPicture:
        """Cut out, shrink to the limit if needed, encode without loss; JPEG only above 3 MB.

        Raises:
            RegionInvalid: The rectangle has nothing of the screen in it.
        """

    def encode_file(self, data: bytes) -> EncodedPicture:
        """Bring a picture file's bytes into the same limits; rotates as its metadata says and drops the metadata.

        Raises:
            PictureError: Not a picture, damaged, or too large to open.
        """

    def signature(self, screen: ScreenImage, rect: Rect) -> bytes:
        """A small grey picture of a region, `core.changes.SIGNATURE_SIDE` squared bytes, for comparing what is seen.

        Raises:
            RegionInvalid: The rectangle has nothing of the screen in it.
        """


class CaptureStore(Protocol):
    """Encoded pictures and documents on disk, named by their hash."""

    async def put(self, picture: EncodedPicture) -> ImagePart:
        """Store; the same bytes are stored once.

        Raises:
            StoreError: Full or read-only.
        """

    async def put_document(self, document: EncodedDocument) -> DocumentPart:
        """Store a document; the same bytes are stored once.

        Raises:
            StoreError: Full or read-only.
        """

    async def get(self, blob: Sha256) -> bytes:
        """Raises StoreCorrupt when the bytes are missing or are not what their name says."""

    async def discard(self, part: ImagePart | DocumentPart) -> None:
        """Take one `put` back: the bytes go, unless they were put more often or a message or a draft has them.

        Raises:
            StoreError: The environment's fault.
        """


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
    ) -> None:
        """Replace what an answer holds while it streams and when it ends."""

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


class ModelListStore(Protocol):
    """The models that services last said they have; a cache that may be lost."""

    async def load(self, provider: str, base_url: str) -> tuple[Sequence[ModelInfo], datetime] | None:
        """The list and when it was asked for (UTC); None when there is none."""

    async def save(self, provider: str, base_url: str, models: Sequence[ModelInfo], when: datetime) -> None:
        """Keep the newest list."""


class Ledger(Protocol):
    """Everything that left this computer."""

    async def record(self, outgoing: OutgoingRequest, digest: str, conversation: int | None) -> int:
        """Write a row before the bytes leave; returns its number."""

    async def recent(self, limit: int = 100, conversation: int | None = None) -> Sequence[Sent]: ...
    async def totals(self, conversation: int | None = None) -> SentTotals: ...


class PromptStore(Protocol):
    """The quick prompts, each a file of its own."""

    async def prompts(self) -> Sequence[Prompt]:
        """Those that came with the program and the person's own, which replace the former by name; in menu order."""

    async def problems(self) -> Sequence[str]:
        """One sentence for each file that could not be used."""


class SettingsStore(Protocol):
    """The settings file. Synchronous: it is small, and start-up reads it before the loop exists."""

    def read(self) -> dict[str, object]:
        """The file's tables; empty when there is no file.

        Raises:
            SettingsError: The file is not TOML; the sentence names the line.
        """

    def write(self, option: str, value: object) -> None:
        """Change one option, keeping comments, order and unknown names.

        Raises:
            SettingsError: The file cannot be read or written.
        """


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
