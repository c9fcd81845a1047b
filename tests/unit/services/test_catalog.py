"""Who answers, and which models there are."""

from __future__ import annotations

import asyncio

import pytest

from kireji.core.errors import AuthenticationFailed, ConnectionFailed, KeyStoreLocked, KirejiError, StoreCorrupt
from kireji.core.history import ConversationSetup
from kireji.core.models import Balance, ModelInfo
from kireji.core.secret import Secret
from kireji.core.settings import ModelSettings, Settings, parse
from kireji.services.catalog import Catalog
from tests.fakes.network import USUAL, FakeFinder, local_model, ollama
from tests.fakes.provider import FakeProvider
from tests.fakes.world import ROUTER_KEY, World

SEEING = local_model("llava", sees=True)
BLIND = local_model("llama3")
NEW = ModelInfo("anthropic", "new-model", "New model")


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


@pytest.mark.parametrize(
    ("provider", "model", "setup", "settings", "expected"),
    [
        ("", "", {}, {}, ("anthropic", "fake-model")),
        ("", "", {}, {"anthropic": "mine"}, ("anthropic", "mine")),
        ("", "", {}, {"provider": "openrouter"}, ("openrouter", "anthropic/fake-model")),
        ("", "", {}, {"provider": "openrouter", "openrouter": "a/b"}, ("openrouter", "a/b")),
        ("", "", {"provider": "openrouter", "model": "a/b"}, {"provider": "device"}, ("openrouter", "a/b")),
        ("", "", {"model": "mine"}, {}, ("anthropic", "mine")),
        ("", "mine", {"provider": "openrouter", "model": "a/b"}, {}, ("openrouter", "mine")),
        ("anthropic", "", {"provider": "openrouter", "model": "a/b"}, {}, ("anthropic", "fake-model")),
        ("openrouter", "", {"provider": "openrouter", "model": "a/b"}, {}, ("openrouter", "a/b")),
        ("openrouter", "c/d", {"provider": "openrouter", "model": "a/b"}, {}, ("openrouter", "c/d")),
        ("", "a/b", {}, {}, ("openrouter", "a/b")),
        ("", "a/b", {}, {"provider": "anthropic"}, ("openrouter", "a/b")),
        ("", "llama3", {}, {}, ("local", "llama3")),
        ("", "llama3", {}, {"provider": "anthropic"}, ("local", "llama3")),
        ("local", "", {}, {}, ("local", "llava")),
        ("local", "", {}, {"local": "llama3"}, ("local", "llama3")),
        ("local", "unheard-of", {}, {}, ("local", "unheard-of")),
        ("", "unheard-of", {}, {}, ("anthropic", "unheard-of")),
    ],
)
async def test_who_answers(
    provider: str,
    model: str,
    setup: dict[str, str],
    settings: dict[str, str],
    expected: tuple[str, str],
) -> None:
    world = World(router_key=ROUTER_KEY, finder=FakeFinder(ollama(BLIND, SEEING)))
    chosen = parse({"models": settings})[0]
    choice = await world.services().catalog.choose(chosen, provider, model, ConversationSetup(**setup))
    assert (choice.provider.name, choice.model) == expected


async def test_a_choice_says_where_it_leads_and_what_is_known() -> None:
    world = World(finder=FakeFinder(ollama(BLIND)))
    catalog = world.services().catalog
    remote = await catalog.choose(Settings())
    local = await catalog.choose(Settings(), "local")
    assert (remote.base_url, remote.info) == ("https://api.anthropic.com", catalog.find("anthropic", "fake-model"))
    assert (local.base_url, local.info) == (USUAL, BLIND)


async def test_with_a_key_nobody_looks_for_local_servers() -> None:
    world = World(finder=FakeFinder(ollama(SEEING)))
    await world.services().catalog.choose(Settings())
    assert world.finder.looks == []


async def test_without_a_key_a_local_server_answers() -> None:
    world = World(key="", finder=FakeFinder(ollama(BLIND, SEEING)))
    choice = await world.services().catalog.choose(Settings())
    assert (choice.provider.name, choice.model, choice.reason) == ("local", "llava", "")


async def test_openrouter_answers_for_a_key_of_its_own() -> None:
    world = World(key="", router_key=ROUTER_KEY)
    choice = await world.services().catalog.choose(Settings(), model="fake-model")
    assert (choice.provider.name, choice.model) == ("openrouter", "anthropic/fake-model")


