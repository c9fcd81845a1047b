"""The wire shapes of answers in the OpenAI form, as loosely as they occur: anything may be null, missing or odd."""

from __future__ import annotations

from typing import Any

import msgspec

from kireji.core.messages import Usage

MOST_COUNTED = 2**53
"""Nobody uses more tokens or dollars than that; what a service claims beyond it would fit no row of the history."""


class Function(msgspec.Struct):
    """`function` of a call: a name, and arguments as text or, from some servers, as an object."""

    name: Any = None
    arguments: Any = None


class CallPiece(msgspec.Struct):
    """A call of a tool, or a piece of one."""

    index: Any = None
    id: Any = None
    function: Function | None = None


class Delta(msgspec.Struct):
    """`delta` of a streamed choice, `message` of a whole one."""

    content: Any = None
    reasoning: Any = None
    reasoning_content: Any = None
    reasoning_details: list[Any] | None = None
    refusal: Any = None
    tool_calls: list[CallPiece] | None = None


class Choice(msgspec.Struct):
    """One answer; only one is ever asked for."""

    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: Any = None
    error: Any = None


class WireUsage(msgspec.Struct):
    """`usage`; every number may be null."""

    prompt_tokens: Any = None
    completion_tokens: Any = None
    cost: Any = None
    is_byok: Any = None
    cost_details: Any = None
    prompt_tokens_details: Any = None
    completion_tokens_details: Any = None


class Chunk(msgspec.Struct):
    """A chunk of a stream, or a whole answer."""

    choices: list[Choice] | None = None
    usage: WireUsage | None = None
    error: Any = None


def counted(wire: WireUsage) -> Usage:
    """The totals, with what the cache held taken out of the fresh tokens; `cost` only if the service told it."""
    cached = _count(_of(wire.prompt_tokens_details, "cached_tokens"))
    written = _count(_of(wire.prompt_tokens_details, "cache_write_tokens"))
    return Usage(
        input_tokens=max(0, _count(wire.prompt_tokens) - cached - written),
        output_tokens=_count(wire.completion_tokens),
        cache_read_tokens=cached,
        cache_write_tokens=written,
        thinking_tokens=_count(_of(wire.completion_tokens_details, "reasoning_tokens")),
        cost=_cost(wire),
    )


def text_of(content: Any) -> str:
    """The words in `content`, which is text, null, or (from some servers) a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(text for item in content if isinstance(text := _of(item, "text"), str))
    return ""


def _cost(wire: WireUsage) -> float | None:
    if (cost := _dollars(wire.cost)) is None:
        return None
    upstream = _of(wire.cost_details, "upstream_inference_cost") if wire.is_byok is True else None
    return cost + (_dollars(upstream) or 0.0)


def _dollars(value: Any) -> float | None:
    """An amount that can be one; None for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= MOST_COUNTED:
        return None
    return float(value)


def _of(table: Any, name: str) -> Any:
    return table.get(name) if isinstance(table, dict) else None


def _count(value: Any) -> int:
    return int(min(value, MOST_COUNTED)) if isinstance(value, int | float) and value > 0 else 0
