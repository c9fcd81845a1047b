"""The rules for the body of a chat completion, without its messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from tests.service.refusal import Refusal, invalid, only, text

MOST_BYTES = 32_000_000
EFFORTS = ("max", "xhigh", "high", "medium", "low", "minimal", "none")
COMMON = frozenset(
    {
        "model",
        "messages",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "top_p",
        "frequency_penalty",
        "presence_penalty",
        "seed",
        "stop",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "response_format",
        "stream",
        "stream_options",
        "user",
    }
)
"""What every service of this shape knows."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_RANGES = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "min_p": (0, 1),
    "top_a": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
    "repetition_penalty": (0, 2),
    "repeat_penalty": (0, 2),
}
_LEAST = {"max_tokens": 1, "max_completion_tokens": 1, "top_k": 0, "seed": -(2**63), "top_logprobs": 0}
_FLAGS = ("stream", "parallel_tool_calls", "logprobs")
_MOST_STOPS = 4
_MOST_TOOLS = 128


def parse(raw: bytes) -> dict[str, Any]:
    """The body as an object."""
    if len(raw) > MOST_BYTES:
        raise Refusal(413, "request_too_large", "Request Entity Too Large")
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid("", "the request body is not valid JSON") from error
    if not isinstance(body, dict):
        raise invalid("", "the request body is not a JSON object")
    return body


def check_fields(body: dict[str, Any], allowed: frozenset[str]) -> None:
    """Refuse fields that the service does not know, and values that no service takes."""
    only(body, "", set(allowed), {"messages"})
    for name, (low, high) in _RANGES.items():
        if name in body and not (_is_number(body[name]) and low <= body[name] <= high):
            raise invalid(name, f"expected a number from {low} to {high}")
    for name, least in _LEAST.items():
        if name in body and not (_is_integer(body[name]) and body[name] >= least):
            raise invalid(name, f"expected an integer, {least} or more")
    for name in _FLAGS:
        if name in body and not isinstance(body[name], bool):
            raise invalid(name, "expected a boolean")
    if "max_tokens" in body and "max_completion_tokens" in body:
        raise invalid("max_tokens", "send either max_tokens or max_completion_tokens")
    if "user" in body:
        text(body["user"], "user")
    _check_stop(body.get("stop", []))
    _check_stream_options(body)
    _check_format(body.get("response_format"))
    names = _check_tools(body.get("tools"))
    _check_choice(body, names)
    if "reasoning_effort" in body and body["reasoning_effort"] not in EFFORTS:
        raise invalid("reasoning_effort", f"expected one of {', '.join(EFFORTS)}")


def _check_stop(stop: Any) -> None:
    stops = [stop] if isinstance(stop, str) else stop
    if not isinstance(stops, list):
        raise invalid("stop", "expected a string or a list of strings")
    if len(stops) > _MOST_STOPS:
        raise invalid("stop", f"expected at most {_MOST_STOPS} sequences")
    for number, sequence in enumerate(stops):
        if not text(sequence, f"stop.{number}"):
            raise invalid(f"stop.{number}", "must not be empty")


def _check_stream_options(body: dict[str, Any]) -> None:
    if "stream_options" not in body:
        return
    if not body.get("stream"):
        raise invalid("stream_options", "only allowed when stream is true")
    options = only(body["stream_options"], "stream_options", {"include_usage", "include_obfuscation"}, set())
    for name, value in options.items():
        if not isinstance(value, bool):
            raise invalid(f"stream_options.{name}", "expected a boolean")


def _check_format(value: Any) -> None:
    if value is None:
        return
    kind = value.get("type") if isinstance(value, dict) else None
    match kind:
        case "text" | "json_object":
            only(value, "response_format", set(), {"type"})
        case "json_schema":
            only(value, "response_format", set(), {"type", "json_schema"})
            at = "response_format.json_schema"
            schema = only(value["json_schema"], at, {"strict", "description"}, {"name", "schema"})
            if not _NAME.match(text(schema["name"], f"{at}.name")):
                raise invalid(f"{at}.name", "expected letters, digits, _ and -, at most 64")
            if not isinstance(schema["schema"], dict):
                raise invalid(f"{at}.schema", "expected an object")
            if schema.get("strict") and schema["schema"].get("additionalProperties") is not False:
                raise invalid(f"{at}.schema", "'additionalProperties' is required to be false")
        case _:
            raise invalid("response_format.type", "expected 'text', 'json_object' or 'json_schema'")


def _check_tools(tools: Any) -> list[str]:
    if tools is None:
        return []
    if not isinstance(tools, list) or not tools:
        raise invalid("tools", "expected a list with at least one tool")
    if len(tools) > _MOST_TOOLS:
        raise invalid("tools", f"expected at most {_MOST_TOOLS} tools")
    names: list[str] = []
    for number, tool in enumerate(tools):
        at = f"tools.{number}"
        only(tool, at, {"cache_control"}, {"type", "function"})
        if tool["type"] != "function":
            raise invalid(f"{at}.type", "expected 'function'")
        function = only(tool["function"], f"{at}.function", {"description", "parameters", "strict"}, {"name"})
        if not _NAME.match(text(function["name"], f"{at}.function.name")):
            raise invalid(f"{at}.function.name", "expected letters, digits, _ and -, at most 64")
        if function["name"] in names:
            raise invalid(f"{at}.function.name", "names of tools must be unique")
        parameters = function.get("parameters", {"type": "object"})
        if not isinstance(parameters, dict) or parameters.get("type") != "object":
            raise invalid(f"{at}.function.parameters", "expected a schema of type 'object'")
        text(function.get("description", ""), f"{at}.function.description")
        names.append(function["name"])
    return names


