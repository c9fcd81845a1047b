"""Writes what was decided into a file: asks where and as what, tells how far it is and where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from kireji.core.errors import KirejiError
from kireji.core.jobs.reviews import ReviewForm
from kireji.core.jobs.values import Job
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import count
from kireji.ui.file_dialog import FileDialog
from kireji.ui.jobs.work_row import WorkRow
from kireji.ui.settings.opening import open_folder
from kireji.ui.transfer.words import file_name
from kireji.ui.translation import mark, plural, tr

if TYPE_CHECKING:
    from kireji.services.jobs.service import JobService

LABELS = ".labels.jsonl"
_FORMS = (
    (ReviewForm.CSV, ".csv", mark("Table (*.csv)")),
    (ReviewForm.JSONL, ".jsonl", mark("Lines of JSON (*.jsonl)")),
    (ReviewForm.LABELS, LABELS, mark("Labelled set, to check policies with (*.labels.jsonl)")),
)


def form_of(name: str) -> ReviewForm:
    """As what a file of this name is written."""
    lower = name.lower()
    if lower.endswith(LABELS):
        return ReviewForm.LABELS
    return ReviewForm.CSV if lower.endswith(".csv") else ReviewForm.JSONL


class ReviewExporter(QObject):
    """Exports the decisions about one job at a time.

    Args:
        jobs: The use cases.
        work: Where it is told how far it is.
        parent: Over which the dialog opens.
        failed: Told of faults of this program.
    """

    def __init__(
        self, jobs: JobService, work: WorkRow, parent: QWidget, failed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._work = work
        self._window = parent
        self._scope = TaskScope("export of decisions", failed)
        self._job: Job | None = None
        self._written: Path | None = None
        self.files: QFileDialog | None = None
        work.stop_clicked.connect(self.stop)
        work.place_clicked.connect(self._show_place)

    def ask(self, job: Job) -> None:
        """Ask where and as what, and write."""
        self._job = job
        files = FileDialog(self._window, tr("Export the decisions about “{name}”", name=job.plan.name), QDir.homePath())
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        files.setNameFilters([tr(said) for _, _, said in _FORMS])
        files.setDefaultSuffix("csv")
        files.selectFile(f"{file_name(job.plan.name)}.csv")
        files.filterSelected.connect(self._form_chosen)
        files.fileSelected.connect(self._place_chosen)
        files.finished.connect(files.deleteLater)
        self.files = files
        files.open()

    def stop(self) -> None:
        """End what is written; nothing of it stays."""
        self._scope.cancel("write")

    async def aclose(self) -> None:
        """End everything."""
        await self._scope.aclose()

    def _form_chosen(self, said: str) -> None:
        ending = next((each for _, each, words in _FORMS if tr(words) == said), ".jsonl")
        files = self.files
        assert files is not None
        files.setDefaultSuffix(ending.removeprefix("."))
        if names := files.selectedFiles():
            stem = Path(names[0]).name
            for _, each, _ in sorted(_FORMS, key=lambda form: -len(form[1])):
                stem = stem.removesuffix(each)
            files.selectFile(stem + ending)

    def _place_chosen(self, place: str) -> None:
        assert self._job is not None
        self._scope.restart(self._write(self._job, Path(place)), name="write")

    async def _write(self, job: Job, path: Path) -> None:
        self._written = None
        self._work.begin(tr("Writing the decisions…"))
        try:
            reviewing = await self._jobs.reviewing()
            exported = await reviewing.export(job.id, str(path), form_of(path.name), self._told)
        except KirejiError as error:
            self._work.end(error.sentence, "error")
        except asyncio.CancelledError:
            self._work.end(tr("The export was stopped; nothing of it was kept."), "muted")
            raise
        else:
            self._written = path
            rows = plural(exported.rows, "1 row", "{n} rows", n=count(exported.rows))
            self._work.end(tr("Exported {rows} to {path}.", rows=rows, path=path), place=True)

    def _told(self, done: int, total: int) -> None:
        self._work.advance(tr("{done} of {total} rows", done=count(done), total=count(total)), done, total)

    def _show_place(self) -> None:
        if self._written is not None:
            open_folder(self._written)
