"""A question in Anthropic's form as one in OpenAI's."""

from __future__ import annotations

import msgspec

from kireji.core.jobs.conversion import EFFORTS, Json, list_of, object_of, only, refuse, text_of

_SAME = ("model", "max_tokens", "temperature", "top_p", "top_k")
_KNOWN = (
    *(*_SAME, "system", "messages", "stop_sequences", "metadata", "tools", "tool_choice", "output_config"),
    *("stream", "cache_control"),
)
"""`cache_control` says where a cache may begin; it changes nothing in the answer."""
_MOST_STOPS = 4
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}


def to_body(params: Json) -> Json:
    """The same question in OpenAI's form.

    Raises:
        NotCarried: Something in it has no counterpart there.
    """
    for name, value in params.items():
        if value is not None and name not in _KNOWN and not (name == "service_tier" and value == "auto"):
            refuse(name)
    body: Json = {name: params[name] for name in _SAME if params.get(name) is not None}
    messages: list[Json] = []
    if params.get("system"):
        messages.append({"role": "system", "content": _words(params["system"], "system")})
    for number, each in enumerate(list_of(params.get("messages"), "messages")):
        messages += _turn(object_of(each, f"messages[{number}]"), f"messages[{number}]")
    body["messages"] = messages
    if params.get("stop_sequences"):
        stops = list_of(params["stop_sequences"], "stop_sequences")
        body["stop"] = stops if len(stops) <= _MOST_STOPS else refuse("stop_sequences")
    if params.get("metadata"):
        metadata = object_of(params["metadata"], "metadata")
        only(metadata, ("user_id",), "metadata.")
        if metadata.get("user_id") is not None:
            body["user"] = metadata["user_id"]
    return body | _tools(params) | _output(params)


def _words(content: object, where: str) -> str:
    """Words alone, of a string or of blocks."""
    if isinstance(content, str):
        return content
    texts = []
    for number, each in enumerate(list_of(content, where)):
        block = object_of(each, f"{where}[{number}]")
        only(block, ("type", "text", "cache_control"), f"{where}[{number}].")
        if block.get("type") != "text":
            refuse(f"{where}[{number}].type")
        texts.append(text_of(block.get("text"), f"{where}[{number}].text"))
    return "\n\n".join(texts)


def _turn(message: Json, where: str) -> list[Json]:
    only(message, ("role", "content"), f"{where}.")
    role, content = message.get("role"), message.get("content")
    if role not in ("user", "assistant"):
        refuse(f"{where}.role")
    if isinstance(content, str):
        return [{"role": role, "content": content}]
    blocks = [object_of(block, f"{where}.content") for block in list_of(content, f"{where}.content")]
    return _answer(blocks, where) if role == "assistant" else _question(blocks, where)


def _answer(blocks: list[Json], where: str) -> list[Json]:
    calls = [block for block in blocks if block.get("type") == "tool_use"]
    if calls and blocks[-len(calls) :] != calls:
        refuse(f"{where}.content")
    said = _words(blocks[: len(blocks) - len(calls)], f"{where}.content")
    if not calls:
        return [{"role": "assistant", "content": said}]
    return [{"role": "assistant", "content": said or None, "tool_calls": [_call(call, where) for call in calls]}]


