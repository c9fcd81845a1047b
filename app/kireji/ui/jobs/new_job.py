"""Makes jobs: opens the window, reads what was chosen, starts what was read."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kireji.core.errors import BudgetReached, KirejiError, PriceUnknown
from kireji.core.jobs.values import ImportProgress, Job, JobPlan, JobSource
from kireji.core.structured.forms import AnswerForm
from kireji.services.application import Services
from kireji.services.jobs.form_plans import WantedForm, with_form
from kireji.ui.aio import TaskScope
from kireji.ui.jobs.new_job_answerer import Answerer
from kireji.ui.jobs.new_job_choosing import SourceChoosing
from kireji.ui.jobs.new_job_dialog import NewJobDialog, Step
from kireji.ui.jobs.new_job_ready import ReadyJob
from kireji.ui.jobs.new_job_words import NewJobStart, reading
from kireji.ui.models.words import Pick
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)


class NewJob(QObject):
    """Makes one job at a time.

    Args:
        services: The use cases.
        theme: Colours and text size.
        parent: Over which the window opens.
        failed: Told of faults of this program.
    """

    made = Signal(object)
    """A `Job` that was started, or kept for later."""
    budgets_wanted = Signal()
    settings_wanted = Signal()

    def __init__(
        self, services: Services, theme: Theme, parent: QWidget, failed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._theme = theme
        self._window = parent
        self._failed = failed
        self._scope = TaskScope("new job", failed)
        self._making: _Making | None = None

    @property
    def dialog(self) -> NewJobDialog | None:
        """The window, while it is open."""
        return self._making.dialog if self._making is not None else None

    @property
    def choosing(self) -> SourceChoosing | None:
        """What asks for files, while the window is open."""
        return self._making.choosing if self._making is not None else None

    def open(self, start: NewJobStart | None = None) -> None:
        """Begin a job; one that is being made comes to the front instead.

        Args:
            start: What is filled in.
        """
        start = start or NewJobStart()
        making = self._making
        if making is None:
            making = self._made()
            making.fill(start)
        if making.dialog.step is Step.FORM:
            if start.paths:
                making.choosing.take_paths(start.paths)
            elif start.captures:
                making.choosing.take_captures()
        making.show()

    def choose_file(self) -> None:
        """Begin a job by asking for a file."""
        self.open()
        if self.choosing is not None:
            self.choosing.choose_file()

    def choose_folder(self) -> None:
        """Begin a job by asking for a folder."""
        self.open()
        if self.choosing is not None:
            self.choosing.choose_folder()

    def review(self, job: Job) -> None:
        """Look at a job that is READY, and start it from there."""
        making = self._making
        if making is None:
            making = self._made()
            making.review(job)
        making.show()

    async def aclose(self) -> None:
        """End everything."""
        if self._making is not None:
            self._making.dialog.finish()
        await self._scope.aclose()

    def _made(self) -> _Making:
        making = self._making = _Making(self._services, self._theme, self._window, self._failed)
        making.made.connect(self.made)
        making.answerer.settings_wanted.connect(self.settings_wanted)
        making.budgets_wanted.connect(self.budgets_wanted)
        making.dialog.finished.connect(self._closed)
        return making

    def _closed(self, _result: object) -> None:
        making, self._making = self._making, None
        if making is not None:
            making.answerer.picking.release()
            self._scope.start(making.aclose(), name=f"close {id(making)}")


class _Making(QObject):
    """One job that is being made, with its window."""

    made = Signal(object)
    budgets_wanted = Signal()

    def __init__(
        self, services: Services, theme: Theme, window: QWidget, failed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(window)
        self._services = services
        self._scope = TaskScope("making a job", failed)
        self.dialog = dialog = NewJobDialog(theme, window)
        self.choosing = SourceChoosing(services, dialog.form, failed)
        self.answerer = Answerer(services, theme, dialog.form, failed)
        self.ready = ReadyJob(services, dialog.check, failed)
        self._given_up: list[int] = []
        self._kept: list[int] = []
        dialog.check_clicked.connect(self._check)
        dialog.back_clicked.connect(self._back)
        dialog.start_clicked.connect(self._start)
        dialog.keep_chosen.connect(self._keep)
        dialog.remove_chosen.connect(self._remove)
        dialog.left.connect(self._leave)
        dialog.form.changed.connect(self._form_changed)
        dialog.check.reading.stop_clicked.connect(self._stop)
        dialog.check.budgets_clicked.connect(self._budgets)
        dialog.form.task.policies_wanted.connect(self._look_up_policies)
        self.choosing.looked.connect(self.answerer.ask)
        self.answerer.changed.connect(self._form_changed)
        self.ready.changed.connect(self._tell_whether)

    def show(self) -> None:
        """Bring the window to the front."""
        self.dialog.open()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def fill(self, start: NewJobStart) -> None:
        """Fill in what is known."""
        form = self.dialog.form
        form.prompt.show_text(start.prompt)
        form.system.show_text(start.system)
        effort = start.effort.value if start.effort is not None else ""
        self.answerer.start(Pick(start.provider, start.model, effort))
        self._form_changed()
        form.focus_first()

    def review(self, job: Job) -> None:
        """Show a job that is in the list already."""
        self.dialog.asks_before_leaving = False
        self.dialog.setWindowTitle(tr("Check and start"))
        self._show_ready(job)
        self.ready.estimate()

    async def aclose(self) -> None:
        """End everything that runs; jobs that were given up are gone afterwards, and kept ones may be started."""
        await self.choosing.aclose()
        await self.answerer.aclose()
        await self.ready.aclose()
        await self._scope.aclose()
        for job in self._given_up:
            await self._give_up(job)
        for job in self._kept:
            await self._offer(job)
        self.deleteLater()

    # Reading.

    def _form_changed(self) -> None:
        dialog = self.dialog
        if dialog.step is Step.FORM:
            missing = dialog.form.missing() or ("" if self.answerer.choice is not None else tr("Choose a model."))
            dialog.set_hint(missing, ready=not missing)

    def _look_up_policies(self) -> None:
        self._scope.restart(self._policies_found(), name="policies")

    async def _policies_found(self) -> None:
        task = self.dialog.form.task
        try:
            task.show_policies(await self._services.habits().moderation.policies())
        except KirejiError as error:
            task.say(error.sentence)

    def _check(self) -> None:
        dialog, choice, source = self.dialog, self.answerer.choice, self.dialog.form.job_source
        if choice is None or source is None or dialog.form.missing():
            return
        plan = dialog.form.plan(choice.provider.name, "" if self.answerer.named else choice.model)
        together = self._services.preferences.settings.jobs.rows_per_batch
        plan = msgspec.structs.replace(plan, rows_per_batch=together)
        dialog.show_step(Step.READING)
        dialog.check.begin(plan.name, source.label)
        self._scope.restart(self._read(plan, source, dialog.form.task.wanted), name="read")

    async def _read(self, plan: JobPlan, source: JobSource, wanted: WantedForm) -> None:
        progress_row = self.dialog.check.reading

        def told(progress: ImportProgress) -> None:
            progress_row.advance(
                reading(progress, source.kind), progress.done, 0 if progress.indexing else progress.total
            )

        try:
            if wanted.form is not AnswerForm.TEXT:
                plan = await with_form(plan, wanted, self._services.habits().moderation)
            job = await self._services.jobs.add(plan, source, told)
        except KirejiError as error:
            self._back_to_form(error.sentence)
            return
        self._show_ready(job)

    def _stop(self) -> None:
        self._scope.cancel("read")
        self._back_to_form(tr("The reading was stopped; nothing of it was kept."))

    def _back(self) -> None:
        """Change something: what was read is given up, because a job's plan is fixed with its rows."""
        if (job := self.ready.forget()) is not None:
            self._scope.start(self._give_up(job.id), name=f"give up {job.id}")
        self._back_to_form("")

    def _back_to_form(self, sentence: str) -> None:
        dialog = self.dialog
        dialog.show_step(Step.FORM)
        self._form_changed()
        if sentence:
            dialog.form.source.say(sentence)
            dialog.form.verticalScrollBar().setValue(0)

    async def _give_up(self, job: int) -> None:
        try:
            await self._services.jobs.remove(job)
        except KirejiError as error:
            log.warning("job %s stays in the list: %s", job, error)

    # What was read.

    def _show_ready(self, job: Job) -> None:
        self.dialog.show_step(Step.READY)
        self.ready.show(job)
        self.dialog.focus_next()

    def _tell_whether(self) -> None:
        obstacle = self.ready.obstacle
        self.dialog.set_hint(obstacle, ready=not obstacle)

    def _start(self) -> None:
        self._scope.restart(self._started(), name="start")

    async def _started(self) -> None:
        job = self.ready.job
        if job is None:
            return
        self.dialog.start.setEnabled(False)
        try:
            running = await self._services.jobs.start(job.id)
        except PriceUnknown as error:
            self.dialog.check.say_problem(error.sentence, unpriced=True)
            self._tell_whether()
            return
        except BudgetReached:
            self.ready.estimate()  # which says so, with what was spent since
            return
        except KirejiError as error:
            self.dialog.check.say_problem(error.sentence)
            self._tell_whether()
            return
        self._services.jobs.wake()
        self._finish(running)

    def _keep(self) -> None:
        if (job := self.ready.job) is not None:
            self._kept.append(job.id)
            self._finish(job)

    async def _offer(self, job: int) -> None:
        try:
            await self._services.jobs.offer(job)
        except KirejiError as error:
            log.warning("job %s cannot be started by other processes yet: %s", job, error)

    def _budgets(self) -> None:
        """The budgets are changed in the settings; the job waits in the list meanwhile."""
        self._keep()
        self.budgets_wanted.emit()

    def _finish(self, job: Job) -> None:
        self.made.emit(job)
        self.dialog.finish()

    def _remove(self) -> None:
        if (job := self.ready.forget()) is not None:
            self._given_up.append(job.id)
        self.dialog.finish()

    def _leave(self) -> None:
        self.dialog.finish()
