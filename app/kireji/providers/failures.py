"""Turns what a service answers into the errors of `core.errors`: one sentence each, with the next step."""

from __future__ import annotations

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
from kireji.core.words import say
from kireji.providers.answerer import Answerer, address_hint, capitalised, display_name, key_hint
from kireji.providers.error_objects import ErrorObject, error_status, parse_error

__all__ = [
    "Answerer",
    "ErrorAnswer",
    "ErrorObject",
    "address_hint",
    "capitalised",
    "display_name",
    "effective_status",
    "error_from_answer",
    "error_from_event",
    "error_status",
    "parse_error",
]

_SPENT = frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached"})
_SPENT_WORDS = ("credit balance", "spend limit", "usage limits")
_LONG = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_LONG_WORDS = ("prompt is too long", "exceed context limit", "context window", "maximum context length", "context size")
_SCHEMA_WORDS = ("output_config.format", "response_format", "json_schema", "invalid schema")
_PICTURE = frozenset({"invalid_image", "image_too_small", "unsupported_image_format"})
_LARGE_PICTURE = frozenset({"image_too_large", "image_dimensions_too_large"})
_MODERATED = frozenset({"content_policy_violation", "refusal"})
_NO_SUCH_PATH = frozenset({"not found", "file not found", "page not found", "404 page not found", "route not found"})
_NO_SUCH_PATH_WORDS = ("unexpected endpoint", "invalid url")
_SHOWN = 300


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
    status: int
    not_taken: bool


def effective_status(answer: ErrorAnswer) -> int:
    """The status that counts for trying again: that of the error inside, when the answer's own is a good one."""
    error = answer.error if answer.status < 400 else None
    return error_status(error) if error is not None else answer.status


def error_from_answer(answer: ErrorAnswer, who: Answerer) -> ProviderError:
    """The error for an answer whose status or content type is wrong."""
    error = answer.error
    if error is not None:
        status = effective_status(answer)
        return _from_error(error, status, answer.request_id, answer.retry_after, who, not_taken=_said_no(status))
    common = _Common(
        provider=who.provider,
        request_id=answer.request_id,
        retry_after=answer.retry_after,
        detail=f"HTTP {answer.status}, {answer.content_type or 'no content type'}",
        status=answer.status,
        not_taken=_said_no(answer.status),
    )
    if answer.status in (407, 408, 413, 429) or answer.status >= 500:
        return _from_status(answer.status, "", common, who)
    if answer.status in (401, 402) and not answer.is_html:
        return _from_status(answer.status, "", common, who)
    return _not_the_protocol(answer, common, who)


def error_from_event(error: ErrorObject | str, request_id: str, who: Answerer) -> ProviderError:
    """The error for an error in the middle of a stream or inside a whole answer."""
    known = ErrorObject(message=error) if isinstance(error, str) else error
    return _from_error(known, error_status(known), request_id, None, who, not_taken=False)


def _said_no(status: int) -> bool:
    """Whether a status is a refusal, so that certainly nothing was begun; services also say 408 after beginning."""
    return (400 <= status < 500 and status != 408) or status == 529


def _from_error(
    error: ErrorObject,
    status: int,
    request_id: str,
    retry_after: float | None,
    who: Answerer,
    *,
    not_taken: bool,
) -> ProviderError:
    said = _clean(error.said)
    named = next(iter(error.names), str(status))
    code = f" ({error.stable_code})" if error.stable_code else ""
    common = _Common(
        provider=who.provider,
        request_id=request_id,
        retry_after=retry_after,
        detail=f"{named}: {said}{code}{_flagged(error)}",
        status=status,
        not_taken=not_taken,
    )
    words = error.said.lower()
    if error.stable_code in _SPENT or (status == 400 and any(known in words for known in _SPENT_WORDS)):
        return PaymentRequired(
            say("The account of this key has reached its spending limit or has no credit left."),
            say("Add credit or raise the limit in the console of {name}, or use another key.", name=who.name),
            **common,
        )
    if status in (400, 422) or _LONG.intersection(error.names):
        return _from_refusal(error, said, words, common, who)
    if status == 403 and (refused := _from_moderation(error, common, who)) is not None:
        return refused
    if status == 404 and "no endpoints" in words and who.model:
        return _from_routing(said, words, common, who)
    if status in (502, 503) and (upstream := _from_upstream(error, status, words, common, who)) is not None:
        return upstream
    return _from_status(status, said, common, who)


def _flagged(error: ErrorObject) -> str:
    """What a content check held against a question, for the details view alone."""
    text = _clean(error.told("flagged_input") or error.told("raw"))
    return f" [{text}]" if text else ""


