"""OpenRouter's list of models, its names for them, and its jobs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kireji.core.errors import PaymentRequired, RequestRejected
from kireji.core.events import MessageBuilder
from kireji.core.messages import ImagePart, LinkedImagePart, Message, Part, Role, TextPart, ToolResultPart, Usage
from kireji.core.models import Effort, Lifecycle, ModelInfo, Price
from kireji.core.requests import ModelRequest
from kireji.providers.http import HttpClient
from kireji.providers.openrouter import OpenRouterProvider
from kireji.providers.openrouter_account import sign_in_page
from kireji.providers.openrouter_models import BUILT_IN, DEFAULT_MODEL, ModelPage, find_routed, known_models


def listed(**fields: Any) -> ModelInfo:
    entry = {"id": "x/y", "name": "X: Y", "pricing": {"prompt": "0.000001", "completion": "0.000002"}} | fields
    page = msgspec.json.decode(msgspec.json.encode({"data": [entry]}), type=ModelPage)
    return known_models(page.data)[0]


def test_prices_are_texts_per_token() -> None:
    pricing = {
        "prompt": "0.0000001",
        "completion": "0.0000005",
        "input_cache_read": "0.00000001",
        "input_cache_write": "0.000000125",
        "overrides": [
            {
                "min_prompt_tokens": 100_000,
                "prompt": "0.0000005",
                "completion": "0.0000025",
                "input_cache_read": "0.00000005",
                "input_cache_write": "0.000000625",
            },
            {"time": "night", "prompt": "0"},
        ],
    }
    assert listed(pricing=pricing).prices == (Price(0.1, 0.5, 0.125, 0.01), Price(0.5, 2.5, 0.625, 0.05, 100_000))


def test_what_the_cache_holds_costs_the_same_unless_it_is_said() -> None:
    assert listed().prices == (Price(1.0, 2.0, 1.0, 1.0),)


@pytest.mark.parametrize("price", ["-1", "x", None, [], "nan", "inf"])
def test_a_price_that_varies_is_unknown(price: object) -> None:
    model = listed(pricing={"prompt": price, "completion": price})
    assert model.prices == ()
    assert not model.free
    assert model.cost(Usage(1, 1)) is None


def test_above_a_step_whose_price_is_unknown_nothing_is_known_of_large_prompts() -> None:
    step = {"min_prompt_tokens": 100, "prompt": "-1", "completion": "-1"}
    model = listed(pricing={"prompt": "0.000001", "completion": "0.000002", "overrides": [step]})
    assert model.cost_at_most(50, 10) == pytest.approx(70 / 1_000_000)
    assert model.cost_at_most(101, 10) is None


def test_what_the_request_itself_costs_counts() -> None:
    model = listed(pricing={"prompt": "0", "completion": "0", "request": "0.005"})
    assert not model.free
    assert model.cost(Usage(1, 1)) == model.cost_at_most(100, 100) == 0.005


def test_a_free_model_is_free() -> None:
    assert listed(pricing={"prompt": "0", "completion": "0"}).free


def test_abilities() -> None:
    model = listed(
        context_length=None,
        architecture={"input_modalities": ["text", "image", "file"], "output_modalities": ["text"]},
        top_provider={"context_length": 1000, "max_completion_tokens": 100},
        supported_parameters=["tools", "structured_outputs", "reasoning"],
        reasoning={"mandatory": False, "supported_efforts": ["high", "low", "minimal"]},
        expiration_date="2026-12-01T00:00:00Z",
    )
    assert (model.context_tokens, model.max_output_tokens) == (1000, 100)
    assert (model.sees_images, model.reads_documents, model.uses_tools, model.structured) == (True, True, True, True)
    assert model.efforts == (Effort.LOW, Effort.HIGH)
    assert model.thinking == ("enabled", "disabled")
    assert (model.lifecycle, model.ends) == (Lifecycle.DEPRECATED, "2026-12-01")


def test_a_model_of_which_little_is_said_can_little() -> None:
    model = listed(context_length=None, supported_parameters=None, architecture=None, top_provider=None, pricing=None)
    assert (model.context_tokens, model.sees_images, model.uses_tools, model.efforts) == (0, False, False, ())


def models_in(*entries: dict[str, Any]) -> list[ModelInfo]:
    page = msgspec.json.decode(msgspec.json.encode({"data": entries}), type=ModelPage)
    return list(known_models(page.data))


def test_a_variant_for_batches_says_that_a_model_has_them_and_is_none_itself() -> None:
    price = {"prompt": "0.000004", "completion": "0.000008"}
    cheap = {"prompt": "0.000001", "completion": "0.000002"}
    models = models_in(
        {"id": "x/y:batch", "pricing": cheap}, {"id": "x/y", "pricing": price}, {"id": "x/z", "pricing": price}
    )
    assert [(model.id, model.batches) for model in models] == [("x/y", True), ("x/z", False)]
    assert models[0].batch_share == 0.25


@pytest.mark.parametrize("pricing", [{}, {"prompt": "-1"}, {"prompt": "9", "completion": "9"}])
def test_a_variant_whose_price_says_nothing_costs_half(pricing: dict[str, Any]) -> None:
    price = {"prompt": "0.000004", "completion": "0.000008"}
    [model] = models_in({"id": "x/y", "pricing": price}, {"id": "x/y:batch", "pricing": pricing})
    assert (model.batches, model.batch_share) == (True, 0.5)


def test_what_is_built_in_says_of_no_model_that_it_has_batches() -> None:
    assert not any(model.batches for model in BUILT_IN)


def test_models_that_give_no_words_are_left_out() -> None:
    entry = {"id": "x/draws", "architecture": {"output_modalities": ["image"]}}
    assert known_models(msgspec.json.decode(msgspec.json.encode({"data": [entry]}), type=ModelPage).data) == ()


def test_an_odd_entry_does_not_hide_the_others() -> None:
    page = b'{"data":[{"id":"x/odd","context_length":"much"},{"id":"x/y"}]}'
    assert [model.id for model in known_models(msgspec.json.decode(page, type=ModelPage).data)] == ["x/y"]
    with pytest.raises(msgspec.ValidationError):
        known_models(msgspec.json.decode(b'{"data":[{"name":"no id"},7]}', type=ModelPage).data)


def test_claude_models_reason_as_anthropic_says() -> None:
    assert listed(id="anthropic/claude-haiku-5.5").thinking == ("adaptive", "disabled")


def test_the_built_in_table_knows_the_default_and_its_variants() -> None:
    assert DEFAULT_MODEL in [model.id for model in BUILT_IN]
    assert find_routed(f"{DEFAULT_MODEL}:nitro") == find_routed(DEFAULT_MODEL) is not None
    assert {model.provider for model in BUILT_IN} == {"openrouter"}


@pytest.mark.parametrize(
    ("model", "counterpart"),
    [
        ("claude-haiku-5-5", "anthropic/claude-haiku-5.5"),
        ("claude-fable-5", "anthropic/claude-fable-5"),
        ("claude-haiku-4-5-20251001", "anthropic/claude-haiku-4.5"),
        ("anthropic/claude-haiku-5.5", "anthropic/claude-haiku-5.5"),
        ("openai/gpt-test", "openai/gpt-test"),
        ("gemma3:4b", DEFAULT_MODEL),
    ],
)
def test_counterparts(model: str, counterpart: str) -> None:
    assert OpenRouterProvider(HttpClient()).counterpart(model) == counterpart


def test_the_sign_in_page_is_at_the_services_origin() -> None:
    url = sign_in_page("https://openrouter.ai/api/v1", "http://localhost:3000/a?b=c", "ch")
    assert url.startswith("https://openrouter.ai/auth?callback_url=http%3A%2F%2Flocalhost%3A3000%2Fa%3Fb%3Dc&")
    assert url.endswith("code_challenge=ch&code_challenge_method=S256")
    assert sign_in_page("http://user:word@here:1/api/v1", "http://localhost/", "c").startswith("http://here:1/auth?")


# Jobs.


def job(*parts: Part, **blobs: bytes) -> bytes:
    provider = OpenRouterProvider(HttpClient())
    return provider.encode_job(ModelRequest(DEFAULT_MODEL, (Message(Role.USER, parts),), blobs))


def test_a_job_takes_pictures_on_the_web() -> None:
    body = msgspec.json.decode(job(TextPart("What?"), LinkedImagePart("https://example.org/a.png")))
    assert body["messages"][0]["content"][0]["image_url"]["url"] == "https://example.org/a.png"
    assert "stream" not in body


@pytest.mark.parametrize("nested", [False, True])
def test_a_job_takes_no_pictures_of_this_computer(nested: bool) -> None:
    picture = ImagePart("p", "image/png", 1, 1)
    part = ToolResultPart("a", (picture,)) if nested else picture
    with pytest.raises(RequestRejected) as caught:
        job(TextPart("What?"), part, p=b"png")
    assert "jobs" in caught.value.message


def test_the_result_of_a_job() -> None:
    provider = OpenRouterProvider(HttpClient())
    builder = MessageBuilder("openrouter")
    body = b'{"choices":[{"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}]}'
    for event in provider.decode_job(body, DEFAULT_MODEL):
        builder.feed(event)
    assert builder.snapshot().text == "Yes."
    with pytest.raises(PaymentRequired):
        provider.decode_job(b'{"error":{"code":402,"message":"No credits"}}', DEFAULT_MODEL)
