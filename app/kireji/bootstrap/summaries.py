"""Summaries of what a long conversation leaves out; made when the first is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kireji.bootstrap.stores import Stores
    from kireji.services.catalog import Catalog
    from kireji.services.credentials import Credentials
    from kireji.services.outbox import Outbox
    from kireji.services.preferences import Preferences
    from kireji.services.summaries import Summaries
    from kireji.services.token_counts import TokenCounts


def summaries(
    stores: Stores,
    catalog: Catalog,
    credentials: Credentials,
    outbox: Outbox,
    preferences: Preferences,
    counts: TokenCounts,
) -> Summaries:
    """Makes them."""
    from kireji.services.summaries import Summaries

    return Summaries(stores.conversations, catalog, credentials, outbox, preferences, counts)
