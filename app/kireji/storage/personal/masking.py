"""Settings and the list of servers as they may leave in an export: without what opens doors."""

from __future__ import annotations

import json
import re
from typing import Any

from kireji.core.tool_servers import looks_secret

LEFT_OUT = "(left out)"
_PASSWORD = re.compile(r"(://[^/@\s\"']*):[^/@\s\"']+@")
_REFERENCE = re.compile(r"\$\{(?:keychain|env|input):[^}]*\}|\$\{\w+\}")
_QUERY = re.compile(r"\?[^\s\"']*")
_GIVEN = re.compile(r"(--?[\w-]+)=(.*)", re.DOTALL)


def settings_without_passwords(text: str) -> str:
    """The text of the settings file; of passwords in addresses only the place is left."""
    return _PASSWORD.sub(rf"\1:{LEFT_OUT}@", text)


def servers_without_secrets(text: str) -> str:
    """The text of `mcp.json` without values of variables and headers, and without what looks secret in arguments.

    A reference to a variable or to the keychain is no secret and stays.

    Raises:
        ValueError: It is no JSON object of servers.
    """
    value = json.loads(text)
    if not isinstance(value, dict) or not isinstance(servers := value.get("mcpServers", {}), dict):
        raise ValueError("not a list of servers")
    return json.dumps(
        {"mcpServers": {name: _server(one) for name, one in servers.items()}}, indent=2, ensure_ascii=False
    )


def _server(one: Any) -> Any:
    if not isinstance(one, dict):
        return LEFT_OUT
    return {name: _field(name, value) for name, value in one.items()}


def _field(name: str, value: Any) -> Any:
    if name in ("env", "headers"):
        return {key: _value(each) for key, each in value.items()} if isinstance(value, dict) else LEFT_OUT
    if name == "args":
        return _arguments(value) if isinstance(value, list) else LEFT_OUT
    if isinstance(value, str):
        return _QUERY.sub(f"?{LEFT_OUT}", _PASSWORD.sub(rf"\1:{LEFT_OUT}@", value)) if "://" in value else value
    return value if isinstance(value, bool | int) or value is None or name == "tools" else _nested(value)


def _nested(value: Any) -> Any:
    """Of fields that we do not know: lists of words and objects, with their values left out where they look secret."""
    if isinstance(value, list):
        return [each if isinstance(each, str | int | bool) else LEFT_OUT for each in value]
    if isinstance(value, dict):
        return dict.fromkeys(value, LEFT_OUT)
    return LEFT_OUT


def _value(value: Any) -> Any:
    return value if isinstance(value, str) and _REFERENCE.fullmatch(value) else LEFT_OUT


def _arguments(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    hidden = False
    for value in values:
        text = value if isinstance(value, str) else str(value)
        given = _GIVEN.fullmatch(text)
        if hidden and not text.startswith("-"):
            found.append(LEFT_OUT)
        elif given and looks_secret(given[1]):
            found.append(f"{given[1]}={LEFT_OUT}")
        else:
            found.append(_QUERY.sub(f"?{LEFT_OUT}", _PASSWORD.sub(rf"\1:{LEFT_OUT}@", text)) if "://" in text else text)
        hidden = text.startswith("-") and given is None and looks_secret(text)
    return found
