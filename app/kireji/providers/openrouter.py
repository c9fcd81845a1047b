"""OpenRouter as a provider: Claude models in Anthropic's form, all others in the OpenAI shape.

Messages that it wrote are replayed in the form they came in; those of its other form are told again from their parts.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from kireji import __version__
from kireji.core.errors import AuthenticationFailed, ModelUnavailable, ProtocolViolation, RequestRejected
from kireji.core.events import ModelEvent
from kireji.core.messages import DocumentPart, ImagePart, ToolResultPart, Usage
from kireji.core.models import Balance, Lifecycle, ModelInfo
from kireji.core.provider_ports import Gate
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
from kireji.core.routing import routing_fields
from kireji.core.secret import Secret
from kireji.core.words import say
from kireji.providers.anthropic import VERSION, WHOLE_SILENCE
from kireji.providers.anthropic_request import encode_body
from kireji.providers.anthropic_stream import StreamDecoder, decode_message
from kireji.providers.failures import Answerer, error_from_event, parse_error
from kireji.providers.http import BEARER, Answered, HttpClient, ServerEvents
from kireji.providers.openai_dialect import OPENROUTER
from kireji.providers.openai_reading import read_chat
from kireji.providers.openai_request import encode_chat
from kireji.providers.openai_stream import ChatDecoder, decode_whole
from kireji.providers.openrouter_account import balance_in, exchange_body, key_in, sign_in_page
from kireji.providers.openrouter_models import (
    BUILT_IN,
    DEFAULT_MODEL,
    PROVIDER,
    ModelPage,
    find_routed,
    is_claude,
    known_models,
    routed_id,
)

if TYPE_CHECKING:
    from kireji.core.jobs.answers import JobWords

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "user-agent": f"kireji/{__version__}",
        "accept": "application/json",
        "accept-encoding": "identity",
        "x-openrouter-title": "Kireji",
    }
)


class OpenRouterProvider:
    """Asks models through OpenRouter; also its JobFormat, BalanceSource and SignIn of `core.provider_ports`.

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
            ModelUnavailable: No model is named, or it is no longer served.
            RequestRejected: There is nothing to ask, or it is more than the service takes.
        """
        request = _informed(request)
        headers = {**HEADERS, "content-type": "application/json"}
        if delivery is Delivery.STREAM:
            headers["accept"] = "text/event-stream"
        extra = routing_fields(request.routing)
        if is_claude(request.model):
            headers["anthropic-version"] = VERSION
            path, body = "messages", encode_body(request, delivery, provider=PROVIDER, extra=extra)
        else:
            path, body = "chat/completions", encode_chat(request, OPENROUTER, delivery, _with_needs(extra, request))
        outgoing = OutgoingRequest(
            PROVIDER, "POST", _url(base_url, path), headers, body, request.model, Purpose.ANSWER, delivery
        )
        if delivery is Delivery.WHOLE:
            return msgspec.structs.replace(outgoing, silence=WHOLE_SILENCE)
        return outgoing

    @asynccontextmanager
    async def stream(self, cleared: ClearedRequest, secret: Secret | None) -> AsyncIterator[AsyncIterator[ModelEvent]]:
        """Ask, and yield events as they arrive.

        Raises:
            ProviderError: On entering or while iterating.
        """
        key = needed_key(secret)
        assert cleared.outgoing is not None
        if cleared.outgoing.delivery is Delivery.WHOLE:
            answered = await self._http.fetch(cleared, key, BEARER)
            async with aclosing(_one_by_one(_whole(cleared, answered))) as events:
                yield events
            return
        async with (
            self._http.stream(cleared, key, BEARER) as answer,
            aclosing(_decoded(cleared, answer)) as events,
        ):
            yield events

    async def models(
        self, gate: Gate | None, base_url: str, secret: Secret | None, purpose: Purpose = Purpose.MODEL_LIST
    ) -> Sequence[ModelInfo]:
        """The models that can be used; the service tells them without a key, so a key test asks for the key's own data.

        Raises:
            ProviderError: The service refused or was not reached.
        """
        if gate is None:
            return BUILT_IN
        if purpose is Purpose.KEY_TEST:
            await self._key_data(gate, base_url, needed_key(secret), purpose)
            return BUILT_IN
        cleared = await gate(_get(base_url, "models", purpose))
        answered = await self._http.fetch(cleared, None, BEARER)
        try:
            return known_models(msgspec.json.decode(answered.body, type=ModelPage).data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise _not_expected(answered, cleared, "a list of models", error) from error

    def counterpart(self, model: str) -> str:
        """Claude models by rule, models of this service as they are, the default for all others."""
        return model if "/" in model else routed_id(model) or DEFAULT_MODEL

    async def warm(self, base_url: str) -> None:
        """Load the network modules and build the client; contacts nothing."""
        del base_url
        await self._http.warm()

    async def connect(self, gate: Gate, base_url: str) -> None:
        """Make the connection that the next question needs, unless it stands.

        Raises:
            ProviderError: The service was not reached.
        """
        if not self._http.connected(base_url):
            headers = {"user-agent": HEADERS["user-agent"]}
            await self._http.head(
                await gate(OutgoingRequest(PROVIDER, "HEAD", base_url, headers, b"", "", Purpose.CONNECTION))
            )

    async def balance(self, gate: Gate, base_url: str, secret: Secret) -> Balance:
        """What is left on the account.

        Raises:
            ProviderError: The service refused or was not reached.
        """
        return await self._key_data(gate, base_url, needed_key(secret), Purpose.BALANCE)

    def authorisation_url(self, base_url: str, callback: str, challenge: str) -> str:
        """Where the person allows it; see `core.provider_ports.SignIn`."""
        return sign_in_page(base_url, callback, challenge)

    async def exchange(self, gate: Gate, base_url: str, code: str, verifier: str) -> Secret:
        """Turn the code that the browser brought into a key.

        Raises:
            AuthenticationFailed: The service does not take the code.
            ProviderError: It was not reached.
        """
        headers = {**HEADERS, "content-type": "application/json"}
        body = exchange_body(code, verifier)
        url = _url(base_url, "auth/keys")
        cleared = await gate(OutgoingRequest(PROVIDER, "POST", url, headers, body, "", Purpose.SIGN_IN))
        try:
            answered = await self._http.fetch(cleared, None, BEARER)
        except (AuthenticationFailed, RequestRejected) as error:
            raise AuthenticationFailed(
                say("OpenRouter did not accept the sign-in."),
                say("Sign in again; the page in the browser works only once and only for a few minutes."),
                provider=PROVIDER,
                request_id=error.request_id,
                detail=error.detail,
            ) from error
        key = key_in(answered.body)
        if key is None:
            raise _not_expected(answered, cleared, "a key", None)
        return key

    def encode_job(self, request: ModelRequest) -> bytes:
        """The body of the question as it stands in a job; jobs take every model in the OpenAI shape.

        Raises:
            ModelUnavailable: The model is no longer served.
            RequestRejected: There is nothing to ask, or a picture or document of this computer goes with it.
        """
        request = _informed(request)
        parts = [part for message in request.messages for part in message.parts]
        parts += [item for part in parts if isinstance(part, ToolResultPart) for item in part.content]
        stored = [part for part in parts if isinstance(part, ImagePart | DocumentPart)]
        if any(isinstance(part, ImagePart) or part.media_type != "text/plain" for part in stored):
            raise RequestRejected(
                say("OpenRouter's jobs take no pictures and documents from this computer, only pictures on the web."),
                say("Ask now, or run the job at Anthropic."),
                provider=PROVIDER,
            )
        return encode_chat(request, OPENROUTER, Delivery.WHOLE, _with_needs(routing_fields(request.routing), request))

    def decode_job(self, body: bytes, model: str) -> Sequence[ModelEvent]:
        """The events of an answer that came as a job's result.

        Raises:
            ProviderError: It is an error, or not an answer.
        """
        who = Answerer(PROVIDER, "openrouter.ai", model)
        return decode_whole(_chat_decoder(who, "", find_routed(model)), body)

    def words_in_job(self, body: bytes) -> JobWords | None:
        """The words of a result that holds nothing else; None when `decode_job` must look at it."""
        from kireji.providers.job_words import of_completion  # nobody needs it for a question

        return of_completion(body)

    async def _key_data(self, gate: Gate, base_url: str, secret: Secret, purpose: Purpose) -> Balance:
        cleared = await gate(_get(base_url, "key", purpose))
        answered = await self._http.fetch(cleared, secret, BEARER)
        try:
            return balance_in(answered.body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise _not_expected(answered, cleared, "the data of a key", error) from error


def _whole(cleared: ClearedRequest, answered: Answered) -> Sequence[ModelEvent]:
    who, info = _answerer(cleared), _info(cleared)
    if is_claude(who.model):
        return decode_message(answered.body, who, answered.request_id, info.cost if info else _unknown)
    return decode_whole(_chat_decoder(who, answered.request_id, info), answered.body)


async def _decoded(cleared: ClearedRequest, answer: ServerEvents) -> AsyncGenerator[ModelEvent]:
    who, info = _answerer(cleared), _info(cleared)
    if not is_claude(who.model):
        async with aclosing(read_chat(answer, _chat_decoder(who, answer.request_id, info))) as events:
            async for event in events:
                yield event
        return
    decoder = StreamDecoder(who, answer.request_id, info.cost if info else _unknown)
    async for data in answer:
        for event in decoder.feed(data):
            yield event
        if decoder.finished:
            await answer.drain()
            return
    decoder.end()


async def _one_by_one(events: Sequence[ModelEvent]) -> AsyncGenerator[ModelEvent]:
    for event in events:
        yield event


def _chat_decoder(who: Answerer, request_id: str, info: ModelInfo | None) -> ChatDecoder:
    return ChatDecoder(who, request_id, info.cost if info else _unknown, replays=True)


def _unknown(usage: Usage) -> float | None:
    del usage
    return None


def _informed(request: ModelRequest) -> ModelRequest:
    """The question with what this version knows of its model, unless more is known."""
    info = request.info or find_routed(request.model)
    if info is not None and info.lifecycle is Lifecycle.RETIRED:
        new = info.replacement or DEFAULT_MODEL
        raise ModelUnavailable(
            say("The model {model} is no longer served; {new} replaces it.", model=request.model, new=new),
            say("Choose {new} in Settings, Keys & models.", new=new),
            provider=PROVIDER,
        )
    return msgspec.structs.replace(request, info=info)


def _with_needs(extra: Mapping[str, object], request: ModelRequest) -> dict[str, object]:
    """Only services that can hold a model to a schema, when one is given: others would leave it out in silence."""
    if not request.output_schema:
        return dict(extra)
    provider = extra.get("provider")
    return {**extra, "provider": {**(provider if isinstance(provider, dict) else {}), "require_parameters": True}}


def _get(base_url: str, path: str, purpose: Purpose) -> OutgoingRequest:
    return OutgoingRequest(PROVIDER, "GET", _url(base_url, path), HEADERS, b"", "", purpose)


def _url(base_url: str, path: str) -> str:
    return f"{base_url.rstrip('/')}/{path}"


def _answerer(cleared: ClearedRequest) -> Answerer:
    assert cleared.outgoing is not None
    return Answerer(PROVIDER, cleared.outgoing.host, cleared.outgoing.model)


def _info(cleared: ClearedRequest) -> ModelInfo | None:
    request = cleared.request
    return (request.info or find_routed(request.model)) if request else None


def needed_key(secret: Secret | None) -> Secret:
    """The key.

    Raises:
        AuthenticationFailed: There is none.
    """
    if secret is None or secret == Secret(""):
        raise AuthenticationFailed(
            say("There is no key for OpenRouter."),
            say("Open Settings, Keys & models, and sign in or paste one."),
            provider=PROVIDER,
            not_taken=True,
        )
    return secret


def _not_expected(answered: Answered, cleared: ClearedRequest, what: str, cause: Exception | None) -> Exception:
    """The error for a body that is something else, or that holds an error in spite of its status."""
    who = _answerer(cleared)
    said = parse_error(answered.body)
    if said is not None:
        return error_from_event(said, answered.request_id, who)
    return ProtocolViolation(
        say("{host} sent something that is not {what}.", host=who.host, what=what),
        say("Check the address in Settings, Keys & models."),
        provider=PROVIDER,
        request_id=answered.request_id,
        detail=str(cause or "")[:300],
    )
