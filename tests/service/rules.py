"""The rules for a request as a whole: headers, top-level fields, thinking, effort, the form of the answer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from tests.service.blocks import BlockCheck
from tests.service.caching import Breakpoints, blocks_in
from tests.service.memory import Memory
from tests.service.messages import check_messages, check_system
from tests.service.models import LEVELS, THINKING, Model, find
from tests.service.refusal import Refusal, invalid, only, text
from tests.service.schemas import check_schema
from tests.service.tools import check_tools

MOST_BYTES = 32_000_000
NEWEST = "2026-10-21"
BINDING = "thinking-binding-controls-2026-08-01"
_VERSIONS = ("2023-01-01", "2023-06-01", NEWEST)
_SAMPLING = ("temperature", "top_p", "top_k")
_SHARED = {
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "cache_control",
    "speed",
}
_OPTIONAL = _SHARED | {
    "stream",
    "stop_sequences",
    "metadata",
    "service_tier",
    "inference_geo",
    "container",
    "diagnostics",
    "user_profile_id",
    "workspace_id",
}
Headers = list[tuple[str, str]]


def check_headers(headers: Headers, keys: Collection[str], *, body: bool) -> None:
    """Refuse a wrong key, version or content type."""
    bearer = [value[7:] if value.startswith("Bearer ") else "" for value in _values(headers, "authorization")]
    given = _values(headers, "x-api-key") + bearer
    if not given:
        raise Refusal(401, "authentication_error", "x-api-key header is required")
    if len(given) > 1:
        raise Refusal(401, "authentication_error", "send either x-api-key or Authorization, once")
    if given[0] not in keys:
        raise Refusal(401, "authentication_error", "invalid x-api-key")
    versions = _values(headers, "anthropic-version")
    if not versions:
        raise invalid("anthropic-version", "header is required")
    if versions[0] not in _VERSIONS:
        raise invalid("anthropic-version", f'"{versions[0]}" is not a valid version')
    unknown = [name for name in betas(headers) if name != BINDING]
    if unknown:
        raise invalid("anthropic-beta", f"Unexpected value(s) `{', '.join(unknown)}`")
    kinds = [value.partition(";")[0] for value in _values(headers, "content-type")]
    if body and kinds != ["application/json"]:
        raise invalid("", "content-type header must be application/json")


def betas(headers: Headers) -> list[str]:
    """What is asked for beyond the version."""
    return [name.strip() for value in _values(headers, "anthropic-beta") for name in value.split(",") if name.strip()]


def check_body(
    raw: bytes,
    *,
    memory: Memory | None = None,
    version: str = NEWEST,
    beta: Collection[str] = (),
    counting: bool = False,
    extra: Collection[str] = (),
    lookup: Callable[[str], Model | None] = find,
) -> dict[str, Any]:
    """The parsed body, or a refusal.

    Args:
        raw: The body.
        memory: What was said before; reasoning that comes back is checked against it.
        version: The version of the interface.
        beta: The betas asked for.
        counting: Whether tokens are to be counted, which takes fewer fields.
        extra: More fields at the top level that a relative of this service takes; they are not looked at.
        lookup: Finds a model by its id.
    """
    if len(raw) > MOST_BYTES:
        raise Refusal(413, "request_too_large", "Request exceeds the maximum size")
    try:
        parsed = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid("", "The request body is not valid JSON") from error
    strict = version == NEWEST
    optional = (_SHARED if counting else _OPTIONAL) | set(extra) | (set() if strict else set(_SAMPLING))
    body = only(parsed, "", optional, {"model", "messages"} | (set() if counting else {"max_tokens"}))
    model = lookup(text(body["model"], "model"))
    if model is None:
        raise Refusal(404, "not_found_error", f"model: {body['model']}")
    if not counting:
        _check_limits(body, model)
    if not strict:
        _check_sampling(body, model)
    _check_thinking(body, model, beta)
    _check_conversation(body, model, memory or Memory(), strict=strict)
    if memory is not None and not _drops_blocks(body):
        memory.check(body, model)
    return body


def thinks(body: dict[str, Any], model: Model) -> bool:
    """Whether the answer begins with reasoning."""
    forced = (body.get("tool_choice") or {}).get("type") in ("any", "tool")
    kind = (body.get("thinking") or {}).get("type")
    return not forced and (model.thinks if kind is None else kind != "disabled")


def _values(headers: Headers, name: str) -> list[str]:
    return [value for header, value in headers if header.lower() == name]


def _check_conversation(body: dict[str, Any], model: Model, memory: Memory, *, strict: bool) -> None:
    breakpoints = Breakpoints()
    blocks = BlockCheck(model, breakpoints, memory, strict=strict)
    check_tools(body, model, breakpoints)
    if "system" in body:
        check_system(body["system"], blocks)
    check_messages(body["messages"], model, blocks, memory)
    breakpoints.automatic(body.get("cache_control"), blocks_in(body["messages"][-1]["content"]))
    schema = _format(body)
    if schema is None:
        return
    check_schema(schema, "output_config.format.schema")
    if blocks.cites:
        raise invalid("output_config.format", "citations are not compatible with structured outputs")
    if body["messages"][-1]["role"] == "assistant":
        raise invalid("output_config.format", "prefill is not compatible with structured outputs")


def _check_limits(body: dict[str, Any], model: Model) -> None:
    most = body["max_tokens"]
    if not isinstance(most, int) or isinstance(most, bool) or most < 0:
        raise invalid("max_tokens", "Input should be a valid integer, greater than or equal to 0")
    if most > model.output:
        allowed = f"the maximum allowed number of output tokens for {model.id}"
        raise invalid("max_tokens", f"{most} > {model.output}, which is {allowed}")
    if not isinstance(body.get("stream", False), bool):
        raise invalid("stream", "Input should be a valid boolean")
    stops = body.get("stop_sequences", [])
    if not isinstance(stops, list):
        raise invalid("stop_sequences", "Input should be a valid list")
    for number, stop in enumerate(stops):
        if not text(stop, f"stop_sequences.{number}").strip():
            raise invalid(f"stop_sequences.{number}", "each stop sequence must contain non-whitespace")
    only(body.get("metadata") or {}, "metadata", {"user_id"}, set())
    if body.get("service_tier", "auto") not in ("auto", "standard_only"):
        raise invalid("service_tier", "Input should be 'auto' or 'standard_only'")
    if (body.get("speed") or "standard") not in ("standard", "fast"):
        raise invalid("speed", "Input should be 'standard' or 'fast'")
    if body.get("speed") == "fast" and model.line != "opus":
        raise invalid("speed", f"speed 'fast' is not supported for {model.id}")


def _check_sampling(body: dict[str, Any], model: Model) -> None:
    """The older versions take these where the model does; not more than the values that change nothing."""
    given = [name for name in _SAMPLING if body.get(name) is not None]
    if model.sampling == "free":
        return
    unchanged = {"temperature": 1, "top_p": 0.99}
    if given and (len(given) > 1 or body[given[0]] != unchanged.get(given[0])):
        raise invalid(given[0], f"`{given[0]}` is not supported by {model.id}")


def _check_thinking(body: dict[str, Any], model: Model, beta: Collection[str]) -> None:
    effort = _effort(body, model)
    if body.get("thinking") is None:
        return
    controls = {"block_binding"} if BINDING in beta else set()
    kind = body["thinking"].get("type") if isinstance(body["thinking"], dict) else None
    if kind not in THINKING:
        raise invalid("thinking", f"Input tag '{kind}' found using 'type' does not match any of the expected tags")
    shown = {"display"} if kind in ("adaptive", "enabled") else set()
    if kind not in model.thinking:
        raise invalid("", _unsupported(kind, model))
    budget = {"budget_tokens"} if kind == "enabled" else set()
    thinking = only(body["thinking"], f"thinking.{kind}", shown | controls, {"type"} | budget)
    if kind == "enabled":
        tokens = thinking["budget_tokens"]
        if not isinstance(tokens, int) or tokens < 1024:
            raise invalid("thinking.enabled.budget_tokens", "Input should be greater than or equal to 1024")
        if tokens >= body.get("max_tokens", tokens + 1):
            raise invalid("", "`max_tokens` must be greater than `thinking.budget_tokens`")
    if kind in ("disabled", "between_tools") and LEVELS.index(effort) > LEVELS.index(model.quiet_at_most):
        raise invalid("", f"thinking.type.{kind} is not supported at effort {effort}")
    if thinking.get("display") not in (None, "omitted", "summarized"):
        raise invalid("thinking.display", "Input should be 'omitted' or 'summarized'")


def _unsupported(kind: str, model: Model) -> str:
    if kind == "adaptive":
        return f"adaptive thinking is not supported on {model.id}"
    return f"thinking.type.{kind} is not supported for {model.id}"


def _drops_blocks(body: dict[str, Any]) -> bool:
    binding = (body.get("thinking") or {}).get("block_binding") or {}
    return bool(binding.get("prefix_mismatch_behavior") == "drop_block")


def _effort(body: dict[str, Any], model: Model) -> str:
    config = only(body.get("output_config") or {}, "output_config", {"effort", "format"}, set())
    effort = config.get("effort")
    if effort is None:
        return model.default_effort
    if effort not in LEVELS:
        raise invalid("output_config.effort", "Input should be 'low', 'medium', 'high', 'xhigh' or 'max'")
    if effort not in model.levels:
        raise invalid("", f"effort is not supported by {model.id}: {effort}")
    return str(effort)


def _format(body: dict[str, Any]) -> Any:
    wanted = (body.get("output_config") or {}).get("format")
    if wanted is None:
        return None
    wanted = only(wanted, "output_config.format", set(), {"type", "schema"})
    if wanted["type"] != "json_schema":
        raise invalid("output_config.format.type", "Input should be 'json_schema'")
    return wanted["schema"]
