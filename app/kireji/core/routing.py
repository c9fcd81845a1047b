"""Where OpenRouter may pass a request on to, as it stands in the request."""

from __future__ import annotations

from kireji.core.requests import Routing


def routing_fields(routing: Routing) -> dict[str, object]:
    """The fields of a body that say it; what the service does by itself is not said."""
    provider: dict[str, object] = {} if routing.data_collection else {"data_collection": "deny"}
    if routing.zero_retention:
        provider["zdr"] = True
    named = {"order": routing.order, "only": routing.only, "ignore": routing.ignore}
    provider |= {name: list(values) for name, values in named.items() if values}
    if not routing.allow_fallbacks:
        provider["allow_fallbacks"] = False
    if routing.sort:
        provider["sort"] = routing.sort
    fields: dict[str, object] = {"provider": provider} if provider else {}
    return fields | ({"models": list(routing.fallback_models)} if routing.fallback_models else {})
