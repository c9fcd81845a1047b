"""Who is asked next, and what is said about it."""

from __future__ import annotations

import pytest

from kireji.core.errors import (
    AuthenticationFailed,
    ConnectionFailed,
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
from kireji.services.fallback import Failure, combined, note, offering_reader, order, passes_on


@pytest.mark.parametrize(
    ("kind", "passes"),
    [
        (ConnectionFailed, True),
        (ProviderTimeout, True),
        (Overloaded, True),
        (RateLimited, True),
        (PaymentRequired, True),
        (ProtocolViolation, True),
        (AuthenticationFailed, False),
        (RequestRejected, False),
        (ContextTooLong, False),
        (ReplayRefused, False),
        (ModelUnavailable, False),
        (ProviderError, False),
    ],
)
def test_a_failure_of_the_service_passes_on_and_one_of_the_question_does_not(
    kind: type[ProviderError], passes: bool
) -> None:
    error = kind("It failed.")
    assert passes_on(error, received=False, stands_in=False) is passes
    assert passes_on(error, received=False, stands_in=True)
    assert not passes_on(error, received=True, stands_in=False)
    assert not passes_on(error, received=True, stands_in=True)


@pytest.mark.parametrize(
    ("wished", "failed", "pictures", "expected"),
    [
        (("openrouter", "device"), "anthropic", True, ("openrouter", "device")),
        (("openrouter", "device"), "anthropic", False, ("openrouter",)),
        (("anthropic", "openrouter", "anthropic", "openrouter"), "anthropic", True, ("openrouter",)),
        (("device", "local"), "local", True, ("device",)),
        ((), "anthropic", True, ()),
    ],
)
def test_the_order_is_the_persons_without_who_has_failed(
    wished: tuple[str, ...], failed: str, pictures: bool, expected: tuple[str, ...]
) -> None:
    assert order(wished, failed, pictures=pictures) == expected


def test_the_note_says_who_failed_why_and_who_answers() -> None:
    failures = [
        Failure("anthropic", Overloaded("Anthropic is overloaded.")),
        Failure("openrouter", PaymentRequired("There is no credit left.")),
    ]
    assert note(failures, "local", "llama3") == (
        "Anthropic is overloaded. OpenRouter: There is no credit left. The local server answers with llama3."
    )
    assert note(failures[:1], "device", "reader") == (
        "Anthropic is overloaded. This computer reads the text in the picture instead."
    )


def test_when_all_failed_the_last_one_is_told_with_those_before_it() -> None:
    first = Failure("anthropic", Overloaded("Anthropic is overloaded.", "Wait."))
    last = Failure("openrouter", RateLimited("Too many.", "Wait a minute.", provider="openrouter", request_id="r"))
    error = combined([first, last])
    assert isinstance(error, RateLimited)
    assert error.sentence == "Anthropic is overloaded. OpenRouter: Too many. Wait a minute."
    assert (error.provider, error.request_id) == ("openrouter", "r")
    assert combined([first]) is first.error


def test_what_several_met_is_told_once_in_the_name_of_all() -> None:
    met = [Failure(name, ConnectionFailed("The proxy p:1 does not answer.")) for name in ("anthropic", "openrouter")]
    assert note(met, "local", "llama3") == (
        "Anthropic, OpenRouter: The proxy p:1 does not answer. The local server answers with llama3."
    )
    assert combined(met).message == "Anthropic, OpenRouter: The proxy p:1 does not answer."


def test_the_reader_of_this_computer_is_offered_where_it_is_the_network_that_fails() -> None:
    lost = ProviderTimeout("Too slow.", "Ask again.", provider="anthropic", request_id="r", retryable=True)
    offered = offering_reader(lost)
    assert type(offered) is ProviderTimeout
    assert offered.sentence == "Too slow. Ask again. Or let this computer read the text in the picture."
    assert (offered.provider, offered.request_id, offered.retryable) == ("anthropic", "r", True)
    wrong = AuthenticationFailed("The key is wrong.", "Paste another.")
    assert offering_reader(wrong) is wrong
