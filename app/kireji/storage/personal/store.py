"""The person's data on this computer, as the services see it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from kireji.core.personal_data import DataWriter, Erased, ErasePlan, Kept, Roots
from kireji.core.words import say
from kireji.storage.backups import FileBackupStore
from kireji.storage.personal import erasing, looking


class FilePersonalData:
    """Satisfies PersonalFiles.

    Args:
        roots: Where things are.
    """

    def __init__(self, roots: Roots) -> None:
        self._roots = roots

    def kept(self) -> Sequence[Kept]:
        """As in PersonalFiles."""
        return looking.kept(self._roots)

    def open_export(self, path: Path, *, overwrite: bool) -> DataWriter:
        """As in PersonalFiles."""
        from kireji.storage.personal.exporting import ZipDataWriter

        return ZipDataWriter(self._roots, path, overwrite=overwrite)

    def mark(self, plan: ErasePlan) -> None:
        """As in PersonalFiles."""
        erasing.mark(self._roots, plan)

    def unmark(self) -> None:
        """As in PersonalFiles."""
        erasing.unmark(self._roots)

    def marked(self) -> ErasePlan | None:
        """As in PersonalFiles."""
        return erasing.marked(self._roots)

    def erase(self, plan: ErasePlan) -> Erased:
        """As in PersonalFiles."""
        erasing.be_alone(self._roots)
        backups = self._backups(Path(plan.backups)) if plan.backups else Erased()
        files = erasing.erase(self._roots, plan)
        left = (*backups.left, *files.left)
        return Erased(files.files + backups.files, files.size + backups.size, left, files.foreign)

    def _backups(self, folder: Path) -> Erased:
        """Delete those in a folder of the person's own; what is no backup of ours stays."""
        store = FileBackupStore(self._roots.data / "kireji.db", self._roots.data / "captures")
        found = store.found(folder)
        for backup in found:
            store.remove(backup)
        left = [backup for backup in found if os.path.lexists(backup.path)]
        gone = [backup for backup in found if backup not in left]
        words = tuple(say("{path} could not be deleted.", path=backup.path) for backup in left)
        return Erased(len(gone), sum(backup.content.size for backup in gone), words)
