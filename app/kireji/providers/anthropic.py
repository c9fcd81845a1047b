"""Anthropic's Messages API as a provider."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import msgspec

from kireji import __version__
from kireji.core.errors import AuthenticationFailed, ProtocolViolation, ProviderError
from kireji.core.events import ModelEvent
from kireji.core.messages import Usage
from kireji.core.models import ModelInfo
from kireji.core.provider_ports import Gate
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.core.words import say
from kireji.providers.anthropic_catalog import QUERY, ListedModel, ModelPage, merge
from kireji.providers.anthropic_models import BUILT_IN, DEFAULT_MODEL, PROVIDER, counterpart, find_model
from kireji.providers.anthropic_request import encode_body, encode_count
from kireji.providers.anthropic_stream import StreamDecoder, decode_message
from kireji.providers.failures import Answerer
from kireji.providers.http import X_API_KEY, HttpClient, ServerEvents

if TYPE_CHECKING:
    from kireji.core.jobs.answers import JobWords

VERSION = "2026-10-21"
WHOLE_SILENCE = 600.0
"""Seconds that an answer which comes whole may take: nothing is heard until it is finished."""

HEADERS: Mapping[str, str] = MappingProxyType(
    {"anthropic-version": VERSION, "user-agent": f"kireji/{__version__}", "accept-encoding": "identity"}
)
_MOST_PAGES = 20
JOB_SHARE = 0.5
"""Jobs cost half."""


class _JobResult(msgspec.Struct):
    """A line of a job's results, or the message alone."""

    type: str = ""
    message: msgspec.Raw = msgspec.Raw(b"")
    error: msgspec.Raw = msgspec.Raw(b"")


class _Count(msgspec.Struct):
    """What the service says of a question that it only counts."""

    input_tokens: Annotated[int, msgspec.Meta(ge=0)]


