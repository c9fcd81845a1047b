"""Anthropic's Messages API as a provider."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from types import MappingProxyType

import msgspec

from kireji import __version__
from kireji.core.errors import AuthenticationFailed, ProtocolViolation
from kireji.core.events import ModelEvent
from kireji.core.messages import Usage
from kireji.core.models import ModelInfo
from kireji.core.ports import Gate
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.providers.anthropic_models import (
    BUILT_IN,
    DEFAULT_MODEL,
    PROVIDER,
    ModelPage,
    find_model,
    merge,
)
from kireji.providers.anthropic_request import encode_body
from kireji.providers.anthropic_stream import StreamDecoder
from kireji.providers.failures import Answerer
from kireji.providers.http import X_API_KEY, HttpClient, ServerEvents

VERSION = "2026-10-21"

_HEADERS: Mapping[str, str] = MappingProxyType(
    {"anthropic-version": VERSION, "user-agent": f"kireji/{__version__}", "accept-encoding": "identity"}
)


class AnthropicProvider:
    """Asks Claude models.

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
        return DEFAULT_MODEL

    @property
    def needs_key(self) -> bool:
        return True

    def encode(self, request: ModelRequest, base_url: str, delivery: Delivery = Delivery.STREAM) -> OutgoingRequest:
        """The bytes for a question.

        Raises:
            ModelUnavailable: The model is retired; the sentence names its replacement.
            RequestRejected: There is nothing to ask, or it is more than the service takes.
        """
        headers = {**_HEADERS, "content-type": "application/json", "accept": "text/event-stream"}
        url = f"{_root(base_url)}/v1/messages"
        return OutgoingRequest(
            PROVIDER, "POST", url, headers, encode_body(request), request.model, Purpose.ANSWER, delivery
        )

    @asynccontextmanager
    async def stream(self, cleared: ClearedRequest, secret: Secret | None) -> AsyncIterator[AsyncIterator[ModelEvent]]:
        """Ask, and yield events as they arrive.

        Raises:
            ProviderError: On entering or while iterating.
        """
        who = _answerer(cleared)
        async with (
            self._http.stream(cleared, _needed(secret), X_API_KEY) as answer,
            aclosing(_decoded(answer, StreamDecoder(who, answer.request_id, _pricing(who.model)))) as events,
        ):
            yield events

    async def models(
        self, gate: Gate | None, base_url: str, secret: Secret | None, purpose: Purpose = Purpose.MODEL_LIST
    ) -> Sequence[ModelInfo]:
        """The models that can be used, asked of the service; without a gate the built-in table, at once.

        Raises:
            ProviderError: The service refused or was not reached.
        """
        if gate is None:
            return BUILT_IN
        headers = {**_HEADERS, "accept": "application/json"}
        url = f"{_root(base_url)}/v1/models?limit=1000"
        cleared = await gate(OutgoingRequest(PROVIDER, "GET", url, headers, b"", "", purpose))
        answer = await self._http.fetch(cleared, _needed(secret), X_API_KEY)
        return merge(_page(answer.body, _answerer(cleared)).data)

    def counterpart(self, model: str) -> str:
        """Claude models of other providers under the names they have here."""
        del model
        return DEFAULT_MODEL

    async def warm(self, base_url: str) -> None:
        """Load the network modules and build the client; contacts nothing."""
        del base_url
        await self._http.warm()

    async def connect(self, gate: Gate, base_url: str) -> None:
        """Make the connection that the next question needs."""
        del gate, base_url


async def _decoded(answer: ServerEvents, decoder: StreamDecoder) -> AsyncGenerator[ModelEvent]:
    async for data in answer:
        for event in decoder.feed(data):
            yield event
        if decoder.finished:
            await answer.drain()
            return
    decoder.end()


def _answerer(cleared: ClearedRequest) -> Answerer:
    outgoing = cleared.outgoing
    if outgoing is None:
        raise ValueError("a question to this provider leaves the computer")
    return Answerer(PROVIDER, outgoing.host, outgoing.model)


def _needed(secret: Secret | None) -> Secret:
    if secret is None or not secret.reveal().strip():
        raise AuthenticationFailed(
            "There is no key for Anthropic.",
            "Open Settings, Keys & models, and paste one, or let this computer read the text.",
            provider=PROVIDER,
        )
    return secret


def _pricing(model: str) -> Callable[[Usage], float | None]:
    known = find_model(model)
    return known.cost if known else lambda usage: None


def _page(body: bytes, who: Answerer) -> ModelPage:
    try:
        return msgspec.json.decode(body, type=ModelPage)
    except msgspec.MsgspecError as error:
        raise ProtocolViolation(
            f"{who.host} sent something that is not a list of models.",
            "Check the address in Settings, Keys & models.",
            provider=who.provider,
            detail=str(error)[:300],
        ) from error


def _root(base_url: str) -> str:
    """The address without what people often paste behind it."""
    return base_url.rstrip("/").removesuffix("/v1")
