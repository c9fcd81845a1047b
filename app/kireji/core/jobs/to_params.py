"""A question in OpenAI's form as one in Anthropic's."""

from __future__ import annotations

import re

import msgspec

from kireji.core.jobs.conversion import EFFORTS, Json, list_of, object_of, only, refuse, text_of

_DATA = re.compile(r"data:([a-z]+/[a-z0-9.+-]+);base64,", re.IGNORECASE)
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_WITHOUT_EFFECT: Json = {
    "stream": None,
    "stream_options": None,
    "n": 1,
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "logprobs": False,
    "store": False,
    "service_tier": "auto",
}
"""Fields that say what is the case anyway, at these values. Claude models take no other temperature."""
_ENDS = ("max_tokens", "max_completion_tokens")
_CHOICES = {"auto": "auto", "required": "any", "none": "none"}
_KNOWN = (
    *("model", "messages", *_ENDS, "stop", "tools", "tool_choice", "parallel_tool_calls", "response_format"),
    *("reasoning_effort", "reasoning", "user"),
)


def to_params(body: Json) -> Json:
    """The same question in Anthropic's form.

    Raises:
        NotCarried: Something in it has no counterpart there.
    """
    for name, value in body.items():
        if value is None or name in _KNOWN:
            continue
        if name not in _WITHOUT_EFFECT or (_WITHOUT_EFFECT[name] is not None and value != _WITHOUT_EFFECT[name]):
            refuse(name)
    params: Json = {name: body[name] for name in ("model",) if body.get(name) is not None}
    if (most := next((body[name] for name in reversed(_ENDS) if body.get(name) is not None), None)) is not None:
        params["max_tokens"] = most
    system, messages = _messages(list_of(body.get("messages"), "messages"))
    if system:
        params["system"] = system
    params["messages"] = messages
    if (stop := body.get("stop")) is not None:
        params["stop_sequences"] = [stop] if isinstance(stop, str) else list_of(stop, "stop")
    if body.get("user") is not None:
        params["metadata"] = {"user_id": body["user"]}
    return params | _tools(body) | _output(body)


def _messages(told: list[object]) -> tuple[str, list[Json]]:
    """The instructions at the beginning, and the turns."""
    system: list[str] = []
    turns: list[Json] = []
    for number, each in enumerate(told):
        where = f"messages[{number}]"
        message = object_of(each, where)
        role = message.get("role")
        if role in ("system", "developer"):
            only(message, ("role", "content"), f"{where}.")
            if turns:  # it would have to stand before all that was said, where it means something else
                refuse(f"{where}.role")
            system.append(_plain(message.get("content"), f"{where}.content"))
        elif role == "user":
            only(message, ("role", "content"), f"{where}.")
            turns.append({"role": "user", "content": _content(message.get("content"), f"{where}.content")})
        elif role == "assistant":
            turns.append(_answer(message, where))
        elif role == "tool":
            _add_result(turns, message, where)
        else:
            refuse(f"{where}.role")
    return "\n\n".join(system), turns


def _plain(content: object, where: str) -> str:
    """Words alone, of a string or of parts."""
    if isinstance(content, str):
        return content
    parts = [object_of(part, where) for part in list_of(content, where)]
    for part in parts:
        only(part, ("type", "text"), f"{where}.")
        if part.get("type") != "text":
            refuse(where)
    return "\n\n".join(text_of(part.get("text"), where) for part in parts)


def _content(content: object, where: str) -> str | list[Json]:
    if isinstance(content, str):
        return content
    return [
        _part(object_of(part, f"{where}[{number}]"), f"{where}[{number}]")
        for number, part in enumerate(list_of(content, where))
    ]


def _part(part: Json, where: str) -> Json:
    match part.get("type"):
        case "text":
            only(part, ("type", "text"), f"{where}.")
            return {"type": "text", "text": text_of(part.get("text"), f"{where}.text")}
        case "image_url":
            only(part, ("type", "image_url"), f"{where}.")
            named = object_of(part.get("image_url"), f"{where}.image_url")
            only(named, ("url", "detail"), f"{where}.image_url.")
            if named.get("detail") not in (None, "auto"):
                refuse(f"{where}.image_url.detail")
            return {"type": "image", "source": _source(named.get("url"), f"{where}.image_url.url", _PICTURES)}
        case "file":
            only(part, ("type", "file"), f"{where}.")
            file = object_of(part.get("file"), f"{where}.file")
            only(file, ("filename", "file_data"), f"{where}.file.")
            source = _source(file.get("file_data"), f"{where}.file.file_data", ("application/pdf",))
            return {"type": "document", "source": source} | (
                {"title": file["filename"]} if file.get("filename") else {}
            )
    return refuse(f"{where}.type")


