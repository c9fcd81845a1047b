"""What the services need from model services and the network; adapters satisfy it by shape, as in `ports`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from kireji.core.events import ModelEvent
    from kireji.core.jobs.answers import JobWords
    from kireji.core.models import Balance, LocalServer, ModelInfo
    from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
    from kireji.core.secret import Secret
    from kireji.core.tool_ports import FetchedPage


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
    def encode(self, request: ModelRequest, base_url: str, delivery: Delivery = ...) -> OutgoingRequest | None:
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

    def words_in_job(self, body: bytes) -> JobWords | None:
        """The same of a result that is plain words, at once; None when `decode_job` must look at it."""


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


class WebPages(Protocol):
    """Fetches pages for tools."""

    async def fetch(self, gate: Gate, url: str, *, near: bool, anywhere: bool) -> FetchedPage:
        """What an address gives to a GET without cookies or keys; redirects to another host are told, not followed.

        Args:
            gate: Records every hop.
            url: http or https.
            near: An address that is plainly of this computer or of one nearby may be fetched.
            anywhere: A name that leads into the local network may be fetched, too.

        Raises:
            ConnectionFailed: It was not reached.
            RequestRejected: The address is none, leads where it may not, or what is there is too large.
        """
