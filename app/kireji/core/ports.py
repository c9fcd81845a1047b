"""What the services need from outside. Adapters satisfy these by shape; `bootstrap` is where mypy checks that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # only for annotations: whoever holds the shortcut at start-up must not load the whole core for it
    from collections.abc import AsyncGenerator, Mapping, Sequence
    from datetime import datetime

    from kireji.core.geometry import Rect, ScreenImage
    from kireji.core.history import (
        Sent,
        SentTotals,
    )
    from kireji.core.ledger import AnsweredFacts, Kept, SentFacts, Verification
    from kireji.core.messages import DocumentPart, ImagePart, Sha256
    from kireji.core.models import ModelInfo
    from kireji.core.reading import Reading, ReadLine
    from kireji.core.requests import BodyFile, OutgoingRequest
    from kireji.core.secret import Secret, SecretName
    from kireji.core.structured.comparison import Difference


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

    async def names(self) -> Sequence[SecretName]:
        """All of ours that it can list; none where it lists nothing, although there may be some.

        Raises:
            KeyStoreError: As for `get`.
        """


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

    def covered(self, data: bytes, rects: Sequence[Rect]) -> EncodedPicture:
        """A picture that `encode_file` gave, with boxes painted black: nothing of what is under them is in its bytes.

        Raises:
            PictureError: It is damaged, or was not given by `encode_file`.
        """

    def signature(self, screen: ScreenImage, rect: Rect) -> bytes:
        """A small grey picture of a region, `core.changes.SIGNATURE_SIDE` squared bytes, for comparing what is seen.

        Raises:
            RegionInvalid: The rectangle has nothing of the screen in it.
        """


class PictureComparer(Protocol):
    """Compares pictures by their pixels. Pure CPU work: call it in a thread."""

    def difference(self, before: bytes, after: bytes) -> Difference:
        """Where two encoded pictures differ.

        What only compression or smoothing has changed does not count.

        Raises:
            PictureError: One is damaged.
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

    async def latest(self, number: int) -> Sequence[str]:
        """Files of the last pictures that were stored, oldest first.

        Args:
            number: At most so many.

        Raises:
            StoreError: The environment's fault.
        """

    async def discard(self, part: ImagePart | DocumentPart) -> None:
        """Take one `put` back: the bytes go, unless they were put more often or a message or a draft has them.

        Raises:
            StoreError: The environment's fault.
        """


class ModelListStore(Protocol):
    """The models that services last said they have; a cache that may be lost."""

    async def load(self, provider: str, base_url: str) -> tuple[Sequence[ModelInfo], datetime] | None:
        """The list and when it was asked for (UTC); None when there is none."""

    async def save(self, provider: str, base_url: str, models: Sequence[ModelInfo], when: datetime) -> None:
        """Keep the newest list."""


class Ledger(Protocol):
    """Everything that left this computer."""

    async def record(
        self, outgoing: OutgoingRequest, digest: str, conversation: int | None, facts: SentFacts = ...
    ) -> int:
        """Write a row before the bytes leave; returns its number."""

    async def answered(self, number: int, facts: AnsweredFacts) -> None:
        """Write what became of a request, as a row of its own: none is ever changed."""

    async def find(self, number: int) -> Sent | None:
        """The row with this number; None when there is none that tells of something sent."""

    async def of_batch(self, batch: str) -> Sent | None:
        """The row of the batch with this name; None when there is none."""

    async def recent(self, limit: int = 100, conversation: int | None = None) -> Sequence[Sent]: ...
    async def totals(self, conversation: int | None = None) -> SentTotals: ...
    async def verify(self, known: Mapping[int, str] | None = None) -> Verification:
        """Check that every row is what was written, and none is missing.

        Args:
            known: `Verification.head` of earlier checks, kept elsewhere, by `Verification.last`.
        """


class SentStore(Protocol):
    """The bytes of what was sent, where the person wants them kept; named by their hash."""

    async def keep(self, data: bytes) -> None:
        """Raises StoreError: they could not be written."""

    async def keep_file(self, file: BodyFile) -> None:
        """The same of a body that stands in a file.

        Raises:
            StoreError: It could not be written.
        """

    async def get(self, digest: Sha256) -> bytes | None:
        """The bytes; None when they are not there, or are not what their name says."""

    async def holds(self, digest: Sha256) -> bool:
        """Whether they are there and are what their name says."""

    async def kept(self) -> Kept:
        """How much there is.

        Raises:
            StoreError: It could not be looked at.
        """

    async def forget(self, before: datetime | None) -> int:
        """Delete what was kept before a time (UTC), and what belongs to no conversation that is there any more.

        Args:
            before: The time; None for everything.

        Returns:
            How many files.

        Raises:
            StoreError: Some could not be deleted.
        """


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
