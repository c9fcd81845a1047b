"""One request on its way out: what is added to it, and what comes back whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from kireji.core.errors import AuthenticationFailed
from kireji.core.requests import ClearedRequest, OutgoingRequest
from kireji.core.secret import Secret
from kireji.core.words import say
from kireji.providers.failures import Answerer, display_name


class Auth(NamedTuple):
    """Where the key stands in a request.

    Args:
        header: Lower-case name of the header that carries it.
        prefix: What stands before it there.
    """

    header: str
    prefix: str = ""


X_API_KEY = Auth("x-api-key")
BEARER = Auth("authorization", "Bearer ")

_KEYS_OF: tuple[tuple[str, str, str], ...] = (
    ("anthropic", "sk-ant-", "anthropic.com"),
    ("openrouter", "sk-or-", "openrouter.ai"),
)
"""Provider, how its keys begin, and its own domain."""


class Answered(NamedTuple):
    """An answer that came whole.

    Args:
        status: HTTP status.
        body: Its bytes.
        content_type: Without parameters, lower case.
        request_id: The service's own id of the request; empty if none.
        location: Where a redirect leads, as written.
        charset: As the service says; empty if it does not.
        retry_after: Seconds after which the service wants to be asked again; None when it does not say.
    """

    status: int
    body: bytes
    content_type: str
    request_id: str
    location: str = ""
    charset: str = ""
    retry_after: float | None = None


class Wanted(NamedTuple):
    """What counts as an answer.

    Args:
        accepts: Content types that do; empty takes any, and redirects.
        largest: Bytes above which it does not.
        any_status: An error does, too.
        address: Where to connect instead of looking the host up, as `HttpClient.fetch` says.
        cut: What is beyond `largest` is left unread and makes no difference.
        may_hold_error: `error` in a good answer is part of what was asked for.
    """

    accepts: Sequence[str]
    largest: int
    any_status: bool = False
    address: str | None = None
    cut: bool = False
    may_hold_error: bool = False

    def fits(self, kind: str, status: int) -> bool:
        """Whether an answer of this type and status does."""
        if self.accepts:
            return kind in self.accepts and status < 300
        return status < 400 or self.any_status


class Sending(msgspec.Struct, frozen=True):
    """One request with what is added to it."""

    outgoing: OutgoingRequest
    who: Answerer
    auth: Auth
    key: Secret | None
    cleared: ClearedRequest

    def headers(self) -> dict[str, str]:
        """What is sent; the key stands here and nowhere else."""
        name, prefix = self.auth
        headers = {header: value for header, value in self.outgoing.headers.items() if header.lower() != name}
        if self.outgoing.file is not None:
            headers["content-length"] = str(self.outgoing.file.size)
        return headers | ({name: prefix + self.key.reveal()} if self.key else {})

    def without_key(self, body: bytes) -> bytes:
        """What a service answered, without the key: some proxies echo what they were sent."""
        return body.replace(self.key.reveal().encode(), b"...") if self.key else body


def sending(cleared: ClearedRequest, secret: Secret | None, auth: Auth) -> Sending:
    """The request with its key.

    Raises:
        AuthenticationFailed: The key cannot be one, or is one of another service; nothing is sent then.
    """
    outgoing = cleared.outgoing
    if outgoing is None:
        raise ValueError("nothing of this request leaves the computer")
    key = secret.reveal().strip() if secret else ""
    _check(key, outgoing)
    who = Answerer(outgoing.provider, outgoing.host, outgoing.model, has_key=bool(key))
    return Sending(outgoing, who, auth, Secret(key) if key else None, cleared)


def _check(key: str, outgoing: OutgoingRequest) -> None:
    if not (key.isascii() and (key.isprintable() or not key)) or " " in key:
        raise AuthenticationFailed(  # before h11 would quote the value in its own message
            say("The key holds characters that no key has."),
            say("Open Settings, Keys & models, and paste it again."),
            provider=outgoing.provider,
            not_taken=True,
        )
    if outgoing.provider not in {provider for provider, _, _ in _KEYS_OF}:
        return
    host = outgoing.host.rpartition(":")[0] or outgoing.host
    for provider, beginning, domain in _KEYS_OF:
        foreign = provider != outgoing.provider and key.startswith(beginning)
        if foreign and host != domain and not host.endswith(f".{domain}"):
            right, asked = display_name(provider), display_name(outgoing.provider)
            raise AuthenticationFailed(
                say("This is a key of {right}, not of {asked}; it was not sent.", right=right, asked=asked),
                say(
                    "Open Settings, Keys & models: paste it under {right}, and a key of {asked} here.",
                    right=right,
                    asked=asked,
                ),
                provider=outgoing.provider,
                not_taken=True,
            )
