"""The rules for `tools` and `tool_choice`."""

from __future__ import annotations

import re
from typing import Any

from tests.service.caching import Breakpoints
from tests.service.models import Model
from tests.service.refusal import Refusal, invalid, only, text
from tests.service.schemas import check_schema

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}\Z")
_PROPERTY = re.compile(r"[a-zA-Z0-9_.-]{1,64}\Z")
_TYPES = {"object", "array", "string", "integer", "number", "boolean", "null"}
_SWITCHES = ("strict", "defer_loading", "eager_input_streaming")
_CUSTOM = {"description", "type", "cache_control", "input_examples", "allowed_callers", *_SWITCHES}
_OWN = {
    "web_search": ("web_search_20250305", "web_search_20260209", "web_search_20260318"),
    "web_fetch": ("web_fetch_20250910", "web_fetch_20260209", "web_fetch_20260309", "web_fetch_20260318"),
    "code_execution": ("code_execution_20250825", "code_execution_20260120", "code_execution_20260521"),
    "tool_search_tool_bm25": ("tool_search_tool_bm25_20251119", "tool_search_tool_bm25"),
    "tool_search_tool_regex": ("tool_search_tool_regex_20251119", "tool_search_tool_regex"),
    "bash": ("bash_20250124",),
    "str_replace_based_edit_tool": ("text_editor_20250728", "text_editor_20250429"),
    "memory": ("memory_20250818",),
}
_TOOLSETS = ("computer_toolset_20260801", "browser_toolset_20260801")
_OWN_FIELDS = {"cache_control", "max_uses", "allowed_domains", "blocked_domains", "user_location", "citations"}
_OWN_FIELDS |= {"max_content_tokens", "max_characters", "allowed_callers", "use_cache", *_SWITCHES}


def check_tools(body: dict[str, Any], model: Model, breakpoints: Breakpoints) -> None:
    """Refuse tools that the model could not be given, and choices among them that cannot be made."""
    tools = body.get("tools", [])
    if not isinstance(tools, list):
        raise invalid("tools", "Input should be a valid list")
    names: list[str] = []
    for number, tool in enumerate(tools):
        names.append(_check_tool(tool, f"tools.{number}", breakpoints))
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Refusal(
            400,
            "invalid_request_error",
            f"tools: Tool names must be unique: {twice}",
            {"error_code": "tool_name_conflict"},
        )
    if tools and all(tool.get("defer_loading") for tool in tools):
        raise invalid("tools", "At least one tool must have defer_loading=false")
    if body.get("tool_choice") is not None:
        _check_choice(body, names, model)


def forced_tool(body: dict[str, Any]) -> dict[str, Any] | None:
    """The tool of one's own that the answer must call."""
    choice = body.get("tool_choice") or {"type": "auto"}
    own = [tool for tool in body.get("tools", []) if "input_schema" in tool]
    if choice["type"] == "tool":
        return next((tool for tool in own if tool["name"] == choice["name"]), None)
    return own[0] if choice["type"] == "any" and own else None


def _check_tool(tool: Any, at: str, breakpoints: Breakpoints) -> str:
    kind = tool.get("type") if isinstance(tool, dict) else None
    if kind in _TOOLSETS:
        return str(kind)
    if kind in (None, "custom"):
        return _check_custom(only(tool, f"{at}.custom", _CUSTOM, {"name", "input_schema"}), at, breakpoints)
    name = next((name for name, kinds in _OWN.items() if kind in kinds), None)
    if name is None:
        raise invalid(at, f"Input tag '{kind}' found using 'type' does not match any of the expected tags")
    only(tool, at, _OWN_FIELDS, {"type", "name"})
    if tool["name"] != name:
        raise invalid(f"{at}.name", f"Input should be '{name}'")
    breakpoints.note(tool, at)
    return name


