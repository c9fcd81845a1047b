"""A key is found for the address it was saved for, and for no other."""

from __future__ import annotations

import asyncio

import pytest

from kireji.core.errors import AuthenticationFailed, KeyStoreLocked, KeyStoreUnavailable, KirejiError
from kireji.core.ports import Availability
from kireji.core.secret import Secret, SecretName
from kireji.services.credentials import ADDRESSES, Credential, Credentials, without_password
from tests.fakes.desktop import FakeClock
from tests.fakes.keychain import FakeKeyStore

OWN = ADDRESSES["anthropic"].default_url
STORED = Secret("sk-ant-stored-000000")


@pytest.fixture
def keychain() -> FakeKeyStore:
    store = FakeKeyStore()
    store.secrets[SecretName("anthropic", OWN)] = STORED
    return store


def credentials(keychain: FakeKeyStore, clock: FakeClock | None = None, **environ: str) -> Credentials:
    return Credentials(keychain, FakeKeyStore(), environ, clock or FakeClock())


async def test_a_stored_key_is_found_for_its_own_address(keychain: FakeKeyStore) -> None:
    assert await credentials(keychain).find("anthropic") == Credential(OWN, STORED, "keychain")


async def test_a_key_in_the_environment_wins_and_the_keychain_is_not_asked(keychain: FakeKeyStore) -> None:
    found = await credentials(keychain, ANTHROPIC_API_KEY=" sk-ant-env-00000 ").find("anthropic")
    assert found == Credential(OWN, Secret("sk-ant-env-00000"), "environment")
    assert keychain.reads == 0


async def test_an_address_from_the_environment_takes_no_stored_key(keychain: FakeKeyStore) -> None:
    found = await credentials(keychain, ANTHROPIC_BASE_URL="http://elsewhere/").find("anthropic")
    assert found == Credential("http://elsewhere", None)
    assert keychain.reads == 0


async def test_an_address_and_a_key_from_the_environment_belong_together(keychain: FakeKeyStore) -> None:
    found = await credentials(keychain, ANTHROPIC_BASE_URL="http://e", ANTHROPIC_API_KEY="sk-env-0000").find(
        "anthropic"
    )
    assert found == Credential("http://e", Secret("sk-env-0000"), "environment")


async def test_a_blank_variable_is_no_key(keychain: FakeKeyStore) -> None:
    keys = credentials(keychain, ANTHROPIC_API_KEY="  ")
    assert not keys.in_environment("anthropic")
    assert (await keys.find("anthropic")).source == "keychain"


async def test_a_key_is_held_for_ten_minutes_after_its_last_use(keychain: FakeKeyStore) -> None:
    clock = FakeClock()
    keys = credentials(keychain, clock)
    await keys.find("anthropic")
    clock.advance(599)
    await keys.find("anthropic")
    assert keychain.reads == 1
    clock.advance(601)
    await keys.find("anthropic")
    assert keychain.reads == 2


async def test_a_key_for_this_session_needs_no_keychain(keychain: FakeKeyStore) -> None:
    keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    keys = credentials(keychain)
    await keys.save("anthropic", Secret("sk-ant-session-00"), session_only=True)
    assert (await keys.find("anthropic")).source == "session"


async def test_a_locked_keychain_is_told(keychain: FakeKeyStore) -> None:
    keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    with pytest.raises(KeyStoreLocked):
        await credentials(keychain).find("anthropic")


async def test_a_new_key_replaces_the_held_one_at_once(keychain: FakeKeyStore) -> None:
    keys = credentials(keychain)
    await keys.find("anthropic")
    await keys.save("anthropic", Secret("sk-ant-new-000000"))
    assert (await keys.find("anthropic")).secret == Secret("sk-ant-new-000000")


async def test_a_key_is_saved_for_the_services_own_address(keychain: FakeKeyStore) -> None:
    keychain.secrets.clear()
    await credentials(keychain, ANTHROPIC_BASE_URL="http://elsewhere").save("anthropic", STORED)
    assert list(keychain.secrets) == [SecretName("anthropic", OWN)]


async def test_a_deleted_key_is_gone_at_once(keychain: FakeKeyStore) -> None:
    keys = credentials(keychain)
    await keys.find("anthropic")
    assert await keys.delete("anthropic")
    assert (await keys.find("anthropic")).secret is None
    assert not await keys.delete("anthropic")