def _source(value: object, where: str, media: tuple[str, ...]) -> Json:
    address = text_of(value, where)
    if address.lower().startswith(("http://", "https://")):
        return {"type": "url", "url": address}
    begin = _DATA.match(address)
    if begin is None or begin[1].lower() not in media:
        return refuse(where)
    return {"type": "base64", "media_type": begin[1].lower(), "data": address[begin.end() :]}


def _answer(message: Json, where: str) -> Json:
    only(message, ("role", "content", "tool_calls", "refusal"), f"{where}.")
    if message.get("refusal") is not None:
        refuse(f"{where}.refusal")
    said = _plain(message["content"], f"{where}.content") if message.get("content") is not None else ""
    calls = list_of(message.get("tool_calls") or [], f"{where}.tool_calls")
    if not calls:
        return {"role": "assistant", "content": said}
    blocks: list[Json] = [{"type": "text", "text": said}] if said else []
    return {"role": "assistant", "content": blocks + [_call(call, f"{where}.tool_calls") for call in calls]}


def _call(told: object, where: str) -> Json:
    call = object_of(told, where)
    only(call, ("id", "type", "function"), f"{where}.")
    function = object_of(call.get("function"), f"{where}.function")
    try:
        arguments = msgspec.json.decode(str(function.get("arguments") or "{}"), type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        refuse(f"{where}.function.arguments")
    return {
        "type": "tool_use",
        "id": text_of(call.get("id"), f"{where}.id"),
        "name": text_of(function.get("name"), f"{where}.function.name"),
        "input": arguments,
    }


def _add_result(turns: list[Json], message: Json, where: str) -> None:
    """Results of one turn's calls stand in one message."""
    only(message, ("role", "content", "tool_call_id"), f"{where}.")
    result: Json = {
        "type": "tool_result",
        "tool_use_id": text_of(message.get("tool_call_id"), f"{where}.tool_call_id"),
        "content": _content(message.get("content"), f"{where}.content"),
    }
    content = turns[-1]["content"] if turns and turns[-1]["role"] == "user" else None
    if isinstance(content, list) and content and content[-1].get("type") == "tool_result":
        content.append(result)
    else:
        turns.append({"role": "user", "content": [result]})


def _tools(body: Json) -> Json:
    fields: Json = {}
    if body.get("tools") is not None:
        fields["tools"] = [_tool(tool, f"tools[{at}]") for at, tool in enumerate(list_of(body["tools"], "tools"))]
    choice: Json = {}
    wanted = body.get("tool_choice")
    if isinstance(wanted, str) and wanted in _CHOICES:
        choice = {"type": _CHOICES[wanted]}
    elif wanted is not None:
        function = object_of(object_of(wanted, "tool_choice").get("function"), "tool_choice")
        choice = {"type": "tool", "name": text_of(function.get("name"), "tool_choice.function.name")}
    if body.get("parallel_tool_calls") is False and "tools" in fields and choice.get("type") != "none":
        choice = {"type": "auto"} | choice | {"disable_parallel_tool_use": True}
    return fields | ({"tool_choice": choice} if choice else {})


def _tool(told: object, where: str) -> Json:
    tool = object_of(told, where)
    only(tool, ("type", "function"), f"{where}.")
    if tool.get("type") != "function":
        refuse(f"{where}.type")
    function = object_of(tool.get("function"), f"{where}.function")
    only(function, ("name", "description", "parameters", "strict"), f"{where}.function.")
    fields: Json = {"name": text_of(function.get("name"), f"{where}.function.name")}
    if function.get("description"):
        fields["description"] = function["description"]
    fields["input_schema"] = function.get("parameters") or {"type": "object", "properties": {}}
    return fields | ({"strict": True} if function.get("strict") else {})


def _output(body: Json) -> Json:
    fields: Json = {}
    config: Json = {}
    if body.get("response_format") is not None:
        form = object_of(body["response_format"], "response_format")
        if form.get("type") == "json_schema":
            named = object_of(form.get("json_schema"), "response_format.json_schema")
            only(named, ("name", "description", "strict", "schema"), "response_format.json_schema.")
            schema = object_of(named.get("schema"), "response_format.json_schema.schema")
            config["format"] = {"type": "json_schema", "schema": schema}
        elif form.get("type") != "text":
            refuse("response_format.type")
    effort = body.get("reasoning_effort")
    if body.get("reasoning") is not None:
        reasoning = object_of(body["reasoning"], "reasoning")
        only(reasoning, ("effort",), "reasoning.")
        effort = reasoning.get("effort", effort)
    if effort == "none":
        fields["thinking"] = {"type": "disabled"}
    elif effort is not None:
        if effort not in EFFORTS:
            refuse("reasoning_effort")
        config["effort"] = effort
    return fields | ({"output_config": config} if config else {})
