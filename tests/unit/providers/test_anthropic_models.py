"""What is known of Anthropic's models, and what its own list adds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kireji.core.models import Effort, Lifecycle
from kireji.providers.anthropic_catalog import ModelPage, merge
from kireji.providers.anthropic_models import BUILT_IN, DEFAULT_MODEL, counterpart, find_model, native_id, replacement
from tests.unit.providers.anthropic_questions import BASE, provider

YES, NO = {"supported": True}, {"supported": False}


def listed(*entries: dict[str, Any]) -> Any:
    return merge(msgspec.json.decode(msgspec.json.encode({"data": entries}), type=ModelPage).data)


async def test_without_a_gate_the_built_in_models_are_listed() -> None:
    models = await provider().models(None, BASE, None)
    assert models == BUILT_IN
    assert models[0].id == DEFAULT_MODEL
    assert all(model.uses_tools and model.reads_documents and model.structured for model in models)


def test_every_model_has_batches_unless_the_list_says_otherwise() -> None:
    assert all(model.batches for model in BUILT_IN)
    entries = [
        {"id": "claude-haiku-5-5"},
        {"id": "claude-of-tomorrow", "capabilities": {"batch": YES}},
        {"id": "claude-opus-5", "capabilities": {"batch": NO}},
        {"id": "claude-3-haiku-20240307", "lifecycle": "retired", "capabilities": {"batch": YES}},
    ]
    assert [model.batches for model in listed(*entries)] == [True, True, False, False]


def test_a_deprecated_model_says_when_it_ends_and_what_follows() -> None:
    model = find_model("claude-sonnet-4-5-20250929")
    assert model is not None
    assert (model.lifecycle, model.ends) == (Lifecycle.DEPRECATED, "2026-11-30")
    assert model.replacement == "claude-sonnet-5-5"


def test_no_built_in_model_is_retired() -> None:
    assert not [model.id for model in BUILT_IN if replacement(model.id)]


def test_a_model_is_what_the_list_says_with_the_price_we_know() -> None:
    [model] = listed(
        {
            "id": "claude-haiku-5-5",
            "display_name": "Haiku",
            "lifecycle": "active",
            "max_input_tokens": 500_000,
            "max_tokens": 64_000,
            "retires_at": None,
            "capabilities": {
                "image_input": NO,
                "pdf_input": NO,
                "structured_outputs": NO,
                "effort": {"supported": True, "low": YES, "medium": NO, "high": YES, "future": YES},
                "thinking": {"supported": True, "types": {"adaptive": YES, "disabled": NO, "future": YES}},
                "future": 5,
            },
        }
    )
    assert (model.name, model.context_tokens, model.max_output_tokens) == ("Haiku", 500_000, 64_000)
    assert [model.sees_images, model.reads_documents, model.structured] == [False, False, False]
    assert model.efforts == (Effort.LOW, Effort.HIGH)
    assert model.thinking == ("adaptive", "future")
    assert model.prices == find_model("claude-haiku-5-5").prices  # type: ignore[union-attr]


@pytest.mark.parametrize("able", [None, {}, {"effort": {}, "thinking": {}, "pdf_input": {}, "image_input": None}])
def test_what_the_list_does_not_say_is_what_is_built_in(able: dict[str, Any] | None) -> None:
    known = find_model("claude-haiku-5-5")
    assert listed({"id": "claude-haiku-5-5", "capabilities": able, "max_tokens": None}) == (
        msgspec.structs.replace(known, name="Claude Haiku 5.5"),
    )


def test_a_model_that_nobody_knows_is_listed_by_its_id() -> None:
    [model] = listed({"id": "claude-next", "lifecycle": "future"})
    assert (model.id, model.name, model.lifecycle) == ("claude-next", "claude-next", Lifecycle.ACTIVE)
    assert (model.prices, model.efforts, model.thinking) == ((), (), ())


def test_a_model_that_cannot_be_told_its_effort_has_none() -> None:
    [model] = listed({"id": "claude-haiku-5-5", "capabilities": {"effort": NO, "thinking": NO}})
    assert (model.efforts, model.thinking) == ((), ())


def test_what_ends_names_the_newest_active_model_of_its_line() -> None:
    models = listed(
        {"id": "new-1", "line": "haiku", "lifecycle": "deprecated", "retires_at": "2027-01-02T00:00:00Z"},
        {"id": "new-2", "line": "haiku"},
        {"id": "old", "line": "haiku", "lifecycle": "retired", "retires_at": "2026-01-02T00:00:00Z"},
        {"id": "claude-opus-3", "line": None, "lifecycle": "retired"},
    )
    assert [(model.lifecycle.value, model.ends, model.replacement) for model in models] == [
        ("deprecated", "2027-01-02", "new-2"),
        ("active", "", ""),
        ("retired", "2026-01-02", "new-2"),
        ("retired", "", "claude-opus-5-5"),
    ]


@pytest.mark.parametrize(
    ("elsewhere", "here"),
    [
        ("anthropic/claude-haiku-5.5", "claude-haiku-5-5"),
        ("anthropic/claude-sonnet-5.5:beta", "claude-sonnet-5-5"),
        ("anthropic/claude-opus-4.5", "claude-opus-4-5"),
        ("anthropic/claude-haiku-6", "claude-haiku-6"),
        ("claude-fable-5-1", "claude-fable-5-1"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5-20251001"),
        ("anthropic/claude-3.5-haiku", "claude-haiku-5-5"),
        ("anthropic/claude-opus-4", "claude-opus-5-5"),
        ("openai/gpt-6", DEFAULT_MODEL),
        ("qwen3-vl:8b", DEFAULT_MODEL),
        ("", DEFAULT_MODEL),
    ],
)
def test_models_of_other_providers_have_their_name_here(elsewhere: str, here: str) -> None:
    assert provider().counterpart(elsewhere) == counterpart(elsewhere) == here


def test_names_of_this_service_stay_as_they_are() -> None:
    assert [native_id(model.id) for model in BUILT_IN] == [model.id for model in BUILT_IN]