class OneThread(FakeKeyStore):
    """Calls wait for those before them, as on the real keychain's thread."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = asyncio.Lock()

    async def get(self, name: SecretName) -> Secret | None:
        async with self._turn:
            return await super().get(name)

    async def delete(self, name: SecretName) -> bool:
        async with self._turn:
            return await super().delete(name)


async def test_a_key_that_is_read_while_it_is_deleted_is_gone_too() -> None:
    keychain = OneThread()
    keychain.secrets[SecretName("anthropic", OWN)] = STORED
    keychain.hold = asyncio.Event()
    keys = credentials(keychain)
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(keys.find("anthropic"))
        await asyncio.sleep(0)
        deleting = group.create_task(keys.delete("anthropic"))
        await asyncio.sleep(0)
        keychain.hold.set()
    assert (reading.result().secret, deleting.result()) == (STORED, True)
    assert (await keys.find("anthropic")).secret is None


async def test_a_key_for_this_session_is_deleted_without_a_keychain(keychain: FakeKeyStore) -> None:
    keychain.failure = KeyStoreUnavailable("There is no keychain.", "Install one.")
    keys = credentials(keychain)
    seen: list[str] = []
    keys.changed.subscribe(seen.append)
    await keys.save("anthropic", Secret("sk-ant-session-00"), session_only=True)
    assert await keys.delete("anthropic")
    assert seen == ["anthropic", "anthropic"]
    with pytest.raises(KeyStoreUnavailable):
        await keys.delete("anthropic")


async def test_a_key_in_the_keychain_replaces_the_one_for_this_session(keychain: FakeKeyStore) -> None:
    keys = credentials(keychain)
    await keys.save("anthropic", Secret("sk-ant-session-00"), session_only=True)
    await keys.save("anthropic", Secret("sk-ant-new-000000"))
    assert await keys.find("anthropic") == Credential(OWN, Secret("sk-ant-new-000000"), "keychain")


async def test_a_refused_key_is_read_again(keychain: FakeKeyStore) -> None:
    keys = credentials(keychain)
    found = await keys.find("anthropic")
    with pytest.raises(AuthenticationFailed), keys.in_use("anthropic", found):
        raise AuthenticationFailed("The key was refused.")
    await keys.find("anthropic")
    assert keychain.reads == 2


async def test_a_change_is_published_with_the_provider(keychain: FakeKeyStore) -> None:
    keys = credentials(keychain)
    seen: list[str] = []
    keys.changed.subscribe(seen.append)
    await keys.save("anthropic", STORED)
    await keys.delete("anthropic")
    assert seen == ["anthropic", "anthropic"]


@pytest.mark.parametrize("text", ["short", "sk-ant with a space", "sk-ant-kläger-000", "sk-ant-\n-000000", "x" * 1281])
async def test_what_cannot_be_a_key_is_refused_without_being_repeated(keychain: FakeKeyStore, text: str) -> None:
    with pytest.raises(KirejiError) as caught:
        await credentials(keychain).save("anthropic", Secret(text))
    assert text not in str(caught.value)
    assert keychain.secrets == {SecretName("anthropic", OWN): STORED}


async def test_a_provider_without_keys_has_no_address(keychain: FakeKeyStore) -> None:
    assert await credentials(keychain).find("device") == Credential("", None)
    assert credentials(keychain).address("device") == ""


async def test_the_keychain_says_whether_it_works() -> None:
    missing = Availability(False, "There is no keychain.", "Install one.")
    assert await credentials(FakeKeyStore(missing)).keychain() == missing


def test_a_missing_key_beside_an_address_from_the_environment_is_not_to_be_stored(keychain: FakeKeyStore) -> None:
    error = credentials(keychain, ANTHROPIC_BASE_URL="http://elsewhere").missing("anthropic")
    assert error.sentence.startswith("ANTHROPIC_BASE_URL is set, but ANTHROPIC_API_KEY is not.")
    assert "gets no stored key" in error.hint


@pytest.mark.parametrize(
    ("source", "hint"), [("environment", "It comes from ANTHROPIC_API_KEY"), ("keychain", "Paste another.")]
)
def test_a_refused_key_is_to_be_changed_where_it_comes_from(keychain: FakeKeyStore, source: str, hint: str) -> None:
    keys = credentials(keychain)
    refusal = AuthenticationFailed(
        "The key was refused.", "Paste another.", request_id="req_1", status=401, not_taken=True
    )
    with pytest.raises(AuthenticationFailed) as caught, keys.in_use("anthropic", Credential(OWN, STORED, source)):
        raise refusal
    assert (caught.value.message, caught.value.request_id) == ("The key was refused.", "req_1")
    assert (caught.value.status, caught.value.not_taken) == (401, True)
    assert caught.value.hint.startswith(hint)


async def test_a_keychain_that_never_answers_is_waited_for_only_so_long(keychain: FakeKeyStore) -> None:
    keychain.hold = asyncio.Event()
    with pytest.raises(KeyStoreLocked, match="does not answer"):
        await credentials(keychain).find("anthropic", patience=0.01)
    keychain.hold.set()
    assert (await credentials(keychain).find("anthropic")).secret == STORED


@pytest.mark.parametrize(
    ("provider", "address", "variables"),
    [
        ("anthropic", "", "ANTHROPIC_API_KEY"),
        ("openrouter", "", "OPENROUTER_API_KEY"),
        ("local", "http://127.0.0.1:1/v1", "OPENAI_BASE_URL and OPENAI_API_KEY"),
    ],
)
async def test_without_a_keychain_the_variable_that_takes_its_place_is_named(
    keychain: FakeKeyStore, provider: str, address: str, variables: str
) -> None:
    keychain.failure = KeyStoreUnavailable("There is no keychain.", "Set a variable.")
    keys = credentials(keychain)
    sentence = f"There is no keychain. Set {variables} in the environment instead."
    with pytest.raises(KeyStoreUnavailable) as caught:
        await keys.find(provider, address=address)
    assert caught.value.sentence == sentence
    with pytest.raises(KeyStoreUnavailable) as caught:
        await keys.save(provider, STORED, address=address)
    assert caught.value.sentence == sentence


HERE = "http://127.0.0.1:11434/v1"


async def test_a_key_from_the_environment_goes_to_the_address_from_the_environment_alone(
    keychain: FakeKeyStore,
) -> None:
    keys = credentials(keychain, OPENAI_BASE_URL=f"{HERE}/", OPENAI_API_KEY="sk-openai-0000")
    assert await keys.find("local") == Credential(HERE, Secret("sk-openai-0000"), "environment")
    assert await keys.find("local", address=HERE) == Credential(HERE, Secret("sk-openai-0000"), "environment")
    elsewhere = "http://127.0.0.1:1234/v1"
    assert await keys.find("local", address=elsewhere) == Credential(elsewhere, None)


async def test_a_key_without_its_address_goes_to_no_server(keychain: FakeKeyStore) -> None:
    keys = credentials(keychain, OPENAI_API_KEY="sk-openai-0000")
    assert not keys.in_environment("local")
    assert await keys.find("local") == Credential("", None)
    assert await keys.find("local", address=HERE) == Credential(HERE, None)


async def test_a_local_servers_key_is_found_for_its_own_address_alone(keychain: FakeKeyStore) -> None:
    keys = credentials(keychain)
    await keys.save("local", Secret("sk-local-00000"), address=f"{HERE}/")
    assert (await keys.find("local", address=HERE)).secret == Secret("sk-local-00000")
    assert (await keys.find("local", address="http://127.0.0.1:1234/v1")).secret is None
    assert await keys.delete("local", address=HERE)
    assert (await keys.find("local", address=HERE)).secret is None


async def test_a_key_needs_an_address_that_it_may_go_to(keychain: FakeKeyStore) -> None:
    with pytest.raises(KirejiError, match="belongs to one address"):
        await credentials(keychain).save("local", Secret("sk-local-00000"))


async def test_another_providers_key_is_never_found(keychain: FakeKeyStore) -> None:
    assert (await credentials(keychain, ANTHROPIC_API_KEY="sk-ant-env-00000").find("openrouter")).secret is None


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:secret@models.example/v1", "https://models.example/v1"),
        ("http://me:se/cr@et@host:1/v1", "http://host:1/v1"),
        ("me:secret@proxy:3128", "proxy:3128"),
        ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert without_password(address) == shown


async def test_a_password_in_an_address_is_shown_nowhere_and_kept_nowhere(keychain: FakeKeyStore) -> None:
    keys = credentials(keychain, OPENAI_BASE_URL="https://me:secret@models.example/v1")
    assert keys.shown_address("local") == "https://models.example/v1"
    await keys.save("local", Secret("sk-local-00000"), address="https://me:secret@other.example/v1")
    assert not any("secret" in name.base_url for name in keychain.secrets)