def _call(block: Json, where: str) -> Json:
    only(block, ("type", "id", "name", "input", "cache_control"), f"{where}.content.")
    arguments = msgspec.json.encode(object_of(block.get("input"), f"{where}.content.input")).decode()
    name = text_of(block.get("name"), f"{where}.content.name")
    return {
        "id": text_of(block.get("id"), f"{where}.content.id"),
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def _question(blocks: list[Json], where: str) -> list[Json]:
    """Results of calls come first, each in a message of its own."""
    messages: list[Json] = []
    parts: list[Json] = []
    for number, block in enumerate(blocks):
        place = f"{where}.content[{number}]"
        if block.get("type") == "tool_result":
            if parts:
                refuse(place)
            messages.append(_result(block, place))
        else:
            parts.append(_part(block, place))
    return messages + ([{"role": "user", "content": parts}] if parts else [])


def _result(block: Json, where: str) -> Json:
    only(block, ("type", "tool_use_id", "content", "is_error", "cache_control"), f"{where}.")
    if block.get("is_error"):
        refuse(f"{where}.is_error")
    content = _words(block["content"], f"{where}.content") if block.get("content") is not None else ""
    call = text_of(block.get("tool_use_id"), f"{where}.tool_use_id")
    return {"role": "tool", "tool_call_id": call, "content": content}


def _part(block: Json, where: str) -> Json:
    match block.get("type"):
        case "text":
            only(block, ("type", "text", "cache_control"), f"{where}.")
            return {"type": "text", "text": text_of(block.get("text"), f"{where}.text")}
        case "image":
            only(block, ("type", "source", "cache_control"), f"{where}.")
            return {"type": "image_url", "image_url": {"url": _address(block.get("source"), f"{where}.source")}}
        case "document":
            only(block, ("type", "source", "title", "cache_control"), f"{where}.")
            source = object_of(block.get("source"), f"{where}.source")
            if source.get("media_type") != "application/pdf":
                refuse(f"{where}.source")
            name = str(block.get("title") or "document.pdf")
            return {"type": "file", "file": {"filename": name, "file_data": _address(source, f"{where}.source")}}
    return refuse(f"{where}.type")


def _address(told: object, where: str) -> str:
    source = object_of(told, where)
    match source.get("type"):
        case "url":
            return text_of(source.get("url"), f"{where}.url")
        case "base64":
            media = text_of(source.get("media_type"), f"{where}.media_type")
            return f"data:{media};base64,{text_of(source.get('data'), f'{where}.data')}"
    return refuse(f"{where}.type")


def _tools(params: Json) -> Json:
    fields: Json = {}
    if params.get("tools") is not None:
        fields["tools"] = [_tool(tool, f"tools[{at}]") for at, tool in enumerate(list_of(params["tools"], "tools"))]
    if params.get("tool_choice") is None:
        return fields
    choice = object_of(params["tool_choice"], "tool_choice")
    only(choice, ("type", "name", "disable_parallel_tool_use"), "tool_choice.")
    if choice.get("type") == "tool":
        fields["tool_choice"] = {"type": "function", "function": {"name": choice.get("name")}}
    else:
        fields["tool_choice"] = _CHOICES.get(str(choice.get("type"))) or refuse("tool_choice.type")
    return fields | ({"parallel_tool_calls": False} if choice.get("disable_parallel_tool_use") else {})


def _tool(told: object, where: str) -> Json:
    tool = object_of(told, where)
    only(tool, ("type", "name", "description", "input_schema", "strict", "cache_control"), f"{where}.")
    if tool.get("type") not in (None, "custom"):
        refuse(f"{where}.type")
    function: Json = {"name": text_of(tool.get("name"), f"{where}.name")}
    if tool.get("description"):
        function["description"] = tool["description"]
    function["parameters"] = object_of(tool.get("input_schema"), f"{where}.input_schema")
    return {"type": "function", "function": function | ({"strict": True} if tool.get("strict") else {})}


def _output(params: Json) -> Json:
    if params.get("output_config") is None:
        return {}
    config = object_of(params["output_config"], "output_config")
    only(config, ("effort", "format"), "output_config.")
    fields: Json = {}
    if config.get("effort") is not None:
        fields["reasoning_effort"] = config["effort"] if config["effort"] in EFFORTS else refuse("output_config.effort")
    if config.get("format") is not None:
        form = object_of(config["format"], "output_config.format")
        if form.get("type") != "json_schema":
            refuse("output_config.format.type")
        schema = object_of(form.get("schema"), "output_config.format.schema")
        named = {"name": "answer", "strict": True, "schema": schema}
        fields["response_format"] = {"type": "json_schema", "json_schema": named}
    return fields
