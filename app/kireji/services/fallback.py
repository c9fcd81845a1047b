"""Who answers when the one that was asked does not: rules without any doing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kireji.core.errors import (
    ConnectionFailed,
    Overloaded,
    PaymentRequired,
    ProtocolViolation,
    ProviderError,
    RateLimited,
)
from kireji.core.words import mark, say
from kireji.services.names import title

DEVICE = "device"
_ELSEWHERE = (ConnectionFailed, Overloaded, RateLimited, PaymentRequired, ProtocolViolation)
"""Failures of a service, not of the question: another service may answer it."""
_OR_READ = mark("Or let this computer read the text in the picture.")


class Failure(NamedTuple):
    """An attempt that brought nothing."""

    provider: str
    error: ProviderError


def passes_on(error: ProviderError, *, received: bool, stands_in: bool) -> bool:
    """Whether the next in the order is asked.

    Args:
        error: Why the attempt failed.
        received: Whether anything of an answer had come; then it is kept, and nobody else is asked.
        stands_in: Whether the one that failed was itself in another's place. Then every failure passes on, because
            its wrong key or its missing model is not what the person asked about.
    """
    return not received and (stands_in or isinstance(error, _ELSEWHERE))


def order(wished: Sequence[str], failed: str, *, pictures: bool) -> tuple[str, ...]:
    """Who is asked next, first to last.

    Args:
        wished: The person's order.
        failed: Who failed first.
        pictures: Whether the question has some: without any, this computer has nothing to read.
    """
    names = dict.fromkeys(wished)
    return tuple(name for name in names if name != failed and (pictures or name != DEVICE))


def note(failures: Sequence[Failure], provider: str, model: str) -> str:
    """Who failed and why, and who answers now."""
    now = say("{title} answers with {model}.", title=title(provider), model=model)
    if provider == DEVICE:
        now = say("{title} reads the text in the picture instead.", title=title(provider))
    return f"{_told(failures)} {now}"


def combined(failures: Sequence[Failure]) -> ProviderError:
    """The one error for attempts that all failed: the last, with what came before it."""
    last = failures[-1].error
    return last if len(failures) == 1 else _saying(last, _told(failures), last.hint)


def offering_reader(error: ProviderError) -> ProviderError:
    """The same failure with what is left to a person who has a picture: this computer reads without a network."""
    if not isinstance(error, ConnectionFailed):
        return error
    return _saying(error, error.message, f"{error.hint} {say(_OR_READ)}".strip())


def _saying(error: ProviderError, message: str, hint: str) -> ProviderError:
    return type(error)(
        message,
        hint,
        provider=error.provider,
        request_id=error.request_id,
        retryable=error.retryable,
        retry_after=error.retry_after,
        detail=error.detail,
    )


def _told(failures: Sequence[Failure]) -> str:
    """Every failure once; one that several met, such as a proxy that does not answer, in the name of all of them."""
    names: dict[str, list[str]] = {}
    for provider, error in failures:
        names.setdefault(error.message, []).append(title(provider))
    return " ".join(_in_the_name_of(met, message) for message, met in names.items())


def _in_the_name_of(names: Sequence[str], message: str) -> str:
    missing = [name for name in dict.fromkeys(names) if name.casefold() not in message.casefold()]
    return f"{', '.join(missing)}: {message}" if missing else message
