"""The rules for a request as a whole: headers, top-level fields, thinking, effort."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from tests.service.content import ContentCheck
from tests.service.models import Model, find
from tests.service.refusal import Refusal, invalid, only, text

MOST_BYTES = 32_000_000
_VERSIONS = ("2023-01-01", "2023-06-01", "2026-10-21")
_OPTIONAL = {
    "system",
    "stream",
    "stop_sequences",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "cache_control",
    "metadata",
    "service_tier",
    "speed",
    "inference_geo",
    "container",
    "diagnostics",
}
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
Headers = list[tuple[str, str]]


def check_headers(headers: Headers, keys: Collection[str], *, body: bool) -> None:
    """Refuse a wrong key, version or content type."""

    def values(name: str) -> list[str]:
        return [value for header, value in headers if header.lower() == name]

    bearer = [value.removeprefix("Bearer ") for value in values("authorization")]
    given = values("x-api-key") + bearer
    if not given:
        raise Refusal(401, "authentication_error", "x-api-key header is required")
    if len(given) > 1:
        raise Refusal(401, "authentication_error", "send either x-api-key or Authorization, once")
    if given[0] not in keys:
        raise Refusal(401, "authentication_error", "invalid x-api-key")
    versions = values("anthropic-version")
    if not versions:
        raise invalid("anthropic-version", "header is required")
    if versions[0] not in _VERSIONS:
        raise invalid("anthropic-version", f'"{versions[0]}" is not a valid version')
    if values("anthropic-beta"):
        raise invalid("anthropic-beta", f"Unexpected value(s) `{values('anthropic-beta')[0]}`")
    if body and [value.partition(";")[0] for value in values("content-type")] != ["application/json"]:
        raise invalid("", "content-type header must be application/json")


def check_body(raw: bytes) -> dict[str, Any]:
    """The parsed body, or a refusal."""
    if len(raw) > MOST_BYTES:
        raise Refusal(413, "request_too_large", "Request exceeds the maximum size")
    try:
        parsed = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid("", "The request body is not valid JSON") from error
    body = only(parsed, "", _OPTIONAL, {"model", "max_tokens", "messages"})
    model = find(text(body["model"], "model"))
    if model is None:
        raise Refusal(404, "not_found_error", f"model: {body['model']}")
    _check_limits(body, model)
    _check_thinking(body, model)
    content = ContentCheck(model)
    if "cache_control" in body:
        content.cache_control(body["cache_control"], "cache_control")
    if "system" in body:
        content.system(body["system"])
    content.messages(body["messages"])
    return body


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


def _check_thinking(body: dict[str, Any], model: Model) -> None:
    effort = _effort(body, model)
    if "thinking" not in body:
        return
    thinking = only(body["thinking"], "thinking", {"display", "budget_tokens"}, {"type"})
    kind = thinking["type"]
    if kind not in model.thinking:
        raise invalid("", f"thinking.type.{kind} is not supported by {model.id}")
    if kind == "enabled":
        budget = thinking.get("budget_tokens")
        if not isinstance(budget, int) or not 1024 <= budget < body["max_tokens"]:
            raise invalid("thinking.enabled.budget_tokens", "must be at least 1024 and less than max_tokens")
    elif "budget_tokens" in thinking:
        raise invalid(f"thinking.{kind}.budget_tokens", "Extra inputs are not permitted")
    if kind == "disabled":
        if "display" in thinking:
            raise invalid("thinking.disabled.display", "Extra inputs are not permitted")
        if effort in ("xhigh", "max"):
            raise invalid("", f"thinking.type.disabled is not supported at effort {effort}")
    if thinking.get("display", "omitted") not in ("omitted", "summarized"):
        raise invalid("thinking.display", "Input should be 'omitted' or 'summarized'")


def _effort(body: dict[str, Any], model: Model) -> str:
    config = only(body.get("output_config", {}), "output_config", {"effort", "format"}, set())
    if "effort" not in config:
        return "medium"
    if not model.effort:
        raise invalid("", f"effort is not supported by {model.id}")
    if config["effort"] not in _EFFORTS:
        raise invalid("output_config.effort", "Input should be 'low', 'medium', 'high', 'xhigh' or 'max'")
    return str(config["effort"])
