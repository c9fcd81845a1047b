"""The network library's errors as errors of `core.errors`. Imported by `http` with the library itself."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple

import httpx

from kireji.core.errors import (
    ConnectionFailed,
    ProtocolViolation,
    ProviderError,
    ProviderTimeout,
    RequestRejected,
)
from kireji.providers.certificates import CertificateRefused
from kireji.providers.failures import Answerer, address_hint, capitalised
from kireji.providers.retry import FailedAttempt, Failure
from kireji.providers.transport import ProxyUnreachable, ProxyUnusable

_NETWORK = "Check the network"
_PROXY = "Check the setting network.proxy, HTTPS_PROXY or the proxy settings of the system."
_TRUST = (
    "If a company network is in between, name its certificate file in the setting network.ca_file or in SSL_CERT_FILE."
)
_NOT_YET, _EXPIRED, _SELF_SIGNED, _WRONG_NAMES = 9, 10, 18, frozenset({62, 64})
"""OpenSSL's numbers (X509_V_ERR_*)."""
_NO_NETWORK = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})


class _Failed(NamedTuple):
    kind: type[ProviderError]
    failure: Failure
    message: str
    hint: str


def network_failure(
    error: Exception, who: Answerer, started: bool, silence: float
) -> tuple[ProviderError, FailedAttempt]:
    """The error for a failure of the network, and its kind for the retry rules.

    Args:
        error: What the network library raised.
        who: Who was asked.
        started: Whether events of the answer had been delivered.
        silence: Seconds without a byte that were allowed.
    """
    kind, failure, message, hint = _judged(error, who, started, silence)
    retryable = issubclass(kind, ConnectionFailed)
    made = kind(message, hint, provider=who.provider, retryable=retryable, detail=_detail(error))
    return made, FailedAttempt(failure)


def _judged(error: Exception, who: Answerer, started: bool, silence: float) -> _Failed:
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        message = f"{who.host} is not an address that can be reached."
        return _Failed(
            RequestRejected, Failure.FINAL, message, f"{address_hint(who)}; it begins with https:// or http://."
        )
    if isinstance(error, httpx.ProxyError):
        return _about_the_proxy(error, who)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return _never_reached(error, who)
    if isinstance(error, httpx.TimeoutException):
        message = f"{capitalised(who.name)} has been silent for {silence:g} seconds, which is the limit."
        return _Failed(ProviderTimeout, Failure.FINAL, message, "Ask again.")
    if isinstance(error, httpx.DecodingError) or _is_not_http(error):
        hint = f"{address_hint(who)}, and the proxy settings."
        return _Failed(ProtocolViolation, Failure.FINAL, f"{who.host} does not answer as a web service.", hint)
    if started:
        return _Failed(ConnectionFailed, Failure.FINAL, "The answer broke off before its end.", "Ask again.")
    hint = f"{_NETWORK} and ask again."
    return _Failed(ConnectionFailed, Failure.CONNECTION, f"The connection to {who.host} was lost.", hint)


def _about_the_proxy(error: httpx.ProxyError, who: Answerer) -> _Failed:
    if isinstance(error, ProxyUnreachable):
        message = f"The proxy {error.address} does not answer."
        slow = isinstance(error.__cause__, httpx.TimeoutException)
        failure = Failure.SLOW_CONNECT if slow else Failure.CONNECTION
        return _Failed(ConnectionFailed, failure, message, _PROXY)
    if isinstance(error, ProxyUnusable):
        message = "The address of the proxy is none that can be used: it begins with http:// or https://."
        return _Failed(ConnectionFailed, Failure.FINAL, message, _PROXY)
    if str(error).startswith("407"):
        hint = "Write them into its address, http://name:password@host:port, in network.proxy or HTTPS_PROXY."
        return _Failed(ConnectionFailed, Failure.FINAL, "The proxy asks for a name and a password.", hint)
    return _Failed(ConnectionFailed, Failure.FINAL, f"The proxy does not let {who.host} through.", _PROXY)


def _never_reached(error: Exception, who: Answerer) -> _Failed:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, CertificateRefused):
            return _about_the_certificate(cause, who)
    if any("CERTIFICATE_VERIFY_FAILED" in str(cause) for cause in causes):
        return _Failed(ConnectionFailed, Failure.FINAL, f"The certificate of {who.host} is not trusted.", _TRUST)
    there = f"No connection to {who.host}"
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLWantReadError):
            hint = f"{address_hint(who)}: a service without encryption begins with http://."
            return _Failed(ConnectionFailed, Failure.FINAL, f"{there}: it does not speak TLS as it should.", hint)
        if isinstance(cause, socket.gaierror):
            return _about_the_name(cause, there, who)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        hint = "Start it and ask again, or check the address." if who.provider == "local" else f"{address_hint(who)}."
        return _Failed(ConnectionFailed, Failure.CONNECTION, f"{there}: nothing answers at that address.", hint)
    hint = f"{_NETWORK}."
    if any(isinstance(cause, OSError) and cause.errno in _NO_NETWORK for cause in causes):
        return _Failed(ConnectionFailed, Failure.CONNECTION, f"{there}: there is no way to it.", hint)
    slow = not isinstance(error, httpx.ConnectError)
    kind = Failure.SLOW_CONNECT if slow else Failure.CONNECTION
    return _Failed(ConnectionFailed, kind, f"{there}: it does not answer in time." if slow else f"{there}.", hint)


def _about_the_name(error: socket.gaierror, there: str, who: Answerer) -> _Failed:
    if error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL):
        hint = f"{_NETWORK}."
        return _Failed(ConnectionFailed, Failure.CONNECTION, f"{there}: no name can be looked up.", hint)
    place = address_hint(who)
    hint = f"{place}." if place == _NETWORK else f"{place} for a typing mistake, and the network."
    return _Failed(ConnectionFailed, Failure.CONNECTION, f"{there}: the name is not known.", hint)


def _about_the_certificate(refused: CertificateRefused, who: Answerer) -> _Failed:
    named = (
        f'The certificate "{refused.subject}" of {who.host}' if refused.subject else f"The certificate of {who.host}"
    )
    hint = _TRUST
    if refused.code == _EXPIRED:
        message = f"{named} expired on {refused.not_after}."
        hint = "Check the clock of this computer; if it is right, only the service can help."
    elif refused.code == _NOT_YET:
        message = f"{named} is not valid before {refused.not_before}."
        hint = "Check the clock of this computer; if it is right, only the service can help."
    elif refused.code in _WRONG_NAMES:
        names = ", ".join(refused.names[:3]) or "nobody"
        message = f"{named} is made out to {names}, not to this address."
        hint = f"{address_hint(who)}; a network's login page may be in the way too."
    elif refused.code == _SELF_SIGNED:
        message = f"{named} is vouched for by nobody but itself."
    elif refused.issuer:
        message = f'{named} was issued by "{refused.issuer}", which is not trusted here.'
    else:
        message = f"{named} is not trusted: {refused.reason_text}."
    return _Failed(ConnectionFailed, Failure.FINAL, message, hint)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error with all that led to it."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__


def _detail(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _is_not_http(error: Exception) -> bool:
    text = str(error).lower()
    ended = "disconnected" in text or "incomplete" in text or "without sending complete" in text
    return isinstance(error, httpx.RemoteProtocolError | httpx.LocalProtocolError) and not ended
