"""Streams an answer into a history without end; prints the number of pieces after each that is saved.

Arguments: the database file.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kireji.core.messages import Message, MessageState, Role, TextPart
from kireji.desktop.processes import origin_alive, process_origin
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database


async def main(path: Path) -> None:
    store = SqliteConversationStore(await Database.open(path), origin_alive)
    summary, question = await store.create("Streaming", Message(Role.USER, (TextPart("Go on."),)))
    row = await store.append(
        summary.id,
        question.id,
        Message(Role.ASSISTANT, ()),
        MessageState.STREAMING,
        provider="anthropic",
        model="some-model",
        origin=process_origin(),
    )
    pieces = 0
    while True:
        pieces += 1
        await store.update(row.id, Message(Role.ASSISTANT, (TextPart("piece " * pieces),)), MessageState.STREAMING)
        print(pieces, flush=True)


asyncio.run(main(Path(sys.argv[1])))
