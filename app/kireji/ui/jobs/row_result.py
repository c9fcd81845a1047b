"""What came of one row of a job, beside its pictures: made when the first is opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from kireji.core.jobs.answers import RowDetail
from kireji.core.jobs.values import Job
from kireji.services.application import Services
from kireji.ui.chat.words import count
from kireji.ui.jobs import results_words as words
from kireji.ui.results.page import ResultPage
from kireji.ui.results.presenter import ResultPresenter
from kireji.ui.theme import Theme
from kireji.ui.translation import tr


class RowResultPage(QObject):
    """The page of results, for rows of jobs.

    Args:
        services: The use cases.
        theme: The look.
        failed: Told of faults of this program.
        parent: Owns it.
    """

    def __init__(
        self, services: Services, theme: Theme, failed: Callable[[BaseException], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._services = services
        self.page = ResultPage(theme, (tr("Results"), tr("Back to the results")))
        self.presenter = ResultPresenter(services, self.page, theme, failed)

    def show(self, job: Job, detail: RowDetail) -> None:
        """Show what came of a row.

        Args:
            job: Whose.
            detail: The row.
        """
        row = detail.answer.row
        number, name = tr("Row {number}", number=count(row.number)), words.name_of(row)
        title = f"{number} · {name}" if name else number
        self.presenter.show_row(title, partial(self._services.jobs.result, job.id, row.number))

    async def aclose(self) -> None:
        """End what runs."""
        await self.presenter.aclose()
