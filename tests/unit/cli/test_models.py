"""`kireji models`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kireji.cli.values import token_words
from kireji.core.errors import ConnectionFailed, KeyStoreLocked, KeyStoreUnavailable
from kireji.core.models import Effort, Lifecycle, ModelInfo, Price
from kireji.core.ports import Availability
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.network import local_model, ollama
from tests.fakes.provider import FakeProvider
from tests.fakes.world import ROUTER_KEY, World
from tests.unit.cli.conftest import Kireji, Terminal

PRICES = (Price(1, 5, 1.25, 0.1), Price(2, 10, 2.5, 0.2, 200_000))
BIG = ModelInfo(
    "anthropic",
    "big",
    "Big",
    1_000_000,
    64_000,
    prices=PRICES,
    efforts=tuple(Effort),
    uses_tools=True,
    reads_documents=True,
)
OLD = ModelInfo("anthropic", "old", "Old", lifecycle=Lifecycle.RETIRED, ends="2026-02-19", replacement="big")
ENDING = ModelInfo("anthropic", "ending", "Ending", lifecycle=Lifecycle.DEPRECATED, ends="2026-11-30")


def listed(text: str) -> dict[str, str]:
    """The line of each model."""
    return {line.split()[1]: line for line in text.partition("\n\n")[0].splitlines()[1:]}


def as_json(kireji: Kireji, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kireji("models", "--json", *more).out)
    return found


def test_models_are_listed_with_prices_limits_and_abilities(world: World, kireji: Kireji) -> None:
    world.remote = FakeProvider(models=[BIG])
    line = listed(kireji("models").out)["big"]
    assert line.split()[:5] == ["anthropic", "big", "Big", "1M", "64k"]
    assert "1, 2 above 200k" in line
    assert "5, 10 above 200k" in line
    assert "pictures, tools, documents, effort low-max" in line


def test_the_default_is_marked(world: World, kireji: Kireji) -> None:
    world.remote = FakeProvider(models=[BIG, ENDING])
    lines = listed(kireji("models", "--provider", "anthropic").out)
    assert ["default" in lines[model] for model in ("big", "ending")] == [True, False]


def test_the_default_of_the_settings_is_marked(world: World, kireji: Kireji) -> None:
    world.remote = FakeProvider(models=[BIG, ENDING])
    world.settings.tables["models"] = {"anthropic": "ending"}
    assert [model["default"] for model in as_json(kireji, "--provider", "anthropic")["models"]] == [False, True]


@pytest.mark.parametrize(
    ("model", "words"), [(OLD, "retired 2026-02-19, replaced by big"), (ENDING, "deprecated, ends 2026-11-30")]
)
def test_what_ends_is_told(world: World, kireji: Kireji, model: ModelInfo, words: str) -> None:
    world.remote = FakeProvider(models=[BIG, model])
    assert words in listed(kireji("models", "--provider", "anthropic").out)[model.id]


def test_models_say_what_can_be_used_now(world: World, kireji: Kireji) -> None:
    world.remote = FakeProvider(models=[BIG, OLD])
    found = as_json(kireji, "--provider", "anthropic")["models"]
    assert [(model["id"], model["usable"]) for model in found] == [("big", True), ("old", False)]
    assert found[0]["prices"][1]["above_tokens"] == 200_000
    assert (found[1]["lifecycle"], found[1]["replacement"]) == ("retired", "big")


def test_every_provider_that_cannot_be_used_stands_below_with_its_reason(kireji: Kireji) -> None:
    head, *rows = kireji("models").out.partition("\n\n")[2].splitlines()
    assert head == "PROVIDER    CANNOT BE USED NOW, BECAUSE"
    assert [row.split()[0] for row in rows] == ["openrouter", "local"]
    assert "kireji keys set openrouter" in rows[0]
    assert "No model server answers on this computer." in rows[1]


def test_local_servers_are_named_with_their_address(world: World, kireji: Kireji) -> None:
    world.finder.servers = [ollama(local_model("gemma3", sees=True), local_model("qwen3"))]
    lines = listed(kireji("models", "--provider", "local").out)
    assert "Ollama at http://127.0.0.1:11434/v1" in lines["gemma3"]
    assert "pictures" in lines["gemma3"]
    assert "pictures" not in lines["qwen3"]
    assert "free" in lines["qwen3"]
    assert "default" in lines["gemma3"]


def test_local_servers_stand_in_json_too(world: World, kireji: Kireji) -> None:
    world.finder.servers = [ollama(local_model("gemma3"))]
    [model] = as_json(kireji, "--provider", "local")["models"]
    assert (model["server"], model["address"]) == ("Ollama", "http://127.0.0.1:11434/v1")


def test_no_server_on_this_computer_is_told(kireji: Kireji) -> None:
    result = kireji("models", "--provider", "local")
    assert result.code == 0
    assert "No model server answers" in result.out


def test_one_provider_alone_is_asked(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    kireji("models", "--provider", "openrouter")
    assert (world.remote.asked, world.finder.looks) == ([], [])
    assert len(world.router.asked) == 1


def test_all_that_have_a_key_are_asked(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    assert {group["provider"]: group["list"] for group in as_json(kireji)["providers"]} == {
        "anthropic": "service",
        "openrouter": "service",
        "local": "built-in",
        "device": "built-in",
    }


def test_without_a_key_the_built_in_list_is_shown_and_nothing_is_sent(world: World, kireji: Kireji) -> None:
    world.key = ""
    result = kireji("models", "--provider", "anthropic")
    assert "not now" in listed(result.out)["fake-model"]
    assert "kireji keys set anthropic" in result.out
    assert result.err == "Anthropic: this is the built-in list.\n"
    assert world.remote.asked == []


def test_without_the_service_the_built_in_list_is_shown_and_called_so(world: World, kireji: Kireji) -> None:
    world.remote.models_error = ConnectionFailed("Not reached.")
    result = kireji("models", "--provider", "anthropic")
    assert (result.code, result.err) == (0, "Not reached. This is the built-in list.\n")
    assert "fake-model" in result.out


def test_a_service_that_fails_leaves_the_others_their_lists(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    world.remote.models_error = ConnectionFailed("Not reached.")
    result = kireji("models")
    assert (result.code, result.err) == (0, "Not reached. This is the built-in list.\n")
    assert {"fake-model", "anthropic/fake-model"} <= set(listed(result.out))


def test_a_locked_keychain_is_the_reason(world: World, kireji: Kireji) -> None:
    world.keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    result = kireji("models", "--provider", "anthropic")
    assert (result.code, "The keychain is locked." in result.out) == (0, True)


def test_a_list_from_outside_does_not_steer_a_terminal(world: World, kireji: Kireji) -> None:
    world.remote.listed = [ModelInfo("anthropic", "a\x1b[2Jb", "x\x9b31mred\nline")]
    shown = kireji("models", "--provider", "anthropic", out=Terminal()).out
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "xred line" in shown


@pytest.mark.parametrize("typed", [(), ("--provider", "anthropic")])
def test_without_a_keychain_it_is_said_what_to_do(world: World, kireji: Kireji, typed: tuple[str, ...]) -> None:
    world.keychain = FakeKeyStore(Availability(False, "There is no keychain.", "Set the variable."))
    world.keychain.failure = KeyStoreUnavailable("There is no keychain.", "Set the variable.")
    world.key = ""
    assert "There is no keychain. Set ANTHROPIC_API_KEY in the environment instead." in kireji("models", *typed).out


@pytest.mark.parametrize(
    ("count", "words"), [(0, "-"), (4_096, "4.1k"), (8_000, "8k"), (131_072, "131k"), (1_000_000, "1M")]
)
def test_tokens_are_rounded_to_what_is_read_at_a_glance(count: int, words: str) -> None:
    assert token_words(count) == words
