"""OpenRouter's models: its list, and a small table built into this version for when there is none."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from kireji.core.models import Effort, Lifecycle, ModelInfo, Price
from kireji.providers.anthropic_models import BUILT_IN as CLAUDES
from kireji.providers.anthropic_models import find_model, native_id

PROVIDER = "openrouter"
DEFAULT_MODEL = "anthropic/claude-haiku-5.5"

BATCH = ":batch"
"""Ends the id of the variant that a model has when it can be asked through the batch service."""
_CLAUDE = re.compile(r"claude-([a-z]+)-(\d+)(?:-(\d{1,2}))?(?:-20\d{6})?")
_REASONING = ("reasoning", "reasoning_effort", "include_reasoning")
_USUAL_EFFORTS = (Effort.LOW, Effort.MEDIUM, Effort.HIGH)


def routed_id(claude: str) -> str:
    """The id under which OpenRouter has a model of Anthropic's: claude-haiku-5-5 is anthropic/claude-haiku-5.5.

    Empty for ids that are not built like that.
    """
    match = _CLAUDE.fullmatch(claude)
    if match is None:
        return ""
    family, generation, step = match.groups()
    return f"anthropic/claude-{family}-{generation}" + (f".{step}" if step else "")


def is_claude(model: str) -> bool:
    """Whether questions to a model take Anthropic's own form, in which its reasoning survives unchanged."""
    return model.startswith("anthropic/")


BUILT_IN: tuple[ModelInfo, ...] = tuple(
    msgspec.structs.replace(
        known,
        provider=PROVIDER,
        id=routed_id(known.id),
        replacement=routed_id(known.replacement),
        batches=False,  # only the list tells
    )
    for known in CLAUDES
    if routed_id(known.id)
)
_BY_ID: Mapping[str, ModelInfo] = MappingProxyType({model.id: model for model in BUILT_IN})


def find_routed(id: str) -> ModelInfo | None:
    """The built-in entry for an id, whatever its variant; None for models this version does not know."""
    return _BY_ID.get(id.partition(":")[0])


class _Architecture(msgspec.Struct):
    input_modalities: list[str] | None = None
    output_modalities: list[str] | None = None


class _Top(msgspec.Struct):
    context_length: int | None = None
    max_completion_tokens: int | None = None


class _Thinks(msgspec.Struct):
    mandatory: bool | None = None
    supported_efforts: list[str] | None = None


class ListedModel(msgspec.Struct):
    """A model in the service's list."""

    id: str
    name: str | None = None
    context_length: int | None = None
    architecture: _Architecture | None = None
    pricing: dict[str, Any] | None = None
    top_provider: _Top | None = None
    supported_parameters: list[str] | None = None
    expiration_date: str | None = None
    reasoning: _Thinks | None = None


class ModelPage(msgspec.Struct):
    """The service's list."""

    data: list[msgspec.Raw]


def known_models(listed: Sequence[msgspec.Raw]) -> tuple[ModelInfo, ...]:
    """Those that answer in words, in the service's order. One entry that is odd does not take the others with it.

    A `:batch` variant is no model to be asked; it tells that the model without it has a batch service, and its price.
    That such variants stand in the list is not confirmed; without them no model has one.

    Raises:
        msgspec.MsgspecError: None of the entries is a model.
    """
    models: list[ListedModel] = []
    for number, entry in enumerate(listed, 1):
        try:
            models.append(msgspec.json.decode(entry, type=ListedModel))
        except msgspec.ValidationError:
            if number == len(listed) and not models:
                raise
    batched = {model.id.removesuffix(BATCH): model for model in models if model.id.endswith(BATCH)}
    return tuple(
        _with_batches(_known(model), batched.get(model.id))
        for model in models
        if _answers_in_words(model) and not model.id.endswith(BATCH)
    )


def _with_batches(model: ModelInfo, variant: ListedModel | None) -> ModelInfo:
    if variant is None:
        return model
    full, less = model.price(0), _price(variant.pricing or {}, None, 0)
    share = less.input / full.input if less is not None and full is not None and full.input > 0 else model.batch_share
    return msgspec.structs.replace(model, batches=True, batch_share=round(min(share, 1.0), 4))


