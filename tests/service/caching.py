"""What of a prompt was seen before: breakpoints, and the cache behind them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.service.counting import CountingRule
from tests.service.models import Model
from tests.service.refusal import invalid, only

MOST = 4
LOOK_BACK = 20
BYTES_PER_TOKEN = 4
MOST_IMAGE_TOKENS = 4784
_SECONDS = {"5m": 300.0, "1h": 3600.0}


class Breakpoints:
    """Counts and checks `cache_control`, in the order tools, instructions, messages."""

    def __init__(self) -> None:
        self._ttls: list[str] = []

    def note(self, block: dict[str, Any], at: str) -> None:
        """Check the one of `block`, if it has one."""
        if block.get("cache_control") is None:
            return
        ttl = _ttl(block["cache_control"], f"{at}.cache_control")
        if ttl == "1h" and "5m" in self._ttls:
            raise invalid(
                f"{at}.cache_control.ttl",
                "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block",
            )
        self._ttls.append(ttl)
        self._count(len(self._ttls))

    def automatic(self, control: Any, blocks: list[dict[str, Any]]) -> None:
        """Check the one of the whole request, which stands at the last of `blocks`."""
        if control is None:
            return
        ttl = _ttl(control, "cache_control")
        self._count(len(self._ttls) + 1)
        last: dict[str, Any] = next((block for block in reversed(blocks) if _cacheable(block)), {})
        explicit = last.get("cache_control")
        if explicit and explicit.get("ttl", "5m") != ttl:
            raise invalid("cache_control", "the last block has a cache_control with a different ttl")

    def _count(self, number: int) -> None:
        if number > MOST:
            raise invalid("", f"A maximum of 4 blocks with cache_control may be provided. Found {number}.")


@dataclass(frozen=True)
class Piece:
    """One block of a prompt: the bytes up to here as a digest, its tokens, and its breakpoint."""

    digest: bytes
    tokens: int
    ttl: str | None


class PromptCache:
    """Remembers beginnings of prompts; only the same bytes are the same beginning.

    Args:
        clock: Seconds.
        rule: By what blocks are counted; None takes their bytes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, rule: CountingRule | None = None) -> None:
        self._clock = clock
        self._rule = rule
        self._entries: dict[bytes, tuple[float, str]] = {}

    def use(self, body: dict[str, Any], model: Model) -> dict[str, Any]:
        """The input side of `usage`; what stands before a breakpoint is remembered."""
        pieces = list(_pieces(body, self._rule, model))
        totals = [sum(piece.tokens for piece in pieces[: number + 1]) for number in range(len(pieces))]
        marked = [number for number, piece in enumerate(pieces) if piece.ttl and totals[number] >= model.cache_minimum]
        found = max((self._hit(number, pieces) for number in marked), default=-1)
        read = totals[found] if found >= 0 else 0
        written = dict.fromkeys(_SECONDS, 0)
        before = read
        for number in marked:
            ttl = pieces[number].ttl or "5m"
            written[ttl] += max(0, totals[number] - before)
            before = max(before, totals[number])
            self._entries[pieces[number].digest] = (self._clock() + _SECONDS[ttl], ttl)
        return {
            "input_tokens": totals[-1] - before,
            "cache_creation_input_tokens": sum(written.values()),
            "cache_read_input_tokens": read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": written["5m"],
                "ephemeral_1h_input_tokens": written["1h"],
            },
        }

    def _hit(self, number: int, pieces: list[Piece]) -> int:
        """The last of the blocks before a breakpoint up to which the prompt is known; -1 for none."""
        for place in range(number, max(-1, number - LOOK_BACK), -1):
            until, ttl = self._entries.get(pieces[place].digest, (0.0, "5m"))
            if until > self._clock():
                self._entries[pieces[place].digest] = (self._clock() + _SECONDS[ttl], ttl)
                return place
        return -1


def count_tokens(body: dict[str, Any], rule: CountingRule | None = None, model: Model | None = None) -> int:
    """About how many tokens a prompt has."""
    return sum(piece.tokens for piece in _pieces(body, rule, model))


def blocks_in(content: Any) -> list[dict[str, Any]]:
    """The blocks of a message or of the instructions."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or [])


def _pieces(body: dict[str, Any], rule: CountingRule | None, model: Model | None) -> Iterator[Piece]:
    config = body.get("output_config") or {}
    blocks = list(_blocks(body))
    last = max((place for place, (_, block) in enumerate(blocks) if _cacheable(block)), default=-1)
    first_said = next(place for place, (role, _) in enumerate(blocks) if role is not None)
    images = any(block.get("type") == "image" for _, block in blocks)
    digest = _digest(b"", [body["model"], config.get("format")])
    for place, (role, block) in enumerate(blocks):
        if place == first_said:
            digest = _digest(digest, [body.get("tool_choice"), body.get("thinking"), config.get("effort"), images])
        bare = {name: value for name, value in block.items() if name != "cache_control"}
        digest = _digest(digest, [role, bare])
        control = block.get("cache_control") or (body.get("cache_control") if place == last else None)
        tokens = _tokens(bare) if rule is None else rule.tokens(bare, large=model is None or model.high_resolution)
        yield Piece(digest, tokens, control.get("ttl", "5m") if control else None)


def _blocks(body: dict[str, Any]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Every block with the role of its message, in the order in which the cache sees them."""
    for block in [*(body.get("tools") or []), *blocks_in(body.get("system"))]:
        yield None, block
    for message in body["messages"]:
        for block in blocks_in(message["content"]):
            yield message["role"], block


def _tokens(block: dict[str, Any]) -> int:
    tokens = -(-len(msgspec.json.encode(block)) // BYTES_PER_TOKEN)
    return min(tokens, MOST_IMAGE_TOKENS) if block.get("type") == "image" else tokens


def _digest(before: bytes, value: Any) -> bytes:
    return hashlib.sha256(before + msgspec.json.encode(value)).digest()


def _cacheable(block: dict[str, Any]) -> bool:
    kind = block.get("type")
    return kind not in ("thinking", "redacted_thinking") and (kind != "text" or bool(block.get("text")))


def _ttl(control: Any, at: str) -> str:
    control = only(control, at, {"ttl"}, {"type"})
    if control["type"] != "ephemeral" or control.get("ttl", "5m") not in _SECONDS:
        raise invalid(at, "Input should be {'type': 'ephemeral'} with a ttl of '5m' or '1h'")
    return str(control.get("ttl", "5m"))
