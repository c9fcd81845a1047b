"""Writes what was decided into a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from kireji.core.jobs.reviews import ReviewForm
from kireji.core.jobs.values import Job
from kireji.ui.chat.words import count
from kireji.ui.jobs.file_writing import FileForm, FileWriting
from kireji.ui.jobs.work_row import WorkRow
from kireji.ui.translation import mark, plural, tr

if TYPE_CHECKING:
    from kireji.services.jobs.service import JobService

LABELS = ".labels.jsonl"
_FORMS = (
    (".csv", mark("Table (*.csv)")),
    (".jsonl", mark("Lines of JSON (*.jsonl)")),
    (LABELS, mark("Labelled set, to check policies with (*.labels.jsonl)")),
)


def form_of(name: str) -> ReviewForm:
    """As what a file of this name is written."""
    lower = name.lower()
    if lower.endswith(LABELS):
        return ReviewForm.LABELS
    return ReviewForm.CSV if lower.endswith(".csv") else ReviewForm.JSONL


class ReviewExporter(FileWriting):
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
        super().__init__("export of decisions", work, parent, failed)
        self._jobs = jobs

    def ask(self, job: Job) -> None:
        """Ask where and as what, and write."""

        async def write(path: Path, told: Callable[[int, int], None]) -> str:
            reviewing = await self._jobs.reviewing()
            exported = await reviewing.export(job.id, str(path), form_of(path.name), told)
            rows = plural(exported.rows, "1 row", "{n} rows", n=count(exported.rows))
            return tr("Exported {rows} to {path}.", rows=rows, path=path)

        name = job.plan.name
        forms = [FileForm(ending, tr(words)) for ending, words in _FORMS]
        title = tr("Export the decisions about “{name}”", name=name)
        self.choose(title, name, forms, 0, tr("Writing the decisions…"), write)
