"""Servers of tools: added, imported from other programs, tested, removed."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import msgspec

from kireji.core.errors import KeyStoreError, KeyStoreUnavailable, KirejiError
from kireji.core.ports import KeyStore
from kireji.core.publisher import Publisher
from kireji.core.secret import Secret, SecretName
from kireji.core.tool_servers import (
    SECRETS,
    Importable,
    Imported,
    SecretPlace,
    ServerEntry,
    TestStep,
    keychain_name,
    reference,
)
from kireji.core.words import say

if TYPE_CHECKING:
    from kireji.core.server_ports import OtherHosts, ServerFile, ServerProbe


class ToolServers:
    """The person's servers.

    Args:
        file: Where they are entered.
        probe: The same as sources of tools; made when it is first wanted.
        hosts: Finds the servers of other programs.
        keychain: Keeps their secrets.
    """

    def __init__(
        self, file: ServerFile, probe: Callable[[], ServerProbe], hosts: OtherHosts, keychain: KeyStore
    ) -> None:
        self._file = file
        self._probe = probe
        self._hosts = hosts
        self._keychain = keychain
        self._writing = asyncio.Lock()
        self.changed: Publisher[None] = Publisher()
        """The list of servers is another one."""

    @property
    def path(self) -> str:
        """The file, for the person who writes it by hand."""
        return self._file.path

    async def entries(self) -> Sequence[ServerEntry]:
        """All servers in the order of the file; those that cannot be used say why.

        Raises:
            SettingsError: The file cannot be understood; the sentence names line and column.
            StoreError: It cannot be read.
        """
        return await asyncio.to_thread(self._file.entries)

    async def entry(self, name: str) -> ServerEntry:
        """One server.

        Raises:
            KirejiError: There is none of this name.
            SettingsError: The file cannot be understood.
            StoreError: It cannot be read.
        """
        entries = {entry.name: entry for entry in await self.entries()}
        if name in entries:
            return entries[name]
        close = difflib.get_close_matches(name, entries, n=1)
        raise KirejiError(
            say("There is no server called {name}.", name=name),
            say("Did you mean {name}?", name=close[0]) if close else say("See which there are with: kireji mcp list"),
        )

    async def add(
        self,
        entry: ServerEntry,
        *,
        secrets: SecretPlace = SecretPlace.KEYCHAIN,
        secret_names: Collection[str] | None = None,
        replace: bool = False,
    ) -> ServerEntry:
        """Add a server; nothing is started.

        Args:
            entry: What to add; `name` must be new unless `replace`.
            secrets: Where secrets go.
            secret_names: The variables and headers whose values are secrets; None for those that look it
                (`ServerEntry.open_secrets`).
            replace: Whether one of this name is replaced where it stands.

        Returns:
            The entry as it stands in the file now.

        Raises:
            KirejiError: The entry cannot be used, or the name is taken.
            KeyStoreError: The keychain took a secret not; nothing was added.
            SettingsError: The file cannot be understood.
            StoreError: It cannot be written.
        """
        async with self._writing:
            return await self._add(entry, secrets, secret_names, replace=replace)

    async def remove(self, name: str) -> None:
        """Remove a server, end it, and delete its secrets from the keychain.

        Raises:
            KirejiError: There is none of this name.
            KeyStoreError: It is removed, but its secrets could not be.
            SettingsError: The file cannot be understood.
            StoreError: It cannot be written.
        """
        async with self._writing:
            entry = await self.entry(name)
            await asyncio.to_thread(self._file.remove, name)
        await self._reload()
        await self._forget(_kept(entry))

    async def set_disabled(self, name: str, disabled: bool) -> None:
        """Leave a server alone, or use it again. Raises like `remove`."""
        async with self._writing:
            await self.entry(name)
            await asyncio.to_thread(self._file.set_disabled, name, disabled)
        await self._reload()

    async def importable(self) -> Sequence[Importable]:
        """What other programs on this computer have; their files are only read."""
        return await asyncio.to_thread(self._hosts.find)

    async def read_import(self, path: str) -> Importable:
        """What a file has that another program wrote; its `problem` says why nothing."""
        return await asyncio.to_thread(self._hosts.read, path)

    async def import_from(
        self, path: str, names: Sequence[str] | None = None, *, secrets: SecretPlace = SecretPlace.KEYCHAIN
    ) -> Imported:
        """Add servers of another program's file; those whose name is taken are left as they are.

        Args:
            path: One of `importable`, or any file.
            names: Which of them; None for all.
            secrets: As for `add`.

        Raises:
            KirejiError: The file cannot be read, or has no server of such a name.
            KeyStoreError: The keychain took a secret not; what was added before it stays.
            SettingsError: Our own file cannot be understood.
            StoreError: It cannot be written.
        """
        found = await self.read_import(path)
        if found.problem:
            raise KirejiError(found.problem)
        wanted = [entry for entry in found.entries if names is None or entry.name in names]
        missing = sorted(set(names or ()) - {entry.name for entry in wanted})
        if missing or not wanted:
            raise KirejiError(
                say("{path} has no server called {name}.", path=path, name=", ".join(missing))
                if missing
                else say("{path} names no server.", path=path)
            )
        added: list[str] = []
        present: list[str] = []
        problems: dict[str, str] = {}
        try:
            async with self._writing:
                there = {entry.name for entry in await self.entries()}
                for entry in wanted:
                    if entry.name in there:
                        present.append(entry.name)
                    elif entry.problem:
                        problems[entry.name] = entry.problem
                    else:
                        await self._add(entry, secrets, None, replace=False, reload=False)
                        added.append(entry.name)
        finally:
            if added:
                await self._reload()
        return Imported(tuple(added), tuple(present), problems)

    async def test(self, name: str, told: Callable[[TestStep], None] | None = None) -> Sequence[TestStep]:
        """Go all the way to a server's tools, up to the first stage that fails.

        Args:
            name: Which.
            told: Told of each stage as it passes or fails.

        Raises:
            KirejiError: There is none of this name.
            SettingsError: The file cannot be understood.
            StoreError: It cannot be read.
        """
        await self.entry(name)
        return await self._probe().test(name, told)

    async def _add(
        self,
        entry: ServerEntry,
        secrets: SecretPlace,
        secret_names: Collection[str] | None,
        *,
        replace: bool,
        reload: bool = True,
    ) -> ServerEntry:
        if problem := entry.problem or self._file.problem(entry):
            raise KirejiError(problem)
        earlier = next((one for one in await self.entries() if one.name == entry.name), None)
        if earlier is not None and not replace:
            raise KirejiError(
                say("There is a server called {name} already.", name=entry.name),
                say("Choose another name, or remove that one first."),
            )
        names = entry.open_secrets if secret_names is None else secret_names
        if secrets is SecretPlace.KEYCHAIN and names:
            entry = await self._with_references(entry, names)
        await asyncio.to_thread(self._file.put, entry)
        if reload:
            await self._reload()
        if earlier is not None:
            await self._forget(_kept(earlier) - _kept(entry))
        return next((one for one in await self.entries() if one.name == entry.name), entry)

    async def _with_references(self, entry: ServerEntry, names: Collection[str]) -> ServerEntry:
        """The entry with its secrets in the keychain and references in their place."""
        fields = {**entry.env, **entry.headers}
        references: dict[str, str] = {}
        for name in sorted(names):
            kept = keychain_name(entry.name, name)
            try:
                await self._keychain.set(SecretName(SECRETS, kept), Secret(fields[name]))
            except KeyStoreUnavailable as error:
                raise KeyStoreUnavailable(
                    error.message,
                    say(
                        "Put the value of {name} into an environment variable and write ${{{name}}}, or keep it in the "
                        "file: every program of yours can read it there.",
                        name=name,
                    ),
                    detail=error.detail,
                ) from error
            references[name] = reference(kept)
        return msgspec.structs.replace(
            entry,
            env={name: references.get(name, value) for name, value in entry.env.items()},
            headers={name: references.get(name, value) for name, value in entry.headers.items()},
        )

    async def _forget(self, names: set[str]) -> None:
        problem: KeyStoreError | None = None
        for name in sorted(names):
            try:
                await self._keychain.delete(SecretName(SECRETS, name))
            except KeyStoreError as error:
                problem = error
        if problem is not None:
            raise type(problem)(
                say("The server is removed, but its secrets are still in the keychain: {why}", why=problem.message),
                problem.hint,
            ) from problem

    async def _reload(self) -> None:
        await self._probe().reload()
        self.changed.publish(None)


def _kept(entry: ServerEntry) -> set[str]:
    """Names in the keychain that are this server's own."""
    fields = (*entry.env.items(), *entry.headers.items())
    names = {keychain_name(entry.name, name): value for name, value in fields}
    return {kept for kept, value in names.items() if value == reference(kept)}
