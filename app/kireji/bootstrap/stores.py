"""What is kept in the data folder, opened for one process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from contextlib import AsyncExitStack
    from pathlib import Path

    from kireji.bootstrap.tools import ToolStores
    from kireji.desktop.paths import Paths
    from kireji.storage.captures import FileCaptureStore
    from kireji.storage.conversations import SqliteConversationStore
    from kireji.storage.database import Database
    from kireji.storage.drafts import SqliteDraftStore
    from kireji.storage.ledger import SqliteLedger
    from kireji.storage.sent import FileSentStore


class Stores(NamedTuple):
    """What is kept in the data folder; and a sentence for the person about this start, mostly empty."""

    database: Database
    conversations: SqliteConversationStore
    drafts: SqliteDraftStore
    captures: FileCaptureStore
    ledger: SqliteLedger
    sent: FileSentStore
    tools: ToolStores
    told_at_start: str = ""


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
    from kireji.storage.drafts import SqliteDraftStore
    from kireji.storage.ledger import SqliteLedger
    from kireji.storage.sent import FileSentStore

    database, sentence = await _open_database(paths)
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
        sentence,
    )


def _exists(path: Path) -> bool:
    """Also where the path is too long to be asked for, which opening it says in a sentence."""
    return os.path.exists(path)


async def _open_database(paths: Paths) -> tuple[Database, str]:
    """The history, after a copy where another version of the program last used it; and what is to be told of that."""
    from kireji import __version__
    from kireji.core.errors import StoreTooNew
    from kireji.storage.database import Database
    from kireji.storage.last_version import LastVersionFile

    last, copied, sentence = LastVersionFile(paths.state / "version"), False, ""
    same = last.read() == __version__
    if not same and _exists(paths.database):
        import asyncio

        from kireji.bootstrap.first_start import prepare

        copied, sentence = await asyncio.to_thread(prepare, paths, last, __version__)
    try:
        database = await Database.open(paths.database, copies=not copied)
    except StoreTooNew as error:
        from kireji.bootstrap.first_start import with_way_back

        raise with_way_back(error, paths) from error
    if not same and not sentence:  # without a copy it is tried again
        last.write(__version__)
    return database, sentence