def _check_choice(body: dict[str, Any], names: list[str]) -> None:
    if "parallel_tool_calls" in body and not names:
        raise invalid("parallel_tool_calls", "only allowed when tools are specified")
    choice = body.get("tool_choice")
    if choice is None or (choice == "none" and not names):
        return
    if not names:
        raise invalid("tool_choice", "only allowed when tools are specified")
    if choice in ("none", "auto", "required"):
        return
    if isinstance(choice, str):
        raise invalid("tool_choice", "expected 'none', 'auto', 'required' or a function")
    only(choice, "tool_choice", set(), {"type", "function"})
    function = only(choice["function"], "tool_choice.function", set(), {"name"})
    if choice["type"] != "function" or function["name"] not in names:
        raise invalid("tool_choice", f"tool '{function['name']}' not found in 'tools'")


# What only OpenRouter knows.

ROUTED = COMMON | {
    "models",
    "top_k",
    "min_p",
    "top_a",
    "repetition_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "metadata",
    "session_id",
    "service_tier",
    "provider",
    "plugins",
    "reasoning",
    "reasoning_effort",
    "cache_control",
    "debug",
    "usage",
    "verbosity",
}
_PLUGINS = {"web", "file-parser", "context-compression", "response-healing", "moderation", "auto-router"}


def check_routing(body: dict[str, Any]) -> None:
    """The fields with which OpenRouter chooses who answers, and its other extras."""
    if "model" not in body and not body.get("models"):
        raise invalid("model", "no models provided")
    for name in ("model", "session_id", "service_tier", "verbosity"):
        if name in body:
            text(body[name], name)
    _strings(body.get("models", []), "models")
    _check_provider(body.get("provider", {}))
    _check_reasoning(body)
    if len(body.get("session_id", "")) > 256:
        raise invalid("session_id", "at most 256 characters")
    plugins = body.get("plugins", [])
    if not isinstance(plugins, list):
        raise invalid("plugins", "expected a list")
    for number, plugin in enumerate(plugins):
        if not isinstance(plugin, dict) or plugin.get("id") not in _PLUGINS:
            raise invalid(f"plugins.{number}.id", f"expected one of {', '.join(sorted(_PLUGINS))}")
    metadata = body.get("metadata", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise invalid("metadata", "expected an object of strings")
    only(body.get("debug", {}), "debug", {"echo_upstream_body"}, set())
    only(body.get("usage", {}), "usage", {"include"}, set())


def _strings(value: Any, at: str) -> None:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise invalid(at, "expected a list of strings")


def _flag(value: Any, at: str) -> None:
    if not isinstance(value, bool):
        raise invalid(at, "expected a boolean")


def _collection(value: Any, at: str) -> None:
    if value not in ("allow", "deny"):
        raise invalid(at, "expected 'allow' or 'deny'")


def _sort(value: Any, at: str) -> None:
    if value not in ("price", "throughput", "latency"):
        raise invalid(at, "expected 'price', 'throughput' or 'latency'")


def _prices(value: Any, at: str) -> None:
    only(value, at, {"prompt", "completion", "image", "request"}, set())
    for name, price in value.items():
        if not _is_number(price) or price < 0:
            raise invalid(f"{at}.{name}", "expected a number of dollars, 0 or more")


_PROVIDER: dict[str, Callable[[Any, str], None]] = {
    "order": _strings,
    "only": _strings,
    "ignore": _strings,
    "quantizations": _strings,
    "allow_fallbacks": _flag,
    "require_parameters": _flag,
    "zdr": _flag,
    "data_collection": _collection,
    "sort": _sort,
    "max_price": _prices,
}


def _check_provider(provider: Any) -> None:
    only(provider, "provider", set(_PROVIDER), set())
    for name, value in provider.items():
        _PROVIDER[name](value, f"provider.{name}")


def _check_reasoning(body: dict[str, Any]) -> None:
    if "reasoning" not in body:
        return
    names = {"effort", "summary", "max_tokens", "exclude", "enabled"}
    reasoning = only(body["reasoning"], "reasoning", names, set())
    if "effort" in reasoning and reasoning["effort"] not in EFFORTS:
        raise invalid("reasoning.effort", f"expected one of {', '.join(EFFORTS)}")
    if "effort" in reasoning and "max_tokens" in reasoning:
        raise invalid("reasoning", "only one of effort and max_tokens may be given")
    if "effort" in reasoning and body.get("reasoning_effort", reasoning["effort"]) != reasoning["effort"]:
        raise invalid("reasoning_effort", "contradicts reasoning.effort")
    if reasoning.get("summary", "auto") not in ("auto", "concise", "detailed"):
        raise invalid("reasoning.summary", "expected 'auto', 'concise' or 'detailed'")
    if "max_tokens" in reasoning and not (_is_integer(reasoning["max_tokens"]) and reasoning["max_tokens"] > 0):
        raise invalid("reasoning.max_tokens", "expected an integer, 1 or more")
    for name in ("exclude", "enabled"):
        _flag(reasoning.get(name, False), f"reasoning.{name}")


def effort(body: dict[str, Any]) -> str | None:
    """How hard the model is asked to think; None when that is left to it."""
    asked = body.get("reasoning", {}).get("effort", body.get("reasoning_effort"))
    return None if asked is None else str(asked)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
