"""Who answers, and which models there are."""

from __future__ import annotations

import asyncio

import pytest

from kireji.core.errors import AuthenticationFailed, ConnectionFailed, KeyStoreLocked, KirejiError
from kireji.core.settings import ModelSettings, Settings
from kireji.services.catalog import Catalog
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World


async def test_the_first_provider_with_a_key_answers() -> None:
    choice = await World().services().catalog.choose(Settings())
    assert (choice.provider.name, choice.model, choice.reason) == ("anthropic", "fake-model", "")


async def test_without_a_key_the_device_answers_and_the_reason_is_given() -> None:
    choice = await World(key="").services().catalog.choose(Settings())
    assert (choice.provider.name, choice.reason) == ("device", "No key is stored.")


async def test_a_locked_keychain_is_the_reason_for_the_device() -> None:
    world = World()
    world.keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    choice = await world.services().catalog.choose(Settings())
    assert (choice.provider.name, choice.reason) == ("device", "The keychain is locked.")


async def test_a_keychain_that_never_answers_is_the_reason_for_the_device() -> None:
    world = World()
    world.keychain.hold = asyncio.Event()
    credentials, outbox = world.services().credentials, world.services().outbox
    catalog = Catalog((world.remote, world.device), credentials, outbox, world.clock, patience=0.01)
    choice = await catalog.choose(Settings())
    assert (choice.provider.name, choice.reason) == ("device", "The keychain does not answer.")


async def test_what_is_asked_for_comes_before_the_settings() -> None:
    settings = Settings(models=ModelSettings(provider="device"))
    catalog = World().services().catalog
    by_settings = await catalog.choose(settings)
    by_hand = await catalog.choose(settings, "anthropic")
    assert (by_settings.provider.name, by_settings.model) == ("device", "fake-model")
    assert (by_hand.provider.name, by_hand.model) == ("anthropic", "fake-model")


async def test_an_explicit_model_counts() -> None:
    choice = await World().services().catalog.choose(Settings(), model="other")
    assert choice.model == "other"


async def test_an_unknown_provider_is_answered_with_the_known_ones() -> None:
    with pytest.raises(KirejiError) as caught:
        await World().services().catalog.choose(Settings(), "nobody")
    assert "anthropic, openrouter, local, device" in caught.value.hint


async def test_without_any_provider_that_works_the_next_step_is_named() -> None:
    world = World(key="", device=FakeProvider(name="device"))
    with pytest.raises(KirejiError, match="No provider"):
        await world.services().catalog.choose(Settings())


async def test_the_built_in_table_needs_no_request() -> None:
    world = World()
    assert [model.id for model in await world.services().catalog.models("anthropic")] == ["fake-model"]
    assert world.ledger.rows == []


async def test_a_list_from_the_service_stands_in_the_ledger_and_is_kept_for_a_day() -> None:
    world = World()
    catalog = world.services().catalog
    await catalog.models("anthropic", refresh=True)
    assert [(row.purpose, row.host) for row in world.ledger.rows] == [("model list", "api.anthropic.com")]
    await catalog.models("anthropic")
    assert len(world.remote.asked) == 1


async def test_a_key_test_stands_in_the_ledger() -> None:
    world = World()
    assert len(await world.services().catalog.test_key("anthropic")) == 1
    assert [row.purpose for row in world.ledger.rows] == ["key test"]


async def test_a_refused_key_is_told() -> None:
    world = World()
    world.remote.models_error = AuthenticationFailed("The key was refused.", "Paste it again.")
    with pytest.raises(AuthenticationFailed):
        await world.services().catalog.test_key("anthropic")


async def test_testing_a_missing_key_says_how_to_add_one() -> None:
    with pytest.raises(KirejiError) as caught:
        await World(key="").services().catalog.test_key("anthropic")
    assert caught.value.hint.endswith("kireji keys set anthropic")


async def test_an_unreachable_service_is_told_when_its_list_was_asked_for() -> None:
    world = World()
    world.remote.models_error = ConnectionFailed("Not reached.")
    with pytest.raises(ConnectionFailed):
        await world.services().catalog.models("anthropic", refresh=True)
