"""Models and servers by the names that people know."""

from __future__ import annotations

from kireji.core.models import ModelInfo
from kireji.services.application import Services

_LOCAL = "local"


def model_name(services: Services, provider: str, model: str) -> str:
    """What a model is called; its id when that is all that is known."""
    found = services.catalog.find(provider, model)
    return found.name if found is not None else model


def server_name(services: Services, provider: str, model: str) -> str:
    """What the local server that has a model is called; empty for other providers and unknown servers."""
    if provider != _LOCAL:
        return ""
    info = services.catalog.find(provider, model)
    for server in services.local_servers.found:
        has_it = any(one.id == model for one in server.models)
        if has_it and (info is None or info.address in ("", server.base_url)):
            return server.name
    return ""


def saved(info: ModelInfo | None, read: int, written: int) -> float | None:
    """What the cache saved, in US dollars; None when prices are unknown or nothing was saved.

    Args:
        info: The model that answered.
        read: Tokens that came from the cache.
        written: Tokens that were written to it, which costs a little more.
    """
    if info is None or info.free or not info.prices:
        return None
    price = info.prices[0]
    gain = (read * (price.input - price.cache_read) - written * max(0.0, price.cache_write - price.input)) / 1_000_000
    return gain if gain > 0 else None
