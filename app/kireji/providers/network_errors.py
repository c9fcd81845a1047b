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
from kireji.core.words import mark, say
from kireji.providers.answerer import CHECK_NETWORK, Answerer, address_hint, capitalised
from kireji.providers.certificates import CertificateRefused
from kireji.providers.retry import FailedAttempt, Failure
from kireji.providers.transport import BodyMissing, ProxyUnreachable, ProxyUnusable

_PROXY = mark("Check the setting network.proxy, HTTPS_PROXY or the proxy settings of the system.")
_TRUST = mark(
    "If a company network is in between, name its certificate file in the setting network.ca_file or in SSL_CERT_FILE."
)
_NOT_YET, _EXPIRED, _SELF_SIGNED, _WRONG_NAMES = 9, 10, 18, frozenset({62, 64})
"""OpenSSL's numbers (X509_V_ERR_*)."""
_BEFORE_SENDING = (
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    BodyMissing,
)
"""What is raised while no byte of the request itself has left: the way to the service did not come about."""
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
    made = kind(
        message,
        hint,
        provider=who.provider,
        retryable=issubclass(kind, ConnectionFailed),
        detail=_detail(error),
        not_taken=isinstance(error, _BEFORE_SENDING),
    )
    return made, FailedAttempt(failure)


def _judged(error: Exception, who: Answerer, started: bool, silence: float) -> _Failed:
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        message = say("{host} is not an address that can be reached.", host=who.host)
        return _Failed(
            RequestRejected,
            Failure.FINAL,
            message,
            say("{address_hint}; it begins with https:// or http://.", address_hint=address_hint(who)),
        )
    if isinstance(error, BodyMissing):
        message = say("The file with what was to be sent is gone, or was changed.")
        return _Failed(RequestRejected, Failure.FINAL, message, say("Start it again."))
    if isinstance(error, httpx.ProxyError):
        return _about_the_proxy(error, who)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return _never_reached(error, who)
    if isinstance(error, httpx.TimeoutException):
        message = say(
            "{name} has been silent for {silence} seconds, which is the limit.",
            name=capitalised(who.name),
            silence=f"{silence:g}",
        )
        return _Failed(ProviderTimeout, Failure.FINAL, message, say("Ask again."))
    if isinstance(error, httpx.DecodingError) or _is_not_http(error):
        hint = say("{address_hint}, and the proxy settings.", address_hint=address_hint(who))
        return _Failed(
            ProtocolViolation, Failure.FINAL, say("{host} does not answer as a web service.", host=who.host), hint
        )
    if started:
        return _Failed(ConnectionFailed, Failure.FINAL, say("The answer broke off before its end."), say("Ask again."))
    hint = say("{network} and ask again.", network=say(CHECK_NETWORK))
    return _Failed(ConnectionFailed, Failure.CONNECTION, say("The connection to {host} was lost.", host=who.host), hint)


def _about_the_proxy(error: httpx.ProxyError, who: Answerer) -> _Failed:
    if isinstance(error, ProxyUnreachable):
        message = say("The proxy {address} does not answer.", address=error.address)
        slow = isinstance(error.__cause__, httpx.TimeoutException)
        failure = Failure.SLOW_CONNECT if slow else Failure.CONNECTION
        return _Failed(ConnectionFailed, failure, message, say(_PROXY))
    if isinstance(error, ProxyUnusable):
        message = say("The address of the proxy is none that can be used: it begins with http:// or https://.")
        return _Failed(ConnectionFailed, Failure.FINAL, message, say(_PROXY))
    if str(error).startswith("407"):
        hint = say("Write them into its address, http://name:password@host:port, in network.proxy or HTTPS_PROXY.")
        return _Failed(ConnectionFailed, Failure.FINAL, say("The proxy asks for a name and a password."), hint)
    return _Failed(
        ConnectionFailed, Failure.FINAL, say("The proxy does not let {host} through.", host=who.host), say(_PROXY)
    )


def _never_reached(error: Exception, who: Answerer) -> _Failed:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, CertificateRefused):
            return _about_the_certificate(cause, who)
    if any("CERTIFICATE_VERIFY_FAILED" in str(cause) for cause in causes):
        return _Failed(
            ConnectionFailed,
            Failure.FINAL,
            say("The certificate of {host} is not trusted.", host=who.host),
            say(_TRUST),
        )
    there = say("No connection to {host}", host=who.host)
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLWantReadError):
            hint = say(
                "{address_hint}: a service without encryption begins with http://.", address_hint=address_hint(who)
            )
            return _Failed(
                ConnectionFailed, Failure.FINAL, say("{there}: it does not speak TLS as it should.", there=there), hint
            )
        if isinstance(cause, socket.gaierror):
            return _about_the_name(cause, there, who)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        hint = (
            say("Start it and ask again, or check the address.") if who.provider == "local" else f"{address_hint(who)}."
        )
        return _Failed(
            ConnectionFailed, Failure.CONNECTION, say("{there}: nothing answers at that address.", there=there), hint
        )
    hint = f"{say(CHECK_NETWORK)}."
    if any(isinstance(cause, OSError) and cause.errno in _NO_NETWORK for cause in causes):
        return _Failed(ConnectionFailed, Failure.CONNECTION, say("{there}: there is no way to it.", there=there), hint)
    slow = not isinstance(error, httpx.ConnectError)
    kind = Failure.SLOW_CONNECT if slow else Failure.CONNECTION
    return _Failed(
        ConnectionFailed, kind, say("{there}: it does not answer in time.", there=there) if slow else f"{there}.", hint
    )


def _about_the_name(error: socket.gaierror, there: str, who: Answerer) -> _Failed:
    if error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL):
        hint = f"{say(CHECK_NETWORK)}."
        return _Failed(
            ConnectionFailed, Failure.CONNECTION, say("{there}: no name can be looked up.", there=there), hint
        )
    place = address_hint(who)
    hint = (
        f"{place}."
        if place == say(CHECK_NETWORK)
        else say("{place} for a typing mistake, and the network.", place=place)
    )
    return _Failed(ConnectionFailed, Failure.CONNECTION, say("{there}: the name is not known.", there=there), hint)


def _about_the_certificate(refused: CertificateRefused, who: Answerer) -> _Failed:
    named = (
        say('The certificate "{subject}" of {host}', subject=refused.subject, host=who.host)
        if refused.subject
        else say("The certificate of {host}", host=who.host)
    )
    hint = say(_TRUST)
    if refused.code == _EXPIRED:
        message = say("{named} expired on {not_after}.", named=named, not_after=refused.not_after)
        hint = say("Check the clock of this computer; if it is right, only the service can help.")
    elif refused.code == _NOT_YET:
        message = say("{named} is not valid before {not_before}.", named=named, not_before=refused.not_before)
        hint = say("Check the clock of this computer; if it is right, only the service can help.")
    elif refused.code in _WRONG_NAMES:
        names = ", ".join(refused.names[:3]) or "nobody"
        message = say("{named} is made out to {names}, not to this address.", named=named, names=names)
        hint = say("{address_hint}; a network's login page may be in the way too.", address_hint=address_hint(who))
    elif refused.code == _SELF_SIGNED:
        message = say("{named} is vouched for by nobody but itself.", named=named)
    elif refused.issuer:
        message = say(
            '{named} was issued by "{issuer}", which is not trusted here.', named=named, issuer=refused.issuer
        )
    else:
        message = say("{named} is not trusted: {reason_text}.", named=named, reason_text=refused.reason_text)
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
