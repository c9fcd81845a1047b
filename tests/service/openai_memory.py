"""What the routing service issued as reasoning: it comes back unchanged, or is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from tests.service.refusal import invalid

_SEAL = b"the routing service's own"
_FIELDS = {
    "reasoning.text": {"text", "signature"},
    "reasoning.summary": {"summary"},
    "reasoning.encrypted": {"data"},
}


class ReasoningMemory:
    """Signs reasoning details and checks those that come back.

    A signature holds its own proof, so that a restarted service knows what an earlier one issued; those of recorded
    streams are remembered, and so are the calls that were made with reasoning.
    """

    def __init__(self) -> None:
        self._recorded: set[tuple[str, ...]] = set()
        self._calls: set[str] = set()

    def sign(self, words: str) -> str:
        """A signature for `words`."""
        return base64.b64encode(hmac.digest(_SEAL, words.encode(), hashlib.sha256)).decode()

    def remember(self, message: dict[str, Any]) -> None:
        """Note the reasoning of an answer."""
        details = message.get("reasoning_details") or []
        self._recorded |= {_mark(detail) for detail in details}
        if details:
            self._calls |= {call["id"] for call in message.get("tool_calls") or [] if "id" in call}

    def check(self, messages: list[dict[str, Any]], *, required: bool) -> None:
        """Refuse edited details, and, where they are `required`, calls that come back without theirs."""
        for number, message in enumerate(messages):
            if message["role"] != "assistant":
                continue
            at = f"messages.{number}"
            details = message.get("reasoning_details")
            if details is None:
                if required and any(call["id"] in self._calls for call in message.get("tool_calls") or []):
                    raise invalid(at, "reasoning_details must be sent back with the calls they came with")
                continue
            if not isinstance(details, list):
                raise invalid(f"{at}.reasoning_details", "expected a list")
            for place, detail in enumerate(details):
                self._check(detail, f"{at}.reasoning_details.{place}")

    def _check(self, detail: Any, at: str) -> None:
        kind = detail.get("type") if isinstance(detail, dict) else None
        if kind not in _FIELDS:
            raise invalid(f"{at}.type", f"expected one of {', '.join(sorted(_FIELDS))}")
        allowed = {"type", "format", "index", "id", *_FIELDS[kind]}
        for name in detail:
            if name not in allowed:
                raise invalid(f"{at}.{name}", "Extra inputs are not permitted")
        signed = kind == "reasoning.text" and detail.get("signature") == self.sign(str(detail.get("text", "")))
        sealed = kind == "reasoning.encrypted" and detail.get("data") == self.sign("")
        if not (signed or sealed or _mark(detail) in self._recorded):
            raise invalid(at, "reasoning_details must be sent back as they were received")


def _mark(detail: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(detail.get(name, "")) for name in ("type", "text", "signature", "summary", "data"))
