"""The copy of everything before a new version of the program starts for the first time.

It is a backup like the others, in the same folder, so it can be restored like them, with what else is small and has no
second copy: the queue of jobs, the settings, the servers of tools, prompts, policies and plugins. It is made in a
folder that is no backup yet, checked, and given its name last; so one that was ended in the middle does not count.
"""

from __future__ import annotations

import itertools
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from kireji.core.errors import StoreCorrupt, StoreFull
from kireji.core.transfer import Backup
from kireji.core.words import say
from kireji.storage.backups import DATABASE, FileBackupStore, copy_database, reading, told
from kireji.storage.faults import JOBS_NAME, damaged, store_error
from kireji.storage.migrations import APPLICATION_ID, STEPS, version_of

log = logging.getLogger(__name__)

BEGINNING = "kireji-before-version-"
KEPT = 3
"""Copies; older ones go when a new one was made."""

_CHECKED_WHOLE = 64 << 20
"""Bytes: a queue of jobs up to this size is checked wholly, which takes a second at most."""
_LARGEST = 1 << 20
"""Bytes of a prompt, policy, plugin or settings file; what is larger is something else."""
_MOST = 500
"""Files of one folder."""
_LEFT_FREE = 32 << 20
"""Bytes of the disk that stay free."""


class Kept(NamedTuple):
    """What is copied, and where to.

    Args:
        database: The history.
        captures: Its pictures; they are shared with the copy where the disk can do that.
        jobs: The queue of jobs.
        backups: Folder of the copies.
        files: Single files.
        folders: Folders of small files, each with the ending of their names.
    """

    database: Path
    captures: Path
    jobs: Path
    backups: Path
    files: Sequence[Path]
    folders: Sequence[tuple[Path, str]]


class VersionCopies:
    """Makes and finds these copies.

    Args:
        kept: What is copied, and where to.
        now: The time in UTC.
    """

    def __init__(self, kept: Kept, now: Callable[[], datetime] | None = None) -> None:
        self._kept = kept
        self._now = now or (lambda: datetime.now(UTC))
        self._store = FileBackupStore(kept.database, kept.captures, self._now)

    def needed(self) -> bool:
        """Whether there is anything to copy that this version could change."""
        with told(self._kept.database, store_error):
            if not self._kept.database.is_file() or self._kept.database.stat().st_size == 0:
                return False
            with closing(reading(self._kept.database)) as connection:
                ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
                return ours and 0 < version_of(connection) <= len(STEPS)

    def changes(self) -> bool:
        """Whether this version will change how the data is kept."""
        with told(self._kept.database, store_error):
            with closing(reading(self._kept.database)) as connection:
                if version_of(connection) < len(STEPS):
                    return True
            if not self._kept.jobs.is_file():
                return False
            from kireji.storage.jobs.tables import STEPS as JOB_STEPS

            try:
                with told(self._kept.jobs, store_error), closing(reading(self._kept.jobs)) as connection:
                    return version_of(connection) < len(JOB_STEPS)
            except StoreCorrupt:
                return False  # nobody can change it either

    def make(self, version: str) -> Backup:
        """Make the copy before a version.

        Raises:
            StoreError: It could not be made, or did not pass its check; nothing of it is left that would count.
        """
        with told(self._kept.backups, store_error):
            self._check_room()
            made = self._store.make(self._free(version), share=True, beside=self._copy_beside)
        for old in self.found()[KEPT:]:
            self._store.remove(old)
        return made

    def found(self) -> list[Backup]:
        """All of them, newest first."""
        return [one for one in self._store.found(self._kept.backups) if one.path.name.startswith(BEGINNING)]

    def remove(self, copy: Backup) -> None:
        """Take one away."""
        self._store.remove(copy)

    def way_back(self) -> Path | None:
        """The newest copy of the history that this version can read; None when there is none."""
        return next((one.path / DATABASE for one in self.found() if one.content.schema <= len(STEPS)), None)

    def _check_room(self) -> None:
        files = [self._kept.database, self._kept.jobs]
        needed = sum(file.stat().st_size for file in files if file.is_file()) + _LEFT_FREE
        free = shutil.disk_usage(self._kept.database.parent).free
        if free < needed:
            raise StoreFull(
                say("There is no room for a copy of your data."),
                say("Free {size} MB of the disk.", size=-(-(needed - free) // 1_000_000)),
                detail=f"{needed} bytes are needed, {free} are free",
            )

    def _free(self, version: str) -> Path:
        stem = f"{BEGINNING}{re.sub('[^0-9A-Za-z.]', '-', version)}-{self._now().astimezone():%Y-%m-%d-%H%M%S}"
        names = (f"{stem}{(number and f'-{number}') or ''}" for number in itertools.count())
        return next(path for name in names if not os.path.lexists(path := self._kept.backups / name))

    def _copy_beside(self, staging: Path) -> None:
        """Put everything but the history into the copy."""
        if self._kept.jobs.is_file():
            _copy_jobs(self._kept.jobs, staging / JOBS_NAME)
        for source, target in self._small_files():
            (staging / target).parent.mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(source, staging / target)
            (staging / target).chmod(0o600)

    def _small_files(self) -> Iterator[tuple[Path, Path]]:
        for file in self._kept.files:
            if _is_small(file):
                yield file, Path(file.name)
        for folder, ending in self._kept.folders:
            for file in sorted(folder.glob(f"*{ending}"))[:_MOST]:
                if _is_small(file):
                    yield file, Path(folder.name, file.name)


def _is_small(file: Path) -> bool:
    """Whether it is a file of its own, or a link to one, of a size that settings have."""
    try:
        return file.is_file() and file.stat().st_size <= _LARGEST
    except OSError:
        return False


def _copy_jobs(jobs: Path, target: Path) -> None:
    """Copy the queue; one that is damaged as it is, because it must not keep the rest from being copied."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with told(jobs, store_error):
            copy_database(jobs, target)
            _check_jobs(target)
    except StoreCorrupt as error:
        log.warning("the queue of jobs is damaged; it is copied as it is: %s", error)
        shutil.copyfile(jobs, target)


def _check_jobs(copy: Path) -> None:
    """Raises StoreCorrupt: It cannot be opened, or is damaged."""
    whole = copy.stat().st_size <= _CHECKED_WHOLE
    with closing(reading(copy)) as connection:
        (found,) = connection.execute("PRAGMA quick_check(1)" if whole else "SELECT 'ok'").fetchone()
        version_of(connection)
    if found != "ok":
        raise damaged(copy, str(found))
