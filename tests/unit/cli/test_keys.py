"""`kireji keys`."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import webbrowser
from collections.abc import Callable

import pytest

from kireji.cli.console import Console
from kireji.cli.login import sign_in
from kireji.cli.parser import parse
from kireji.core.errors import AuthenticationFailed, ConnectionFailed, KeyStoreLocked, KeyStoreUnavailable
from kireji.core.models import Balance, ModelInfo
from kireji.core.ports import Availability
from kireji.core.secret import Secret, SecretName
from kireji.services.credentials import ADDRESSES
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.network import local_model, ollama
from tests.fakes.world import KEY, ROUTER_KEY, World
from tests.unit.cli.conftest import Kireji, Outcome

OWN = SecretName("anthropic", ADDRESSES["anthropic"].default_url)
ROUTED = SecretName("openrouter", ADDRESSES["openrouter"].default_url)
NEW = "sk-ant-new-0123456789"
SERVER = "http://10.0.0.7:8000/v1"


# set, delete, list


def test_a_piped_key_is_saved_and_tested(world: World, kireji: Kireji) -> None:
    result = kireji("keys", "set", "anthropic", piped=f"{NEW}\n".encode())
    assert (result.code, result.out) == (0, "The key is saved and works.\n")
    assert world.keychain.secrets[OWN] == Secret(NEW)
    assert world.remote.asked[0].secret == Secret(NEW)


@pytest.mark.parametrize("piped", [None, b"", b"\n"])
def test_no_key_is_told(kireji: Kireji, piped: bytes | None) -> None:
    result = kireji("keys", "set", "anthropic", piped=piped)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("kireji: No key was given.")


def test_a_refused_key_is_told(world: World, kireji: Kireji) -> None:
    world.remote.models_error = AuthenticationFailed("The key is wrong.", "Copy it again.")
    result = kireji("keys", "set", "anthropic", piped=NEW.encode())
    assert result.code == 1
    assert result.err == "kireji: The key is saved, but it does not work: The key is wrong. Copy it again.\n"


def test_a_key_that_could_not_be_tested_is_saved(world: World, kireji: Kireji) -> None:
    world.remote.models_error = ConnectionFailed("Not reached.", "Check the network.")
    result = kireji("keys", "set", "anthropic", piped=NEW.encode())
    assert (result.code, result.out) == (
        0,
        "The key is saved; it could not be tested: Not reached. Check the network.\n",
    )


def test_a_saved_key_is_never_sent_to_an_address_from_the_environment(world: World, kireji: Kireji) -> None:
    world.environ["ANTHROPIC_BASE_URL"] = "http://elsewhere"
    result = kireji("keys", "set", "anthropic", piped=NEW.encode())
    assert result.code == 0
    assert "ANTHROPIC_BASE_URL is set" in result.out
    assert world.remote.asked == []


def test_a_key_in_the_environment_is_said_to_win(world: World, kireji: Kireji) -> None:
    world.environ["ANTHROPIC_API_KEY"] = "sk-ant-env-0000000"
    assert "ANTHROPIC_API_KEY is set" in kireji("keys", "set", "anthropic", piped=NEW.encode()).err


def test_a_locked_keychain_saves_nothing_and_says_so(world: World, kireji: Kireji) -> None:
    world.keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    result = kireji("keys", "set", "anthropic", piped=NEW.encode())
    assert (result.code, result.err) == (1, "kireji: The keychain is locked. Unlock it.\n")


def test_a_key_is_removed(world: World, kireji: Kireji) -> None:
    assert kireji("keys", "delete", "anthropic").out == "The key for anthropic is removed.\n"
    assert OWN not in world.keychain.secrets


def test_a_key_that_is_not_there_is_told(world: World, kireji: Kireji) -> None:
    world.key = ""
    assert kireji("keys", "delete", "anthropic").out == "There was no key for anthropic.\n"


def test_the_stored_key_is_tested(kireji: Kireji) -> None:
    result = kireji("keys", "test", "anthropic")
    assert result.out == "The key from the keychain works: https://api.anthropic.com offers 1 model.\n"


def test_keys_are_listed_with_their_source_and_address(kireji: Kireji) -> None:
    head, *rows = kireji("keys", "list").out.splitlines()
    assert head.split() == ["PROVIDER", "STATE", "SOURCE", "ADDRESS"]
    assert [row.split() for row in rows] == [
        ["anthropic", "present", "keychain", "https://api.anthropic.com"],
        ["openrouter", "none", "-", "https://openrouter.ai/api/v1"],
        ["local", "none", "-", "-"],
    ]


def test_a_list_with_a_locked_keychain_fails_and_says_why(world: World, kireji: Kireji) -> None:
    world.keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    result = kireji("keys", "list", "--json")
    assert (result.code, json.loads(result.out)["keys"][0]["state"]) == (1, "unknown")
    assert result.err == "kireji: The keychain is locked. Unlock it.\n"


@pytest.mark.parametrize(
    "typed", ["keys list", "keys list --json", "keys test anthropic", "keys delete anthropic", "doctor"]
)
def test_no_command_prints_a_key(kireji: Kireji, typed: str) -> None:
    result = kireji(*typed.split())
    assert KEY not in result.out + result.err


def test_the_keychain_is_asked_once_when_it_does_not_answer(world: World, kireji: Kireji) -> None:
    world.keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    world.environ["OPENROUTER_API_KEY"] = ROUTER_KEY
    result = kireji("keys", "list", "--json")
    assert [row["state"] for row in json.loads(result.out)["keys"]] == ["unknown", "present", "unknown"]
    assert result.err.count("locked") == 1


def test_a_password_in_an_address_is_not_printed(world: World, kireji: Kireji) -> None:
    world.environ |= {"OPENAI_BASE_URL": "http://me:hunter22@10.0.0.7:8000/v1", "OPENAI_API_KEY": NEW}
    for typed in ("keys list", "keys list --json", "keys test local", "models --provider local"):
        result = kireji(*typed.split())
        assert "hunter22" not in result.out + result.err
        assert NEW not in result.out + result.err


# the balance


def test_testing_a_key_of_openrouter_tells_the_balance_without_its_label(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    world.signing.left = Balance("sk-or-v1-tes...789", 2.5, 10, 7.5)
    result = kireji("keys", "test", "openrouter")
    assert (result.code, result.out) == (
        0,
        "The key from the keychain works: https://openrouter.ai/api/v1 says: $7.50 of $10.00 left, $2.50 used.\n",
    )


def test_an_account_without_a_limit_or_credit_says_so(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    world.signing.left = Balance("", 1234.5, free_tier=True)
    said = kireji("keys", "test", "openrouter").out
    assert said.endswith("$1,234.50 used, and the key has no limit of its own (no credit was ever bought).\n")


def test_a_key_that_openrouter_refuses_is_one_line(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    world.signing.left = AuthenticationFailed("OpenRouter refuses the key.", "Sign in again.")
    result = kireji("keys", "test", "openrouter")
    assert (result.code, result.out, result.err) == (1, "", "kireji: OpenRouter refuses the key. Sign in again.\n")


# servers of one's own


@pytest.fixture
def own_server(world: World) -> SecretName:
    world.settings.tables["local"] = {"address": SERVER}
    world.local.listed = [ModelInfo("local", "big", "big", address=SERVER)]
    return SecretName("local", SERVER)


def test_a_key_for_a_server_of_ones_own_is_bound_to_its_address(
    world: World, kireji: Kireji, own_server: SecretName
) -> None:
    result = kireji("keys", "set", "local", piped=NEW.encode())
    assert (result.code, result.out) == (0, "The key is saved and works.\n")
    assert world.keychain.secrets[own_server] == Secret(NEW)
    assert kireji("keys", "test", "local").out == f"The key from the keychain works: {SERVER} offers 1 model.\n"
    assert kireji("keys", "delete", "local").out == "The key for local is removed.\n"
    assert own_server not in world.keychain.secrets


def test_without_an_address_there_is_nothing_to_keep_a_key_for(kireji: Kireji) -> None:
    result = kireji("keys", "set", "local", piped=NEW.encode())
    assert (result.code, "A key belongs to one address" in result.err) == (1, True)


@pytest.mark.usefixtures("own_server")
def test_a_saved_key_of_ones_own_server_is_not_sent_to_another(world: World, kireji: Kireji) -> None:
    world.environ["OPENAI_BASE_URL"] = "http://10.0.0.8/v1"
    result = kireji("keys", "set", "local", piped=NEW.encode())
    assert result.out == f"The key is saved for {SERVER}. It was not tested, because OPENAI_BASE_URL is set.\n"
    assert world.local.asked == []


def test_an_address_from_the_environment_alone_is_told_where_its_key_belongs(world: World, kireji: Kireji) -> None:
    world.environ["OPENAI_BASE_URL"] = "http://10.0.0.8/v1"
    result = kireji("keys", "set", "local", piped=NEW.encode())
    assert (result.code, "OPENAI_API_KEY" in result.err) == (1, True)
    assert not [name for name in world.keychain.secrets if name.provider == "local"]


def test_servers_that_are_found_are_told_instead_of_a_key(world: World, kireji: Kireji) -> None:
    world.finder.servers = [ollama(local_model("gemma3"), local_model("qwen3"))]
    assert kireji("keys", "test", "local").out == (
        "It works without a key: Ollama at http://127.0.0.1:11434/v1 offers 2 models.\n"
    )


def test_without_a_server_the_test_fails_and_says_what_to_do(kireji: Kireji) -> None:
    result = kireji("keys", "test", "local")
    assert (result.code, "Start Ollama" in result.err) == (1, True)


# login


def login(world: World, browser: Callable[[str], object]) -> Outcome:
    """Sign in with a browser that is a function; the person allows it."""
    world.listener.callback.fields = {"code": "good"}
    out, err = io.StringIO(), io.StringIO()

    async def main() -> int:
        async with world.build() as services:
            return await sign_in("openrouter", Console(None, out, err), browser)(services)

    return Outcome(asyncio.run(main()), out.getvalue(), err.getvalue())


def test_signing_in_keeps_the_key_and_prints_none(world: World) -> None:
    result = login(world, lambda _address: True)
    assert (result.code, result.out) == (0, "You are signed in to OpenRouter; the key is kept in the keychain.\n")
    assert world.keychain.secrets[ROUTED] == world.signing.key
    assert world.signing.key.reveal() not in result.out + result.err


def test_the_address_is_said_for_those_whose_browser_does_not_start(world: World) -> None:
    def missing(_address: str) -> bool:
        raise webbrowser.Error("could not locate runnable browser")

    result = login(world, missing)
    assert result.code == 0
    assert result.err.count("\n") == 1
    assert "open this address yourself: https://openrouter.ai/api/v1/auth?callback_url=" in result.err


def test_a_browser_that_stays_open_is_not_waited_for(world: World) -> None:
    closed, seen = threading.Event(), threading.Event()

    def stays(_address: str) -> bool:
        seen.set()
        return closed.wait(60)

    try:
        assert login(world, stays).code == 0
        assert seen.wait(60)
    finally:
        closed.set()


def test_a_key_in_the_environment_is_said_to_win_over_the_sign_in(world: World) -> None:
    world.environ["OPENROUTER_API_KEY"] = ROUTER_KEY
    assert "OPENROUTER_API_KEY is set" in login(world, lambda _address: True).err


def test_an_address_from_the_environment_is_said_to_take_no_stored_key(world: World) -> None:
    world.environ["OPENROUTER_BASE_URL"] = "http://127.0.0.1:9/api/v1"
    assert "not used while OPENROUTER_BASE_URL is set" in login(world, lambda _address: True).err


def test_without_a_keychain_nobody_is_sent_to_the_browser(world: World) -> None:
    world.keychain = FakeKeyStore(Availability(False, "There is no keychain.", "Install one."))
    opened: list[str] = []
    with pytest.raises(KeyStoreUnavailable, match="no keychain") as caught:
        login(world, opened.append)
    assert opened == []
    assert caught.value.hint == "Set OPENROUTER_API_KEY in the environment instead."


def test_only_services_with_a_sign_in_are_offered(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["keys", "login", "anthropic"])
    assert "invalid choice: 'anthropic'" in capsys.readouterr().err
