"""Cleared requests for tests; in the program only the outbox makes them."""

from __future__ import annotations

from kireji.core.provider_ports import Provider
from kireji.core.requests import ClearedRequest, ModelRequest, OutgoingRequest


def cleared(outgoing: OutgoingRequest | None, request: ModelRequest | None = None) -> ClearedRequest:
    """`outgoing` as if it had passed the outbox."""
    return ClearedRequest.issue(outgoing, request, None)


def cleared_question(provider: Provider, request: ModelRequest, base_url: str) -> ClearedRequest:
    """A question in the provider's form, cleared."""
    return cleared(provider.encode(request, base_url), request)
