"""What is kept beside structured answers and their questions."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from kireji.core.structured import asked as asked_forms
from kireji.core.structured import results
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.results import Result
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

log = logging.getLogger(__name__)


class SqliteResultStore:
    """One row per answer and per question; gone with its message.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, message: int, result: Result) -> None:
        """As in ResultStore."""
        data = results.encode(result).decode()
        form = type(result).__struct_config__.tag

        def work(connection: Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", (message, form, data))

        await self._database.write(work)

    async def find(self, message: int) -> Result | None:
        """As in ResultStore."""

        def work(connection: Connection) -> Result | None:
            found = connection.execute("SELECT data FROM results WHERE message = ?", (message,)).fetchone()
            if found is None:
                return None
            try:
                return results.decode(str(found[0]).encode())  # here, because large tables take their time
            except msgspec.DecodeError as error:
                log.warning("the result of message %d cannot be read: %s", message, error)
                return None

        return await self._database.run(work)

    async def among(self, messages: Sequence[int]) -> Mapping[int, str]:
        """As in ResultStore."""
        numbers = json.dumps(list(messages))

        def work(connection: Connection) -> Mapping[int, str]:
            found = "SELECT message, form FROM results WHERE message IN (SELECT value FROM json_each(?))"
            return dict(connection.execute(found, (numbers,)))

        return await self._database.run(work)

    async def keep_asked(self, question: int, asked: AskedForm) -> None:
        """As in ResultStore."""
        data = asked_forms.encode(asked).decode()

        def work(connection: Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO asked_forms VALUES (?, ?)", (question, data))

        await self._database.write(work)

    async def asked(self, question: int) -> AskedForm | None:
        """As in ResultStore."""

        def work(connection: Connection) -> AskedForm | None:
            found = connection.execute("SELECT data FROM asked_forms WHERE message = ?", (question,)).fetchone()
            if found is None:
                return None
            try:
                return asked_forms.decode(str(found[0]).encode())
            except msgspec.DecodeError as error:
                log.warning("what question %d asks for cannot be read: %s", question, error)
                return None

        return await self._database.run(work)
