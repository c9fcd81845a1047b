"""Histories on the disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kireji.core.history import Origin
from kireji.core.settings import BackupSettings
from kireji.core.transfer import Format, WholeConversation, Writer
from kireji.imaging.codec import PillowCodec
from kireji.services.backup import BackupService
from kireji.services.transfer import TransferService
from kireji.storage.backups import FileBackupStore
from kireji.storage.captures import FileCaptureStore
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.transfer.merging import SqliteWholeStore
from kireji.storage.transfer.sources import open_source
from kireji.storage.transfer.writers import open_writer
from kireji.ui.chat.answer_page import render
from tests.fakes.desktop import FakeClock


def _nobody(origin: Origin) -> bool:
    del origin
    return False


def _writer(path: Path, form: Format, overwrite: bool) -> Writer:
    return open_writer(path, form, render, overwrite=overwrite)


@dataclass
class Home:
    """A data folder with everything that is in it."""

    folder: Path
    database: Database
    conversations: SqliteConversationStore
    captures: FileCaptureStore
    whole: SqliteWholeStore
    transfer: TransferService
    backups: BackupService
    clock: FakeClock

    async def everything(self) -> dict[str, WholeConversation]:
        """All conversations by name."""
        found = [await self.whole.whole(row) for row in await self.whole.conversations()]
        return {one.key: one for one in found if one is not None}

    def leftovers(self) -> list[str]:
        """What a transfer should have cleared away."""
        return [file.name for file in self.folder.iterdir() if file.name.startswith(".")]


@asynccontextmanager
async def open_home(folder: Path) -> AsyncIterator[Home]:
    """Open a data folder, making it when it is not there."""
    database = await Database.open(folder / "kireji.db")
    try:
        captures = FileCaptureStore(folder / "captures", database)
        conversations = SqliteConversationStore(database, _nobody, captures=captures)
        whole = SqliteWholeStore(database, _nobody, conversations.changed)
        transfer = TransferService(whole, captures, PillowCodec(), open_source, _writer)
        clock = FakeClock()
        store = FileBackupStore(folder / "kireji.db", folder / "captures", clock.now)
        backups = BackupService(store, transfer, BackupSettings, folder / "backups", clock)
        yield Home(folder, database, conversations, captures, whole, transfer, backups, clock)
    finally:
        await database.close()


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with open_home(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Home]:
    """Another computer."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(open_home(tmp_path / "other"))
