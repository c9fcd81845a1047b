"""`kireji models`: what can answer now, with prices and limits."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from kireji.cli.console import Console
from kireji.cli.values import efforts_words, model_value, price_words, token_words
from kireji.cli.work import DONE, Work
from kireji.core.errors import AuthenticationFailed, KeyStoreError, KirejiError
from kireji.core.models import Lifecycle, ModelInfo, Price
from kireji.services.application import Services
from kireji.services.catalog import ProviderModels
from kireji.services.credentials import ADDRESSES, without_keychain
from kireji.services.local_servers import LOCAL
from kireji.services.names import title

_LISTS: Mapping[str, str] = MappingProxyType(
    {"built-in": "the built-in list", "earlier": "the list it gave earlier", "service": "the list it gives now"}
)
_HEAD = ("PROVIDER", "MODEL", "NAME", "CONTEXT", "ANSWER", "IN $/M", "OUT $/M", "CAN", "NOTE")


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""

    async def work(services: Services) -> int:
        found = await _look(services, arguments.provider)
        servers = {server.base_url: server.name for server in services.local_servers.found}
        if arguments.json:
            console.object(await _value(services, found, servers))
            return DONE
        rows = [_row(services, group, model, servers) for group in found for model in group.models]
        if rows:
            console.table(_HEAD, rows)
        if closed := [(group.provider, await _reason(services, group)) for group in found if not group.ready]:
            if rows:
                console.line()
            console.table(("PROVIDER", "CANNOT BE USED NOW, BECAUSE"), closed)
        for group in found:
            if group.problem and group.models:
                words = f"{group.problem} This" if group.ready else f"{title(group.provider)}: this"
                console.note(f"{words} is {_LISTS[await _origin(services, group)]}.")
        return DONE

    return work


async def _look(services: Services, wanted: str) -> Sequence[ProviderModels]:
    """Every provider, or the one that is wanted; then nothing is asked of the others."""
    if not wanted:
        return await services.catalog.overview(refresh=True)
    catalog = services.catalog
    default = catalog.provider(wanted).default_model
    try:
        if wanted in ADDRESSES and catalog.provider(wanted).needs_key:
            credential = await services.credentials.find(wanted)
            if credential.secret is None:
                raise services.credentials.missing(wanted)
        models = await catalog.models(wanted, refresh=True)
    except KirejiError as error:
        ready = not isinstance(error, AuthenticationFailed | KeyStoreError) and wanted != LOCAL
        return [ProviderModels(wanted, ready, error.sentence, catalog.known(wanted), default)]
    problem = "" if models else "No model server answers."
    return [ProviderModels(wanted, bool(models), problem, models, default or (models[0].id if models else ""))]


async def _origin(services: Services, group: ProviderModels) -> str:
    """Where a list comes from: the service just now, the service earlier, or this program."""
    built_in = tuple(await services.catalog.provider(group.provider).models(None, "", None))
    if group.provider not in ADDRESSES or (group.problem and group.models == built_in):
        return "built-in"
    return "earlier" if group.problem else "service"


async def _reason(services: Services, group: ProviderModels) -> str:
    """Why a provider cannot be used, with what to do where the reason is a key or the keychain."""
    if group.ready or group.provider not in ADDRESSES:
        return group.problem
    missing = services.credentials.missing(group.provider)
    keychain = await services.credentials.keychain()
    known = {
        missing.message: missing.sentence,
        keychain.reason: f"{keychain.reason} {without_keychain(group.provider)}",
    }
    return known.get(group.problem, group.problem)


def _usable(group: ProviderModels, model: ModelInfo) -> bool:
    return group.ready and model.lifecycle is not Lifecycle.RETIRED


def _default(services: Services, group: ProviderModels) -> str:
    return services.preferences.settings.models.model_of(group.provider) or group.default


def _price(model: ModelInfo, of: Callable[[Price], float]) -> str:
    if model.free:
        return "free"
    return price_words([(price.above_tokens, of(price)) for price in model.prices if price.sound])


def _row(services: Services, group: ProviderModels, model: ModelInfo, servers: Mapping[str, str]) -> tuple[str, ...]:
    place = services.credentials.shown_address(LOCAL, model.address) if model.address else ""
    notes = (
        "default" if model.id == _default(services, group) else "",
        "" if group.ready else "not now",
        _end(model),
        " at ".join(filter(None, (servers.get(model.address, ""), place))),
        model.note,
    )
    return (
        model.provider,
        model.id,
        model.name if model.name != model.id else "",
        token_words(model.context_tokens),
        token_words(model.max_output_tokens),
        _price(model, lambda price: price.input),
        _price(model, lambda price: price.output),
        _abilities(model),
        "; ".join(note.rstrip(".") for note in notes if note),
    )


def _abilities(model: ModelInfo) -> str:
    able = {
        "pictures": model.sees_images,
        "tools": model.uses_tools,
        "documents": model.reads_documents,
        f"effort {efforts_words(model.efforts)}": bool(model.efforts),
    }
    return ", ".join(name for name, has in able.items() if has)


def _end(model: ModelInfo) -> str:
    if model.lifecycle is Lifecycle.ACTIVE:
        return ""
    when = f" {model.ends}" if model.ends else ""
    said = f"retired{when}" if model.lifecycle is Lifecycle.RETIRED else f"deprecated{', ends' * bool(when)}{when}"
    return f"{said}, replaced by {model.replacement}" if model.replacement else said


async def _value(services: Services, found: Sequence[ProviderModels], servers: Mapping[str, str]) -> dict[str, object]:
    models, providers = [], []
    for group in found:
        default = _default(services, group)
        models += [
            model_value(model)
            | {"usable": _usable(group, model), "default": model.id == default}
            | {"server": servers.get(model.address, "") or None}
            | {"address": services.credentials.shown_address(LOCAL, model.address) if model.address else None}
            for model in group.models
        ]
        providers.append(
            {
                "provider": group.provider,
                "ready": group.ready,
                "problem": await _reason(services, group),
                "default": default or None,
                "list": await _origin(services, group),
            }
        )
    return {"models": models, "providers": providers}
