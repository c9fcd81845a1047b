"""What every key store promises: in memory, and the real Secret Service on a bus of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from kireji.core.errors import KeyStoreError
from kireji.core.ports import KeyStore
from kireji.core.secret import Secret, SecretName
from kireji.desktop.keystore import KeyringKeyStore, SessionKeyStore

NAME = SecretName("anthropic", "https://api.anthropic.com")


@pytest.fixture(params=["session", "secret service"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyStore]:
    if request.param == "session":
        yield SessionKeyStore()
        return
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", request.getfixturevalue("keychain_bus"))
    keyring = KeyringKeyStore()
    yield keyring
    keyring.close()


@pytest.fixture(autouse=True)
async def empty(store: KeyStore) -> None:
    for provider in ("anthropic", "openrouter"):
        for address in (NAME.base_url, "http://localhost:1"):
            await store.delete(SecretName(provider, address))


async def test_it_is_available_and_says_what_it_is(store: KeyStore) -> None:
    found = await store.availability()
    assert found.ok
    assert found.reason in ("Secret Service", "This session only")


async def test_what_was_never_saved_is_none(store: KeyStore) -> None:
    assert await store.get(NAME) is None


async def test_a_saved_key_comes_back(store: KeyStore) -> None:
    await store.set(NAME, Secret("sk-ünïcode"))
    assert await store.get(NAME) == Secret("sk-ünïcode")


async def test_saving_again_replaces(store: KeyStore) -> None:
    await store.set(NAME, Secret("one"))
    await store.set(NAME, Secret("two"))
    assert await store.get(NAME) == Secret("two")


async def test_a_key_is_found_only_for_its_address(store: KeyStore) -> None:
    await store.set(NAME, Secret("one"))
    assert await store.get(SecretName("anthropic", "http://localhost:1")) is None


async def test_a_key_is_found_only_for_its_provider(store: KeyStore) -> None:
    await store.set(NAME, Secret("one"))
    assert await store.get(SecretName("openrouter", NAME.base_url)) is None


async def test_two_addresses_keep_two_keys(store: KeyStore) -> None:
    other = SecretName("anthropic", "http://localhost:1")
    await store.set(NAME, Secret("one"))
    await store.set(other, Secret("two"))
    assert (await store.get(NAME), await store.get(other)) == (Secret("one"), Secret("two"))


async def test_a_deleted_key_is_gone(store: KeyStore) -> None:
    await store.set(NAME, Secret("one"))
    assert await store.delete(NAME) is True
    assert await store.get(NAME) is None


async def test_deleting_what_is_not_there_is_false(store: KeyStore) -> None:
    assert await store.delete(NAME) is False


@pytest.mark.parametrize(("length", "said"), [(0, "empty"), (1281, "1281 characters")])
async def test_a_key_that_no_keychain_could_hold_is_refused(store: KeyStore, length: int, said: str) -> None:
    with pytest.raises(KeyStoreError, match=said):
        await store.set(NAME, Secret("x" * length))
    assert await store.get(NAME) is None


async def test_the_longest_key_comes_back_whole(store: KeyStore) -> None:
    await store.set(NAME, Secret("x" * 1280))
    assert await store.get(NAME) == Secret("x" * 1280)


async def test_many_calls_at_once_are_all_answered(store: KeyStore) -> None:
    await store.set(NAME, Secret("one"))
    assert await asyncio.gather(*(store.get(NAME) for _ in range(5))) == [Secret("one")] * 5


async def test_what_was_saved_is_listed_by_name(store: KeyStore) -> None:
    other = SecretName("openrouter", "http://localhost:1")
    await store.set(NAME, Secret("one"))
    await store.set(other, Secret("two"))
    assert {NAME, other} <= set(await store.names())


async def test_what_was_deleted_is_listed_no_more(store: KeyStore) -> None:
    await store.set(NAME, Secret("one"))
    await store.delete(NAME)
    assert NAME not in await store.names()
