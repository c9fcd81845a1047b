"""Anthropic's models as built into this version: prices, limits, what they can do, and what is retired.

Prices in US dollars per million tokens, from the public price list of autumn 2026; cache writes are those that live
five minutes. The service's own list (`GET /v1/models`, see anthropic_catalog) knows newer models and what they can do,
but no prices.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from kireji.core.models import Effort, Lifecycle, ModelInfo, Price

PROVIDER = "anthropic"
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

_ALL = tuple(Effort)
_NO_XHIGH = (Effort.LOW, Effort.MEDIUM, Effort.HIGH, Effort.MAX)
_TO_HIGH = (Effort.LOW, Effort.MEDIUM, Effort.HIGH)
_ALWAYS = ("adaptive",)
_OPTIONAL = ("adaptive", "disabled")
_BETWEEN = ("adaptive", "between_tools")
_EITHER = ("adaptive", "enabled", "disabled")
_BUDGET = ("enabled", "disabled")


def _model(
    id: str,
    name: str,
    prices: tuple[Price, ...],
    thinking: tuple[str, ...],
    efforts: tuple[Effort, ...] = _ALL,
    *,
    large: bool = True,
    ends: str = "",
    replacement: str = "",
) -> ModelInfo:
    context, output = (1_000_000, 128_000) if large else (200_000, 64_000)
    return ModelInfo(
        PROVIDER,
        id,
        name,
        context,
        output,
        efforts=efforts,
        prices=prices,
        lifecycle=Lifecycle.DEPRECATED if ends else Lifecycle.ACTIVE,
        ends=ends,
        replacement=replacement,
        uses_tools=True,
        reads_documents=True,
        structured=True,
        thinking=thinking,
        batches=True,
    )


BUILT_IN: tuple[ModelInfo, ...] = (
    _model("claude-haiku-5-5", "Claude Haiku 5.5", _HAIKU, _OPTIONAL),
    _model("claude-sonnet-5-5", "Claude Sonnet 5.5", _SONNET_5_5, _BETWEEN),
    _model("claude-opus-5-5", "Claude Opus 5.5", _OPUS_5_5, _ALWAYS),
    _model("claude-fable-5-2", "Claude Fable 5.2", (), _ALWAYS),  # its cache prices are not published
    _model("claude-fable-5-1", "Claude Fable 5.1", _FABLE_5_1, _ALWAYS),
    _model("claude-fable-5", "Claude Fable 5", _FABLE_5, _ALWAYS),
    _model("claude-opus-5", "Claude Opus 5", _OPUS, _OPTIONAL),
    _model("claude-sonnet-5", "Claude Sonnet 5", _SONNET_5, _OPTIONAL),
    _model("claude-opus-4-8", "Claude Opus 4.8", _OPUS, _OPTIONAL),
    _model("claude-opus-4-7", "Claude Opus 4.7", _OPUS, _OPTIONAL),
    _model("claude-opus-4-6", "Claude Opus 4.6", _OPUS, _EITHER, _NO_XHIGH),
    _model("claude-sonnet-4-6", "Claude Sonnet 4.6", _SONNET_4, _EITHER, _NO_XHIGH),
    _model("claude-haiku-4-5", "Claude Haiku 4.5", _HAIKU_4, _BUDGET, (), large=False),
    _model("claude-opus-4-5", "Claude Opus 4.5", _OPUS, _BUDGET, _TO_HIGH, large=False),
    _model(
        "claude-sonnet-4-5",
        "Claude Sonnet 4.5",
        _SONNET_4,
        _BUDGET,
        (),
        large=False,
        ends="2026-11-30",
        replacement="claude-sonnet-5-5",
    ),
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
_CLAUDE = re.compile(r"claude-[a-z]+-\d+(-\d+)*")

QUIET_AT_ANY_EFFORT = frozenset(
    {"claude-sonnet-5", "claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6", "claude-sonnet-4-6", "claude-opus-4-5"}
)
"""Models whose reasoning can be turned off at every effort; the others refuse that above high."""
NEVER_FORCED = frozenset({"claude-fable-5-1", "claude-fable-5-2", "claude-mythos-5-1", "claude-mythos-5-2"})
"""Models that cannot be made to use a tool."""


def native_id(id: str) -> str:
    """The name a Claude model has here, from the one it has elsewhere: anthropic/claude-haiku-5.5 is claude-haiku-5-5.

    Names of this service, and of whatever else, stay as they are but for their dots.
    """
    return id.removeprefix("anthropic/").partition(":")[0].replace(".", "-")


def counterpart(id: str) -> str:
    """The model here that another provider calls `id`; the default one when it is no model of this service."""
    native = native_id(id)
    return replacement(native) or (native if _CLAUDE.fullmatch(native) else DEFAULT_MODEL)


def find_model(id: str) -> ModelInfo | None:
    """The built-in entry for an id, with or without its date; None for models this version does not know."""
    return _BY_ID.get(_DATED.get(id, id))


def plain_id(id: str) -> str:
    """The id without the date that some have."""
    return _DATED.get(id, id)


def replacement(id: str) -> str:
    """The model that replaces a retired one; empty when `id` is not retired."""
    return successor(id) if _RETIRED.fullmatch(id) else ""


def successor(id: str) -> str:
    """The current model of the same kind, as far as its name tells."""
    family = next((family for family in ("sonnet", "opus") if family in id), "haiku")
    return f"claude-{family}-5-5"
