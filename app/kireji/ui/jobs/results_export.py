"""Writes the answers of a job into a file: asks where and as what, tells how far it is and where they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from kireji.core.errors import KirejiError
from kireji.core.jobs.answers import ExportForm
from kireji.core.jobs.values import Job
from kireji.core.structured.forms import AnswerForm
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import count
from kireji.ui.file_dialog import FileDialog
from kireji.ui.jobs.work_row import WorkRow
from kireji.ui.settings.opening import open_folder
from kireji.ui.transfer.words import file_name
from kireji.ui.translation import mark, plural, tr

if TYPE_CHECKING:
    from kireji.services.jobs.service import JobService

_FORMS = (
    (ExportForm.CSV, mark("Table (*.csv)")),
    (ExportForm.JSONL, mark("Lines of JSON (*.jsonl)")),
    (ExportForm.XLSX, mark("Spreadsheet (*.xlsx)")),
)


class ResultsExporter(QObject):
    """Exports one job at a time.

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
        self._scope = TaskScope("export of a job", failed)
        self._job: Job | None = None
        self._failed = False
        self._written: Path | None = None
        self.files: QFileDialog | None = None
        work.stop_clicked.connect(self.stop)
        work.place_clicked.connect(self._show_place)

    def ask(self, job: Job, *, table: bool, failed: bool = False) -> None:
        """Ask where and as what, and write.

        Args:
            job: Whose answers.
            table: Whether they are a table, which CSV suits.
            failed: Only rows that have no answer.
        """
        self._job, self._failed = job, failed
        name = job.plan.name
        title = (
            tr("Export what failed of “{name}”", name=name)
            if failed
            else tr("Export the answers of “{name}”", name=name)
        )
        files = FileDialog(self._window, title, QDir.homePath())
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        takes_out = job.plan.form in (AnswerForm.TABLE, AnswerForm.FIELDS)
        filters = [tr(words) for form, words in _FORMS if takes_out or form is not ExportForm.XLSX]
        files.setNameFilters(filters)
        first = 0 if table else 1
        files.selectNameFilter(filters[first])
        files.setDefaultSuffix(_FORMS[first][0].value)
        files.selectFile(f"{file_name(job.plan.name)}.{_FORMS[first][0].value}")
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

    def _form_chosen(self, words: str) -> None:
        form = next((form for form, each in _FORMS if tr(each) == words), ExportForm.JSONL)
        files = self.files
        assert files is not None
        files.setDefaultSuffix(form.value)
        if names := files.selectedFiles():
            files.selectFile(Path(names[0]).with_suffix(f".{form.value}").name)

    def _place_chosen(self, place: str) -> None:
        path = Path(place)
        endings = {f".{form.value}": form for form in ExportForm}
        form = endings.get(path.suffix.lower(), ExportForm.JSONL)
        assert self._job is not None
        self._scope.restart(self._write(self._job, path, form), name="write")

    async def _write(self, job: Job, path: Path, form: ExportForm) -> None:
        self._written = None
        self._work.begin(tr("Writing the answers…"))
        try:
            exported = await self._jobs.export(job.id, str(path), form, self._told, failed=self._failed)
        except KirejiError as error:
            self._work.end(error.sentence, "error")
        except asyncio.CancelledError:
            self._work.end(tr("The export was stopped; nothing of it was kept."), "muted")
            raise
        else:
            self._written = path
            rows = plural(exported.rows, "1 row", "{n} rows", n=count(exported.rows))
            said = [tr("Exported {rows} to {path}.", rows=rows, path=path)]
            if exported.failed:
                left_out = plural(exported.failed, "1 row gave nothing and is left out.",
                                  "{n} rows gave nothing and are left out.", n=count(exported.failed))  # fmt: skip
                said.append(left_out)
            self._work.end(" ".join(said), place=True)

    def _told(self, done: int, total: int) -> None:
        self._work.advance(tr("{done} of {total} rows", done=count(done), total=count(total)), done, total)

    def _show_place(self) -> None:
        if self._written is not None:
            open_folder(self._written)
