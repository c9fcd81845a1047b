"""The service's own list of models (`GET /v1/models`), joined with what is built in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kireji.core.models import Effort, Lifecycle, ModelInfo
from kireji.providers.anthropic_models import PROVIDER, find_model, successor

QUERY = "limit=1000&lifecycle%5B%5D=active&lifecycle%5B%5D=deprecated&lifecycle%5B%5D=retired"
"""Retired models are asked for too: only so does a person learn why a model stopped answering."""


class _Flag(msgspec.Struct):
    supported: bool | None = None


class _Efforts(msgspec.Struct):
    supported: bool | None = None
    low: _Flag | None = None
    medium: _Flag | None = None
    high: _Flag | None = None
    xhigh: _Flag | None = None
    max: _Flag | None = None


class _Thinking(msgspec.Struct):
    supported: bool | None = None
    types: Mapping[str, _Flag] | None = None


class _Capabilities(msgspec.Struct):
    image_input: _Flag | None = None
    pdf_input: _Flag | None = None
    structured_outputs: _Flag | None = None
    batch: _Flag | None = None
    effort: _Efforts | None = None
    thinking: _Thinking | None = None


class ListedModel(msgspec.Struct):
    """A model in the service's list."""

    id: str
    display_name: str = ""
    lifecycle: str = "active"
    line: str | None = None
    max_input_tokens: int | None = None
    max_tokens: int | None = None
    retires_at: str | None = None
    capabilities: _Capabilities | None = None


class ModelPage(msgspec.Struct):
    """One page of the list."""

    data: list[ListedModel]
    has_more: bool = False
    last_id: str | None = None


def merge(listed: Sequence[ListedModel]) -> tuple[ModelInfo, ...]:
    """What the service says its models can do, with the prices we know; in the service's order."""
    return tuple(_merged(model, listed) for model in listed)


def _merged(listed: ListedModel, others: Sequence[ListedModel]) -> ModelInfo:
    known = find_model(listed.id)
    # What no list tells: every model of this service takes tools.
    base = known if known is not None else ModelInfo(PROVIDER, listed.id, listed.id, uses_tools=True, batches=True)
    able = listed.capabilities or _Capabilities()
    lifecycle = _lifecycle(listed.lifecycle)
    return ModelInfo(
        PROVIDER,
        listed.id,
        listed.display_name or base.name,
        listed.max_input_tokens or base.context_tokens,
        listed.max_tokens or base.max_output_tokens,
        _said(able.image_input, base.sees_images),
        _efforts(able.effort, base.efforts),
        base.prices,
        lifecycle=lifecycle,
        ends=(listed.retires_at or "")[:10] or ("" if lifecycle is Lifecycle.ACTIVE else base.ends),
        replacement="" if lifecycle is Lifecycle.ACTIVE else _replacement(listed, others),
        uses_tools=base.uses_tools,
        reads_documents=_said(able.pdf_input, base.reads_documents),
        structured=_said(able.structured_outputs, base.structured),
        thinking=_thinking(able.thinking, base.thinking),
        batches=lifecycle is not Lifecycle.RETIRED and _said(able.batch, base.batches),
    )


def _lifecycle(said: str) -> Lifecycle:
    try:
        return Lifecycle(said)
    except ValueError:  # a stage that this version does not know: it is listed, so it can be asked
        return Lifecycle.ACTIVE


def _replacement(listed: ListedModel, others: Sequence[ListedModel]) -> str:
    """The newest active model of the same line; by its name where the list tells none."""
    same = (other.id for other in others if listed.line and other.line == listed.line and other.lifecycle == "active")
    return next(same, "") or successor(listed.id)


def _said(flag: _Flag | None, otherwise: bool) -> bool:
    return otherwise if flag is None or flag.supported is None else flag.supported


def _efforts(said: _Efforts | None, otherwise: tuple[Effort, ...]) -> tuple[Effort, ...]:
    if said is None or said.supported is None:
        return otherwise
    if not said.supported:
        return ()
    levels = (said.low, said.medium, said.high, said.xhigh, said.max)
    if not any(level is not None and level.supported is not None for level in levels):
        return otherwise or tuple(Effort)
    return tuple(effort for effort, level in zip(Effort, levels, strict=True) if level and level.supported)


def _thinking(said: _Thinking | None, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    if said is None or said.supported is None:
        return otherwise
    if not said.supported:
        return ()
    kinds = {} if said.types is None else said.types
    if not any(flag.supported is not None for flag in kinds.values()):
        return otherwise
    return tuple(kind for kind, flag in kinds.items() if flag.supported)
