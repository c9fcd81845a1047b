"""Anthropic's models as built into this version: prices, limits and what is retired.

Prices in US dollars per million tokens, from the public price list of autumn 2026; cache writes are those that live
five minutes. The service's own list (`GET /v1/models`) knows newer models and what they can do, but no prices.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from kireji.core.models import Effort, ModelInfo, Price

PROVIDER = "anthropic"
_EFFORTS = tuple(Effort)
DEFAULT_MODEL = "claude-haiku-5-5"

_HAIKU = (Price(0.10, 0.50, 0.125, 0.01), Price(0.50, 2.50, 0.625, 0.05, above_tokens=100_000))
_HAIKU_4 = (Price(1.0, 5.0, 1.25, 0.10),)
_SONNET_5_5 = (Price(2.0, 10.0, 2.50, 0.10),)
_SONNET_5 = (Price(2.0, 10.0, 2.50, 0.20),)
_SONNET_4 = (Price(3.0, 15.0, 3.75, 0.30),)
_OPUS_5_5 = (Price(4.0, 20.0, 5.0, 0.20),)
_OPUS = (Price(5.0, 25.0, 6.25, 0.50),)
_FABLE_5_1 = (Price(10.0, 50.0, 12.50, 0.25),)
_FABLE_5 = (Price(10.0, 50.0, 12.50, 1.0),)


def _model(id: str, name: str, prices: tuple[Price, ...], *, large: bool = True, efforts: bool = True) -> ModelInfo:
    context, output = (1_000_000, 128_000) if large else (200_000, 64_000)
    return ModelInfo(PROVIDER, id, name, context, output, efforts=_EFFORTS if efforts else (), prices=prices)


BUILT_IN: tuple[ModelInfo, ...] = (
    _model("claude-haiku-5-5", "Claude Haiku 5.5", _HAIKU),
    _model("claude-sonnet-5-5", "Claude Sonnet 5.5", _SONNET_5_5),
    _model("claude-opus-5-5", "Claude Opus 5.5", _OPUS_5_5),
    _model("claude-fable-5-2", "Claude Fable 5.2", ()),  # its cache prices are not published
    _model("claude-fable-5-1", "Claude Fable 5.1", _FABLE_5_1),
    _model("claude-fable-5", "Claude Fable 5", _FABLE_5),
    _model("claude-opus-5", "Claude Opus 5", _OPUS),
    _model("claude-sonnet-5", "Claude Sonnet 5", _SONNET_5),
    _model("claude-opus-4-8", "Claude Opus 4.8", _OPUS),
    _model("claude-opus-4-7", "Claude Opus 4.7", _OPUS),
    _model("claude-opus-4-6", "Claude Opus 4.6", _OPUS),
    _model("claude-sonnet-4-6", "Claude Sonnet 4.6", _SONNET_4),
    _model("claude-haiku-4-5", "Claude Haiku 4.5", _HAIKU_4, large=False, efforts=False),
    _model("claude-sonnet-4-5", "Claude Sonnet 4.5", _SONNET_4, large=False, efforts=False),
    _model("claude-opus-4-5", "Claude Opus 4.5", _OPUS, large=False, efforts=False),
)

_BY_ID: Mapping[str, ModelInfo] = MappingProxyType({model.id: model for model in BUILT_IN})
_DATED: Mapping[str, str] = MappingProxyType(
    {
        "claude-haiku-4-5-20251001": "claude-haiku-4-5",
        "claude-sonnet-4-5-20250929": "claude-sonnet-4-5",
        "claude-opus-4-5-20251101": "claude-opus-4-5",
    }
)
_RETIRED = re.compile(r"claude-(3-.*|[12]\b.*|instant.*|(sonnet|opus)-4(-[01])?(-20\d{6})?)")
"""Everything up to generation 4.1."""


def find_model(id: str) -> ModelInfo | None:
    """The built-in entry for an id, with or without its date; None for models this version does not know."""
    return _BY_ID.get(_DATED.get(id, id))


def replacement(id: str) -> str:
    """The model that replaces a retired one; empty when `id` is not retired."""
    if not _RETIRED.fullmatch(id):
        return ""
    family = next((family for family in ("sonnet", "opus") if family in id), "haiku")
    return f"claude-{family}-5-5"


class _Flag(msgspec.Struct):
    supported: bool = False


class _Capabilities(msgspec.Struct):
    image_input: _Flag | None = None
    effort: _Flag | None = None


class ListedModel(msgspec.Struct):
    """A model in the service's list."""

    id: str
    display_name: str = ""
    lifecycle: str = "active"
    max_input_tokens: int | None = None
    max_tokens: int | None = None
    capabilities: _Capabilities | None = None


class ModelPage(msgspec.Struct):
    """The service's list."""

    data: list[ListedModel]


def merge(listed: Sequence[ListedModel]) -> tuple[ModelInfo, ...]:
    """What the service says its models can do, with the prices we know; in the service's order."""
    return tuple(_merged(model) for model in listed if model.lifecycle != "retired")


def _merged(listed: ListedModel) -> ModelInfo:
    known = find_model(listed.id)
    base = known if known is not None else ModelInfo(PROVIDER, listed.id, listed.display_name or listed.id)
    able = listed.capabilities or _Capabilities()
    return ModelInfo(
        PROVIDER,
        listed.id,
        listed.display_name or base.name,
        listed.max_input_tokens or base.context_tokens,
        listed.max_tokens or base.max_output_tokens,
        able.image_input.supported if able.image_input else base.sees_images,
        (_EFFORTS if able.effort.supported else ()) if able.effort else base.efforts,
        base.prices,
    )