async def test_a_silent_keychain_is_waited_for_once() -> None:
    world = World()
    world.keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    await world.services().catalog.choose(Settings())
    assert world.keychain.reads == 1


async def test_a_local_server_that_is_gone_is_told_with_the_next_step() -> None:
    with pytest.raises(ConnectionFailed, match="No model server answers on this computer") as caught:
        await World().services().catalog.choose(Settings(), "local")
    assert "Start Ollama" in caught.value.hint
    assert caught.value.provider == "local"


async def test_a_server_without_models_is_named() -> None:
    world = World(finder=FakeFinder(ollama()))
    with pytest.raises(ConnectionFailed, match="Ollama has no model"):
        await world.services().catalog.choose(Settings(), "local")


NAMED = {"OPENAI_BASE_URL": "http://127.0.0.1:8000/v1", "OPENAI_API_KEY": "sk-local-0000"}


async def test_a_server_that_was_named_is_asked_with_its_key_when_the_short_look_finds_nothing() -> None:
    world = World(environ=NAMED)
    world.local.listed = [local_model("guarded", base_url=NAMED["OPENAI_BASE_URL"])]
    choice = await world.services().catalog.choose(Settings(), "local")
    assert (choice.model, choice.base_url) == ("guarded", NAMED["OPENAI_BASE_URL"])


async def test_why_a_server_that_was_named_does_not_answer_is_told() -> None:
    world = World(environ=NAMED)
    world.local.models_error = AuthenticationFailed("It refused the key.", provider="local")
    with pytest.raises(AuthenticationFailed) as caught:
        await world.services().catalog.choose(Settings(), "local")
    assert "OPENAI_API_KEY" in caught.value.hint


async def test_the_settings_model_that_is_gone_is_replaced_and_said() -> None:
    world = World(finder=FakeFinder(ollama(SEEING)))
    choice = await world.services().catalog.choose(Settings(models=ModelSettings(provider="local", local="old")))
    assert (choice.model, choice.reason) == ("llava", "old is not there any more; llava answers.")


async def test_a_server_elsewhere_is_asked_with_its_own_key_and_not_looked_at() -> None:
    world = World(environ={"OPENAI_BASE_URL": "https://models.example/v1", "OPENAI_API_KEY": "sk-local-0000"})
    world.local.listed = (local_model("big", base_url=""),)
    choice = await world.services().catalog.choose(Settings(), "local")
    assert (choice.model, choice.base_url) == ("big", "https://models.example/v1")
    assert [asked.secret for asked in world.local.asked] == [Secret("sk-local-0000")]
    assert world.finder.looks == []


@pytest.mark.parametrize(
    ("name", "model", "expected"),
    [
        ("openrouter", "fake-model", ("openrouter", "anthropic/fake-model")),
        ("local", "fake-model", ("local", "llava")),
        ("device", "fake-model", ("device", "fake-model")),
    ],
)
async def test_who_stands_in_brings_its_own_model(name: str, model: str, expected: tuple[str, str]) -> None:
    world = World(router_key=ROUTER_KEY, finder=FakeFinder(ollama(BLIND, SEEING)))
    choice = await world.services().catalog.stand_in(Settings(), name, model)
    assert choice is not None
    assert (choice.provider.name, choice.model) == expected


@pytest.mark.parametrize("name", ["openrouter", "local", "nobody"])
async def test_who_cannot_work_does_not_stand_in(name: str) -> None:
    assert await World().services().catalog.stand_in(Settings(), name, "fake-model") is None


async def test_a_list_is_kept_for_the_next_run_and_says_that_it_changed() -> None:
    world = World()
    world.remote.listed = (NEW,)
    catalog = world.services().catalog
    seen: list[str] = []
    catalog.changed.subscribe(seen.append)
    await catalog.models("anthropic", refresh=True)
    assert seen == ["anthropic"]
    assert catalog.known("anthropic") == (NEW,)
    later = world.services().catalog
    assert later.find("anthropic", "new-model") is None
    choice = await later.choose(Settings(), model="new-model")
    assert choice.info == NEW
    assert len(world.remote.asked) == 1


