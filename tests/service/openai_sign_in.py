"""Sign-in by authorisation code with PKCE (RFC 7636), against a page that answers by itself."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from tests.service.refusal import Refusal, invalid, only, text

Consent: TypeAlias = Literal["allow", "deny", "never"]
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


@dataclass(frozen=True)
class _Issued:
    challenge: str
    method: str


class SignIn:
    """Issues codes, each good for one try.

    Args:
        consent: What the person on the page does: allow, deny, or never come to an end.
    """

    def __init__(self, consent: Consent) -> None:
        self.consent = consent
        self._issued: dict[str, _Issued] = {}

    def page(self, query: str) -> str | None:
        """Where the page sends the browser; None leaves it where it is.

        Raises:
            Refusal: A parameter is missing or wrong.
        """
        given = {name: values[0] for name, values in parse_qs(query).items()}
        only(given, "", {"code_challenge_method", "key_label"}, {"callback_url", "code_challenge"})
        method = given.get("code_challenge_method", "plain")
        if method != "S256":
            raise invalid("code_challenge_method", "this service wants S256")
        if not _CHALLENGE.match(given["code_challenge"]):
            raise invalid("code_challenge", "expected base64url(sha256(verifier)) without padding")
        callback = urlsplit(given["callback_url"])
        local = callback.scheme == "http" and callback.hostname in ("localhost", "127.0.0.1", "::1")
        if not callback.netloc or not (local or callback.scheme == "https"):
            raise invalid("callback_url", "expected https, or http on this computer")
        match self.consent:
            case "never":
                return None
            case "deny":
                answer = {"error": "access_denied"}
            case "allow":
                code = f"auth_code_{secrets.token_hex(16)}"
                self._issued[code] = _Issued(given["code_challenge"], method)
                answer = {"code": code}
        kept = {name: values[0] for name, values in parse_qs(callback.query).items()}
        return urlunsplit(callback._replace(query=urlencode(kept | answer), path=callback.path or "/"))

    def exchange(self, body: dict[str, Any]) -> str:
        """A key for a code, once.

        Raises:
            Refusal: The code or its verifier is wrong.
        """
        only(body, "", {"code_challenge_method", "code_verifier"}, {"code"})
        issued = self._issued.pop(text(body["code"], "code"), None)
        if issued is None:
            raise Refusal(403, "forbidden", "Invalid code")
        if body.get("code_challenge_method", "plain") != issued.method:
            raise Refusal(400, "invalid_request_error", "Invalid code_challenge_method")
        verifier = text(body.get("code_verifier", ""), "code_verifier")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not _VERIFIER.match(verifier) or not secrets.compare_digest(digest, issued.challenge):
            raise Refusal(403, "forbidden", "Invalid code_verifier")
        return f"sk-or-v1-{secrets.token_hex(32)}"
