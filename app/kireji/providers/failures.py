"""Turns what a service answers into the errors of `core.errors`: one sentence each, with the next step."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypedDict

import msgspec

from kireji.core.errors import (
    AuthenticationFailed,
    ContextTooLong,
    ModelUnavailable,
    Overloaded,
    PaymentRequired,
    ProtocolViolation,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    ReplayRefused,
    RequestRejected,
)

_STATUS: Mapping[str, int] = MappingProxyType(
    {
        "invalid_request_error": 400,
        "authentication_error": 401,
        "billing_error": 402,
        "permission_error": 403,
        "not_found_error": 404,
        "conflict_error": 409,
        "request_too_large": 413,
        "rate_limit_error": 429,
        "api_error": 500,
        "timeout_error": 504,
        "overloaded_error": 529,
    }
)
_SPENT = frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached"})
_SPENT_WORDS = ("credit balance", "spend limit", "usage limits")
_LONG_WORDS = ("prompt is too long", "exceed context limit", "context window")
_SHOWN = 300


class ErrorDetails(msgspec.Struct):
    """`error.details`; the code is stable, everything else may change."""

    error_code: str | None = None


class ErrorObject(msgspec.Struct):
    """`error` in an error body and in an error event of a stream."""

    type: str = ""
    message: str = ""
    details: ErrorDetails | None = None

    @property
    def code(self) -> str:
        """The stable code, empty if none."""
        return (self.details.error_code or "") if self.details else ""


class _ErrorBody(msgspec.Struct):
    error: ErrorObject
    request_id: str | None = None


class Answerer(msgspec.Struct, frozen=True):
    """Who answered.

    Args:
        provider: Name of the provider.
        host: Host and port.
        model: The model that was asked; empty when none was.
    """

    provider: str
    host: str
    model: str = ""


class ErrorAnswer(msgspec.Struct, frozen=True):
    """An answer that is an error.

    Args:
        status: HTTP status.
        content_type: Without parameters, lower case.
        body: As far as it was read.
        request_id: From the header.
        retry_after: Seconds, when the service said so.
    """

    status: int
    content_type: str
    body: bytes
    request_id: str = ""
    retry_after: float | None = None

    @property
    def error(self) -> ErrorObject | None:
        """The service's own error object, or None when the body is something else."""
        return parse_error(self.body)

    @property
    def is_html(self) -> bool:
        """Whether a web page came."""
        return "html" in self.content_type or self.body.lstrip()[:1] == b"<"


class _Common(TypedDict):
    provider: str
    request_id: str
    retry_after: float | None
    detail: str


def parse_error(body: bytes | str) -> ErrorObject | None:
    """The error object in `body`, or None when it holds none."""
    try:
        return msgspec.json.decode(body, type=_ErrorBody).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def error_from_answer(answer: ErrorAnswer, who: Answerer) -> ProviderError:
    """The error for an answer whose status or content type is wrong."""
    error = answer.error
    if error is not None:
        status = answer.status if answer.status >= 400 else _STATUS.get(error.type, 500)
        return _from_error(error, status, answer.request_id, answer.retry_after, who)
    common = _Common(
        provider=who.provider,
        request_id=answer.request_id,
        retry_after=answer.retry_after,
        detail=f"HTTP {answer.status}, {answer.content_type or 'no content type'}",
    )
    if answer.status in (408, 413, 429) or answer.status >= 500:
        return _from_status(answer.status, "", common, who)
    if answer.status in (401, 402) and not answer.is_html:
        return _from_status(answer.status, "", common, who)
    return _not_the_protocol(answer, common, who)


def error_from_event(error: ErrorObject, request_id: str, who: Answerer) -> ProviderError:
    """The error for an `error` event in the middle of a stream."""
    return _from_error(error, _STATUS.get(error.type, 500), request_id, None, who)


def _from_error(
    error: ErrorObject, status: int, request_id: str, retry_after: float | None, who: Answerer
) -> ProviderError:
    said = " ".join(error.message.split())[:_SHOWN]
    common = _Common(
        provider=who.provider,
        request_id=request_id,
        retry_after=retry_after,
        detail=f"{error.type or status}: {said}" + (f" ({error.code})" if error.code else ""),
    )
    words = error.message.lower()
    if error.code in _SPENT or (status == 400 and any(known in words for known in _SPENT_WORDS)):
        return PaymentRequired(
            "The account of this key has reached its spending limit or has no credit left.",
            "Add credit or raise the limit in the service's console, or use another key.",
            **common,
        )
    if status == 400:
        return _from_refusal(error, said, words, common)
    return _from_status(status, said, common, who)


