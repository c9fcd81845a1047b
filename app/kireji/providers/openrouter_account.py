"""The account at OpenRouter: what is left on it, and a key by sign-in in the browser (OAuth with PKCE, RFC 7636)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from kireji.core.models import Balance
from kireji.core.secret import Secret


class _KeyData(msgspec.Struct):
    label: str | None = None
    usage: float | None = None
    limit: float | None = None
    limit_remaining: float | None = None
    is_free_tier: bool | None = None


class _KeyAnswer(msgspec.Struct):
    data: _KeyData


class _NewKey(msgspec.Struct):
    key: str


def balance_in(body: bytes) -> Balance:
    """What `GET /key` says.

    Raises:
        msgspec.MsgspecError: It is something else.
    """
    data = msgspec.json.decode(body, type=_KeyAnswer).data
    return Balance(
        data.label or "", data.usage or 0.0, data.limit, data.limit_remaining, free_tier=data.is_free_tier is True
    )


def sign_in_page(base_url: str, callback: str, challenge: str) -> str:
    """The page on which a person allows it, at the same origin as the service."""
    parts = urlsplit(base_url)
    fields = {"callback_url": callback, "code_challenge": challenge, "code_challenge_method": "S256"}
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/auth?{urlencode(fields)}"


def exchange_body(code: str, verifier: str) -> bytes:
    """The body of `POST /auth/keys`."""
    fields: dict[str, Any] = {"code": code, "code_verifier": verifier, "code_challenge_method": "S256"}
    return msgspec.json.encode(fields)


def key_in(body: bytes) -> Secret | None:
    """The new key; None when there is none. What is wrong with the body is not told, because it may hold a key."""
    try:
        key = msgspec.json.decode(body, type=_NewKey).key.strip()
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return Secret(key) if key else None