def _from_refusal(error: ErrorObject, said: str, words: str, common: _Common, who: Answerer) -> ProviderError:
    """A 400: the request itself is refused."""
    names = {*error.names, error.stable_code}
    if names & _LONG or any(known in words for known in _LONG_WORDS):
        return ContextTooLong(
            say("This conversation is longer than the model can read."),
            say("Start a new conversation, or leave out or shorten the largest part of the question."),
            **common,
        )
    if names & _LARGE_PICTURE:
        return RequestRejected(
            say("A picture in this conversation is larger than the service takes."),
            say("Start a new conversation with a smaller picture."),
            **common,
        )
    if names & _PICTURE or "could not process image" in words:
        return RequestRejected(
            say("{name} cannot read a picture in this conversation.", name=capitalised(who.name)),
            say("Start a new conversation without it, or save the picture as PNG first."),
            **common,
        )
    if "support image" in words or "image input" in words:
        return RequestRejected(
            say("The model {model} cannot see pictures.", model=who.model),
            say("Choose a model that can, or leave the picture out."),
            **common,
        )
    if "thinking" in words and ("signature" in words or "cannot be modified" in words):
        return ReplayRefused(
            say("The service does not take this conversation's earlier reasoning back."),
            say("Ask again in a new conversation."),
            **common,
        )
    if "not a valid model" in words or "model_not_found" in names:
        return _unknown_model(common, who)
    hint = say("Change the question or the model, or start a new conversation.")
    if any(known in words for known in _SCHEMA_WORDS):
        hint = say("Correct the JSON schema: the job's, or the file after --schema.")
    return RequestRejected(
        say("{name} refused the question: {ended}", name=capitalised(who.name), ended=_ended(said))
        if said
        else say("{name} refused the question.", name=capitalised(who.name)),
        hint,
        **common,
    )


def _from_moderation(error: ErrorObject, common: _Common, who: Answerer) -> ProviderError | None:
    """A 403 that is about the question, not about the key."""
    reasons = error.listed("reasons")
    if reasons or _MODERATED.intersection(error.names) or error.told("flagged_input"):
        why = f" ({_clean(', '.join(reasons))})" if reasons else ""
        return RequestRejected(
            say("A content check held the question back{why}.", why=why),
            say("Change the question, or choose another model."),
            **common,
        )
    if isinstance(error.metadata, dict) and "patterns" in error.metadata:
        return RequestRejected(
            say("A rule of this {name} account held the question back.", name=who.name),
            say("Change the question, or the account's rules at {name}.", name=who.name),
            **common,
        )
    return None


def _from_routing(said: str, words: str, common: _Common, who: Answerer) -> ProviderError:
    """A 404 that is about where a question may be passed on to."""
    if "data policy" in words or "privacy" in words:
        return ModelUnavailable(
            say(
                "{name} has nobody who runs {model} and keeps to the setting openrouter.data_collection.",
                name=who.name,
                model=who.model,
            ),
            say('Choose another model, or set openrouter.data_collection to "allow" if requests may be kept.'),
            **common,
        )
    return ModelUnavailable(
        say(
            "{name} has nobody who runs {model} for such a question: {ended}",
            name=capitalised(who.name),
            model=who.model,
            ended=_ended(said),
        ),
        say("Choose another model, or change the settings under openrouter."),
        **common,
    )


def _from_upstream(error: ErrorObject, status: int, words: str, common: _Common, who: Answerer) -> ProviderError | None:
    """A fault behind the one that was asked."""
    when = _when(common["retry_after"])
    if who.provider == "local" and (status == 503 or "loading" in words):
        message = say("{name} is still loading the model.", name=capitalised(who.name))
        return Overloaded(message, say("Ask again in a moment."), retryable=True, **common)
    behind = _clean(error.told("provider_name"))
    if status == 502 and behind:
        message = say(
            "{behind}, to whom {name} passed the question, has a fault at the moment.", behind=behind, name=who.name
        )
        return Overloaded(message, when, retryable=True, **common)
    if status == 503 and who.provider == "openrouter":
        message = say(
            "{name} has nobody free who runs {model} within the settings.",
            name=who.name,
            model=who.model or say("this model"),
        )
        hint = say("{when}, or change the settings under openrouter.", when=when.removesuffix("."))
        return Overloaded(message, hint, retryable=True, **common)
    return None


