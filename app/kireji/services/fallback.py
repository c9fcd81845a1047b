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
from kireji.services.names import title

DEVICE = "device"
_ELSEWHERE = (ConnectionFailed, Overloaded, RateLimited, PaymentRequired, ProtocolViolation)
"""Failures of a service, not of the question: another service may answer it."""


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
    now = f"{title(provider)} answers with {model}."
    if provider == DEVICE:
        now = f"{title(provider)} reads the text in the picture instead."
    return " ".join([*(_told(failure) for failure in failures), now])


def combined(failures: Sequence[Failure]) -> ProviderError:
    """The one error for attempts that all failed: the last, with what came before it."""
    last = failures[-1].error
    if len(failures) == 1:
        return last
    return type(last)(
        " ".join(_told(failure) for failure in failures),
        last.hint,
        provider=last.provider,
        request_id=last.request_id,
        retryable=last.retryable,
        retry_after=last.retry_after,
        detail=last.detail,
    )


def _told(failure: Failure) -> str:
    name, message = title(failure.provider), failure.error.message
    return message if name.casefold() in message.casefold() else f"{name}: {message}"
