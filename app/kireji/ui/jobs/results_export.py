"""Writes the answers of a job into a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from kireji.core.jobs.answers import ExportForm
from kireji.core.jobs.values import Job
from kireji.core.structured.forms import AnswerForm
from kireji.ui.chat.words import count
from kireji.ui.jobs.file_writing import FileForm, FileWriting
from kireji.ui.jobs.work_row import WorkRow
from kireji.ui.translation import mark, plural, tr

if TYPE_CHECKING:
    from kireji.services.jobs.service import JobService

_FORMS = (
    (ExportForm.CSV, mark("Table (*.csv)")),
    (ExportForm.JSONL, mark("Lines of JSON (*.jsonl)")),
    (ExportForm.XLSX, mark("Spreadsheet (*.xlsx)")),
)


class ResultsExporter(FileWriting):
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
        super().__init__("export of a job", work, parent, failed)
        self._jobs = jobs

    def ask(self, job: Job, *, table: bool, failed: bool = False) -> None:
        """Ask where and as what, and write.

        Args:
            job: Whose answers.
            table: Whether they are a table, which CSV suits.
            failed: Only rows that have no answer.
        """

        async def write(path: Path, told: Callable[[int, int], None]) -> str:
            return await self._export(job, path, told, failed=failed)

        name = job.plan.name
        title = (
            tr("Export what failed of “{name}”", name=name)
            if failed
            else tr("Export the answers of “{name}”", name=name)
        )
        takes_out = job.plan.form in (AnswerForm.TABLE, AnswerForm.FIELDS)
        forms = [
            FileForm(f".{form.value}", tr(words)) for form, words in _FORMS if takes_out or form is not ExportForm.XLSX
        ]
        self.choose(title, name, forms, 0 if table else 1, tr("Writing the answers…"), write)

    async def _export(self, job: Job, path: Path, told: Callable[[int, int], None], *, failed: bool) -> str:
        endings = {f".{form.value}": form for form in ExportForm}
        form = endings.get(path.suffix.lower(), ExportForm.JSONL)
        exported = await self._jobs.export(job.id, str(path), form, told, failed=failed)
        rows = plural(exported.rows, "1 row", "{n} rows", n=count(exported.rows))
        said = [tr("Exported {rows} to {path}.", rows=rows, path=path)]
        if exported.failed:
            left_out = plural(exported.failed, "1 row gave nothing and is left out.",
                              "{n} rows gave nothing and are left out.", n=count(exported.failed))  # fmt: skip
            said.append(left_out)
        return " ".join(said)
