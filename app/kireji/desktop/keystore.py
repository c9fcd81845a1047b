"""Keys in the operating system's keychain, through keyring, and for this session only.

The backend is one of a few that are named here. keyring's own choice is not used: an environment variable, a
`keyringrc.cfg` or an installed keyrings.alt could make it a plain file without anybody noticing.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from kireji.core.errors import KeyStoreError, KeyStoreLocked, KeyStoreUnavailable
from kireji.core.ports import Availability
from kireji.core.secret import Secret, SecretName
from kireji.core.words import mark, say

T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_LENGTH = 1280
"""Characters: a Windows credential holds 2560 bytes, and keyring writes UTF-16. The same everywhere, so that a key
that can be saved on one computer can be saved on all."""

_WITHOUT = mark("Set the key as an environment variable.")


@dataclass(frozen=True, slots=True)
class _Allowed:
    """A backend that may be used.

    Args:
        name: As people know it.
        module: Where it is.
        attribute: The class in that module.
    """

    name: str
    module: str
    attribute: str = "Keyring"


def _allowed(platform: str) -> tuple[_Allowed, ...]:
    if platform == "darwin":
        return (_Allowed("macOS Keychain", "keyring.backends.macOS"),)
    if platform == "win32":
        return (_Allowed("Windows Credential Manager", "keyring.backends.Windows", "WinVaultKeyring"),)
    return (
        _Allowed("Secret Service", "kireji.desktop.secret_service"),
        _Allowed("Secret Service (libsecret)", "keyring.backends.libsecret"),
        _Allowed("KWallet", "keyring.backends.kwallet", "DBusKeyring"),
    )


class _Worker:
    """The one thread that makes all calls into keyring.

    A daemon thread of its own and not the loop's executor: a call may wait for as long as an unlock prompt is open,
    and the program must be able to end meanwhile. It starts with the first call and ends with `close`.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, call: Callable[[], T]) -> T:
        """Make `call` after those before it; a cancelled caller stops waiting, the call itself runs to its end."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()

        def settle(value: T | None, problem: Exception | None) -> None:
            if result.done():
                return
            if problem is not None:
                result.set_exception(problem)
            else:
                result.set_result(value)  # type: ignore[arg-type] # T may itself be optional

        def job() -> None:
            value: T | None = None
            failure: Exception | None = None
            try:
                value = call()
            except Exception as problem:  # noqa: BLE001 - carried over to the caller, whole
                failure = problem
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile; nobody waits
                loop.call_soon_threadsafe(settle, value, failure)

        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="keychain", daemon=True)
            self._thread.start()
        self._jobs.put(job)
        return await result

    def close(self) -> None:
        """Let the thread end once it is idle, without waiting for it."""
        self._jobs.put(None)
        self._thread = None

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


class KeyringKeyStore:
    """The operating system's keychain.

    Args:
        platform: `sys.platform`; for tests.
    """

    def __init__(self, platform: str = sys.platform) -> None:
        self._candidates = _allowed(platform)
        self._worker = _Worker()
        self._found: tuple[str, Any] | None = None

    async def availability(self) -> Availability:
        """Whether there is a keychain that may be trusted; the reason names it. Opens no prompt."""
        try:
            name, _ = await self._worker.run(self._backend)
        except KeyStoreError as problem:
            return Availability(False, problem.message, problem.hint)
        return Availability(True, name)

    async def get(self, name: SecretName) -> Secret | None:
        """The key saved for this address, or None. Waits while an unlock prompt is open.

        Raises:
            KeyStoreLocked: The keychain stays locked.
            KeyStoreUnavailable: There is none, or it failed.
        """
        value = await self._call(lambda backend: backend.get_password(name.service, name.base_url))
        return None if value is None else Secret(str(value))

    async def set(self, name: SecretName, secret: Secret) -> None:
        """Save the key for this address, in place of an older one.

        Raises:
            KeyStoreError: It is too long or empty, or as for `get`.
        """
        _check(secret)
        await self._call(lambda backend: backend.set_password(name.service, name.base_url, secret.reveal()))

    async def delete(self, name: SecretName) -> bool:
        """Remove the key; False when there was none.

        Raises:
            KeyStoreError: As for `get`.
        """

        def remove(backend: Any) -> bool:
            from keyring.errors import PasswordDeleteError

            if backend.get_password(name.service, name.base_url) is None:
                return False
            try:
                backend.delete_password(name.service, name.base_url)
            except PasswordDeleteError:
                # Gone meanwhile, or refused: macOS reports both as this.
                if backend.get_password(name.service, name.base_url) is not None:
                    raise
                return False
            return True

        return await self._call(remove)

    async def names(self) -> Sequence[SecretName]:
        """All of ours; none where the keychain has no way to list what one program has saved.

        Raises:
            KeyStoreError: As for `get`.
        """

        def look(backend: Any) -> list[tuple[str, str]]:
            return list(backend.accounts()) if hasattr(backend, "accounts") else []

        beginning = SecretName("", "").service
        found = await self._call(look)
        return [
            SecretName(service.removeprefix(beginning), account)
            for service, account in found
            if service.startswith(beginning)
        ]

    def close(self) -> None:
        """Let the worker go; never waits, not even for an open prompt."""
        self._worker.close()

    async def _call(self, use: Callable[[Any], T]) -> T:
        def call() -> T:
            _, backend = self._backend()
            try:
                return use(backend)
            except Exception as problem:
                # Also what is not a KeyringError: Windows raises pywintypes.error, a bus that goes away an OSError.
                # The text of a foreign exception is not passed on: nobody can promise what is in it.
                self._found = None
                raise _mapped(problem) from problem

        return await self._worker.run(call)

    def _backend(self) -> tuple[str, Any]:
        """The first backend that works here; runs on the worker's thread."""
        if self._found is None:
            for candidate in self._candidates:
                backend = _instance(candidate)
                if backend is not None:
                    self._found = (candidate.name, backend)
                    break
            else:
                raise KeyStoreUnavailable(
                    say("There is no keychain on this computer that Kireji can use."), say(_WITHOUT)
                )
        return self._found


