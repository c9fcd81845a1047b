"""The jobs as Qt's list wants them: rows that change in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from kireji.core.jobs.values import Job
from kireji.ui.jobs.words import spoken

Index = QModelIndex | QPersistentModelIndex

JOB = Qt.ItemDataRole.UserRole + 1
"""Role under which the `Job` itself is found."""
MODEL = Qt.ItemDataRole.UserRole + 2
"""Role of the model's name."""
_NOWHERE = QModelIndex()


class JobModel(QAbstractListModel):
    """Holds all jobs, newest first.

    Args:
        name: What a model is called: provider and id to words.
    """

    def __init__(self, name: Callable[[str, str], str]) -> None:
        super().__init__()
        self._name = name
        self._jobs: list[Job] = []
        self._now = datetime.now().astimezone()

    @property
    def now(self) -> datetime:
        """The time that rows speak from, in the person's own zone."""
        return self._now

    @property
    def jobs(self) -> tuple[Job, ...]:
        """All of them."""
        return tuple(self._jobs)

    def job(self, index: Index) -> Job | None:
        """What stands at an index."""
        return self._jobs[index.row()] if 0 <= index.row() < len(self._jobs) else None

    def find(self, job: int | None) -> QModelIndex:
        """Where a job stands; invalid when it is not there."""
        if job is None:
            return QModelIndex()
        row = next((row for row, each in enumerate(self._jobs) if each.id == job), -1)
        return self.index(row, 0) if row >= 0 else QModelIndex()

    def show_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these; rows that were there stay where they are, and only what has changed is told."""
        wanted = {job.id for job in jobs}
        for row in range(len(self._jobs) - 1, -1, -1):
            if self._jobs[row].id not in wanted:
                self.beginRemoveRows(_NOWHERE, row, row)
                del self._jobs[row]
                self.endRemoveRows()
        for row, job in enumerate(jobs):
            if row < len(self._jobs) and self._jobs[row].id == job.id:
                self._change(row, job)
            else:
                self._insert(row, jobs)
                break

    def _insert(self, first: int, jobs: Sequence[Job]) -> None:
        """From a row on, the order is another or there are new ones."""
        if first == 0 and self._is_tail(jobs):
            new = len(jobs) - len(self._jobs)
            self.beginInsertRows(_NOWHERE, 0, new - 1)
            self._jobs[:0] = jobs[:new]
            self.endInsertRows()
            for row in range(new, len(jobs)):
                self._change(row, jobs[row])
            return
        self.beginResetModel()
        self._jobs = list(jobs)
        self.endResetModel()

    def _is_tail(self, jobs: Sequence[Job]) -> bool:
        new = len(jobs) - len(self._jobs)
        return new > 0 and all(one.id == other.id for one, other in zip(self._jobs, jobs[new:], strict=True))

    def _change(self, row: int, job: Job) -> None:
        if self._jobs[row] != job:
            self._jobs[row] = job
            self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def change(self, job: Job) -> bool:
        """One job is different now; False when it is not among them."""
        index = self.find(job.id)
        if index.isValid():
            self._change(index.row(), job)
        return index.isValid()

    def tell_time(self, now: datetime) -> None:
        """Speak from another time on."""
        days_passed = now.date() != self._now.date()
        self._now = now
        if days_passed and self._jobs:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._jobs) - 1, 0))

    # What Qt asks.

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._jobs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        job = self.job(index)
        if job is None:
            return None
        if role == JOB:
            return job
        if role == MODEL:
            return self._name(job.plan.provider, job.plan.model)
        if role == Qt.ItemDataRole.DisplayRole:
            return job.plan.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(job, self._name(job.plan.provider, job.plan.model), self._now)
        return None
