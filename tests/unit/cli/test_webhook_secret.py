"""`kireji keys ... webhook`."""

from __future__ import annotations

import pytest

from kireji.core.jobs.webhooks import secret_of, signing_key
from kireji.core.secret import Secret, SecretName
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji

ADDRESS = "https://hooks.example/kireji"
NAME = SecretName("webhook", ADDRESS)


@pytest.fixture(autouse=True)
def _address(world: World) -> None:
    world.settings.tables["jobs"] = {"webhook": ADDRESS}


def test_a_new_secret_is_kept_and_printed_once(world: World, kireji: Kireji) -> None:
    result = kireji("keys", "new", "webhook")
    assert result.code == 0
    assert len(signing_key(result.out.strip())) == 32
    assert world.keychain.secrets[NAME] == Secret(result.out.strip())


def test_a_secret_of_ones_own_is_kept(world: World, kireji: Kireji) -> None:
    secret = secret_of(b"k" * 32)
    result = kireji("keys", "set", "webhook", piped=secret.encode())
    assert (result.code, result.out) == (0, "The secret is saved.\n")
    assert world.keychain.secrets[NAME] == Secret(secret)


@pytest.mark.parametrize("text", ["whsec_", "whsec_c2hvcnQ=", "sk-ant-api03-0123456789", "whsec_no base64 at all!"])
def test_what_cannot_be_a_secret_is_refused(world: World, kireji: Kireji, text: str) -> None:
    result = kireji("keys", "set", "webhook", piped=text.encode())
    assert result.code == 1
    assert result.err.startswith("kireji: That is not a secret for webhooks")
    assert NAME not in world.keychain.secrets


def test_a_secret_is_removed(world: World, kireji: Kireji) -> None:
    world.keychain.secrets[NAME] = Secret(secret_of(b"k" * 32))
    assert kireji("keys", "delete", "webhook").out == "The secret is removed.\n"
    assert kireji("keys", "delete", "webhook").out == "There was no secret.\n"


def test_without_an_address_there_is_nothing_to_sign(world: World, kireji: Kireji) -> None:
    world.settings.tables.clear()
    result = kireji("keys", "new", "webhook")
    assert result.code == 1
    assert "webhook under [jobs]" in result.err
