"""The models that services last said they have, so that a choice is there before the next answer comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kireji.core.models import ModelInfo
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_SAVE = "INSERT OR REPLACE INTO model_lists (provider, base_url, models, asked) VALUES (?, ?, ?, ?)"
_LOAD = "SELECT models, asked FROM model_lists WHERE provider = ? AND base_url = ?"


class SqliteModelListStore:
    """One row per service.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, provider: str, base_url: str) -> tuple[Sequence[ModelInfo], datetime] | None:
        """As in ModelListStore. A row that cannot be read counts as none: the service will be asked again.

        Raises:
            StoreError: The environment's fault.
        """
        key = (rows.storable(provider), rows.storable(base_url))

        def work(connection: Connection) -> tuple[Sequence[ModelInfo], datetime] | None:
            found = connection.execute(_LOAD, key).fetchone()
            models = None if found is None else rows.decode_models(found[0])
            return None if models is None else (models, rows.from_microseconds(found[1]))

        return await self._database.run(work)

    async def save(self, provider: str, base_url: str, models: Sequence[ModelInfo], when: datetime) -> None:
        """As in ModelListStore.

        Raises:
            StoreError: The environment's fault.
        """
        key = (rows.storable(provider), rows.storable(base_url))
        values = (*key, rows.encode_models(models), rows.to_microseconds(when))
        await self._database.write(lambda connection: connection.execute(_SAVE, values).rowcount)