def _instance(candidate: _Allowed) -> Any | None:
    try:
        kind = getattr(importlib.import_module(candidate.module), candidate.attribute)
        usable = kind.priority > 0
    except Exception as problem:  # noqa: BLE001 - priority reports by RuntimeError, bus and import faults by anything
        log.info("%s cannot be used: %s", candidate.name, type(problem).__name__)
        return None
    if not usable:
        return None
    backend = kind()
    if hasattr(backend, "appid"):
        backend.appid = "Kireji"  # what KWallet's prompt names; by default the path of the script
    return backend


def _mapped(problem: Exception) -> KeyStoreError:
    from keyring.errors import InitError, KeyringLocked, NoKeyringError

    detail = type(problem).__name__
    if isinstance(problem, KeyringLocked) or detail == "LockedException":
        return KeyStoreLocked(
            say("The keychain is locked."),
            say("Unlock it in your desktop's password settings, then try again."),
            detail=detail,
        )
    if isinstance(problem, NoKeyringError | InitError):
        return KeyStoreUnavailable(say("The keychain could not be opened."), say(_WITHOUT), detail=detail)
    return KeyStoreUnavailable(
        say("The keychain failed."), say("Try again; if it stays so: {without}", without=say(_WITHOUT)), detail=detail
    )


def _check(secret: Secret) -> None:
    length = len(secret.reveal())
    if length == 0:
        raise KeyStoreError(say("The key is empty."), say("Paste the whole key."))
    if length > MAX_LENGTH:
        raise KeyStoreError(
            say(
                "The key is {length} characters long; a keychain entry holds {max_length}.",
                length=length,
                max_length=MAX_LENGTH,
            ),
            say("Check that only the key was pasted."),
        )


class SessionKeyStore:
    """Keys in memory, gone when the program ends: what is left where there is no keychain."""

    def __init__(self) -> None:
        self._secrets: dict[SecretName, Secret] = {}

    async def availability(self) -> Availability:
        return Availability(True, say("This session only"))

    async def get(self, name: SecretName) -> Secret | None:
        """The key kept for this address, or None."""
        return self._secrets.get(name)

    async def set(self, name: SecretName, secret: Secret) -> None:
        """Keep the key. Raises KeyStoreError when it is empty or longer than a keychain would take."""
        _check(secret)
        self._secrets[name] = secret

    async def delete(self, name: SecretName) -> bool:
        """Forget the key; False when there was none."""
        return self._secrets.pop(name, None) is not None

    async def names(self) -> Sequence[SecretName]:
        """All that are kept."""
        return tuple(self._secrets)
