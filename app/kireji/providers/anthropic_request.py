"""A question in the form of Anthropic's Messages API. Pure: nothing is sent here.

`encode_body` serves every service that takes this form. Another service than Anthropic's own says its name, by which
its own blocks are told from those of others, and adds what it alone understands:

    encode_body(request, Delivery.STREAM, provider="openrouter", extra={"provider": {"data_collection": "deny"}})

Answers come back through `anthropic_stream.StreamDecoder`, or through `anthropic_stream.decode_message` when they come
whole; both say what is wrong in the name of the `Answerer` they are given. Models keep the id they have at that
service; what they can do is looked up in `ModelRequest.info`, then under the name they have at Anthropic.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kireji.core.errors import ModelUnavailable, RequestRejected
from kireji.core.models import Lifecycle
from kireji.core.requests import Delivery, ModelRequest, ToolChoice, ToolSpec, ToolUse
from kireji.core.words import say
from kireji.providers.anthropic_abilities import check_choice, check_pictures, effort, most_tokens, reasoning
from kireji.providers.anthropic_content import CacheControl, whole_characters
from kireji.providers.anthropic_history import breakpoints, conversation, is_json_object
from kireji.providers.anthropic_models import PROVIDER, native_id, replacement, successor

MAX_BODY = 32_000_000
"""Bytes the service takes in one request."""
MOST_IN_ONE_PIECE = 21_333
"""Tokens: a longer answer may take more than the ten minutes for which a silent connection is held, at the pace of
128,000 tokens an hour that the official clients reckon with; they refuse to ask for it."""
_COUNTED = ("model", "cache_control", "tools", "tool_choice", "system", "messages", "thinking", "output_config")
_CHOICES: Mapping[ToolUse, str] = {
    ToolUse.AUTO: "auto",
    ToolUse.ANY: "any",
    ToolUse.ONE: "tool",
    ToolUse.NONE: "none",
}


def encode_body(
    request: ModelRequest,
    delivery: Delivery | None = Delivery.STREAM,
    *,
    provider: str = PROVIDER,
    extra: Mapping[str, object] | None = None,
) -> bytes:
    """The body of `POST /v1/messages`.

    Args:
        request: The question.
        delivery: How the answer is to come; None says nothing of it, as a line of a job must.
        provider: Whose service it is: only its own blocks are replayed. Names that are not "anthropic" are sent
            nothing that is Anthropic's alone (strict and eager tools), and its retired models are for them to refuse.
        extra: Further fields of the body, after all others.

    Raises:
        ModelUnavailable: The model is retired; the sentence names its replacement.
        RequestRejected: There is nothing to ask, or it is more than the service takes, or than the model knows.
    """
    _refuse_retired(request, provider)
    check_choice(request, provider)
    check_pictures(request, provider)
    turns = conversation(request.messages, request.blobs, provider, cited=not request.output_schema)
    if not turns:
        raise RequestRejected(
            say("There is nothing to ask."), say("Type a question or add a picture."), provider=provider
        )
    breakpoints(turns)
    max_tokens = most_tokens(request)
    if delivery is Delivery.WHOLE and provider == PROVIDER:
        max_tokens = min(max_tokens, MOST_IN_ONE_PIECE)
    thinking = reasoning(request, max_tokens, provider)
    body: dict[str, object] = {"model": request.model, "max_tokens": max_tokens}
    if delivery is not None:
        body["stream"] = delivery is Delivery.STREAM
    if not request.alone:
        body["cache_control"] = CacheControl()
    body |= _tools(request, provider)
    if request.system.strip():
        system = whole_characters(request.system)
        kept = {"type": "text", "text": system, "cache_control": CacheControl()}
        body["system"] = [kept] if request.alone else system
    body["messages"] = turns
    if stops := [whole_characters(text) for text in request.stop_sequences if text.strip()]:
        body["stop_sequences"] = stops
    if thinking is not None:
        body["thinking"] = thinking
    output = {"effort": effort(request, thinking), "format": _format(request.output_schema, provider)}
    if wanted := {name: value for name, value in output.items() if value is not None}:
        body["output_config"] = wanted
    return _checked(msgspec.json.encode(body | dict(extra or {})), provider)


def encode_count(request: ModelRequest) -> bytes:
    """The body of `POST /v1/messages/count_tokens`: the same question, without what only its answer needs.

    Raises:
        ModelUnavailable: As of `encode_body`.
        RequestRejected: The same.
    """
    fields = msgspec.json.decode(encode_body(request, None), type=dict[str, msgspec.Raw])
    return msgspec.json.encode({name: value for name, value in fields.items() if name in _COUNTED})


def _checked(encoded: bytes, provider: str) -> bytes:
    if len(encoded) > MAX_BODY:
        raise RequestRejected(
            say("The conversation with its pictures is too large to send."),
            say("Start a new conversation, or use fewer or smaller pictures."),
            provider=provider,
        )
    return encoded


def _refuse_retired(request: ModelRequest, provider: str) -> None:
    info, new = request.info, ""
    if info is not None and info.lifecycle is Lifecycle.RETIRED:
        new = info.replacement or successor(native_id(request.model))
    elif provider == PROVIDER:
        new = replacement(request.model)
    if new:
        raise ModelUnavailable(
            say("The model {model} has been retired; {new} replaces it.", model=request.model, new=new),
            say("Choose {new} in Settings, Keys & models.", new=new),
            provider=provider,
        )


def _tools(request: ModelRequest, provider: str) -> dict[str, object]:
    """What the model may ask for, and how; empty without tools."""
    if not request.tools:
        return {}
    fields: dict[str, object] = {"tools": [_tool(tool, provider) for tool in request.tools]}
    choice = _choice(request.tool_choice)
    return fields | ({"tool_choice": choice} if choice else {})


def _tool(tool: ToolSpec, provider: str) -> dict[str, object]:
    fields: dict[str, object] = {"name": tool.name}
    if tool.description.strip():
        fields["description"] = tool.description
    fields["input_schema"] = _schema(tool.input_schema, f"The tool {tool.name}", provider)
    if tool.strict and provider == PROVIDER:
        fields["strict"] = True
    if tool.eager and provider == PROVIDER:
        fields["eager_input_streaming"] = True
    return fields


def _choice(choice: ToolChoice) -> dict[str, object]:
    """Empty where it is what the service does by itself."""
    fields: dict[str, object] = {"type": _CHOICES[choice.use]}
    if choice.use is ToolUse.ONE:
        fields["name"] = choice.name
    if not choice.parallel and choice.use is not ToolUse.NONE:
        fields["disable_parallel_tool_use"] = True
    return {} if fields == {"type": "auto"} else fields


def _format(schema: bytes, provider: str) -> dict[str, object] | None:
    if not schema.strip():
        return None
    return {"type": "json_schema", "schema": _schema(schema, "The form of the answer", provider)}


def _schema(schema: bytes, what: str, provider: str) -> msgspec.Raw:
    """A schema as it was written; it must at least be a JSON object, or the whole body would be none."""
    if not is_json_object(schema):
        raise RequestRejected(
            say("{what} is described by something that is not a JSON object.", what=what),
            say("Correct its schema."),
            provider=provider,
        )
    return msgspec.Raw(schema)
