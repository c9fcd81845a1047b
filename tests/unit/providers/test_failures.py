"""Every error answer as one sentence with the next step."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core import errors
from kireji.providers.failures import Answerer, ErrorAnswer, ErrorObject, error_from_answer, error_from_event

WHO = Answerer("anthropic", "api.anthropic.com", "claude-haiku-5-5")


def answered(status: int, kind: str = "", message: str = "", code: str = "") -> errors.ProviderError:
    error: dict[str, object] = {"type": kind, "message": message}
    if code:
        error["details"] = {"error_code": code}
    body = msgspec.json.encode({"type": "error", "error": error, "request_id": "req_9"})
    return error_from_answer(ErrorAnswer(status, "application/json", body, "req_9"), WHO)


def page(status: int, content_type: str = "text/html", body: bytes = b"<html>") -> errors.ProviderError:
    return error_from_answer(ErrorAnswer(status, content_type, body), WHO)


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (400, "invalid_request_error", errors.RequestRejected),
        (401, "authentication_error", errors.AuthenticationFailed),
        (402, "billing_error", errors.PaymentRequired),
        (403, "permission_error", errors.AuthenticationFailed),
        (404, "not_found_error", errors.ModelUnavailable),
        (408, "", errors.ProviderTimeout),
        (409, "conflict_error", errors.Overloaded),
        (413, "request_too_large", errors.RequestRejected),
        (429, "rate_limit_error", errors.RateLimited),
        (500, "api_error", errors.Overloaded),
        (504, "timeout_error", errors.ProviderTimeout),
        (529, "overloaded_error", errors.Overloaded),
        (418, "teapot_error", errors.RequestRejected),
    ],
)
def test_a_status_has_its_error(status: int, kind: str, expected: type[errors.ProviderError]) -> None:
    error = answered(status, kind)
    assert type(error) is expected
    assert error.request_id == "req_9"
    assert error.provider == "anthropic"
    assert error.message.endswith((".", ")"))
    assert error.hint.endswith(".")


def test_a_refused_key_says_where_to_paste_one() -> None:
    error = answered(401, "authentication_error", "invalid x-api-key")
    assert error.sentence == "Anthropic refused the key. Open Settings, Keys & models, and paste a current key."


@pytest.mark.parametrize(
    ("message", "code", "expected"),
    [
        ("prompt is too long: 1200000 tokens > 1000000 maximum", "", errors.ContextTooLong),
        ("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000", "", errors.ContextTooLong),
        ("Your credit balance is too low to access the API", "", errors.PaymentRequired),
        ("You have reached your specified API usage limits", "", errors.PaymentRequired),
        ("limit", "contract_spend_limit_reached", errors.PaymentRequired),
        ("messages.1: Invalid `signature` in `thinking` block", "", errors.ReplayRefused),
        ("`thinking` or `redacted_thinking` blocks cannot be modified", "", errors.ReplayRefused),
        ("too large", "image_dimensions_too_large", errors.RequestRejected),
    ],
)
def test_known_refusals_have_their_own_error(message: str, code: str, expected: type[errors.ProviderError]) -> None:
    assert type(answered(400, "invalid_request_error", message, code)) is expected


def test_a_spending_limit_that_looks_like_a_rate_limit_is_about_money() -> None:
    assert isinstance(answered(429, "rate_limit_error", "", "enforced_spend_limit_reached"), errors.PaymentRequired)


def test_an_unknown_refusal_repeats_what_the_service_said() -> None:
    error = answered(400, "invalid_request_error", "temperature:\n Extra inputs are not permitted")
    assert error.message == "Anthropic refused the question: temperature: Extra inputs are not permitted"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, errors.ProtocolViolation),
        (302, errors.ProtocolViolation),
        (401, errors.ProtocolViolation),
        (403, errors.ProtocolViolation),
        (404, errors.ProtocolViolation),
        (413, errors.RequestRejected),
        (429, errors.RateLimited),
        (502, errors.Overloaded),
    ],
)
def test_a_web_page_is_not_the_services_own_word(status: int, expected: type[errors.ProviderError]) -> None:
    assert type(page(status)) is expected


def test_a_web_page_hints_at_what_is_in_between() -> None:
    error = page(200)
    assert error.message == "A web page came from api.anthropic.com instead of an answer."
    assert "login page" in error.hint


def test_a_whole_message_instead_of_a_stream_says_so() -> None:
    error = page(200, "application/json", b'{"type":"message"}')
    assert isinstance(error, errors.ProtocolViolation)
    assert "in one piece" in error.message


def test_an_error_in_a_good_answer_is_that_error() -> None:
    assert isinstance(answered(200, "overloaded_error"), errors.Overloaded)


def test_an_error_event_is_read_by_its_type() -> None:
    assert isinstance(error_from_event(ErrorObject("rate_limit_error", "slow"), "r", WHO), errors.RateLimited)
    assert isinstance(error_from_event(ErrorObject("future_error", "hm"), "r", WHO), errors.Overloaded)


@pytest.mark.parametrize(
    ("wait", "hint"),
    [
        (None, "Ask again in a moment."),
        (0.2, "Ask again in a moment."),
        (45.0, "Ask again in 45 seconds."),
        (600.0, "Ask again in 10 minutes."),
    ],
)
def test_a_wait_is_said_in_words(wait: float | None, hint: str) -> None:
    error = error_from_answer(ErrorAnswer(429, "text/plain", b"", "", wait), WHO)
    assert (error.hint, error.retry_after) == (hint, wait)


@given(st.integers(100, 599), st.sampled_from(["", "text/html", "application/json", "text/plain"]), st.binary())
def test_any_answer_gives_a_sentence(status: int, content_type: str, body: bytes) -> None:
    error = error_from_answer(ErrorAnswer(status, content_type, body), WHO)
    assert error.message
    assert error.hint.endswith(".")
