"""Backups by hand and by themselves, and bringing them back."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from kireji.core.errors import KirejiError, TransferError
from kireji.core.ports import Clock
from kireji.core.publisher import Publisher
from kireji.core.settings import BackupSettings
from kireji.core.transfer import EMPTY, Backup, BackupState, BackupStore, ImportReport
from kireji.core.words import say
from kireji.services.steps import step
from kireji.services.transfer import Told, TransferService, tell_nobody

log = logging.getLogger(__name__)

DAILY, WEEKLY = 7, 4
"""How many days, and how many weeks before these, keep a backup."""
_SAFETY_COPIES = 2

AUTOMATIC, BY_HAND, SAFETY = "kireji-auto-", "kireji-", "kireji-before-restore-"
"""Beginnings of the names; only what begins like the first and the last is ever deleted."""

_NEXT_LOOK = 1800.0
"""Seconds between two looks whether a backup is due."""
_BUSY_LOOK = 60.0
"""Seconds after which it is tried again when something else went on."""


class BackupService:
    """Makes backups and merges them back.

    Args:
        backups: As files.
        transfer: Merges.
        settings: What holds now.
        folder: Where backups go when the settings name no folder.
        clock: The time.

    Attributes:
        changed: Published when the state has changed.
    """

    def __init__(
        self,
        backups: BackupStore,
        transfer: TransferService,
        settings: Callable[[], BackupSettings],
        folder: Path,
        clock: Clock,
    ) -> None:
        self._backups = backups
        self._transfer = transfer
        self._settings = settings
        self._folder = folder
        self._clock = clock
        self._failed: tuple[datetime, str] | None = None
        self._one = asyncio.Lock()
        self.changed: Publisher[None] = Publisher()

    @property
    def folder(self) -> Path:
        """Where backups go."""
        named = self._settings().folder
        return Path(named).expanduser() if named else self._folder

    async def state(self) -> BackupState:
        """How the last one went."""
        found = await self.found()
        last = found[0] if found else None
        if self._failed is None or (last is not None and last.content.made > self._failed[0]):
            return BackupState(last)
        return BackupState(last, *self._failed)

    async def found(self) -> Sequence[Backup]:
        """All in the folder, newest first."""
        folder = self.folder
        return await step(lambda: self._backups.found(folder))

    async def make(self, path: Path | None = None) -> Backup:
        """A backup by hand; it is never deleted by itself.

        Args:
            path: A name that ends with .zip makes a zip file, another a folder; None makes a zip beside the others.

        Raises:
            TransferError: Something of that name exists.
            StoreError: It could not be written, or did not pass its check.
        """
        return await self._make(path or await self._free(BY_HAND, ".zip"))

    async def make_if_due(self) -> Backup | None:
        """The backup of the day, if automatic ones are on and something has changed since the last.

        Raises:
            KirejiError: As for `make`.
        """
        if not self._settings().automatic or not await self._is_due():
            return None
        backup = await self._make(await self._free(AUTOMATIC), share=True)
        for old in _surplus(await self.found()):
            await step(lambda old=old: self._backups.remove(old))  # type: ignore[misc] # mypy reads no default here
        return backup

    async def keep_up(
        self,
        busy: Callable[[], bool],
        tell: Callable[[str], None],
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Make the backup of each day while the program runs, at a moment when nothing else goes on.

        Args:
            busy: Whether something does.
            tell: Told once of each different reason why a backup failed.
            pause: Waits for so many seconds.
        """
        said = ""
        while True:
            if busy():
                await pause(_BUSY_LOOK)
                continue
            try:
                if await self.make_if_due() is not None:
                    said = ""
            except KirejiError as error:
                log.warning("no backup: %s", error)
                sentence = say("Today's backup could not be made.") + " " + error.sentence
                if sentence != said:
                    said = sentence
                    tell(sentence)
            await pause(_NEXT_LOOK)

    async def preview(self, path: Path, *, removed_too: bool = False, told: Told = tell_nobody) -> ImportReport:
        """What a backup would add.

        Raises:
            TransferError: It is none, or damaged.
            StoreTooNew: A newer version made it.
        """
        source = await step(lambda: self._backups.open(path))
        return await self._transfer.merge(source, only_look=True, removed_too=removed_too, told=told)

    async def restore(self, path: Path, *, removed_too: bool = False, told: Told = tell_nobody) -> ImportReport:
        """Add what a backup has and the history has not, after a copy of the history was made.

        Args:
            path: The backup.
            removed_too: Bring back conversations that were removed since.
            told: How far it is.

        Raises:
            TransferError: It is none, or damaged.
            StoreTooNew: A newer version made it.
            StoreError: The environment's fault.
        """
        source = await step(lambda: self._backups.open(path))
        try:
            await self._make(await self._free(SAFETY), share=True)
        except BaseException:
            await asyncio.shield(step(source.close))
            raise
        report = await self._transfer.merge(source, removed_too=removed_too, told=told)
        copies = [one for one in await self.found() if one.path.name.startswith(SAFETY)]
        for old in copies[_SAFETY_COPIES:]:
            await step(lambda old=old: self._backups.remove(old))  # type: ignore[misc] # mypy reads no default here
        return report

    async def _make(self, target: Path, *, share: bool = False) -> Backup:
        async with self._one:
            try:
                backup = await step(lambda: self._backups.make(target, share=share))
            except KirejiError as error:
                if not isinstance(error, TransferError):
                    self._failed = (self._clock.now(), error.sentence)
                    self.changed.publish(None)
                raise
        self._failed = None
        self.changed.publish(None)
        return backup

    async def _is_due(self) -> bool:
        made = [one.content for one in await self.found() if not one.path.name.startswith(SAFETY)]
        today = self._clock.now().astimezone().date()
        if made and made[0].made.astimezone().date() == today:
            return False
        return await step(self._backups.mark) != (made[0].mark if made else EMPTY)

    async def _free(self, beginning: str, ending: str = "") -> Path:
        """A name with the time in it that nothing has."""
        stem, folder = f"{beginning}{self._clock.now().astimezone():%Y-%m-%d-%H%M%S}", self.folder
        names = (f"{stem}{(number and f'-{number}') or ''}{ending}" for number in itertools.count())
        return await step(lambda: next(path for name in names if not os.path.lexists(path := folder / name)))


def _surplus(found: Sequence[Backup]) -> Sequence[Backup]:
    """The automatic ones that are kept no longer: all but the newest of each of the last days and weeks that have one.

    Args:
        found: Newest first.
    """
    automatic = [one for one in found if one.path.name.startswith(AUTOMATIC)]
    days: dict[object, Backup] = {}
    for one in automatic:
        days.setdefault(one.content.made.astimezone().date(), one)
    kept = list(days.values())[:DAILY]
    weeks: dict[object, Backup] = {}
    for one in list(days.values())[DAILY:]:
        weeks.setdefault(one.content.made.astimezone().isocalendar()[:2], one)
    kept += list(weeks.values())[:WEEKLY]
    return [one for one in automatic if one not in kept]
