"""`kireji keys`."""

from __future__ import annotations

import json

import pytest

from kireji.core.errors import AuthenticationFailed, ConnectionFailed, KeyStoreLocked
from kireji.core.secret import Secret, SecretName
from kireji.services.credentials import ADDRESSES
from tests.fakes.world import KEY, World
from tests.unit.cli.conftest import Kireji

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
    assert result.err == "kireji: The key is saved, but anthropic refuses it: The key is wrong. Copy it again.\n"


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
