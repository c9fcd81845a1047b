"""The file of servers, `mcp.json`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kireji.core.errors import SettingsError, StoreError, StoreReadOnly
from kireji.core.tool_servers import ServerEntry
from kireji.core.words import say
from kireji.tools.mcp.entries import read_entry, with_disabled, write_entry

SERVERS = "mcpServers"
_LARGEST = 10_000_000


class JsonFault(ValueError):
    """Text that is no JSON object as it is needed here; the message is a sentence without a full stop."""


def decode(text: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        JsonFault: It is none, or a name stands twice in one object, so that one of the two would be lost.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            names = [name for name, _ in pairs]
            raise JsonFault(say("{name} stands twice in it", name=next(n for n in names if names.count(n) > 1)))
        return made

    try:
        value = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        where = say("line {line}, column {column}", line=error.lineno, column=error.colno)
        raise JsonFault(f"{where}: {error.msg}") from error
    except RecursionError as error:
        raise JsonFault(say("it is nested too deeply")) from error
    except JsonFault:
        raise
    except ValueError as error:  # a number of more digits than Python reads
        raise JsonFault(str(error)) from error
    if not isinstance(value, dict):
        raise JsonFault(say("it is not an object: {...}"))
    return value


class McpFile:
    """Satisfies ServerFile.

    Args:
        path: Where it is; need not exist.
        write: Writes a whole file (0600), so that a crash leaves the old one or the new one.
    """

    def __init__(self, path: Path, write: Callable[[Path, bytes], None]) -> None:
        self._path = path
        self._write = write

    @property
    def path(self) -> str:
        return str(self._path)

    def stamp(self) -> tuple[int, int, int] | None:
        """Changes with every change of the file; None when there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def entries(self) -> Sequence[ServerEntry]:
        """As in ServerFile."""
        return [read_entry(name, raw) for name, raw in self._servers(self._read()).items()]

    def problem(self, entry: ServerEntry) -> str:
        """As in ServerFile."""
        return read_entry(entry.name, write_entry(entry)).problem

    def put(self, entry: ServerEntry) -> None:
        """As in ServerFile."""
        content = self._read()
        servers = self._servers(content)
        servers[entry.name] = write_entry(entry)
        self._save({**content, SERVERS: servers})

    def remove(self, name: str) -> bool:
        """As in ServerFile."""
        content = self._read()
        servers = self._servers(content)
        if name not in servers:
            return False
        del servers[name]
        self._save({**content, SERVERS: servers})
        return True

    def set_disabled(self, name: str, disabled: bool) -> bool:
        """As in ServerFile."""
        content = self._read()
        servers = self._servers(content)
        raw = servers.get(name)
        if not isinstance(raw, Mapping):
            return False
        servers[name] = with_disabled(raw, disabled=disabled)
        self._save({**content, SERVERS: servers})
        return True

    def _read(self) -> dict[str, Any]:
        try:
            with self._path.open("rb") as file:
                data = file.read(_LARGEST + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(
                say("{path} cannot be read: {reason}.", path=self._path, reason=(error.strerror or "").lower()),
                say("Check who may read it."),
            ) from error
        if not data.strip():
            return {}
        try:
            if len(data) > _LARGEST:
                raise JsonFault(say("it is larger than 10 MB"))
            return decode(data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise self._broken(say("byte {number} is not UTF-8", number=error.start)) from error
        except JsonFault as error:
            raise self._broken(str(error)) from error

    def _servers(self, content: Mapping[str, Any]) -> dict[str, Any]:
        servers = content.get(SERVERS, {})
        if not isinstance(servers, dict):
            raise self._broken(say("{key} is not an object: {{...}}", key=SERVERS))
        return dict(servers)

    def _broken(self, what: str) -> SettingsError:
        return SettingsError(
            say("{path} cannot be understood: {what}.", path=self._path, what=what),
            say("Correct it in an editor; it is left as it is until then."),
        )

    def _save(self, content: Mapping[str, Any]) -> None:
        text = json.dumps(content, indent=2, ensure_ascii=False)
        try:
            data = text.encode() + b"\n"
        except UnicodeEncodeError:  # half a surrogate pair, which JSON can hold and UTF-8 cannot
            data = json.dumps(content, indent=2).encode() + b"\n"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self._path, data)
        except OSError as error:
            raise StoreReadOnly(
                say("{path} cannot be written: {reason}.", path=self._path, reason=(error.strerror or "").lower()),
                say("Check the space on the disk and who may write there."),
            ) from error
