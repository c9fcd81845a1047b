"""Opens a history as soon as a line comes on standard input and writes conversations into it.

Arguments: the database file, a name, how many.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kireji.core.messages import Message, Role, TextPart
from kireji.desktop.processes import origin_alive
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database


async def main(path: Path, name: str, count: int) -> None:
    database = await Database.open(path)
    store = SqliteConversationStore(database, origin_alive)
    for number in range(count):
        summary, question = await store.create(f"{name} {number}", Message(Role.USER, (TextPart("question"),)))
        await store.append(summary.id, question.id, Message(Role.ASSISTANT, (TextPart("answer"),)))
    await database.close()


sys.stdin.readline()
asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