def _from_refusal(error: ErrorObject, said: str, words: str, common: _Common) -> ProviderError:
    """A 400: the request itself is refused."""
    if any(known in words for known in _LONG_WORDS):
        return ContextTooLong(
            "This conversation is longer than the model can read.", "Start a new conversation.", **common
        )
    if error.code == "image_dimensions_too_large":
        return RequestRejected(
            "A picture in this conversation is larger than the service takes.",
            "Start a new conversation with a smaller picture.",
            **common,
        )
    if "thinking" in words and ("signature" in words or "cannot be modified" in words):
        return ReplayRefused(
            "The service does not take this conversation's earlier reasoning back.",
            "Ask again in a new conversation.",
            **common,
        )
    return RequestRejected(
        f"The service refused the question: {said}" if said else "The service refused the question.",
        "Change the question or the model, or start a new conversation.",
        **common,
    )


def _from_status(status: int, said: str, common: _Common, who: Answerer) -> ProviderError:
    match status:
        case 401:
            return AuthenticationFailed(
                "The key was refused.", "Open Settings, Keys & models, and paste a current key.", **common
            )
        case 402:
            return PaymentRequired(
                "The account of this key has a payment problem.",
                "Check its billing in the service's console, or use another key.",
                **common,
            )
        case 403:
            return AuthenticationFailed(
                "This key is not allowed to do that.",
                "Choose another model, or use a key with more permissions in Settings, Keys & models.",
                **common,
            )
        case 404 if who.model:
            return ModelUnavailable(
                f"The model {who.model} does not exist or is not open to this key.",
                "Choose another model in Settings, Keys & models.",
                **common,
            )
        case 408 | 504:
            return ProviderTimeout(
                "The service took too long to answer.", "Ask again in a moment.", retryable=True, **common
            )
        case 413:
            return RequestRejected(
                "The conversation with its pictures is too large to send.",
                "Start a new conversation, or use fewer or smaller pictures.",
                **common,
            )
        case 429:
            return RateLimited("Too many requests for now.", _when(common["retry_after"]), retryable=True, **common)
        case 529:
            return Overloaded("The service is overloaded.", _when(common["retry_after"]), retryable=True, **common)
        case _ if status >= 500 or status == 409:
            return Overloaded(
                "The service has a fault at the moment.", _when(common["retry_after"]), retryable=True, **common
            )
    return RequestRejected(
        f"{who.host} refused the request (HTTP {status})" + (f": {said}" if said else "."),
        "Check the address and the model in Settings, Keys & models.",
        **common,
    )


def _not_the_protocol(answer: ErrorAnswer, common: _Common, who: Answerer) -> ProtocolViolation:
    if 300 <= answer.status < 400 or answer.is_html:
        what = "A redirect" if 300 <= answer.status < 400 else "A web page"
        return ProtocolViolation(
            f"{what} came from {who.host} instead of an answer.",
            "A network's login page or a proxy may be in the way: open a web browser, log in, and ask again.",
            **common,
        )
    if answer.status == 404:
        return ProtocolViolation(
            f"There is no such service at {who.host}.", "Check the address in Settings, Keys & models.", **common
        )
    if "json" in answer.content_type and answer.status < 300:
        return ProtocolViolation(
            f"{who.host} sent the answer in one piece instead of as a stream.",
            "A proxy in between may hold streams back: check the proxy settings or the address of the service.",
            **common,
        )
    return ProtocolViolation(
        f"{who.host} answered with something that is not an answer (HTTP {answer.status}).",
        "Check the address in Settings, Keys & models, and the proxy settings.",
        **common,
    )


def _when(seconds: float | None) -> str:
    if seconds is None or seconds < 1:
        return "Ask again in a moment."
    if seconds < 120:
        return f"Ask again in {seconds:.0f} seconds."
    return f"Ask again in {seconds / 60:.0f} minutes."
