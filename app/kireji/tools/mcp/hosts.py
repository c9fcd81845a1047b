"""Servers that are entered in other programs. Their files are only read.

Places and forms: Claude Desktop, Claude Code, Cursor, LM Studio, Windsurf, Gemini CLI: `mcpServers`;
VS Code: `servers`, with comments.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kireji.core.tool_servers import Importable, ServerEntry
from kireji.core.words import say
from kireji.tools.mcp.config import JsonFault, decode
from kireji.tools.mcp.entries import read_entry

_LARGEST = 50_000_000
"""Bytes; Claude Code keeps its history in the same file."""

_LARGEST_WITH_COMMENTS = 1_000_000


class HostFiles:
    """Satisfies OtherHosts.

    Args:
        environ: For the folders.
        folder: Where files of projects are looked for.
        platform: `sys.platform`; for tests.
    """

    def __init__(self, environ: Mapping[str, str], folder: Path, platform: str = sys.platform) -> None:
        self._environ = environ
        self._folder = folder
        self._platform = platform

    def find(self) -> Sequence[Importable]:
        """As in OtherHosts."""
        found = [_read(host, path) for host, path in self.places() if path.is_file()]
        return [each for each in found if each.entries or each.problem]

    def read(self, path: str) -> Importable:
        """As in OtherHosts."""
        file = Path(path).expanduser()
        host = next((host for host, place in self.places() if place == file), file.name)
        return _read(host, file)

    def places(self) -> Sequence[tuple[str, Path]]:
        """Programs and their files, in the order they are offered."""
        home = Path(self._environ.get("HOME") or self._environ.get("USERPROFILE") or os.path.expanduser("~"))
        if self._platform == "win32":
            settings = Path(self._environ.get("APPDATA") or home / "AppData" / "Roaming")
        elif self._platform == "darwin":
            settings = home / "Library" / "Application Support"
        else:
            settings = Path(self._environ.get("XDG_CONFIG_HOME") or home / ".config")
        return (
            ("Claude Desktop", settings / "Claude" / "claude_desktop_config.json"),
            ("Claude Code", home / ".claude.json"),
            ("Claude Code", self._folder / ".mcp.json"),
            ("Cursor", home / ".cursor" / "mcp.json"),
            ("Cursor", self._folder / ".cursor" / "mcp.json"),
            ("VS Code", settings / "Code" / "User" / "mcp.json"),
            ("VS Code", self._folder / ".vscode" / "mcp.json"),
            ("LM Studio", home / ".lmstudio" / "mcp.json"),
            ("Windsurf", home / ".codeium" / "windsurf" / "mcp_config.json"),
            ("Gemini CLI", home / ".gemini" / "settings.json"),
        )


def _read(host: str, path: Path) -> Importable:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise JsonFault(say("it is larger than 50 MB"))
        content = _decoded(data.decode("utf-8-sig"))
    except OSError as error:
        problem = say("{path} cannot be read: {reason}.", path=path, reason=(error.strerror or "").lower())
        return Importable(host, str(path), problem=problem)
    except UnicodeDecodeError:
        return Importable(host, str(path), problem=say("{path} is not UTF-8 text.", path=path))
    except JsonFault as error:
        return Importable(host, str(path), problem=say("{path} cannot be understood: {what}.", path=path, what=error))
    return Importable(host, str(path), _entries(content))


def _decoded(text: str) -> dict[str, Any]:
    try:
        return decode(text)
    except JsonFault:
        if len(text) > _LARGEST_WITH_COMMENTS:
            raise
        return decode(without_comments(text))


def _entries(content: Mapping[str, Any]) -> tuple[ServerEntry, ...]:
    """Those of the whole file, then those that Claude Code keeps for single projects; the first of a name counts."""
    places: list[Any] = [content.get("mcpServers"), content.get("servers")]
    if isinstance(inner := content.get("mcp"), Mapping):  # VS Code's settings.json of 2025
        places.append(inner.get("servers"))
    if isinstance(projects := content.get("projects"), Mapping):
        places += [each.get("mcpServers") for each in projects.values() if isinstance(each, Mapping)]
    found: dict[str, ServerEntry] = {}
    for place in places:
        for name, raw in place.items() if isinstance(place, Mapping) else ():
            found.setdefault(name, read_entry(name, raw))
    return tuple(found.values())


def without_comments(text: str) -> str:
    """JSON with comments and trailing commas as plain JSON; every character that stays keeps its line and column."""
    made: list[str] = []
    comma = -1  # where a comma stands that nothing but blanks has followed
    index = 0
    while index < len(text):
        sign = text[index]
        if sign == '"':
            end = _string_end(text, index)
        elif text.startswith("//", index):
            end = text.find("\n", index)
            end = len(text) if end < 0 else end
        elif text.startswith("/*", index):
            end = text.find("*/", index + 2)
            end = len(text) if end < 0 else end + 2
        else:
            end = index + 1
        piece = text[index:end]
        if piece.startswith(("//", "/*")):
            made.append("".join(each if each in "\r\n" else " " for each in piece))
        else:
            if sign in "]}" and comma >= 0:
                made[comma] = " "
            if sign == ",":
                comma = len(made)
            elif not sign.isspace():
                comma = -1
            made.append(piece)
        index = end
    return "".join(made)


def _string_end(text: str, start: int) -> int:
    index = start + 1
    while index < len(text) and text[index] not in '"\n':
        index += 2 if text[index] == "\\" else 1
    return min(index + 1, len(text))
