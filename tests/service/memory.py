"""What the service issued: reasoning comes back unchanged and to the same conversation, or is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec

from tests.service.caching import blocks_in
from tests.service.models import Model
from tests.service.refusal import invalid

_SEAL = b"the service's own"
_UNBOUND = "0" * 64
_REASONING = ("thinking", "redacted_thinking")
_MODIFIED = (
    "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. "
    "These blocks must remain as they were in the original response."
)
_MADE_UP = "Invalid `signature` in `thinking` block"
_BOUND = "Invalid `signature` in `thinking` block: it is bound to a different conversation"


class Memory:
    """Signs reasoning blocks and checks those that come back.

    A signature holds its own proof, so that a restarted service still knows what an earlier one issued; those of
    recorded streams are remembered.
    """

    def __init__(self) -> None:
        self._recorded: dict[str, tuple[str, str]] = {}
        self._groups: dict[str, tuple[str, ...]] = {}
        self._blocks: set[bytes] = set()
        self._paused: set[bytes] = set()
        self._reasoned: set[bytes] = set()

    def sign(self, thinking: str, body: dict[str, Any], model: Model) -> str:
        """A signature for reasoning that answers `body`."""
        prefix = _fingerprint(body, len(body["messages"])) if model.bound else _UNBOUND
        return prefix[:16] + base64.b64encode(_proof(thinking, prefix)).decode()

    def remember(self, blocks: list[dict[str, Any]], body: dict[str, Any], model: Model, stop_reason: Any) -> None:
        """Note an answer to `body`."""
        prefix = _fingerprint(body, len(body["messages"])) if model.bound else _UNBOUND
        marks = tuple(_mark(block) for block in blocks if _mark(block))
        for block in blocks:
            self._blocks.add(_named(block))
            if _mark(block):
                self._recorded[_mark(block)] = (block.get("thinking", ""), prefix)
                self._groups[_mark(block)] = marks
        if stop_reason == "pause_turn":
            self._paused.add(_named(blocks))
        if marks:
            self._reasoned.add(_named([_fingerprint(body, len(body["messages"])), _said(blocks)]))

    def issued(self, block: dict[str, Any]) -> bool:
        """Whether the service said exactly this."""
        return _named(_bare(block)) in self._blocks

    def paused(self, blocks: list[dict[str, Any]]) -> bool:
        """Whether these are, at their end, an answer that was paused."""
        bare = [_bare(block) for block in blocks]
        return any(_named(bare[start:]) in self._paused for start in range(len(bare)))

    def check(self, body: dict[str, Any], model: Model) -> None:
        """Refuse reasoning that was edited, reordered, made up, moved to another conversation or has gaps."""
        spoken = [number for number, message in enumerate(body["messages"]) if message["role"] == "assistant"]
        had, gap = False, False
        for number in spoken:
            blocks = blocks_in(body["messages"][number]["content"])
            at = f"messages.{number}"
            self._check_groups(tuple(_mark(block) for block in blocks if _mark(block)), at)
            for place, block in enumerate(blocks):
                if _mark(block):
                    if gap and model.bound:
                        raise invalid(f"{at}.content.{place}", _BOUND)
                    had = True
                    self._check_block(block, f"{at}.content.{place}", body, number, place, model)
            dropped = self._dropped(blocks, body, number)
            gap = gap or (had and dropped)
            if dropped and number == spoken[-1] and _in_tool_loop(body):
                raise invalid(at, _MODIFIED)

    def _dropped(self, blocks: list[dict[str, Any]], body: dict[str, Any], number: int) -> bool:
        if not self._reasoned or any(_mark(block) for block in blocks):
            return False
        return _named([_fingerprint(body, number), _said(blocks)]) in self._reasoned

    def _check_groups(self, marks: Sequence[str], at: str) -> None:
        """Blocks of one answer stand together, in their order; several answers may stand in one message."""
        place = 0
        while place < len(marks):
            group = self._groups.get(marks[place], (marks[place],))
            if tuple(marks[place : place + len(group)]) != group:
                raise invalid(at, _MODIFIED)
            place += len(group)

    def _check_block(
        self, block: dict[str, Any], at: str, body: dict[str, Any], number: int, place: int, model: Model
    ) -> None:
        mark, thinking = _mark(block), block.get("thinking", "")
        if mark in self._recorded:
            original, issued_for = self._recorded[mark]
            if thinking != original:
                raise invalid(at, _MODIFIED)
            if model.bound and not _fits(issued_for, body, number, place, 64):
                raise invalid(at, _BOUND)
            return
        try:
            proof = base64.b64decode(mark[16:], validate=True)
        except ValueError as error:
            raise invalid(at, _MADE_UP) from error
        prefix = _fits(mark[:16], body, number, place, 16)
        if not prefix:
            if model.bound:
                raise invalid(at, _BOUND)
        elif not hmac.compare_digest(proof, _proof(thinking, prefix)):
            raise invalid(at, _MADE_UP)


def _fits(issued_for: str, body: dict[str, Any], number: int, place: int, length: int) -> str:
    """The beginning for which a block was issued, if that is what stands before it; empty otherwise."""
    if issued_for == _UNBOUND[:length]:
        return _UNBOUND
    for before in range(place + 1):
        prefix = _fingerprint(body, number, before)
        if prefix[:length] == issued_for:
            return prefix
    return ""


def _in_tool_loop(body: dict[str, Any]) -> bool:
    last = body["messages"][-1]
    return last["role"] == "user" and any(block["type"] == "tool_result" for block in blocks_in(last["content"]))


def _mark(block: dict[str, Any]) -> str:
    if block["type"] == "thinking":
        return str(block["signature"])
    return str(block["data"]) if block["type"] == "redacted_thinking" else ""


def _proof(thinking: str, prefix: str) -> bytes:
    return hmac.digest(_SEAL, f"{prefix}\n{thinking}".encode(), "sha256")


def _named(value: Any) -> bytes:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).digest()


def _bare(block: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in block.items() if name != "cache_control"}


def _said(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without reasoning, breakpoints and blank text, which may all be left out."""
    return [
        _bare(block)
        for block in blocks
        if block["type"] not in _REASONING and (block["type"] != "text" or block["text"].strip())
    ]


def _fingerprint(body: dict[str, Any], upto: int, place: int = 0) -> str:
    """Names all that stands before block `place` of message `upto`: instructions, tools, what was said earlier."""
    turns: list[list[Any]] = []
    for number, message in enumerate(body["messages"][: upto + 1]):
        blocks = blocks_in(message["content"])
        said = _said(blocks if number < upto else blocks[:place])
        if turns and turns[-1][0] == message["role"]:
            turns[-1][1] += said
        elif said:
            turns.append([message["role"], said])
    tools = sorted(body.get("tools") or [], key=lambda tool: str(tool.get("name", tool.get("type"))))
    before = [_said(blocks_in(body.get("system"))), [_bare(tool) for tool in tools], turns]
    return hashlib.sha256(msgspec.json.encode(before, order="sorted")).hexdigest()
