from __future__ import annotations

from kireji.services.catalog import ProviderModels
from kireji.ui.models.rows import Kind, rows
from tests.ui.models.support import ALL, ANTHROPIC, HAIKU, OPENROUTER, SERVERS


def shown(query: str = "", groups: tuple[ProviderModels, ...] = ALL) -> list[tuple[str, str]]:
    return [(row.kind.value, row.text) for row in rows(groups, SERVERS, query)]


def test_models_stand_under_their_provider_and_local_ones_under_their_server() -> None:
    assert shown() == [
        ("heading", "Anthropic"),
        ("model", "Claude Haiku 5.5"),
        ("model", "Claude Opus 4.8"),
        ("heading", "OpenRouter"),
        ("problem", "No key is stored."),
        ("heading", "Ollama"),
        ("model", "qwen2.5vl:7b"),
        ("model", "llama3.2:3b"),
        ("heading", "127.0.0.1:8080"),
        ("model", "phi"),
        ("heading", "This computer"),
        ("model", "This computer"),
    ]


def test_a_retired_model_cannot_be_chosen() -> None:
    assert all(row.text != "Claude 2" for row in rows(ALL, SERVERS))


def test_a_search_leaves_only_what_matches() -> None:
    assert shown("opus") == [("heading", "Anthropic"), ("model", "Claude Opus 4.8")]
    assert shown("ollama") == [("heading", "Ollama"), ("model", "qwen2.5vl:7b"), ("model", "llama3.2:3b")]


def test_nothing_found_is_said() -> None:
    assert shown("zzz") == [("notice", "No model matches “zzz”.")]


def test_a_usable_group_whose_list_is_old_says_so_and_keeps_its_models() -> None:
    group = ProviderModels("anthropic", True, "Anthropic was not reached.", (HAIKU,), HAIKU.id)
    assert shown(groups=(group,)) == [
        ("heading", "Anthropic"),
        ("notice", "Anthropic was not reached."),
        ("model", "Claude Haiku 5.5"),
    ]


def test_a_row_knows_its_provider_and_default() -> None:
    [row] = [row for row in rows((ANTHROPIC, OPENROUTER), {}) if row.info is HAIKU]
    assert (row.kind, row.provider, row.default, row.group) == (Kind.MODEL, "anthropic", HAIKU.id, "Anthropic")
