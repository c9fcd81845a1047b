"""The pages of jobs in the main window: all of them, the results of one, and the window in which one is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMenu, QPushButton

from kireji.core.jobs.answers import RowDetail
from kireji.core.jobs.values import Job
from kireji.services.application import Services
from kireji.ui.chat.header import open_below
from kireji.ui.jobs.dropping import Dropping
from kireji.ui.jobs.presenter import JobsPresenter
from kireji.ui.jobs.words import short_model
from kireji.ui.main_window import MainWindow
from kireji.ui.models.lookup import model_name
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:  # loaded when first wanted
    from kireji.ui.jobs.new_job import NewJob
    from kireji.ui.jobs.new_job_words import NewJobStart
    from kireji.ui.jobs.results_presenter import ResultsPresenter
    from kireji.ui.jobs.review.presenter import ReviewPresenter
    from kireji.ui.jobs.row_result import RowResultPage

JOBS, RESULTS, REVIEW, ROW = "jobs", "results", "review", "row"
"""Names of the pages in the window."""


class JobPages(QObject):
    """Brings the pages into the window and goes from one to the other.

    Args:
        services: The use cases.
        window: Where they are shown.
        theme: The look.
        failed: Told of faults of this program.
        settings_wanted: Called with "spending" for the page with the budgets, or empty for the settings.
    """

    def __init__(
        self,
        services: Services,
        window: MainWindow,
        theme: Theme,
        failed: Callable[[BaseException], None],
        settings_wanted: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._theme = theme
        self._failed = failed
        self._settings_wanted = settings_wanted
        self.jobs = JobsPresenter(services.jobs, theme, self._name, self)
        self.results: ResultsPresenter | None = None
        self.reviewing: ReviewPresenter | None = None
        self.row: RowResultPage | None = None
        self.making: NewJob | None = None
        pane = self.jobs.pane
        pane.menu_clicked.connect(window.toggle_sidebar)
        pane.new_clicked.connect(self._new_clicked)
        pane.import_clicked.connect(self._import_clicked)
        pane.settings_clicked.connect(self._settings)
        self._dropping = Dropping(theme, pane)
        self._dropping.dropped.connect(self._dropped)
        self.jobs.opened.connect(self.open)
        self.jobs.review_wanted.connect(self._review)
        self.jobs.export_wanted.connect(self._export)
        self.jobs.verdicts_wanted.connect(self.review)
        window.left_page.connect(self._escape)
        window.show_page(JOBS, pane)

    def show(self, job: int | None = None) -> None:
        """Show all jobs.

        Args:
            job: Which shall have the keyboard; None leaves that as it is.
        """
        self._window.show_page(JOBS)
        self._window.sidebar.set_current(None, jobs=True)
        self.jobs.show(job)

    def open(self, job: object) -> None:
        """Show the results of a `Job` in the same place."""
        assert isinstance(job, Job)
        if self.results is None:
            self.results = self._make_results()
        self._window.show_page(RESULTS)
        self._window.sidebar.set_current(None, jobs=True)
        self.results.show(job)

    def review(self, job: object) -> None:
        """Show the verdicts of a `Job` that judges, to be decided about."""
        assert isinstance(job, Job)
        if self.reviewing is None:
            self.reviewing = self._make_review()
        self._window.show_page(REVIEW)
        self._window.sidebar.set_current(None, jobs=True)
        self.reviewing.show(job)

    def new(self, start: NewJobStart | None = None) -> None:
        """Begin a job.

        Args:
            start: What is filled in.
        """
        self._make().open(start)

    def leave(self) -> None:
        """The pages go away: nothing is watched any more."""
        self.jobs.leave()
        if self.reviewing is not None:
            self.reviewing.leave()

    async def aclose(self) -> None:
        """End what runs."""
        if self.making is not None:
            await self.making.aclose()
        if self.reviewing is not None:
            await self.reviewing.aclose()
        if self.row is not None:
            await self.row.aclose()
        if self.results is not None:
            await self.results.aclose()
        await self.jobs.aclose()

    def _name(self, provider: str, model: str) -> str:
        return short_model(model_name(self._services, provider, model))

    # Results.

    def _make_results(self) -> ResultsPresenter:
        from kireji.ui.jobs.results_pane import ResultsPane
        from kireji.ui.jobs.results_presenter import ResultsPresenter

        pane = ResultsPane(self._theme)
        pane.menu_clicked.connect(self._window.toggle_sidebar)
        pane.back_clicked.connect(self._back)
        self._window.show_page(RESULTS, pane)
        results = ResultsPresenter(self._services.jobs, pane, self._theme, self._failed)
        results.gone.connect(self._back)
        results.review_wanted.connect(self.review)
        results.result_wanted.connect(self._open_row)
        return results

    def _open_row(self, job: object, detail: object) -> None:
        from kireji.ui.jobs.row_result import RowResultPage

        assert isinstance(job, Job)
        assert isinstance(detail, RowDetail)
        if self.row is None:
            self.row = RowResultPage(self._services, self._theme, self._failed, self)
            self.row.page.menu_clicked.connect(self._window.toggle_sidebar)
            self.row.page.back_clicked.connect(self._back_from_row)
            self._window.show_page(ROW, self.row.page)
        self._window.show_page(ROW)
        self.row.show(job, detail)

    def _back_from_row(self) -> None:
        """To the results, where the row is open still."""
        if self._window.page() == ROW and self.results is not None:
            self._window.show_page(RESULTS)
            self.results.take_keyboard()

    def _make_review(self) -> ReviewPresenter:
        from kireji.ui.jobs.review.pane import ReviewPane
        from kireji.ui.jobs.review.presenter import ReviewPresenter

        pane = ReviewPane(self._theme)
        pane.menu_clicked.connect(self._window.toggle_sidebar)
        pane.back_clicked.connect(self._back_from_review)
        self._window.show_page(REVIEW, pane)
        reviewing = ReviewPresenter(self._services.jobs, pane, self._failed)
        reviewing.gone.connect(self._back_from_review)
        return reviewing

    def _back_from_review(self) -> None:
        """To the results of the job; of one that is gone, to all jobs."""
        if self._window.page() != REVIEW or self.reviewing is None:
            return
        self.reviewing.leave()
        if self.reviewing.job is not None:
            self.open(self.reviewing.job)
        else:
            self.show()

    def _back(self) -> None:
        """From the results to all jobs; the keyboard goes to the job they were of."""
        if self._window.page() == RESULTS:
            shown = self.results.job if self.results is not None else None
            self.show(shown.id if shown is not None else None)
            self.jobs.pane.focus_list()

    def _escape(self) -> None:
        page = self._window.page()
        if page == ROW:
            self._back_from_row()
        elif page == REVIEW and self.reviewing is not None:
            self.reviewing.escape()
        elif page == RESULTS and self.results is not None:
            self.results.escape()

    def _export(self, job: object) -> None:
        self.open(job)
        if self.results is not None:
            self.results.export()

    # Making one.

    def _make(self) -> NewJob:
        if self.making is None:
            from kireji.ui.jobs.new_job import NewJob

            self.making = making = NewJob(self._services, self._theme, self._window, self._failed)
            making.made.connect(self._made)
            making.budgets_wanted.connect(self._budgets)
            making.settings_wanted.connect(self._settings)
        return self.making

    def _new_clicked(self) -> None:
        self.new()

    def _dropped(self, paths: object) -> None:
        from kireji.ui.jobs.new_job_words import NewJobStart

        assert isinstance(paths, tuple)
        self.new(NewJobStart(paths=paths))

    def _import_clicked(self, pressed: object) -> None:
        assert isinstance(pressed, QPushButton)
        menu = QMenu(pressed)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("JSONL or CSV file…")).triggered.connect(self._import_file)
        menu.addAction(tr("Folder of pictures…")).triggered.connect(self._import_folder)
        open_below(menu, pressed)
        if pressed.hasFocus():  # a click gives buttons none
            menu.setActiveAction(menu.actions()[0])

    def _import_file(self) -> None:
        self._make().choose_file()

    def _import_folder(self) -> None:
        self._make().choose_folder()

    def _review(self, job: object) -> None:
        assert isinstance(job, Job)
        self._make().review(job)

    def _made(self, job: object) -> None:
        assert isinstance(job, Job)
        self.show(job.id)

    def _budgets(self) -> None:
        self._settings_wanted("spending")

    def _settings(self) -> None:
        self._settings_wanted("")
