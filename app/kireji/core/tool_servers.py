"""Servers of tools (Model Context Protocol) as the person has entered them, and what a test of one finds."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from kireji.core.words import mark, say

NOTICE = mark(
    "A server or a plugin is a program of its own: what it sends, and to whom, is not recorded in the list of what "
    "left this computer. Only add what you trust."
)
"""Said wherever servers are added or listed."""

SECRETS = "mcp"
"""Under which name the keychain keeps secrets of servers."""

_SECRET_NAME = re.compile(
    r"(?:^|[^a-z])(?:api_?key|key|token|secret|passwd|password|pass|pwd|pat|auth|authorization|credentials?|cookie)s?$",
    re.IGNORECASE,
)
_GIVEN = re.compile(r"([\w.-]+)(=|: *(?:\w+ +)?)((?!\$\{|//)[^\s&#]+)")
"""`--token=value`, `?key=value`, `Authorization: Bearer value`."""
_PASSWORD = re.compile(r"(://[^/@:\s]*:)[^/@\s]+(@)")
_HIDDEN = "•••"
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class ServerEntry(msgspec.Struct, frozen=True):
    """One server as it stands in a file; `${VAR}`, `${VAR:-default}` and `${keychain:NAME}` are not replaced yet.

    Args:
        name: Unique in the file.
        command: The program, for a server that runs on this computer; empty for one with an address.
        args: Its arguments.
        env: Variables that it gets beside the few that every program needs.
        cwd: The folder it works in; empty for the person's home.
        url: Its address, for a server that is reached over HTTP.
        headers: Header fields that go with every request to it.
        disabled: Whether it is left alone.
        problem: Why the entry cannot be used, with the next step; empty when it can.
        raw: The whole entry as it stands, with what is unknown here.
    """

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    cwd: str = ""
    url: str = ""
    headers: Mapping[str, str] = {}
    disabled: bool = False
    problem: str = ""
    raw: Mapping[str, Any] = {}

    @property
    def source(self) -> str:
        """Id of the source of tools that it is."""
        return f"mcp:{self.name}"

    @property
    def place(self) -> str:
        """Its address, or its command with the arguments; no query, and no value of a variable or header is in it."""
        return shown_address(self.url) if self.url else shown_command(self.command, self.args)

    @property
    def open_secrets(self) -> tuple[str, ...]:
        """Names of variables and headers whose value looks like a secret and stands in the file itself."""
        fields = (*self.env.items(), *self.headers.items())
        return tuple(
            dict.fromkeys(name for name, value in fields if looks_secret(name) and value and "${" not in value)
        )


def shown_address(url: str) -> str:
    """An address, or what is meant to be one, without what may be secret in it: user, password, query."""
    scheme, separator, rest = url.partition("://")
    authority, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"


def shown_command(command: str, arguments: Iterable[str]) -> str:
    """A command line without what looks like a secret in it.

    Args:
        command: The program.
        arguments: Its arguments as they stand in the file; references are no secrets.
    """
    shown, hidden_next = [command], False
    for argument in arguments:
        if hidden_next and not argument.startswith(("-", "${")):
            shown.append(_HIDDEN)
        else:
            shown.append(_PASSWORD.sub(rf"\1{_HIDDEN}\2", _GIVEN.sub(_without_secret, argument)))
        hidden_next = argument.startswith("-") and "=" not in argument and looks_secret(argument)
    return " ".join(shown)


def _without_secret(given: re.Match[str]) -> str:
    return f"{given[1]}{given[2]}{_HIDDEN}" if looks_secret(given[1]) else given[0]


def host_of(url: str) -> str:
    """Host and port of an address."""
    return shown_address(url).partition("://")[2].partition("/")[0]


def looks_secret(name: str) -> bool:
    """Whether a variable or a header of this name holds a secret, as `GITHUB_TOKEN` and `Authorization` do."""
    return bool(_SECRET_NAME.search(_CAMEL.sub("_", name)))


def keychain_name(server: str, field: str) -> str:
    """Under which name the keychain keeps a server's variable or header."""
    return f"{server}/{field}"


def reference(name: str) -> str:
    """What stands in the file for a secret that the keychain keeps under this name."""
    return f"${{keychain:{name}}}"


class SecretPlace(enum.Enum):
    """Where values that look like secrets are kept when a server is added."""

    KEYCHAIN = "keychain"
    """In the keychain; the file holds `${keychain:NAME}`."""
    FILE = "file"
    """In the file, readable to every program of this person."""


class Importable(msgspec.Struct, frozen=True):
    """A file of another program that names servers.

    Args:
        host: The program, as people know it.
        path: The file.
        entries: Its servers; those that cannot be used say why.
        problem: Why the file cannot be read, with the next step; empty when it can.
    """

    host: str
    path: str
    entries: tuple[ServerEntry, ...] = ()
    problem: str = ""


class Imported(msgspec.Struct, frozen=True):
    """What an import did.

    Args:
        added: Names of the servers that were added.
        present: Names that were there already; they were left as they are.
        problems: Why others were not added, by name.
    """

    added: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    problems: Mapping[str, str] = {}


class Stage(enum.Enum):
    """A stage on the way to a server's tools; each needs the ones before."""

    ENTRY = "entry"
    COMMAND = "command"
    START = "start"
    PROTOCOL = "protocol"
    TOOLS = "tools"

    @property
    def title(self) -> str:
        """As people read it."""
        return say(_STAGES[self])


_STAGES = {
    Stage.ENTRY: mark("Entry read"),
    Stage.COMMAND: mark("Program or address found"),
    Stage.START: mark("Server started"),
    Stage.PROTOCOL: mark("Protocol spoken"),
    Stage.TOOLS: mark("Tools listed"),
}


class TestStep(msgspec.Struct, frozen=True):
    """What a test found at one stage.

    Args:
        stage: Which.
        passed: Whether it went well; the stages after one that failed are not in the list.
        sentence: What was found: the whole path, the version, the number of tools; or what is wrong.
        hint: What to do next; empty when it passed.
        lines: What the server wrote last on its standard error, where it failed.
    """

    __test__ = False  # pytest takes it for a test otherwise

    stage: Stage
    passed: bool
    sentence: str
    hint: str = ""
    lines: tuple[str, ...] = ()
