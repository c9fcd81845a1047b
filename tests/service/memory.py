"""What the service issued: reasoning blocks come back unchanged and to the same conversation, or are refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import msgspec

from tests.service.refusal import invalid

_SEAL = b"the service's own"


class Memory:
    """Signs reasoning blocks and checks those that come back.

    A signature holds its own proof, so that a restarted service still knows what an earlier one issued; those of
    recorded streams are remembered.
    """

    def __init__(self) -> None:
        self._recorded: dict[str, tuple[str, str]] = {}
        self._groups: dict[str, tuple[str, ...]] = {}

    def sign(self, thinking: str, body: dict[str, Any]) -> str:
        """A signature for reasoning that answers `body`."""
        prefix = fingerprint(body, len(body["messages"]))
        return prefix[:16] + base64.b64encode(_proof(thinking, prefix)).decode()

    def remember(self, blocks: list[dict[str, Any]], body: dict[str, Any]) -> None:
        """Note the reasoning of an answer to `body`."""
        prefix = fingerprint(body, len(body["messages"]))
        issued = tuple(_mark(block) for block in blocks if _mark(block))
        for block in blocks:
            if _mark(block):
                self._recorded[_mark(block)] = (block.get("thinking", ""), prefix)
                self._groups[_mark(block)] = issued

    def check(self, body: dict[str, Any]) -> None:
        """Refuse reasoning that was edited, reordered, made up or moved to another conversation."""
        for number, message in enumerate(body["messages"]):
            if message["role"] != "assistant" or isinstance(message["content"], str):
                continue
            marks = tuple(_mark(block) for block in message["content"] if _mark(block))
            if marks and marks != self._groups.get(marks[0], marks):
                raise invalid(f"messages.{number}", _MODIFIED)
            for place, block in enumerate(message["content"]):
                self._check_block(block, f"messages.{number}.content.{place}", fingerprint(body, number))

    def _check_block(self, block: dict[str, Any], at: str, prefix: str) -> None:
        mark = _mark(block)
        if not mark:
            return
        if mark in self._recorded:
            thinking, issued_for = self._recorded[mark]
            if block.get("thinking", "") != thinking:
                raise invalid(at, _MODIFIED)
            if issued_for != prefix:
                raise invalid(at, _BOUND)
            return
        try:
            proof = base64.b64decode(mark[16:], validate=True)
        except ValueError as error:
            raise invalid(at, "Invalid `signature` in `thinking` block") from error
        if mark[:16] != prefix[:16]:
            raise invalid(at, _BOUND)
        if not hmac.compare_digest(proof, _proof(block.get("thinking", ""), prefix)):
            raise invalid(at, "Invalid `signature` in `thinking` block")


_MODIFIED = (
    "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. "
    "These blocks must remain as they were in the original response."
)
_BOUND = "Invalid `signature` in `thinking` block: it is bound to a different conversation"


def _mark(block: dict[str, Any]) -> str:
    if block["type"] == "thinking":
        return str(block["signature"])
    return str(block["data"]) if block["type"] == "redacted_thinking" else ""


def _proof(thinking: str, prefix: str) -> bytes:
    return hmac.digest(_SEAL, f"{prefix}\n{thinking}".encode(), "sha256")


def fingerprint(body: dict[str, Any], upto: int) -> str:
    """Names everything that stands before message `upto`: instructions, tools, earlier messages."""
    turns: list[list[Any]] = []
    for message in body["messages"][:upto]:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        blocks = [{name: value for name, value in block.items() if name != "cache_control"} for block in blocks]
        if turns and turns[-1][0] == message["role"]:
            turns[-1][1] += blocks
        else:
            turns.append([message["role"], blocks])
    before = [body.get("system"), body.get("tools"), turns]
    return hashlib.sha256(msgspec.json.encode(before, order="sorted")).hexdigest()
