"""A question in the OpenAI shape (`POST …/chat/completions`). Pure: nothing is sent here.

The shape is spoken in dialects; what differs between them stands in `Dialect` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from kireji.core.errors import ModelUnavailable, RequestRejected
from kireji.core.models import Effort, ModelInfo
from kireji.core.requests import Delivery, ModelRequest, Thinking, ToolChoice, ToolSpec, ToolUse
from kireji.core.words import say
from kireji.providers.openai_dialect import Dialect
from kireji.providers.openai_messages import chat_messages

_MAX_STOPS = 4
_NOTHING: Mapping[str, object] = MappingProxyType({})


def encode_chat(
    request: ModelRequest, dialect: Dialect, delivery: Delivery, extra: Mapping[str, object] = _NOTHING
) -> bytes:
    """The body of `POST …/chat/completions`.

    Args:
        request: The question; `info` decides about limits, efforts and thinking.
        dialect: Who is spoken to.
        delivery: Streamed and whole differ in the fields that ask for a stream, and in nothing else.
        extra: Fields that stand in no other dialect.

    Raises:
        ModelUnavailable: No model is named.
        RequestRejected: There is nothing to ask, or something that this dialect cannot carry.
    """
    if not request.model:
        raise ModelUnavailable(
            say("No model of {display} is chosen.", display=dialect.display),
            say("Choose one in Settings, Keys & models."),
            provider=dialect.provider,
        )
    body: dict[str, object] = {
        "model": request.model,
        "messages": chat_messages(request, dialect),
        dialect.limit_field: _limit(request, dialect),
        **_stops(request, dialect),
        **_tools(request.tools, request.tool_choice),
        **_reasoning(request, dialect),
        **_format(request.output_schema),
        **extra,
    }
    if delivery is Delivery.STREAM:
        body["stream"] = True
        if dialect.asks_for_usage:
            body["stream_options"] = {"include_usage": True}
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:
        return msgspec.json.encode(_in_whole_characters(body))


def _in_whole_characters(value: object) -> object:
    """`value` with question marks for halves of characters, which no JSON can hold."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {name: _in_whole_characters(inner) for name, inner in value.items()}
        case list():
            return [_in_whole_characters(inner) for inner in value]
    return value


def _limit(request: ModelRequest, dialect: Dialect) -> int:
    most = request.info.max_output_tokens if request.info else 0
    wanted = min(request.max_tokens, most or request.max_tokens)
    return max(dialect.smallest_limit, wanted)


def _stops(request: ModelRequest, dialect: Dialect) -> dict[str, object]:
    stops = [text for text in request.stop_sequences if text]
    if len(stops) > _MAX_STOPS:
        raise RequestRejected(
            say(
                "{display} takes at most {max_stops} texts at which an answer ends.",
                display=dialect.display,
                max_stops=_MAX_STOPS,
            ),
            say("Name fewer of them."),
            provider=dialect.provider,
        )
    return {"stop": stops} if stops else {}


def _tools(tools: tuple[ToolSpec, ...], choice: ToolChoice) -> dict[str, object]:
    if not tools:
        return {}
    fields: dict[str, object] = {"tools": [_tool(tool) for tool in tools]}
    match choice.use:
        case ToolUse.ANY:
            fields["tool_choice"] = "required"
        case ToolUse.NONE:
            fields["tool_choice"] = "none"
        case ToolUse.ONE:
            fields["tool_choice"] = {"type": "function", "function": {"name": choice.name}}
        case ToolUse.AUTO:
            pass
    if not choice.parallel:
        fields["parallel_tool_calls"] = False
    return fields


def _tool(tool: ToolSpec) -> dict[str, object]:
    function: dict[str, object] = {
        "name": tool.name,
        "description": tool.description,
        "parameters": msgspec.Raw(tool.input_schema),
    }
    return {"type": "function", "function": function | ({"strict": True} if tool.strict else {})}


def _format(schema: bytes) -> dict[str, object]:
    if not schema:
        return {}
    named = {"name": "answer", "strict": True, "schema": msgspec.Raw(schema)}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _reasoning(request: ModelRequest, dialect: Dialect) -> dict[str, object]:
    effort = _effort(request)
    if not dialect.reasoning_object:
        return {"reasoning_effort": effort} if effort else {}
    reasoning: dict[str, object] = {"effort": effort} if effort else {}
    if request.thinking is Thinking.SHOWN and request.info and request.info.thinking:
        reasoning["summary"] = "auto"
    return {"reasoning": reasoning} if reasoning else {}


def _effort(request: ModelRequest) -> str:
    """The effort that is asked for; empty leaves it to the model."""
    info = request.info
    if info is None:
        return ""
    if request.thinking is Thinking.OFF and info.thinking:
        if "disabled" in info.thinking:
            return "none"
        return info.efforts[0].value if info.efforts else ""
    if request.effort is None or not info.efforts:
        return ""
    return _nearest(request.effort, info).value


def _nearest(wanted: Effort, info: ModelInfo) -> Effort:
    """The highest effort of the model that is not above the wanted one, else its lowest."""
    order = list(Effort)
    fitting = [effort for effort in info.efforts if order.index(effort) <= order.index(wanted)]
    return max(fitting, key=order.index) if fitting else min(info.efforts, key=order.index)