def _check_custom(tool: dict[str, Any], at: str, breakpoints: Breakpoints) -> str:
    at = f"{at}.custom"
    name = text(tool["name"], f"{at}.name")
    if not NAME.match(name):
        raise invalid(f"{at}.name", "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")
    if "description" in tool:
        text(tool["description"], f"{at}.description")
    for switch in _SWITCHES:
        if not isinstance(tool.get(switch) or False, bool):
            raise invalid(f"{at}.{switch}", "Input should be a valid boolean")
    check_input(tool["input_schema"], f"{at}.input_schema")
    if tool.get("strict"):
        check_schema(tool["input_schema"], f"{at}.input_schema")
    examples = tool.get("input_examples", [])
    if not isinstance(examples, list) or not all(isinstance(item, dict) for item in examples):
        raise invalid(f"{at}.input_examples", "Input should be a list of dictionaries")
    if tool.get("defer_loading") and tool.get("cache_control"):
        raise invalid(at, "Tools with defer_loading cannot use prompt caching")
    breakpoints.note(tool, at)
    return name


def check_input(schema: Any, at: str) -> None:
    """Refuse what no tool may say of its arguments, strict or not."""
    if not isinstance(schema, dict):
        raise invalid(at, "Input should be a valid dictionary")
    if "type" not in schema:
        raise invalid(f"{at}.type", "Field required")
    if schema["type"] != "object":
        raise invalid(f"{at}.type", "Input should be 'object'")
    for name in ("oneOf", "allOf", "anyOf"):
        if name in schema:
            raise invalid(at, "input_schema does not support oneOf, allOf, or anyOf at the top level")
    properties = schema.get("properties") or {}
    if not isinstance(properties, dict):
        raise invalid(f"{at}.properties", "Input should be a valid dictionary")
    for name, part in properties.items():
        if not _PROPERTY.match(name):
            raise invalid(f"{at}.properties", "Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'")
        _check_draft(part, f"{at}.properties.{name}")
    required = schema.get("required") or []
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise invalid(f"{at}.required", "Input should be a list of strings")


def _check_draft(schema: Any, at: str) -> None:
    """Refuse what is no JSON Schema at all; anything else a tool may say."""
    if isinstance(schema, bool):
        return
    kinds = schema.get("type", []) if isinstance(schema, dict) else None
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not isinstance(kinds, list) or not all(isinstance(kind, str) and kind in _TYPES for kind in kinds):
        raise invalid(at, "JSON schema is invalid. It must match JSON Schema draft 2020-12")
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        raise invalid(at, "JSON schema is invalid. It must match JSON Schema draft 2020-12")
    for name, part in properties.items():
        _check_draft(part, f"{at}.{name}")
    if "items" in schema:
        _check_draft(schema["items"], f"{at}.items")


def _check_choice(body: dict[str, Any], names: list[str], model: Model) -> None:
    choice = body["tool_choice"]
    kind = choice.get("type") if isinstance(choice, dict) else None
    match kind:
        case "auto" | "any":
            only(choice, f"tool_choice.{kind}", {"disable_parallel_tool_use"}, {"type"})
        case "tool":
            only(choice, "tool_choice.tool", {"disable_parallel_tool_use"}, {"type", "name"})
        case "none":
            only(choice, "tool_choice.none", set(), {"type"})
        case _:
            raise invalid(
                "tool_choice", f"Input tag '{kind}' found using 'type' does not match any of the expected tags"
            )
    if not isinstance(choice.get("disable_parallel_tool_use", False), bool):
        raise invalid(f"tool_choice.{kind}.disable_parallel_tool_use", "Input should be a valid boolean")
    if not names:
        raise invalid("tool_choice", "tool_choice may only be specified while providing tools")
    if kind == "tool" and choice["name"] not in names:
        raise invalid("tool_choice", f"Tool '{choice['name']}' not found in provided tools")
    if kind in ("any", "tool"):
        if not model.forced:
            raise invalid("tool_choice", f"tool_choice.type.{kind} is not supported for {model.id}")
        if (body.get("thinking") or {}).get("type") == "enabled":
            raise invalid("", "Thinking may not be enabled when tool_choice forces tool use.")