def _answers_in_words(listed: ListedModel) -> bool:
    given = listed.architecture.output_modalities if listed.architecture else None
    return given is None or "text" in given


def _known(listed: ListedModel) -> ModelInfo:
    able = listed.supported_parameters or []
    takes = (listed.architecture.input_modalities if listed.architecture else None) or []
    top = listed.top_provider or _Top()
    prices = _prices(listed.pricing or {})
    return ModelInfo(
        provider=PROVIDER,
        id=listed.id,
        name=listed.name or listed.id,
        context_tokens=listed.context_length or top.context_length or 0,
        max_output_tokens=top.max_completion_tokens or 0,
        sees_images="image" in takes,
        efforts=_efforts(listed, able),
        prices=prices,
        free=bool(prices) and all(price.input == price.output == price.request == 0 for price in prices),
        lifecycle=Lifecycle.DEPRECATED if listed.expiration_date else Lifecycle.ACTIVE,
        ends=(listed.expiration_date or "")[:10],
        uses_tools="tools" in able,
        reads_documents="file" in takes,
        structured="structured_outputs" in able,
        thinking=_thinking(listed, able),
    )


def _efforts(listed: ListedModel, able: Sequence[str]) -> tuple[Effort, ...]:
    if not _reasons(listed, able):
        return ()
    named = listed.reasoning.supported_efforts if listed.reasoning else None
    if named is None:
        return _USUAL_EFFORTS
    return tuple(effort for effort in Effort if effort.value in named)


def _thinking(listed: ListedModel, able: Sequence[str]) -> tuple[str, ...]:
    """Anthropic's kinds for Claude models, which are asked in Anthropic's form."""
    if is_claude(listed.id):
        claude = find_model(native_id(listed.id))
        return claude.thinking if claude else ()
    if not _reasons(listed, able):
        return ()
    return ("enabled",) if listed.reasoning and listed.reasoning.mandatory else ("enabled", "disabled")


def _reasons(listed: ListedModel, able: Sequence[str]) -> bool:
    return listed.reasoning is not None or any(name in able for name in _REASONING)


_NONE = -1.0
"""No price: what a large prompt costs is unknown then, and not what a small one costs."""


def _prices(pricing: Mapping[str, Any]) -> tuple[Price, ...]:
    """By rising size of the prompt; empty when a price is unknown or varies (written as a negative number)."""
    base = _price(pricing, None, 0)
    if base is None:
        return ()
    steps: list[Price] = []
    overrides = pricing.get("overrides")
    for override in overrides if isinstance(overrides, list) else []:
        above = override.get("min_prompt_tokens") if isinstance(override, dict) else None
        if isinstance(above, int) and above > 0:  # other conditions than the prompt's size cannot be told in advance
            steps.append(_price(override, base, above) or Price(_NONE, _NONE, _NONE, _NONE, above_tokens=above))
    return (base, *sorted(steps, key=lambda price: price.above_tokens))


def _price(table: Mapping[str, Any], otherwise: Price | None, above: int) -> Price | None:
    fresh = _per_million(table.get("prompt"), otherwise.input if otherwise else None)
    answered = _per_million(table.get("completion"), otherwise.output if otherwise else None)
    flat = _flat(table.get("request"), otherwise.request if otherwise else 0.0)
    if fresh is None or answered is None or flat is None:
        return None
    # Without a price of its own, what the cache holds costs what other tokens cost.
    written = _per_million(table.get("input_cache_write"), fresh)
    read = _per_million(table.get("input_cache_read"), fresh)
    return Price(fresh, answered, fresh if written is None else written, fresh if read is None else read, above, flat)


def _flat(value: Any, otherwise: float) -> float | None:
    """US dollars for the request itself; None when that is unknown."""
    if value is None:
        return otherwise
    try:
        price = float(value)
    except (TypeError, ValueError):
        return None
    return price if 0 <= price < math.inf else None


def _per_million(value: Any, otherwise: float | None) -> float | None:
    """US dollars per million tokens, from a decimal text per token; None when it is negative, which means unknown."""
    if value is None:
        return otherwise
    try:
        price = float(value)
    except (TypeError, ValueError):
        return None
    return round(price * 1_000_000, 6) if 0 <= price < 1 else None
