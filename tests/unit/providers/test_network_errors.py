"""Every fault of the network as one sentence: names, refusals, time, certificates, what is no web service."""

from __future__ import annotations

import errno
import socket

import httpx
import pytest

from kireji.core import errors
from kireji.providers.certificates import CertificateRefused
from kireji.providers.connection_settings import ConnectionSettings
from kireji.providers.failures import Answerer
from kireji.providers.network_errors import network_failure
from kireji.providers.retry import Failure

WHO = Answerer("anthropic", "api.anthropic.com", "m")
SERVER = Answerer("local", "127.0.0.1:11434", "m")


def failed(error: Exception, cause: BaseException | None = None, who: Answerer = WHO) -> errors.ProviderError:
    error.__cause__ = cause
    return network_failure(error, who, False, 120.0)[0]


def refusal(code: int, **told: object) -> CertificateRefused:
    refused = CertificateRefused(1, "certificate verify failed")
    refused.code = code
    for name, value in ({"subject": "leaf", "reason_text": "revoked"} | told).items():
        setattr(refused, name, value)
    return refused


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "the name is not known. Check the network"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "no name can be looked up. Check the network"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "nothing answers at that address."),
        (ExceptionGroup("all", [OSError(1, "x"), ConnectionRefusedError(errno.ECONNREFUSED, "x")]), "nothing answers"),
        (OSError(errno.ENETUNREACH, "x"), "there is no way to it. Check the network"),
    ],
)
def test_why_there_is_no_connection_is_said(cause: BaseException, sentence: str) -> None:
    error = failed(httpx.ConnectError("all connection attempts failed"), cause)
    assert type(error) is errors.ConnectionFailed
    assert error.sentence.startswith("No connection to api.anthropic.com: ")
    assert sentence in error.sentence
    assert error.retryable


def test_a_name_from_the_environment_is_to_be_checked_there() -> None:
    who = Answerer("anthropic", "api.antropic.com", "m")
    error = failed(httpx.ConnectError("x"), socket.gaierror(socket.EAI_NONAME, "x"), who)
    assert error.hint == "Check the address in ANTHROPIC_BASE_URL for a typing mistake, and the network."


def test_a_model_server_that_does_not_run_is_to_be_started() -> None:
    error = failed(httpx.ConnectError("x"), ConnectionRefusedError(errno.ECONNREFUSED, "x"), SERVER)
    assert error.hint == "Start it and ask again, or check the address."


def test_silence_names_its_limit() -> None:
    error = failed(httpx.ReadTimeout("x"))
    assert type(error) is errors.ProviderTimeout
    assert error.message == "Anthropic has been silent for 120 seconds, which is the limit."


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (refusal(20, issuer="Acme Root CA"), 'was issued by "Acme Root CA", which is not trusted here.'),
        (refusal(18, issuer="leaf"), "is vouched for by nobody but itself."),
        (refusal(10, not_after="Nov 21 2026 GMT"), "expired on Nov 21 2026 GMT."),
        (refusal(9, not_before="Nov 23 2026 GMT"), "is not valid before Nov 23 2026 GMT."),
        (refusal(62, names=("a.test", "b.test")), "is made out to a.test, b.test, not to this address."),
        (refusal(23), "is not trusted: revoked."),
    ],
)
def test_a_refused_certificate_is_named_with_the_reason(refused: CertificateRefused, message: str) -> None:
    error = failed(httpx.ConnectError("x"), refused)
    assert error.message == f'The certificate "leaf" of api.anthropic.com {message}'


def test_a_refused_certificate_is_never_tried_again() -> None:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]")
    assert network_failure(error, WHO, False, 1.0)[1].failure is Failure.FINAL


@pytest.mark.parametrize(
    ("error", "started", "expected"),
    [
        (httpx.RemoteProtocolError("illegal status line"), False, errors.ProtocolViolation),
        (httpx.RemoteProtocolError("peer closed without sending complete message body"), True, errors.ConnectionFailed),
        (httpx.ReadError(""), True, errors.ConnectionFailed),
        (httpx.InvalidURL("x"), False, errors.RequestRejected),
    ],
)
def test_what_else_can_go_wrong_has_its_error(
    error: Exception, started: bool, expected: type[errors.ProviderError]
) -> None:
    made, attempt = network_failure(error, WHO, started, 1.0)
    assert type(made) is expected
    assert attempt.failure is Failure.FINAL


def test_the_systems_own_exceptions_from_its_proxy_hold() -> None:
    settings = ConnectionSettings({"all": "http://proxy.test"}, bypass=lambda host: host == "intra.test")
    assert settings.proxy_for("https://intra.test") is None
    assert settings.proxy_for("https://api.test") == "http://proxy.test"


@pytest.mark.parametrize("url", ["https://api.test", "https://api.test:443"])
def test_an_exception_may_name_the_port_that_goes_without_saying(url: str) -> None:
    assert ConnectionSettings({"all": "http://proxy.test"}, "api.test:443").proxy_for(url) is None
