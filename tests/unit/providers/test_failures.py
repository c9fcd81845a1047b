"""Every error answer as one sentence with the next step."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core import errors
from kireji.providers.failures import (
    Answerer,
    ErrorAnswer,
    ErrorObject,
    effective_status,
    error_from_answer,
    error_from_event,
    parse_error,
)

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


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_got_no_key_wants_one_and_has_refused_none(status: int) -> None:
    body = b'{"error":{"message":"Invalid API Key"}}'
    keyless = Answerer("local", "127.0.0.1:11434", "small", has_key=False)
    error = error_from_answer(ErrorAnswer(status, "application/json", body), keyless)
    assert isinstance(error, errors.AuthenticationFailed)
    assert error.message == "The model server at 127.0.0.1:11434 wants a key."
    assert "kireji keys set local" in error.hint
    assert "OPENAI_API_KEY" in error.hint


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
    assert error.message == "Anthropic refused the question: temperature: Extra inputs are not permitted."


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


ROUTER = Answerer("openrouter", "openrouter.ai", "vendor/model")
SERVER = Answerer("local", "127.0.0.1:11434", "small")


def routed(code: int, message: str = "no", who: Answerer = ROUTER, **metadata: object) -> errors.ProviderError:
    body = msgspec.json.encode({"error": {"code": code, "message": message, "metadata": metadata}})
    return error_from_answer(ErrorAnswer(code, "application/json", body), who)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (400, errors.RequestRejected),
        (401, errors.AuthenticationFailed),
        (402, errors.PaymentRequired),
        (403, errors.AuthenticationFailed),
        (404, errors.ModelUnavailable),
        (408, errors.ProviderTimeout),
        (413, errors.RequestRejected),
        (422, errors.RequestRejected),
        (429, errors.RateLimited),
        (502, errors.Overloaded),
        (503, errors.Overloaded),
        (524, errors.ProviderTimeout),
        (529, errors.Overloaded),
    ],
)
def test_openrouters_codes_have_their_errors(code: int, expected: type[errors.ProviderError]) -> None:
    assert type(routed(code)) is expected
    inside = msgspec.json.encode({"error": {"code": code, "message": "no"}})
    answer = ErrorAnswer(200, "application/json", inside)
    assert type(error_from_answer(answer, ROUTER)) is expected
    assert effective_status(answer) == code
    assert type(error_from_event(ErrorObject(number=code, message="no"), "", ROUTER)) is expected


def test_a_content_check_says_why_and_keeps_what_it_flagged_for_the_details() -> None:
    error = routed(403, reasons=["violence", "spam"], flagged_input="my secret words", provider_name="X")
    assert error.message == "A content check held the question back (violence, spam)."
    assert "secret" not in error.sentence
    assert "my secret words" in error.detail


def test_a_rule_of_the_account_is_named_as_one() -> None:
    assert "A rule of this OpenRouter account" in routed(403, patterns=["x"]).message


def test_a_data_policy_that_nobody_keeps_names_the_setting() -> None:
    error = routed(404, "No endpoints found matching your data policy (Free model training)")
    assert type(error) is errors.ModelUnavailable
    assert "openrouter.data_collection" in error.sentence


def test_nobody_for_such_a_question_says_what_openrouter_said() -> None:
    assert "support image input" in routed(404, "No endpoints found that support image input").message


def test_a_fault_behind_openrouter_names_who_failed() -> None:
    error = routed(502, provider_name="Groq", raw="upstream said no")
    assert error.message == "Groq, to whom OpenRouter passed the question, has a fault at the moment."
    assert error.retryable


def test_a_server_that_loads_its_model_says_so() -> None:
    error = routed(503, "Loading model", SERVER)
    assert error.message == "The model server at 127.0.0.1:11434 is still loading the model."
    assert error.retryable


@pytest.mark.parametrize(
    ("who", "said", "place"),
    [
        (SERVER, "File Not Found", "in Settings, Keys & models, or in OPENAI_BASE_URL."),
        (SERVER, "Unexpected endpoint or method. (POST /chat/completions)", "OPENAI_BASE_URL."),
        (Answerer("openrouter", "127.0.0.1:8000", "vendor/model"), "Not Found", "OPENROUTER_BASE_URL."),
    ],
)
def test_a_path_that_is_not_there_is_told_apart_from_a_model(who: Answerer, said: str, place: str) -> None:
    error = routed(404, said, who)
    assert error.message == f"There is no such service at {who.host}."
    assert error.hint.endswith(place)


def test_a_bare_text_is_an_error_too() -> None:
    body = b'{"error":"model \'small\' not found"}'
    error = error_from_answer(ErrorAnswer(404, "application/json", body), SERVER)
    assert error.message == "The model small does not exist at 127.0.0.1:11434."
    assert isinstance(error_from_event("it broke", "", SERVER), errors.Overloaded)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"type": "exceed_context_size_error", "code": 400, "message": "x"}, errors.ContextTooLong),
        ({"code": "context_length_exceeded", "message": "x"}, errors.ContextTooLong),
        ({"error_type": "context_length_exceeded", "type": "api_error"}, errors.ContextTooLong),
        ({"message": "This model's maximum context length is 8192 tokens", "code": 400}, errors.ContextTooLong),
        ({"code": "model_not_found", "message": "x"}, errors.ModelUnavailable),
        ({"code": 400, "message": "vendor/x is not a valid model ID"}, errors.ModelUnavailable),
        ({"code": "invalid_api_key", "message": "x"}, errors.AuthenticationFailed),
        ({"code": "insufficient_quota", "message": "x"}, errors.PaymentRequired),
        ({"code": "server_error", "message": "x"}, errors.Overloaded),
        ({"code": "429", "message": "x"}, errors.RateLimited),
        ({"error_type": "provider_overloaded", "type": "api_error"}, errors.Overloaded),
        ({"error_type": "invalid_image", "type": "x"}, errors.RequestRejected),
        ({"error_type": "image_too_large"}, errors.RequestRejected),
        ({"error_type": "content_policy_violation"}, errors.RequestRejected),
        ({"error_type": "timeout"}, errors.ProviderTimeout),
        ({"code": None, "message": None, "metadata": 7, "type": ["x"], "details": "x"}, errors.Overloaded),
    ],
)
def test_every_shape_of_an_error_is_understood(error: object, expected: type[errors.ProviderError]) -> None:
    found = parse_error(msgspec.json.encode({"error": error}))
    assert found is not None
    assert type(error_from_event(found, "", ROUTER)) is expected


@pytest.mark.parametrize("body", ["{}", '{"error":null}', '{"error":5}', '{"choices":[{"error":"x"}]}', "error", ""])
def test_what_holds_no_error_is_none(body: str) -> None:
    assert parse_error(body) is None


@pytest.mark.parametrize(
    ("who", "name"), [(WHO, "Anthropic"), (ROUTER, "OpenRouter"), (SERVER, "the model server at 127.0.0.1:11434")]
)
def test_services_have_names_in_sentences(who: Answerer, name: str) -> None:
    assert who.name == name


def test_a_proxy_that_wants_a_password_is_said() -> None:
    assert "proxy asks for a name and a password" in page(407).message


def test_a_refused_schema_is_what_is_to_be_corrected() -> None:
    said = "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"
    assert "--schema" in answered(400, "invalid_request_error", said).hint
    assert "--schema" not in answered(400, "invalid_request_error", "tools.0.input_schema: no").hint
