"""What the services need from outside. Adapters satisfy these by shape; `bootstrap` is where mypy checks that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # only for annotations: whoever holds the shortcut at start-up must not load the whole core for it
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from kireji.core.events import ModelEvent
    from kireji.core.geometry import Rect, ScreenImage
    from kireji.core.history import (
        ConversationSetup,
        ConversationSummary,
        Origin,
        Sent,
        SentTotals,
        StoredConversation,
        StoredMessage,
    )
    from kireji.core.messages import ImagePart, Message, MessageState, Sha256, StopReason, Usage
    from kireji.core.models import Balance, LocalServer, ModelInfo
    from kireji.core.reading import Reading, ReadLine
    from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
    from kireji.core.secret import Secret, SecretName
    from kireji.core.shortcuts import Shortcut


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


class Gate(Protocol):
    """The way out: turns the bytes that would leave into a request that may. Given by the outbox."""

    async def __call__(self, outgoing: OutgoingRequest) -> ClearedRequest:
        """Record and clear.

        Raises:
            StoreError: The ledger could not be written; then nothing leaves.
        """


class Provider(Protocol):
    """A model service.

    `encode` is pure: it says what would leave. Sending needs that to be cleared by the outbox.
    """

    @property
    def name(self) -> str: ...
    @property
    def default_model(self) -> str: ...
    @property
    def needs_key(self) -> bool: ...
    def encode(
        self, request: ModelRequest, base_url: str, delivery: Delivery = ...
    ) -> OutgoingRequest | None:
        """The bytes for a question; None when nothing leaves this computer.

        Raises:
            ModelUnavailable: The model is retired; the sentence names its replacement.
            RequestRejected: There is nothing to ask, or it is more than the service takes.
        """

    def stream(
        self, cleared: ClearedRequest, secret: Secret | None
    ) -> AbstractAsyncContextManager[AsyncIterator[ModelEvent]]:
        """Ask, and yield events as they arrive; the same events, at once, for an answer that comes whole.

        Leaving the context closes the connection on every path.

        Raises:
            ProviderError: On entering or while iterating.
            ReaderError: From this computer's reader.
        """

    async def models(
        self, gate: Gate | None, base_url: str, secret: Secret | None, purpose: Purpose = ...
    ) -> Sequence[ModelInfo]:
        """The models that can be used, asked of the service; without a gate the built-in table, at once.

        Raises:
            ProviderError: The service refused or was not reached.
        """

    def counterpart(self, model: str) -> str:
        """The id under which this provider has a model of another one; its own default when it has none such."""

    async def warm(self, base_url: str) -> None:
        """Prepare for a question that is likely to come (load modules, build the client, start the reader)."""

    async def connect(self, gate: Gate, base_url: str) -> None:
        """Make the connection that the next question needs, by a request without key and content, unless it stands.

        Raises:
            ProviderError: The service was not reached.
        """


class JobFormat(Protocol):
    """The same question as one line of a job, and its result."""

    def encode_job(self, request: ModelRequest) -> bytes:
        """The body of the question as it stands in a job, as JSON: nothing in it asks for a stream.

        Raises:
            ModelUnavailable: The model is retired.
            RequestRejected: Jobs cannot hold such a question; the sentence says why.
        """

    def decode_job(self, body: bytes, model: str) -> Sequence[ModelEvent]:
        """The events of an answer that came as a job's result.

        Raises:
            ProviderError: It is an error, or not an answer.
        """


class BalanceSource(Protocol):
    """A service that tells what is left on the account."""

    @property
    def name(self) -> str: ...
    async def balance(self, gate: Gate, base_url: str, secret: Secret) -> Balance:
        """Raises ProviderError."""


class SignIn(Protocol):
    """A service that hands out a key in the browser (OAuth with PKCE, RFC 7636)."""

    @property
    def name(self) -> str: ...
    def authorisation_url(self, base_url: str, callback: str, challenge: str) -> str:
        """Where the person allows it.

        Args:
            base_url: The service's API.
            callback: Where the browser is sent afterwards, with `?code=`.
            challenge: S256 challenge of the verifier.
        """

    async def exchange(self, gate: Gate, base_url: str, code: str, verifier: str) -> Secret:
        """Turn the code into a key.

        Raises:
            ProviderError: The service refused it.
        """


class Callback(Protocol):
    """A page of this computer that a browser is sent to; made for one visit."""

    @property
    def url(self) -> str: ...
    async def visit(self) -> Mapping[str, str]:
        """Wait for the browser; the query's fields."""


class CallbackListener(Protocol):
    """Opens such a page on the loopback interface."""

    def listen(self) -> AbstractAsyncContextManager[Callback]:
        """Leaving the context closes it.

        Raises:
            ConnectionFailed: No port could be opened.
        """


class LocalServerFinder(Protocol):
    """Looks for model servers on this computer."""

    async def find(self, gate: Gate, base_urls: Sequence[str]) -> Sequence[LocalServer]:
        """Those that answer, in the order given, with what their models can do; never takes longer than 300 ms.

        Args:
            gate: Records each look.
            base_urls: Where to look; loopback only, with /v1.
        """


class WebPictures(Protocol):
    """Fetches pictures by address."""

    async def fetch(self, gate: Gate, url: str) -> bytes:
        """The bytes, unchecked.

        Raises:
            ConnectionFailed: It was not reached.
            RequestRejected: The address is none, leads away from the web, or what is there is too large or no picture.
        """


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


class CaptureBackend(Protocol):
    """A way to copy the screens' pixels."""

    @property
    def name(self) -> str: ...
    async def availability(self) -> Availability: ...
    async def grab(self) -> Sequence[ScreenImage]:
        """Copy all screens now.

        Raises:
            CaptureError: It did not work.
        """


class Registration(Protocol):
    """A held shortcut."""

    def release(self) -> None:
        """Give it back; harmless a second time."""


class HotkeyBackend(Protocol):
    """A way to hold a key combination everywhere, without seeing any other key."""

    @property
    def name(self) -> str: ...
    def availability(self) -> Availability: ...
    def register(self, shortcut: Shortcut, pressed: Callable[[], None]) -> Registration:
        """Hold `shortcut`; `pressed` runs on the GUI thread.

        Raises:
            HotkeyTaken: Another program has it.
            HotkeyUnavailable: No such key here, or no way to hold it.
        """


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


class CaptureStore(Protocol):
    """Encoded pictures on disk, named by their hash."""

    async def put(self, picture: EncodedPicture) -> ImagePart:
        """Store; the same bytes are stored once.

        Raises:
            StoreError: Full or read-only.
        """

    async def get(self, blob: Sha256) -> bytes:
        """Raises StoreCorrupt when the bytes are missing or are not what their name says."""


class ConversationStore(Protocol):
    """The history. Every change is committed when a call returns; all raise StoreError for the environment's faults."""

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

    async def latest(self) -> ConversationSummary | None: ...
    async def recent(self, limit: int = 200) -> Sequence[ConversationSummary]:
        """Newest first."""


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
