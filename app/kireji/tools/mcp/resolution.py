"""From an entry of the file to what is started or reached: references filled in, the program found."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from kireji.core.child_environment import USUAL, clean
from kireji.core.errors import KeyStoreError, ToolSourceError
from kireji.core.ports import KeyStore
from kireji.core.secret import SecretName
from kireji.core.tool_servers import SECRETS, ServerEntry, Stage, reference, shown_address, shown_command
from kireji.core.words import say
from kireji.tools.mcp.expansion import expand, keychain_names
from kireji.tools.mcp.scripts import Stamp, scripts_in, stamp_of

_PROMPT_SECONDS = 60.0
"""For the person to see the keychain's prompt and to type a password."""


class Commands(Protocol):
    """Finds programs as the person's own terminal would."""

    async def find(self, command: str) -> str:
        """The whole path of a program.

        Raises:
            ToolSourceError: There is none; the sentence says where it was looked for.
        """

    async def path(self) -> str:
        """The search path that started programs get."""


class StageFailed(ToolSourceError):
    """A server's tools could not be reached.

    Args:
        stage: How far it came.
        message: What happened.
        hint: What to do next.
        lines: What the server wrote last on its standard error.
    """

    def __init__(self, stage: Stage, message: str, hint: str = "", lines: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint, detail="\n".join(lines))
        self.stage = stage
        self.lines = lines


class Identity(msgspec.Struct, frozen=True):
    """Which server an entry means, without any secret.

    Args:
        origin: For people: the whole path of the program with its arguments as they stand in the file, since variables
            may hold secrets, and without those that look like some; or the address without its query.
        fingerprint: Hash of all that decides which program runs or which service is asked, and of the scripts that the
            command line names. What a script loads, and what a package manager fetches, is not in it.
        scripts: Path and stamp of each of these scripts.
    """

    origin: str
    fingerprint: str
    scripts: tuple[tuple[str, Stamp], ...] = ()

    def has_changed(self) -> bool:
        """Whether one of the scripts is another one by now; looks at the disk."""
        return any(stamp_of(path) != stamp for path, stamp in self.scripts)


class Launch(msgspec.Struct, frozen=True):
    """What is started or reached, with every secret in it; never logged.

    Args:
        command: Whole path of the program and its arguments; empty for a server with an address.
        environ: All of its environment.
        folder: Where it works.
        url: The address; empty for a program.
        headers: Header fields of every request.
    """

    command: tuple[str, ...] = ()
    environ: Mapping[str, str] = {}
    folder: str = ""
    url: str = ""
    headers: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return "Launch(…)"


class Resolver:
    """Fills in what an entry refers to.

    Args:
        environ: The process's environment.
        commands: Finds programs.
        keychain: Holds secrets.
        connecting: Variables that make a program connect as this one does (proxies, certificates); may block.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        commands: Commands,
        keychain: KeyStore,
        connecting: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._environ = environ
        self._commands = commands
        self._keychain = keychain
        self._connecting = connecting

    async def identity(self, entry: ServerEntry) -> Identity:
        """Which server it is. Secrets of the keychain go in by name, so nobody is asked for a password.

        Raises:
            StageFailed: A variable is not set, or the program is not there.
        """
        filled = self._filled(entry, reference)
        if filled.url:
            asked = ["http", filled.url, sorted(filled.headers.items())]
            return Identity(shown_address(filled.url), _hash(asked))
        path = await self._path(filled)
        meant: list[object] = ["stdio", path, filled.args, filled.cwd, sorted(filled.env.items())]
        scripts = await asyncio.to_thread(scripts_in, (path, *filled.args), filled.cwd or self._home())
        if scripts:
            meant.append([(script.path, script.digest) for script in scripts])
        stamps = tuple((script.path, script.stamp) for script in scripts)
        return Identity(shown_command(path, entry.args), _hash(meant), stamps)

    async def launch(self, entry: ServerEntry) -> Launch:
        """What to start or reach.

        Raises:
            StageFailed: A variable or a secret is missing, the keychain stays locked, the program or the folder is not
                there.
        """
        secrets = await self._secrets(entry)
        filled = self._filled(entry, secrets.__getitem__)
        if filled.url:
            return Launch(url=filled.url, headers=filled.headers)
        path = await self._path(filled)
        folder = filled.cwd or self._home()
        if not await asyncio.to_thread(os.path.isdir, folder):
            raise StageFailed(
                Stage.COMMAND, say("The folder {folder} is not there.", folder=folder), say("Correct cwd in the entry.")
            )
        base = clean(self._environ, USUAL)
        connecting = await asyncio.to_thread(self._connecting)
        environ = {**base, "PATH": await self._commands.path(), **connecting, **filled.env}
        return Launch((path, *filled.args), environ, folder)

    def _home(self) -> str:
        return self._environ.get("HOME") or os.path.expanduser("~")

    def _filled(self, entry: ServerEntry, secrets: Callable[[str], str]) -> ServerEntry:
        if entry.problem:
            raise StageFailed(Stage.ENTRY, entry.problem, say("Correct the entry in mcp.json."))

        def fill(text: str) -> str:
            return expand(text, self._environ, secrets)

        try:
            made = msgspec.structs.replace(
                entry,
                command=_user(fill(entry.command)),
                args=tuple(fill(each) for each in entry.args),
                env={name: fill(value) for name, value in entry.env.items()},
                cwd=_user(fill(entry.cwd)),
                url=fill(entry.url),
                headers={name: fill(value) for name, value in entry.headers.items()},
            )
        except ToolSourceError as error:
            raise StageFailed(Stage.ENTRY, error.message, error.hint) from error
        everything = (made.command, *made.args, *made.env, *made.env.values(), made.cwd)
        if any("\0" in each for each in everything) or any("=" in name or not name for name in made.env):
            raise StageFailed(Stage.ENTRY, say("The entry holds a sign that no program can be given."))
        return made

    async def _secrets(self, entry: ServerEntry) -> Mapping[str, str]:
        texts = (entry.command, *entry.args, *entry.env.values(), entry.cwd, entry.url, *entry.headers.values())
        found: dict[str, str] = {}
        for name in keychain_names(texts):
            try:
                async with asyncio.timeout(_PROMPT_SECONDS):
                    secret = await self._keychain.get(SecretName(SECRETS, name))
            except TimeoutError as error:
                raise StageFailed(
                    Stage.ENTRY,
                    say("The keychain does not answer."),
                    say("Unlock it in your desktop's password settings, then try again."),
                ) from error
            except KeyStoreError as error:
                raise StageFailed(Stage.ENTRY, error.message, error.hint) from error
            if secret is None:
                raise StageFailed(
                    Stage.ENTRY,
                    say("The keychain holds no {name}.", name=name),
                    say("Remove the server and add it again with its secret."),
                )
            found[name] = secret.reveal()
        return found

    async def _path(self, filled: ServerEntry) -> str:
        if os.path.dirname(filled.command):
            command = os.path.join(filled.cwd or self._home(), filled.command)
        else:
            command = filled.command
            if own := filled.env.get("PATH"):  # what the entry itself says about where programs are comes first
                found = await asyncio.to_thread(shutil.which, command, os.X_OK, own)
                command = found or command
        try:
            return await self._commands.find(command)
        except ToolSourceError as error:
            raise StageFailed(Stage.COMMAND, error.message, error.hint) from error


def _user(path: str) -> str:
    return str(Path(path).expanduser()) if path.startswith("~") else path


def _hash(meant: object) -> str:
    return hashlib.sha256(json.dumps(meant).encode()).hexdigest()
