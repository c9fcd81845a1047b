"""Model servers that a person runs: Ollama, llama.cpp, LM Studio, and whatever else speaks the OpenAI shape."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from types import MappingProxyType
from urllib.parse import urlsplit

from kireji import __version__
from kireji.core.errors import ProviderError, ProviderTimeout
from kireji.core.events import ModelEvent
from kireji.core.messages import Usage
from kireji.core.models import LocalServer, ModelInfo
from kireji.core.provider_ports import Gate
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.core.words import say
from kireji.providers.failures import Answerer
from kireji.providers.http import BEARER, HttpClient
from kireji.providers.local_inquiry import Inquiry, all_of, no_server
from kireji.providers.local_models import DEFAULT_ADDRESSES, PROVIDER, is_loopback, is_near
from kireji.providers.openai_dialect import LOCAL
from kireji.providers.openai_reading import read_chat
from kireji.providers.openai_request import encode_chat
from kireji.providers.openai_stream import ChatDecoder, decode_whole

__all__ = ["DEFAULT_ADDRESSES", "LocalFinder", "LocalProvider"]

_HEADERS: Mapping[str, str] = MappingProxyType(
    {"user-agent": f"kireji/{__version__}", "content-type": "application/json", "accept-encoding": "identity"}
)
_SILENCE = 300.0
"""Seconds: a server may load the model first, which takes minutes from a slow disk."""
_LIST_SECONDS = 15.0
_LOOK_SECONDS = 0.3


class LocalProvider:
    """Asks a model server; its address is the base URL of each call. Needs no key, but sends one that it is given.

    Args:
        http: Sends the requests.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    @property
    def name(self) -> str:
        return PROVIDER

    @property
    def default_model(self) -> str:
        """None that is there everywhere: whoever asks picks one from the server's list."""
        return ""

    @property
    def needs_key(self) -> bool:
        return False

    def encode(self, request: ModelRequest, base_url: str, delivery: Delivery = Delivery.STREAM) -> OutgoingRequest:
        """The bytes for a question.

        Raises:
            ConnectionFailed: There is no server to ask.
            ModelUnavailable: No model is named.
            RequestRejected: There is nothing to ask, or something that such servers do not take.
        """
        if not base_url:
            raise no_server()
        headers = dict(_HEADERS)
        headers["accept"] = "text/event-stream" if delivery is Delivery.STREAM else "application/json"
        body = encode_chat(request, LOCAL, delivery)
        url = f"{_base(base_url)}/chat/completions"
        return OutgoingRequest(
            PROVIDER, "POST", url, headers, body, request.model, Purpose.ANSWER, delivery, silence=_SILENCE
        )

    @asynccontextmanager
    async def stream(self, cleared: ClearedRequest, secret: Secret | None) -> AsyncIterator[AsyncIterator[ModelEvent]]:
        """Ask, and yield events as they arrive.

        Raises:
            ProviderError: On entering or while iterating.
        """
        outgoing = cleared.outgoing
        assert outgoing is not None
        with _silence_explained():
            if outgoing.delivery is Delivery.WHOLE:
                answered = await self._http.fetch(cleared, secret, BEARER)
                decoder = _decoder(cleared, answered.request_id)
                async with aclosing(_one_by_one(decode_whole(decoder, answered.body))) as events:
                    yield events
                return
            async with (
                self._http.stream(cleared, secret, BEARER) as answer,
                aclosing(read_chat(answer, _decoder(cleared, answer.request_id))) as events,
            ):
                yield events

    async def models(
        self, gate: Gate | None, base_url: str, secret: Secret | None, purpose: Purpose = Purpose.MODEL_LIST
    ) -> Sequence[ModelInfo]:
        """The models of the server, with what they can do; none without a gate.

        Raises:
            ProviderError: The server was not reached, or is no model server.
        """
        if gate is None:
            return ()
        if not base_url:
            raise no_server()
        return (await Inquiry(self._http, gate, _base(base_url), secret, purpose, _LIST_SECONDS).run()).models

    def counterpart(self, model: str) -> str:
        """The models of other services are not here."""
        del model
        return ""

    async def warm(self, base_url: str) -> None:
        """Load the network modules and build the client; contacts nothing."""
        del base_url
        await self._http.warm()

    async def connect(self, gate: Gate, base_url: str) -> None:
        """Make the connection that the next question needs, unless it stands.

        Raises:
            ProviderError: The server was not reached.
        """
        if base_url and not self._http.connected(base_url):
            headers = {"user-agent": _HEADERS["user-agent"]}
            url = f"{_base(base_url)}/models"
            await self._http.head(
                await gate(OutgoingRequest(PROVIDER, "HEAD", url, headers, b"", "", Purpose.CONNECTION))
            )


class LocalFinder:
    """Looks for model servers on this computer; satisfies `core.provider_ports.LocalServerFinder`.

    No key is sent. A port that nobody listens on answers at once and is no error.

    Args:
        http: Sends the requests.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def find(self, gate: Gate, base_urls: Sequence[str] = DEFAULT_ADDRESSES) -> Sequence[LocalServer]:
        """Those that answer within 300 ms, in the order given, with what their models can do.

        What has been learnt by then counts: a server that was slow to say what its models can do is still listed. The
        network modules are loaded first, outside of that time; addresses of other computers are passed over.

        Args:
            gate: Records each look.
            base_urls: Where to look, with /v1.
        """
        await self._http.warm()
        wanted = dict.fromkeys(_base(url) for url in base_urls if is_loopback(url))
        looks = [Inquiry(self._http, gate, url, None, Purpose.LOCAL_SERVER, _LOOK_SECONDS) for url in wanted]
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                await all_of([_quietly(look) for look in looks])
        return tuple(look.server for look in looks if look.server is not None)


async def _quietly(look: Inquiry) -> None:
    with suppress(ProviderError):
        await look.run()


async def _one_by_one(events: Sequence[ModelEvent]) -> AsyncGenerator[ModelEvent]:
    for event in events:
        yield event


@contextmanager
def _silence_explained() -> Iterator[None]:
    """Says what the usual reason is when a server says nothing for so long."""
    try:
        yield
    except ProviderTimeout as error:
        raise ProviderTimeout(
            error.message,
            say(
                "The model may still be loading, or be too large for this computer: ask again, or choose a smaller one."
            ),
            provider=PROVIDER,
            request_id=error.request_id,
            retryable=True,
            detail=error.detail,
        ) from error


def _decoder(cleared: ClearedRequest, request_id: str) -> ChatDecoder:
    assert cleared.outgoing is not None
    who = Answerer(PROVIDER, cleared.outgoing.host, cleared.outgoing.model)
    info = cleared.request.info if cleared.request else None
    near = is_near(cleared.outgoing.url)

    def cost(usage: Usage) -> float | None:
        return info.cost(usage) if info else 0.0 if near else None

    return ChatDecoder(who, request_id, cost, replays=LOCAL.replays)


def _base(base_url: str) -> str:
    """The address with the /v1 that people often leave out."""
    plain = base_url.rstrip("/")
    return plain if urlsplit(plain).path else f"{plain}/v1"
