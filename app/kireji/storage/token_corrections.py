"""What was learned of the way in which models count, so that the next start knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from kireji.core.token_corrections import Correction, fits
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_SAVE = "INSERT OR REPLACE INTO token_corrections (models, correction, saved) VALUES (?, ?, ?)"
_DIGITS = 10


class SqliteCorrectionStore:
    """One row for models that count alike.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Mapping[str, Correction]:
        """As in CorrectionStore. What cannot be read, or is another version's, is left out: it is learned anew."""

        def work(connection: Connection) -> dict[str, Correction]:
            found = {
                models: _decoded(text)
                for models, text in connection.execute("SELECT models, correction FROM token_corrections")
            }
            return {models: correction for models, correction in found.items() if correction is not None}

        return await self._database.run(work)

    async def save(self, models: str, correction: Correction) -> None:
        """As in CorrectionStore."""
        short = msgspec.structs.replace(
            correction,
            factors=tuple(round(one, _DIGITS) for one in correction.factors),
            covariance=tuple(round(one, _DIGITS) for one in correction.covariance),
        )
        values = (rows.storable(models), msgspec.json.encode(short).decode(), rows.to_microseconds(rows.utc_now()))
        await self._database.write(lambda connection: connection.execute(_SAVE, values).rowcount)


def _decoded(text: str) -> Correction | None:
    try:
        correction = msgspec.json.decode(text, type=Correction)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    return correction if fits(correction) else None