class AnthropicProvider:
    """Asks Claude models; also says how a question stands in a job (`core.provider_ports.JobFormat`).

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
        streamed = delivery is Delivery.STREAM
        accept = "text/event-stream" if streamed else "application/json"
        outgoing = OutgoingRequest(
            PROVIDER,
            "POST",
            f"{root(base_url)}/v1/messages",
            {**HEADERS, "content-type": "application/json", "accept": accept},
            encode_body(request, delivery),
            request.model,
            Purpose.ANSWER,
            delivery,
        )
        return outgoing if streamed else msgspec.structs.replace(outgoing, silence=WHOLE_SILENCE)

    @asynccontextmanager
    async def stream(self, cleared: ClearedRequest, secret: Secret | None) -> AsyncIterator[AsyncIterator[ModelEvent]]:
        """Ask, and yield events as they arrive; the same events, at once, for an answer that comes whole.

        Raises:
            ProviderError: On entering or while iterating.
        """
        who, key = _answerer(cleared), needed_key(secret)
        cost = _pricing(who.model, cleared.request)
        if cleared.outgoing is not None and cleared.outgoing.delivery is Delivery.WHOLE:
            answered = await self._http.fetch(cleared, key, X_API_KEY)
            async with aclosing(_each(decode_message(answered.body, who, answered.request_id, cost))) as events:
                yield events
            return
        async with (
            self._http.stream(cleared, key, X_API_KEY) as answer,
            aclosing(_decoded(answer, StreamDecoder(who, answer.request_id, cost))) as events,
        ):
            yield events

    async def models(
        self, gate: Gate | None, base_url: str, secret: Secret | None, purpose: Purpose = Purpose.MODEL_LIST
    ) -> Sequence[ModelInfo]:
        """The models that can be used, asked of the service page by page, with those that are retired and marked so.

        Without a gate the built-in table, at once.

        Raises:
            ProviderError: The service refused or was not reached.
        """
        if gate is None:
            return BUILT_IN
        key = needed_key(secret)
        listed: list[ListedModel] = []
        query = QUERY
        for _ in range(_MOST_PAGES):
            url = f"{root(base_url)}/v1/models?{query}"
            headers = {**HEADERS, "accept": "application/json"}
            cleared = await gate(OutgoingRequest(PROVIDER, "GET", url, headers, b"", "", purpose))
            page = _page((await self._http.fetch(cleared, key, X_API_KEY)).body, _answerer(cleared))
            listed += page.data
            after = page.last_id or (page.data[-1].id if page.data else "")
            if not page.has_more or not page.data:
                break
            query = f"{QUERY}&after_id={_quoted(after)}"
        return merge(listed)

    def counterpart(self, model: str) -> str:
        """Claude models of other providers under the names they have here; the default for all others."""
        return counterpart(model)

    async def warm(self, base_url: str) -> None:
        """Load the network modules and build the client; contacts nothing."""
        del base_url
        await self._http.warm()

    async def connect(self, gate: Gate, base_url: str) -> None:
        """Make the connection that the next question needs, by a request without key and content, unless it stands.

        Raises:
            ProviderError: The service was not reached.
        """
        url = root(base_url)
        if self._http.connected(url):
            return
        headers = {"user-agent": HEADERS["user-agent"]}
        await self._http.head(await gate(OutgoingRequest(PROVIDER, "HEAD", url, headers, b"", "", Purpose.CONNECTION)))

    def encode_count(self, request: ModelRequest, base_url: str) -> OutgoingRequest:
        """The bytes that ask how many tokens a question has (`core.count_ports.TokenCounter`).

        Raises:
            ModelUnavailable: The model is retired; the sentence names its replacement.
            RequestRejected: There is nothing to ask, or it is more than the service takes.
        """
        headers = {**HEADERS, "content-type": "application/json", "accept": "application/json"}
        url = f"{root(base_url)}/v1/messages/count_tokens"
        return OutgoingRequest(PROVIDER, "POST", url, headers, encode_count(request), request.model, Purpose.COUNT)

    async def count(self, cleared: ClearedRequest, secret: Secret | None) -> int:
        """How many tokens a question has, by the service's own count.

        Raises:
            ProviderError: The service refused or was not reached.
        """
        who = _answerer(cleared)
        body = (await self._http.fetch(cleared, needed_key(secret), X_API_KEY)).body
        try:
            return msgspec.json.decode(body, type=_Count).input_tokens
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise ProtocolViolation(
                say("{host} sent something that is not a count of tokens.", host=who.host),
                say("Check the address in Settings, Keys & models."),
                provider=who.provider,
                detail=str(error)[:300],
            ) from error

    def encode_job(self, request: ModelRequest) -> bytes:
        """The body of the question as it stands in a job, as JSON: nothing in it asks for a stream.

        Raises:
            ModelUnavailable: The model is retired.
            RequestRejected: There is nothing to ask, or it is more than the service takes.
        """
        return encode_body(msgspec.structs.replace(request, alone=True), None)

    def decode_job(self, body: bytes, model: str) -> Sequence[ModelEvent]:
        """The events of an answer that came as a job's result.

        Args:
            body: `result` of the result's line, or the message in it.
            model: Which model was asked, for the price; jobs cost half.

        Raises:
            ProviderError: It is an error, was never asked, or is no answer.
        """
        who = Answerer(PROVIDER, "The service", model)
        full = _pricing(model, None)

        def cost(usage: Usage) -> float | None:
            price = full(usage)
            return None if price is None else price * JOB_SHARE

        try:
            result = msgspec.json.decode(body, type=_JobResult)
        except (msgspec.MsgspecError, UnicodeError):
            result = _JobResult()
        match result.type:
            case "succeeded":
                return decode_message(bytes(result.message), who, "", cost)
            case "errored":
                return decode_message(bytes(result.error), who, "", cost)  # an error inside an error
            case "canceled" | "expired":
                raise ProviderError(
                    say("The job ended before this question was answered."),
                    say("Run it again."),
                    provider=PROVIDER,
                    retryable=True,
                )
        return decode_message(body, who, "", cost)

    def words_in_job(self, body: bytes) -> JobWords | None:
        """The words of a result that holds nothing else; None when `decode_job` must look at it."""
        from kireji.providers.job_words import of_message  # nobody needs it for a question

        return of_message(body)


async def _decoded(answer: ServerEvents, decoder: StreamDecoder) -> AsyncGenerator[ModelEvent]:
    async for data in answer:
        for event in decoder.feed(data):
            yield event
        if decoder.finished:
            await answer.drain()
            return
    decoder.end()


async def _each(events: Sequence[ModelEvent]) -> AsyncGenerator[ModelEvent]:
    for event in events:
        yield event


def _answerer(cleared: ClearedRequest) -> Answerer:
    outgoing = cleared.outgoing
    if outgoing is None:
        raise ValueError("a question to this provider leaves the computer")
    return Answerer(PROVIDER, outgoing.host, outgoing.model)


def needed_key(secret: Secret | None) -> Secret:
    """The key.

    Raises:
        AuthenticationFailed: There is none.
    """
    if secret is None or not secret.reveal().strip():
        raise AuthenticationFailed(
            say("There is no key for Anthropic."),
            say("Open Settings, Keys & models, and paste one."),
            provider=PROVIDER,
            not_taken=True,
        )
    return secret


def _pricing(model: str, request: ModelRequest | None) -> Callable[[Usage], float | None]:
    if request is not None and request.info is not None and request.info.prices:
        return request.info.cost
    known = find_model(model)
    return known.cost if known else lambda usage: None


def _page(body: bytes, who: Answerer) -> ModelPage:
    try:
        return msgspec.json.decode(body, type=ModelPage)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ProtocolViolation(
            say("{host} sent something that is not a list of models.", host=who.host),
            say("Check the address in Settings, Keys & models."),
            provider=who.provider,
            detail=str(error)[:300],
        ) from error


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def root(base_url: str) -> str:
    """The address without what people often paste behind it."""
    return base_url.rstrip("/").removesuffix("/v1")
