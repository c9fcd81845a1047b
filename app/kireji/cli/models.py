"""`kireji models`: what can answer now, with prices and limits."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from kireji.cli.console import Console
from kireji.cli.work import DONE, Work
from kireji.core.errors import KeyStoreError, ProviderError
from kireji.core.models import ModelInfo
from kireji.services.application import Services


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""

    async def work(services: Services) -> int:
        models: list[tuple[ModelInfo, bool]] = []
        for name in [arguments.provider] if arguments.provider else services.catalog.names:
            usable = await _usable(services, name, console)
            models += [
                (model, usable and not model.retired) for model in await _models(services, name, usable, console)
            ]
        if arguments.json:
            console.object({"models": [_value(model, usable) for model, usable in models]})
        else:
            head = ("PROVIDER", "MODEL", "CONTEXT", "ANSWER", "IN $/M", "OUT $/M", "NOTE")
            console.table(head, [_row(model, usable) for model, usable in models])
        return DONE

    return work


async def _usable(services: Services, name: str, console: Console) -> bool:
    if not services.catalog.provider(name).needs_key:
        return True
    try:
        return (await services.credentials.find(name)).secret is not None
    except KeyStoreError as error:
        console.note(error.sentence)
        return False


async def _models(services: Services, name: str, usable: bool, console: Console) -> Sequence[ModelInfo]:
    """With a key, the service's own list; when it cannot be had, the built-in table."""
    provider = services.catalog.provider(name)
    if not usable or not provider.needs_key:
        return await provider.models(None, None)
    try:
        return await services.catalog.models(name, refresh=True)
    except ProviderError as error:
        console.note(f"{error.sentence} This is the built-in list.")
        return await provider.models(None, None)


def _row(model: ModelInfo, usable: bool) -> tuple[str, ...]:
    note = model.retired or ("" if usable else "needs a key")
    price = model.prices[0] if model.prices else None
    if len(model.prices) > 1:
        note = f"{note}; " * bool(note) + f"above {model.prices[1].above_tokens:,} tokens the price rises"
    return (
        model.provider,
        model.id,
        _tokens(model.context_tokens),
        _tokens(model.max_output_tokens),
        "free" if model.free else f"{price.input:g}" if price else "?",
        "free" if model.free else f"{price.output:g}" if price else "?",
        note,
    )


def _tokens(count: int) -> str:
    if count <= 0:
        return "-"
    if count % 1_000_000 == 0:
        return f"{count // 1_000_000}M"
    return f"{count / 1000:g}k"


def _value(model: ModelInfo, usable: bool) -> dict[str, object]:
    return {
        "provider": model.provider,
        "id": model.id,
        "name": model.name,
        "usable": usable,
        "context_tokens": model.context_tokens or None,
        "max_output_tokens": model.max_output_tokens or None,
        "sees_images": model.sees_images,
        "efforts": [effort.value for effort in model.efforts],
        "free": model.free,
        "retired": model.retired,
        "prices": [
            {
                "above_tokens": price.above_tokens,
                "input": price.input,
                "output": price.output,
                "cache_write": price.cache_write,
                "cache_read": price.cache_read,
            }
            for price in model.prices
        ],
    }