def _unknown_model(common: _Common, who: Answerer) -> ModelUnavailable:
    message = say("The model {model} does not exist or is not open to this key.", model=who.model)
    if who.provider == "local":
        message = say("The model {model} does not exist at {host}.", model=who.model, host=who.host)
    return ModelUnavailable(message, say("Choose another model in Settings, Keys & models."), **common)


def _from_status(status: int, said: str, common: _Common, who: Answerer) -> ProviderError:
    name, when = capitalised(who.name), _when(common["retry_after"])
    match status:
        case 401 | 403 if not who.has_key:
            return AuthenticationFailed(say("{name} wants a key.", name=name), key_hint(who), **common)
        case 401:
            hint = say("Open Settings, Keys & models, and paste a current key.")
            return AuthenticationFailed(say("{name} refused the key.", name=name), hint, **common)
        case 402:
            return PaymentRequired(
                say("The account of this key at {name} has a payment problem or no credit left.", name=who.name),
                say("Check its billing in the console of {name}, or use another key.", name=who.name),
                **common,
            )
        case 403:
            return AuthenticationFailed(
                say("{name} does not allow this key to do that.", name=name),
                say("Choose another model, or use a key with more permissions in Settings, Keys & models."),
                **common,
            )
        case 404 | 405 if _is_about_the_path(said):
            return ProtocolViolation(
                say("There is no such service at {host}.", host=who.host), f"{address_hint(who)}.", **common
            )
        case 404 if who.model:
            return _unknown_model(common, who)
        case 407:
            return ProtocolViolation(
                say("The proxy asks for a name and a password."),
                say("Write them into its address, http://name:password@host:port, in network.proxy or HTTPS_PROXY."),
                **common,
            )
        case 408 | 504 | 524:
            return ProviderTimeout(
                say("{name} took too long to answer.", name=name),
                say("Ask again in a moment."),
                retryable=True,
                **common,
            )
        case 413:
            return RequestRejected(
                say("The conversation with its pictures is too large to send."),
                say("Start a new conversation, or use fewer or smaller pictures."),
                **common,
            )
        case 429:
            return RateLimited(say("{name} takes no more requests for now.", name=name), when, retryable=True, **common)
        case 529:
            return Overloaded(say("{name} is overloaded.", name=name), when, retryable=True, **common)
        case _ if status >= 500 or status == 409:
            return Overloaded(say("{name} has a fault at the moment.", name=name), when, retryable=True, **common)
    return RequestRejected(
        say("{host} refused the request (HTTP {status})", host=who.host, status=status)
        + (f": {_ended(said)}" if said else "."),
        say("{address_hint}, and the model.", address_hint=address_hint(who)),
        **common,
    )


def _not_the_protocol(answer: ErrorAnswer, common: _Common, who: Answerer) -> ProtocolViolation:
    if 300 <= answer.status < 400 or answer.is_html:
        what = say("A redirect") if 300 <= answer.status < 400 else say("A web page")
        return ProtocolViolation(
            say("{what} came from {host} instead of an answer.", what=what, host=who.host),
            say("A network's login page or a proxy may be in the way: open a web browser, log in, and ask again."),
            **common,
        )
    if answer.status in (404, 405):
        return ProtocolViolation(
            say("There is no such service at {host}.", host=who.host), f"{address_hint(who)}.", **common
        )
    if "json" in answer.content_type and answer.status < 300:
        return ProtocolViolation(
            say("{host} sent the answer in one piece instead of as a stream.", host=who.host),
            say("A proxy in between may hold streams back: check the proxy settings or the address of the service."),
            **common,
        )
    return ProtocolViolation(
        say(
            "{host} answered with something that is not an answer (HTTP {status}).", host=who.host, status=answer.status
        ),
        say("{address_hint}, and the proxy settings.", address_hint=address_hint(who)),
        **common,
    )


def _clean(text: str) -> str:
    """What a service said, on one line and not too long."""
    return " ".join(text.split())[:_SHOWN]


def _ended(said: str) -> str:
    """What a service said as the end of a sentence of ours."""
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _is_about_the_path(said: str) -> bool:
    """Whether "not found" is said of the address itself rather than of a model."""
    words = said.lower().rstrip(".!")
    return words in _NO_SUCH_PATH or words.startswith(_NO_SUCH_PATH_WORDS)


def _when(seconds: float | None) -> str:
    if seconds is None or seconds < 1:
        return say("Ask again in a moment.")
    if seconds < 120:
        return say("Ask again in {seconds} seconds.", seconds=f"{seconds:.0f}")
    return say("Ask again in {minutes} minutes.", minutes=f"{seconds / 60:.0f}")
