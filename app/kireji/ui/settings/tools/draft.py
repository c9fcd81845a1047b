"""A server of tools as a person writes it down, before it is added."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from kireji.core.tool_servers import ServerEntry, looks_secret
from kireji.ui.translation import tr

_NAME = re.compile(r"[\w .()@+-]{1,64}")


class DraftField(NamedTuple):
    """An environment variable, or a header of requests.

    Args:
        name: Of it.
        value: What it is.
        secret: Whether the value goes into the keychain.
    """

    name: str
    value: str = ""
    secret: bool = False


class ServerDraft(NamedTuple):
    """A server: a program on this computer, or an address.

    Args:
        name: As the person calls it.
        command: The program and its arguments; empty for an address.
        address: Its URL; empty for a program.
        fields: Environment variables of a program, headers for an address.
    """

    name: str
    command: tuple[str, ...] = ()
    address: str = ""
    fields: tuple[DraftField, ...] = ()

    @property
    def entry(self) -> ServerEntry:
        """The same as it is added."""
        values = {field.name: field.value for field in self.fields}
        if self.address:
            return ServerEntry(self.name, url=self.address, headers=values)
        return ServerEntry(self.name, command=self.command[0], args=self.command[1:], env=values)

    @property
    def secrets(self) -> frozenset[str]:
        """Names of variables or headers whose values go into the keychain."""
        return frozenset(field.name for field in self.fields if field.secret and field.value)


def words_of(command: str) -> tuple[str, ...]:
    """A command line taken apart as a shell would, without running one.

    Raises:
        ValueError: A quotation mark is missing.
    """
    if os.name != "nt":
        return tuple(shlex.split(command))
    return tuple(part.strip('"') for part in shlex.split(command, posix=False))


def command_line(command: Sequence[str]) -> str:
    """The opposite, for a field."""
    if os.name != "nt":
        return shlex.join(command)
    return " ".join(f'"{part}"' if " " in part else part for part in command)


def problem(draft: ServerDraft, taken: Collection[str]) -> str:
    """Why a draft cannot be added, in one sentence; empty when it can.

    Args:
        draft: As it was written.
        taken: Names of servers that are there.
    """
    if not draft.name:
        return tr("Give it a name, such as git.")
    if not _NAME.fullmatch(draft.name):
        return tr("A name has up to 64 letters, digits, spaces and the signs . _ - ( ) @ +.")
    if draft.name in taken:
        return tr("There is a server called {name} already. Choose another name.", name=draft.name)
    if not (draft.command and draft.command[0]) and not draft.address:
        return tr("Say how it is reached: its command, or its address.")
    if draft.address and not re.match(r"https?://[^\s/:]", draft.address):
        return tr("Its address begins with https:// or, on this computer, http://.")
    names = [field.name for field in draft.fields]
    if any(name.split() != [name] for name in names):
        return tr("Each variable or header has a name without spaces. Remove the row if there is none.")
    twice = next((name for name in names if names.count(name) > 1), "")
    return tr("{name} stands there twice. Remove one of the two.", name=twice) if twice else ""


def read_snippet(text: str) -> ServerDraft | None:
    """The server in a piece of JSON, as the documentation of servers has it; None when there is none in it.

    Args:
        text: `{"mcpServers": {"git": {"command": ...}}}`, the inner objects alone, or with a name before them.
    """
    text = text.strip().strip(",")
    if text.startswith('"'):
        text = f"{{{text}}}"
    if not text.startswith("{"):
        return None
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for outer in ("mcpServers", "servers"):
        if isinstance(tree.get(outer), dict):
            tree = tree[outer]
            break
    if _is_entry(tree):
        return _draft("", tree)
    return next((_draft(name, entry) for name, entry in tree.items() if _is_entry(entry)), None)


def _is_entry(tree: object) -> bool:
    return isinstance(tree, dict) and any(isinstance(tree.get(each), str) for each in ("command", "url"))


def _draft(name: str, entry: Mapping[str, Any]) -> ServerDraft:
    address = entry["url"] if isinstance(entry.get("url"), str) else ""
    arguments = entry.get("args")
    command: tuple[str, ...] = ()
    if not address:
        command = (entry["command"], *map(str, arguments if isinstance(arguments, list) else ()))
    given = entry.get("headers" if address else "env")
    values = {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}
    fields = (DraftField(key, value, looks_secret(key)) for key, value in values.items())
    return ServerDraft(name, command, address, tuple(fields))