async def test_a_list_for_another_address_is_another_list() -> None:
    world = World()
    world.remote.listed = (NEW,)
    await world.services().catalog.models("anthropic", refresh=True)
    world.environ["ANTHROPIC_BASE_URL"] = "http://elsewhere"
    assert NEW not in await world.services().catalog.models("anthropic")


async def test_a_store_that_fails_is_no_reason_not_to_answer() -> None:
    world = World()
    world.lists.failure = StoreCorrupt("The database is damaged.")
    catalog = world.services().catalog
    await catalog.models("anthropic", refresh=True)
    assert (await catalog.choose(Settings())).model == "fake-model"


async def test_a_model_that_a_list_lacks_is_looked_up_in_the_built_in_table() -> None:
    world = World()
    world.remote.listed = (NEW,)
    catalog = world.services().catalog
    await catalog.models("anthropic", refresh=True)
    assert catalog.find("anthropic", "fake-model") is not None
    assert catalog.find("anthropic", "nothing") is None


async def test_the_overview_holds_every_provider_with_what_is_wrong() -> None:
    world = World(finder=FakeFinder(ollama(BLIND, SEEING)))
    anthropic, openrouter, local, device = await world.services().catalog.overview()
    assert (anthropic.ready, anthropic.problem, anthropic.default) == (True, "", "fake-model")
    assert (openrouter.ready, openrouter.problem) == (False, "No key is stored.")
    assert [model.id for model in openrouter.models] == ["anthropic/fake-model"]
    assert (local.ready, local.models, local.default) == (True, (BLIND, SEEING), "llava")
    assert (device.ready, device.problem) == (True, "")


async def test_in_the_overview_one_failure_does_not_disturb_the_others() -> None:
    world = World(router_key=ROUTER_KEY)
    world.remote.models_error = ConnectionFailed("Anthropic was not reached.")
    world.router.models_error = AuthenticationFailed("The key was refused.")
    anthropic, openrouter, local, _ = await world.services().catalog.overview()
    assert (anthropic.ready, anthropic.problem) == (True, "Anthropic was not reached.")
    assert (openrouter.ready, openrouter.problem) == (False, "The key was refused.")
    assert (local.ready, local.problem) == (False, "No model server answers on this computer.")
    assert [model.id for model in anthropic.models] == ["fake-model"]


async def test_the_overview_asks_again_after_a_day_and_when_told_to() -> None:
    world = World()
    world.remote.listed = (NEW,)
    catalog = world.services().catalog
    await catalog.overview()
    await catalog.overview()
    assert len(world.remote.asked) == 1
    await catalog.overview(refresh=True)
    assert len(world.remote.asked) == 2
    world.clock.advance(24 * 3600 + 1)
    await catalog.overview()
    assert len(world.remote.asked) == 3


async def test_what_is_left_on_the_account_is_asked_with_its_key() -> None:
    world = World(router_key=ROUTER_KEY)
    catalog = world.services().catalog
    assert await catalog.balance("anthropic") is None
    assert await catalog.balance("openrouter") == Balance("Test key", 1.0, 5.0, 4.0)
    assert [row.purpose for row in world.ledger.rows] == ["balance"]


async def test_without_a_key_there_is_no_account() -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        await World().services().catalog.balance("openrouter")
    assert caught.value.hint.endswith("kireji keys set openrouter")


async def test_a_key_for_a_local_server_is_tested_there() -> None:
    world = World()
    world.settings.tables["local"] = {"address": "http://127.0.0.1:9/v1"}
    world.local.listed = (BLIND,)
    await world.services().catalog.test_key("local", Secret("sk-local-0000"))
    assert [(row.host, row.purpose) for row in world.ledger.rows] == [("127.0.0.1:9", "key test")]


async def test_providers_by_name_are_made_only_when_needed() -> None:
    used: set[str] = set()

    class Watched(dict[str, FakeProvider]):
        def __getitem__(self, name: str) -> FakeProvider:
            used.add(name)
            return super().__getitem__(name)

        def get(self, name: str, default: object = None) -> FakeProvider:
            return self[name]

    world = World()
    services = world.services()
    providers = Watched(anthropic=world.remote, openrouter=world.router, device=world.device)
    catalog = Catalog(providers, services.credentials, services.outbox, world.clock)
    await catalog.choose(Settings())
    assert used == {"anthropic"}
