"""Between the results of a job and the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, QTimer, Signal
from PySide6.QtGui import QImage

from kireji.core.errors import KirejiError
from kireji.core.jobs.answers import Answer, RowDetail
from kireji.core.jobs.values import Job
from kireji.ui.aio import TaskScope
from kireji.ui.chat.transcript.decoding import image_of
from kireji.ui.chat.words import count
from kireji.ui.jobs import results_words as words
from kireji.ui.jobs.results_export import ResultsExporter
from kireji.ui.jobs.results_model import PAGE
from kireji.ui.jobs.results_pane import ResultsPane
from kireji.ui.jobs.words import Tone, state_words
from kireji.ui.theme import Theme
from kireji.ui.translation import plural

if TYPE_CHECKING:
    from kireji.services.jobs.service import JobService

_TONES = {Tone.ACTIVE: "idle", Tone.WELL: "ok", Tone.WAITS: "warn", Tone.QUIET: "idle"}
_LOOK_MILLISECONDS = 250
"""Changes are gathered for so long before anything is read again."""
_THUMB = QSize(440, 320)
"""Pixels that small pictures of a row have at most."""


class ResultsPresenter(QObject):
    """Shows the rows of one job at a time, while it runs too.

    Args:
        jobs: The use cases.
        pane: Where they are shown.
        theme: For the window of a picture.
        failed: Told of what went wrong.
    """

    gone = Signal()
    """The job that is shown is no longer there."""
    result_wanted = Signal(object, object)
    """A `Job` and a `RowDetail` of it: what came of the row shall be shown beside its pictures."""
    review_wanted = Signal(object)
    """A `Job` that judges, whose verdicts shall be decided about."""

    def __init__(
        self, jobs: JobService, pane: ResultsPane, theme: Theme, failed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(pane)
        self._jobs = jobs
        self._pane = pane
        self._theme = theme
        self._scope = TaskScope("results", failed)
        self._job: Job | None = None
        self._choice = ""
        self._wanted: list[int] = []
        self._fetching = False
        self._shown: RowDetail | None = None
        self._later = QTimer(self, singleShot=True, interval=_LOOK_MILLISECONDS)
        self._later.timeout.connect(self._look_again)
        self.exporter = ResultsExporter(jobs, pane.work, pane, failed)
        self._unsubscribe = jobs.changed.subscribe(self._changed)
        pane.model.wanted.connect(self._page_wanted)
        pane.table.opened.connect(self._open_row)
        pane.table.passed.connect(self._passed)
        pane.filter_chosen.connect(self._filter)
        pane.row.stepped.connect(self._step)
        pane.row.opened.connect(self._open_result)
        pane.row.picture_chosen.connect(self._enlarge)
        pane.row_closed.connect(self._row_closed)
        pane.shown.connect(self._came_into_view)
        pane.export.clicked.connect(self.export)
        pane.retry.clicked.connect(self._retry)
        pane.review.clicked.connect(self._review)

    @property
    def job(self) -> Job | None:
        """The job whose rows are shown."""
        return self._job

    def show(self, job: Job) -> None:
        """Show the rows of a job from the first one on."""
        pane = self._pane
        if self._job is None or self._job.id != job.id:
            self._shown = None
            pane.close_row()
            pane.work.clear()
        self._job, self._choice = job, ""
        pane.filters.show_choices(words.filters(job.counts), "")
        pane.model.show_columns(self._jobs.columns(job), job.plan.mode, self._jobs.policy(job))
        self._tell(job)
        self._fill()
        pane.table.setFocus()

    def export(self) -> None:
        """Ask where the answers shall be written."""
        if self._job is not None:
            self.exporter.ask(self._job, table=bool(self._pane.model.columns), failed=self._choice == "failed")

    def take_keyboard(self) -> None:
        """The keyboard goes to the row that is open, or to the table."""
        self._pane.take_keyboard()

    def escape(self) -> None:
        """Esc: close the row that is open, or go back to the jobs."""
        self._pane.leave()

    async def aclose(self) -> None:
        """End everything."""
        self._unsubscribe()
        self._later.stop()
        self._job = None
        await self.exporter.aclose()
        await self._scope.aclose()

    # The table.

    def _tell(self, job: Job) -> None:
        state, tone = state_words(job)
        self._pane.show_job(job, state, _TONES[tone])

    def _number(self, counts_of: Job) -> int:
        counts = counts_of.counts
        return {"": counts.lines, "done": counts.succeeded, "failed": counts.failed}[self._choice]

    def _fill(self) -> None:
        assert self._job is not None
        rows = self._number(self._job)
        self._wanted.clear()
        self._pane.show_emptiness("" if rows else words.nothing(self._choice))
        self._pane.model.reset(rows, filtered=bool(self._choice))
        if self._choice and rows:
            self._page_wanted(0)

    def _filter(self, choice: object) -> None:
        self._choice = str(choice)
        if self._job is not None:
            self._fill()

    def _page_wanted(self, page: object) -> None:
        assert isinstance(page, int)
        if self._job is None or page in self._wanted:
            return
        self._wanted.append(page)
        if not self._fetching:
            self._fetching = True
            self._scope.restart(self._fetch(), name="pages")

    async def _fetch(self) -> None:
        """The page that was wanted last comes first: the others may have been scrolled past."""
        try:
            await self._fetch_wanted()
        finally:
            self._fetching = False

    async def _fetch_wanted(self) -> None:
        while self._wanted and self._job is not None:
            first, last = self._pane.table.visible_places()
            page = self._wanted[-1]
            near = first // PAGE - 1 <= page <= last // PAGE + 1
            begin = self._pane.model.begin_of(page)
            job, choice = self._job.id, self._choice
            if begin is not None and (near or self._pane.model.filtered):
                found = await self._jobs.answers(job, begin, PAGE, words.STATES_OF[choice])
                if (job, choice) != (self._job.id, self._choice):
                    continue
                self._pane.model.fill(page, found)
            if page in self._wanted:
                self._wanted.remove(page)

    def _changed(self, job: int) -> None:
        if self._job is not None and job == self._job.id and self._pane.isVisible() and not self._later.isActive():
            self._later.start()

    def _came_into_view(self) -> None:
        if self._job is not None:
            self._later.start()

    def _look_again(self) -> None:
        self._scope.restart(self._refresh(), name="refresh")

    async def _refresh(self) -> None:
        """Read again what is visible and may have changed; nothing moves."""
        if self._job is None:
            return
        number = self._job.id
        try:
            job = await self._jobs.job(number)
        except KirejiError:
            self._job = None
            self.gone.emit()
            return
        if self._shows(number):
            self._take(job)

    def _shows(self, job: int) -> bool:
        """Whether it is the one that is shown still."""
        return self._job is not None and self._job.id == job

    def _take(self, job: Job) -> None:
        self._job = job
        self._tell(job)
        model, rows = self._pane.model, self._number(job)
        if bool(rows) == self._pane.table.isHidden() or (model.filtered and not model.rowCount()):
            self._fill()
            return
        model.grow(rows)
        first, last = self._pane.table.visible_places()
        model.forget_others(first, last)
        pages = [model.last_page()] if model.filtered else model.unsettled(first, last)
        for page in pages:
            self._page_wanted(page)
        if self._shown is not None and self._pane.row_open and not self._shown.raw:
            self._scope.restart(self._load_row(self._shown.answer.row.number), name="row")

    # One row.

    def _passed(self, answer: object) -> None:
        assert isinstance(answer, Answer)
        if self._pane.row_open:
            self._show_row(answer.row.number)

    def _open_row(self, answer: object) -> None:
        assert isinstance(answer, Answer)
        number = answer.row.number
        if self._pane.row_open and self._shown is not None and self._shown.answer.row.number == number:
            self._pane.row.open()
            return
        self._pane.open_row()
        self._show_row(number)

    def _show_row(self, number: int) -> None:
        if self._shown is None or self._shown.answer.row.number != number:
            self._scope.restart(self._load_row(number), name="row")

    async def _load_row(self, number: int) -> None:
        job = self._job
        if job is None:
            return
        detail = await self._jobs.detail(job.id, number)
        if not self._shows(job.id) or detail == self._shown:
            return
        self._shown = detail
        pane = self._pane
        pane.row.show_detail(detail, pane.model.columns, job.plan.mode)
        place = pane.table.currentIndex().row()
        more = place + 1 < pane.model.rowCount() or pane.model.canFetchMore()
        pane.row.set_steps(back=place > 0, forth=more)
        if detail.pictures:
            there = [data for data in detail.pictures if data]
            images = await asyncio.to_thread(lambda: [image_of(data, _THUMB) for data in there])
            whole = [image for image in images if not image.isNull()]
            if self._shown is detail:
                pane.row.show_pictures(whole, len(detail.pictures) - len(whole))

    def _row_closed(self) -> None:
        self._shown = None

    def _step(self, direction: object) -> None:
        assert isinstance(direction, int)
        self._pane.table.step(direction)

    def _open_result(self) -> None:
        if self._job is not None and self._shown is not None:
            self.result_wanted.emit(self._job, self._shown)

    def _enlarge(self, number: object) -> None:
        assert isinstance(number, int)
        self._scope.restart(self._show_picture(number), name="picture")

    async def _show_picture(self, number: int) -> None:
        from kireji.ui.chat.picture_dialog import PictureDialog

        assert self._shown is not None
        data = [each for each in self._shown.pictures if each][number]
        image: QImage = await asyncio.to_thread(image_of, data)
        if not image.isNull():
            PictureDialog(self._theme, image, self._pane).show()

    # What is done.

    def _review(self) -> None:
        if self._job is not None:
            self.review_wanted.emit(self._job)

    def _retry(self) -> None:
        self._scope.restart(self._retried(), name="retry")

    async def _retried(self) -> None:
        assert self._job is not None
        try:
            number = await self._jobs.retry(self._job.id)
        except KirejiError as error:
            self._pane.work.end(error.sentence, "error")
            return
        asked = plural(number, "1 row is asked again.", "{n} rows are asked again.", n=count(number))
        self._pane.work.end(asked, "muted")
        self._changed(self._job.id)
