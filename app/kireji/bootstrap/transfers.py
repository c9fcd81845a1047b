"""Exports, imports and backups, wired when they are first wanted."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from kireji.core.ports import Clock
    from kireji.core.transfer import Format, Writer
    from kireji.desktop.paths import Paths
    from kireji.services.backup import BackupService
    from kireji.services.preferences import Preferences
    from kireji.services.transfer import TransferService
    from kireji.storage.captures import FileCaptureStore
    from kireji.storage.conversations import SqliteConversationStore
    from kireji.storage.database import Database


class _Stores(Protocol):
    @property
    def database(self) -> Database: ...
    @property
    def conversations(self) -> SqliteConversationStore: ...
    @property
    def captures(self) -> FileCaptureStore: ...


class Transfers:
    """Makes each service once.

    Args:
        paths: Where things are kept.
        stores: The history.
        preferences: The settings.
        clock: The time.
    """

    def __init__(self, paths: Paths, stores: _Stores, preferences: Preferences, clock: Clock) -> None:
        self._paths = paths
        self._stores = stores
        self._preferences = preferences
        self._clock = clock

    def transfer(self) -> TransferService:
        """Exports and imports."""
        return self._transfer

    def backups(self) -> BackupService:
        """Backups."""
        return self._backups

    @cached_property
    def _transfer(self) -> TransferService:
        from kireji.desktop.processes import origin_alive
        from kireji.imaging.codec import PillowCodec
        from kireji.services.transfer import TransferService
        from kireji.storage.transfer.merging import SqliteWholeStore
        from kireji.storage.transfer.sources import open_source

        conversations = self._stores.conversations
        store = SqliteWholeStore(self._stores.database, origin_alive, conversations.changed)
        return TransferService(store, self._stores.captures, PillowCodec(), open_source, _open_writer)

    @cached_property
    def _backups(self) -> BackupService:
        from kireji.services.backup import BackupService
        from kireji.storage.backups import FileBackupStore

        return BackupService(
            FileBackupStore(self._paths.database, self._paths.captures, self._clock.now),
            self._transfer,
            lambda: self._preferences.settings.backup,
            self._paths.backups,
            self._clock,
        )


def _open_writer(path: Path, form: Format, overwrite: bool) -> Writer:
    from kireji.storage.transfer.writers import open_writer
    from kireji.ui.chat.answer_page import render

    return open_writer(path, form, render, overwrite=overwrite)
