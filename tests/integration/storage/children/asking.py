"""Writes down a question for a table whose answer never comes; prints a line when it stands in the history.

Arguments: the database file.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kireji.core.structured.asked import AskedForm
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker, StructuredQuestion
from kireji.desktop.processes import origin_alive, process_origin
from kireji.services.structured.keeping import AnswerKeeping
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.results import SqliteResultStore


async def main(path: Path) -> None:
    database = await Database.open(path)
    store = SqliteConversationStore(database, origin_alive)
    keeping = AnswerKeeping(store, SqliteResultStore(database), process_origin())
    asked = AskedForm(AnswerForm.TABLE, "only the drinks")
    await keeping.begin(StructuredQuestion(AnswerForm.TABLE, "As a table", "", "", b"{}", asked=asked), Asker())
    print(1, flush=True)
    await asyncio.Event().wait()


asyncio.run(main(Path(sys.argv[1])))
