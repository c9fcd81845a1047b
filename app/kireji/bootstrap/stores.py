"""What is kept in the data folder, opened for one process."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from kireji.bootstrap.tools import ToolStores
    from kireji.desktop.paths import Paths
    from kireji.storage.captures import FileCaptureStore
    from kireji.storage.conversations import SqliteConversationStore
    from kireji.storage.database import Database
    from kireji.storage.drafts import SqliteDraftStore
    from kireji.storage.ledger import SqliteLedger
    from kireji.storage.sent import FileSentStore


class Stores(NamedTuple):
    """What is kept in the data folder."""

    database: Database
    conversations: SqliteConversationStore
    drafts: SqliteDraftStore
    captures: FileCaptureStore
    ledger: SqliteLedger
    sent: FileSentStore
    tools: ToolStores


async def open_stores(stack: AsyncExitStack, paths: Paths) -> Stores:
    """Open what is kept; the stack closes it.

    Raises:
        StoreError: The database cannot be used.
    """
    from kireji.bootstrap.tools import tool_stores
    from kireji.desktop.processes import origin_alive
    from kireji.storage.captures import FileCaptureStore
    from kireji.storage.checkpoint import CheckpointFile
    from kireji.storage.conversations import SqliteConversationStore
    from kireji.storage.database import Database
    from kireji.storage.drafts import SqliteDraftStore
    from kireji.storage.ledger import SqliteLedger
    from kireji.storage.sent import FileSentStore

    database = await Database.open(paths.database)
    stack.push_async_callback(database.close)
    captures = FileCaptureStore(paths.captures, database)
    conversations = SqliteConversationStore(database, origin_alive, captures=captures)
    return Stores(
        database,
        conversations,
        SqliteDraftStore(database),
        captures,
        SqliteLedger(database, checkpoint=CheckpointFile(paths.checkpoint)),
        FileSentStore(paths.sent, database),
        tool_stores(database),
    )
