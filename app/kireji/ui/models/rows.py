"""The rows of the picker: groups of models, filtered by what was typed."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kireji.core.models import Lifecycle, ModelInfo
from kireji.services.catalog import ProviderModels
from kireji.ui.chat.words import provider_name
from kireji.ui.models.words import matches
from kireji.ui.translation import tr

_LOCAL = "local"


class Kind(enum.Enum):
    """What a row is."""

    HEADING = "heading"
    PROBLEM = "problem"
    """A sentence that says why a group cannot be used; pressing it opens the settings."""
    NOTICE = "notice"
    """A sentence that only says something."""
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Args:
        kind: What it is.
        text: A heading, a sentence, or the model's name.
        group: The heading it stands under.
        provider: Name of the provider.
        default: Id of that provider's default model.
        info: The model, where it is one.
    """

    kind: Kind
    text: str
    group: str = ""
    provider: str = ""
    default: str = ""
    info: ModelInfo | None = None


def rows(groups: Sequence[ProviderModels], servers: Mapping[str, str], query: str = "") -> tuple[Row, ...]:
    """Everything the picker shows.

    Args:
        groups: What each provider has, in the order to show.
        servers: Names of local servers by base URL.
        query: What was typed.
    """
    found: list[Row] = []
    for group in groups:
        for name, models in _split(group, servers):
            found.extend(_group(group, name, models, query))
    if not found:
        sentence = (
            tr("No model matches “{query}”.", query=query.strip()) if query.strip() else tr("No models are known.")
        )
        return (Row(Kind.NOTICE, sentence),)
    return tuple(found)


def _split(group: ProviderModels, servers: Mapping[str, str]) -> Iterator[tuple[str, Sequence[ModelInfo]]]:
    """A provider as one group; local servers each as their own."""
    addresses = list(dict.fromkeys(info.address for info in group.models))
    if group.provider != _LOCAL or not addresses:
        yield provider_name(group.provider), group.models
        return
    for address in addresses:
        name = servers.get(address) or _host(address) or provider_name(_LOCAL)
        yield name, [info for info in group.models if info.address == address]


def _host(address: str) -> str:
    return address.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]


def _group(group: ProviderModels, name: str, models: Sequence[ModelInfo], query: str) -> Sequence[Row]:
    head = [Row(Kind.HEADING, name, name, group.provider)]
    if not group.ready:
        asked_for = not query.strip() or any(matches(info, name, query) for info in models)
        sentence = group.problem or tr("It cannot be used yet.")
        return [*head, Row(Kind.PROBLEM, sentence, name, group.provider)] if asked_for else []
    usable = [info for info in models if info.lifecycle is not Lifecycle.RETIRED and matches(info, name, query)]
    if not usable and (query.strip() or not group.problem):
        return []
    if group.problem and not query.strip():
        head.append(Row(Kind.NOTICE, group.problem, name, group.provider))
    return head + [Row(Kind.MODEL, info.name, name, group.provider, group.default, info) for info in usable]
