"""The keychain when it is locked, absent, hostile or slow."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kireji.core.errors import KeyStoreLocked, KeyStoreUnavailable
from kireji.core.secret import Secret, SecretName
from kireji.desktop.keystore import KeyringKeyStore
from tests.support.desktop import secret_service, session_bus

NAME = SecretName("anthropic", "https://api.anthropic.com")


@pytest.fixture
def store() -> Iterator[KeyringKeyStore]:
    keyring = KeyringKeyStore()
    yield keyring
    keyring.close()


@pytest.fixture
def own_bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bus from which no prompt can be shown: what it starts would otherwise open one on the tests' display."""
    monkeypatch.delenv("DISPLAY", raising=False)
    with session_bus() as bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
        yield bus


def lock_keychain(bus: str) -> None:
    code = "import secretstorage as s; c = s.dbus_init(); s.get_default_collection(c).lock(); c.close()"
    subprocess.run([sys.executable, "-c", code], env={"DBUS_SESSION_BUS_ADDRESS": bus}, check=True)


async def test_a_locked_keychain_says_to_unlock_it(store: KeyringKeyStore, own_bus: str, tmp_path: Path) -> None:
    with secret_service(own_bus, tmp_path):
        await store.set(NAME, Secret("one"))
        lock_keychain(own_bus)
        for call in (store.get(NAME), store.set(NAME, Secret("two")), store.delete(NAME)):
            with pytest.raises(KeyStoreLocked, match="locked") as caught:
                await call
            assert "Unlock" in caught.value.hint


async def test_a_bus_without_a_keychain_says_so_and_what_is_left(
    store: KeyringKeyStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with bus_that_starts_nothing(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        await assert_unavailable(store)


async def test_without_any_bus_it_says_so_and_what_is_left(
    store: KeyringKeyStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    await assert_unavailable(store)


async def test_a_bus_address_that_leads_nowhere_is_unavailable(
    store: KeyringKeyStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    await assert_unavailable(store)


async def assert_unavailable(store: KeyringKeyStore) -> None:
    found = await store.availability()
    assert not found.ok
    assert found.hint == "Set the key as an environment variable."
    with pytest.raises(KeyStoreUnavailable) as caught:
        await store.set(NAME, Secret("canary-key"))
    assert "canary-key" not in repr(caught.value) + caught.value.sentence + caught.value.detail


async def test_a_keychain_that_starts_later_is_found(store: KeyringKeyStore, own_bus: str, tmp_path: Path) -> None:
    with secret_service(own_bus, tmp_path / "first"):
        await store.set(NAME, Secret("one"))
    with secret_service(own_bus, tmp_path / "second"):
        assert await store.get(NAME) is None


async def test_nothing_in_the_environment_chooses_another_backend(
    store: KeyringKeyStore, monkeypatch: pytest.MonkeyPatch, keychain_bus: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", keychain_bus)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "python_keyring").mkdir()
    (tmp_path / "python_keyring" / "keyringrc.cfg").write_text(
        "[backend]\ndefault-keyring=keyring.backends.null.Keyring\n"
    )
    await store.set(NAME, Secret("kept"))
    assert await store.get(NAME) == Secret("kept")


async def test_the_loop_goes_on_while_the_keychain_waits_for_the_person(store: KeyringKeyStore) -> None:
    answered = threading.Event()
    prompt = asyncio.ensure_future(store._worker.run(answered.wait))  # noqa: TID251 - stands for an open prompt
    asked = asyncio.ensure_future(store.availability())  # noqa: TID251
    await asyncio.wait((prompt, asked), timeout=0.05)
    assert not asked.done()
    answered.set()
    assert await prompt is True
    await asked


_ENDS = """
import asyncio, threading
from kireji.desktop.keystore import KeyringKeyStore
async def main():
    store = KeyringKeyStore()
    try:
        async with asyncio.timeout(0.05):
            await store._worker.run(threading.Event().wait)
    except TimeoutError:
        store.close()
        print("ended")
asyncio.run(main())
"""


def test_the_program_ends_while_a_prompt_is_open() -> None:
    result = subprocess.run([sys.executable, "-c", _ENDS], capture_output=True, text=True, timeout=20, check=True)
    assert (result.stdout, result.stderr) == ("ended\n", "")


def bus_that_starts_nothing(folder: Path) -> Bus:
    return Bus(folder)


class Bus:
    """A session bus without activation, as on a desktop that has no keychain installed."""

    def __init__(self, folder: Path) -> None:
        self._config = folder / "bus.conf"
        self._config.write_text(
            f"<busconfig><type>session</type><listen>unix:dir={folder}</listen>"
            '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
            '<allow own="*"/></policy></busconfig>'
        )

    def __enter__(self) -> str:
        command = ["dbus-daemon", "--config-file", str(self._config), "--nofork", "--print-address"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
