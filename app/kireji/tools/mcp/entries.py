"""One server of a file in the `mcpServers` form, read and written. Pure.

The form is a convention of several programs: `command`, `args`, `env` and `cwd` for a server that is started here,
`type`, `url` and `headers` for one that is reached over HTTP, `disabled`. Without `type` the other fields decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kireji.core.tool_servers import ServerEntry
from kireji.core.words import say

_STDIO = frozenset({"", "stdio", "local"})
_HTTP = frozenset({"", "http", "streamable-http", "streamablehttp", "streamable_http"})
_ADDRESSES = ("url", "serverUrl", "httpUrl")
"""How programs call the address: most, Windsurf, Gemini CLI."""
_LONGEST_NAME = 100
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def read_entry(name: str, raw: object) -> ServerEntry:
    """One server; what is wrong with it stands in its `problem`.

    Args:
        name: Its key in the file.
        raw: Its value, decoded from JSON.
    """
    if not isinstance(raw, Mapping):
        return ServerEntry(name, problem=say("The entry {name} is not an object: {{...}}.", name=name))
    problems: list[str] = []
    command = _text(raw, "command", problems)
    url = next((found for key in _ADDRESSES if (found := _text(raw, key, problems))), "")
    return ServerEntry(
        name,
        command,
        _texts(raw, "args", problems),
        _fields(raw, "env", problems),
        _text(raw, "cwd", problems),
        url,
        _fields(raw, "headers", problems),
        raw.get("disabled") is True or raw.get("enabled") is False,
        _name_problem(name) or (problems[0] if problems else "") or _kind_problem(raw, command, url),
        raw,
    )


def write_entry(entry: ServerEntry) -> dict[str, Any]:
    """The entry as it goes into the file: what is unknown in `raw` stays, in its order."""
    raw = dict(entry.raw)
    address = next((key for key in _ADDRESSES if key in raw), "url")
    known: tuple[tuple[str, Any], ...] = (
        ("command", entry.command),
        ("args", list(entry.args)),
        ("env", dict(entry.env)),
        ("cwd", entry.cwd),
        (address, entry.url),
        ("headers", dict(entry.headers)),
    )
    if entry.url and "type" not in raw:
        raw["type"] = "http"
    for key, value in known:
        if value:
            raw[key] = value
        else:
            raw.pop(key, None)
    return with_disabled(raw, disabled=entry.disabled)


def with_disabled(raw: Mapping[str, Any], *, disabled: bool) -> dict[str, Any]:
    """The same entry, switched off or on."""
    made = {key: value for key, value in raw.items() if key != "enabled"}
    if disabled or "disabled" in made:
        made["disabled"] = disabled
    return made


def _text(raw: Mapping[str, Any], key: str, problems: list[str]) -> str:
    value = raw.get(key, "")
    if isinstance(value, str):
        return value.strip()
    problems.append(say("{key} must be a text.", key=key))
    return ""


def _texts(raw: Mapping[str, Any], key: str, problems: list[str]) -> tuple[str, ...]:
    value = raw.get(key, [])
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return tuple(_plain(each) for each in value)
    problems.append(say("{key} must be a list of texts.", key=key))
    return ()


def _fields(raw: Mapping[str, Any], key: str, problems: list[str]) -> dict[str, str]:
    value = raw.get(key, {})
    if isinstance(value, Mapping) and all(isinstance(each, str | int | float) for each in value.values()):
        return {name: _plain(each) for name, each in value.items()}
    problems.append(say("{key} must be an object of texts: {{...}}.", key=key))
    return {}


def _plain(value: str | float) -> str:
    """Numbers and yes or no are written without quotes by some people."""
    return value if isinstance(value, str) else str(value).lower()


def _name_problem(name: str) -> str:
    if not name.strip() or name != name.strip() or len(name) > _LONGEST_NAME or _CONTROL.search(name):
        return say("A server's name is 1 to {most} visible characters.", most=_LONGEST_NAME)
    return ""


def _kind_problem(raw: Mapping[str, Any], command: str, url: str) -> str:
    kind = raw.get("type", raw.get("transport", ""))
    kind = kind.strip().lower() if isinstance(kind, str) else "?"
    if kind == "sse":
        return say(
            "The transport sse is outdated and not spoken here. Most such servers also answer at an address that ends "
            'with /mcp: enter that with "type": "http".'
        )
    if kind not in _STDIO | _HTTP:
        return say('The type {kind} is unknown. Use "stdio" or "http".', kind=kind)
    if command and url:
        return say("There are both a command and a url. Keep one of them.")
    if not command and not url:
        return say("There is neither a command nor a url.")
    if url and kind not in _HTTP:
        return say('With a url the type must be "http".')
    if command and kind not in _STDIO:
        return say('With a command the type must be "stdio".')
    if url and "${" not in url and not re.match(r"https?://[^/\s]", url, re.IGNORECASE):
        return say("The url must begin with https:// or http:// and name a host.")
    return ""
