"""The network library's errors as errors of `core.errors`. Imported by `http` with the library itself."""

from __future__ import annotations

import ssl

import httpx

from kireji.core.errors import (
    ConnectionFailed,
    ProtocolViolation,
    ProviderError,
    ProviderTimeout,
    RequestRejected,
)
from kireji.providers.failures import Answerer
from kireji.providers.retry import FailedAttempt, Failure


def network_failure(
    error: Exception, who: Answerer, started: bool, read_timeout: float
) -> tuple[ProviderError, FailedAttempt]:
    """The error for a failure of the network, and its kind for the retry rules.

    Args:
        error: What the network library raised.
        who: Who was asked.
        started: Whether events of the answer had been delivered.
        read_timeout: Seconds of silence that were allowed.
    """

    def failed(
        kind: type[ProviderError], failure: Failure, message: str, hint: str
    ) -> tuple[ProviderError, FailedAttempt]:
        retryable = issubclass(kind, ConnectionFailed)
        made = kind(message, hint, provider=who.provider, retryable=retryable, detail=_detail(error))
        return made, FailedAttempt(failure)

    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        hint = "Check the address in Settings, Keys & models; it begins with https://."
        return failed(RequestRejected, Failure.FINAL, f"{who.host} is not an address that can be reached.", hint)
    if isinstance(error, httpx.ProxyError):
        hint = "Check HTTPS_PROXY or the proxy settings of the system."
        return failed(ConnectionFailed, Failure.FINAL, f"The proxy does not let {who.host} through.", hint)
    if isinstance(error, httpx.ConnectError) and _is_certificate_error(error):
        hint = "If a company network is in between, name its certificate in SSL_CERT_FILE or add it to the system."
        return failed(ConnectionFailed, Failure.FINAL, f"The certificate of {who.host} is not trusted.", hint)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        kind = Failure.CONNECTION if isinstance(error, httpx.ConnectError) else Failure.SLOW_CONNECT
        hint = "Check the network, or let this computer read the text."
        return failed(ConnectionFailed, kind, f"No connection to {who.host}.", hint)
    if isinstance(error, httpx.TimeoutException):
        message = f"{who.host} has been silent for {read_timeout:.0f} seconds."
        return failed(ProviderTimeout, Failure.FINAL, message, "Ask again, or let this computer read the text.")
    if isinstance(error, httpx.DecodingError) or _is_not_http(error):
        hint = "Check the address in Settings, Keys & models, and the proxy settings."
        return failed(ProtocolViolation, Failure.FINAL, f"{who.host} does not answer as a web service.", hint)
    if started:
        return failed(ConnectionFailed, Failure.FINAL, "The answer broke off before its end.", "Ask again.")
    hint = "Check the network and ask again, or let this computer read the text."
    return failed(ConnectionFailed, Failure.CONNECTION, f"The connection to {who.host} was lost.", hint)


def _detail(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _is_not_http(error: Exception) -> bool:
    text = str(error).lower()
    ended = "disconnected" in text or "incomplete" in text or "without sending complete" in text
    return isinstance(error, httpx.RemoteProtocolError | httpx.LocalProtocolError) and not ended


def _is_certificate_error(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return "CERTIFICATE_VERIFY_FAILED" in str(error)
