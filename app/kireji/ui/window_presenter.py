"""Brings the main window to life: which page it shows, and the presenters behind the pages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from kireji.core.capturing import Action, Target
from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import KirejiError
from kireji.core.ports import EncodedPicture
from kireji.core.settings import Settings
from kireji.services.application import Services
from kireji.ui.activation import works_in
from kireji.ui.aio import TaskScope
from kireji.ui.chat.presenter import ChatPresenter
from kireji.ui.history.answers import Answers
from kireji.ui.history.presenter import HistoryPresenter
from kireji.ui.job_states import JobNumbers, JobStates
from kireji.ui.main_window import MainWindow
from kireji.ui.receipts.presenter import ReceiptsPresenter
from kireji.ui.settings.key_check import KeyCheck
from kireji.ui.settings.places import Places
from kireji.ui.settings.presenter import SettingsPresenter
from kireji.ui.settings.shortcuts import ShortcutControl
from kireji.ui.theme import Theme
from kireji.ui.translation import plural, tr
from kireji.ui.welcome_presenter import WelcomePresenter

if TYPE_CHECKING:  # loaded when they are first wanted
    from collections.abc import Mapping

    from kireji.core.prompts import Prompt
    from kireji.ui.jobs.pages import JobPages
    from kireji.ui.results.pages import ResultPages
    from kireji.ui.transfer.exporting import Exporter

log = logging.getLogger(__name__)

_HELP = {"welcome": "first-steps", "jobs": "jobs", "results": "jobs", "result": "forms"}
"""Which page of the help is about which of the window's."""


class WindowPresenter(QObject):
    """Owns the presenters of one main window; settings, jobs and the first-start page are built when first wanted.

    Args:
        services: The use cases.
        window: The window.
        theme: The look; follows the settings from here on.
        shortcut: Holds the chords.
        places: For the About page.
        answers: Where answers are written, followed from the program's start; None follows them from here on.
    """

    def __init__(
        self,
        services: Services,
        window: MainWindow,
        theme: Theme,
        shortcut: ShortcutControl,
        places: Places,
        answers: Answers | None = None,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._theme = theme
        self._shortcut = shortcut
        self._places = places
        self._keys = KeyCheck(services)
        self._scope = TaskScope("window", self._failed)
        self._settings: SettingsPresenter | None = None
        self._welcome: WelcomePresenter | None = None
        self.exporter: Exporter | None = None
        self._jobs: JobPages | None = None
        self._results: ResultPages | None = None
        self._job_states = JobStates(services.jobs, self._failed, self)
        self.chat = ChatPresenter(services, window, theme, self._held_chord)
        self.receipts = ReceiptsPresenter(
            services, window, theme, lambda: self.chat.current, lambda: self.chat.would_ask()
        )
        self.chat.receipt_wanted.connect(self.receipts.show_of)
        self.chat.job_wanted.connect(self._begin_job)
        self.chat.result_wanted.connect(self._use_result)
        answers = answers or Answers(services.chat.live, self.shows, services.tools.approvals, services.chat.consents)
        self.history = HistoryPresenter(services, window, self.chat, answers)
        self._unsubscribe = [
            services.preferences.changed.subscribe(self._settings_changed),
            shortcut.changed.subscribe(self._shortcut_changed),
            shortcut.pressed.subscribe(self._pressed),
        ]
        self.history.orders.export_wanted.connect(self._export)
        window.settings_clicked.connect(self.show_settings)
        window.jobs_clicked.connect(self.show_jobs)
        self._job_states.changed.connect(self._show_job_numbers)
        window.sidebar.shown.connect(self._job_states.follow)
        window.tool_settings_clicked.connect(self.show_tool_settings)
        for budgets_wanted in (
            window.chat.composer.price_clicked,
            window.chat.notice.budget_clicked,
            window.chat.queue.budget_clicked,
        ):
            budgets_wanted.connect(self.show_spending)
        window.conversation_chosen.connect(self._left_page)
        window.hit_chosen.connect(self._left_page)
        window.new_clicked.connect(self._left_page)
        window.dropped.connect(self.chat.drafts.give)
        window.inspector.set_folded(services.preferences.settings.appearance.folded)
        window.inspector.folded_changed.connect(self._keep_folded)
        self._shortcut_changed(Action.CAPTURE)
        self.chat.start()
        self.history.start()
        if services.preferences.newcomer:
            self._show_welcome()

    async def aclose(self) -> None:
        """End everything that runs for this window."""
        for end in self._unsubscribe:
            end()
        await self._scope.aclose()
        if self._welcome is not None:
            await self._welcome.aclose()
        if self._settings is not None:
            await self._settings.aclose()
        if self.exporter is not None:
            await self.exporter.aclose()
        if self._jobs is not None:
            await self._jobs.aclose()
        if self._results is not None:
            await self._results.aclose()
        await self._job_states.aclose()
        await self.receipts.aclose()
        await self.history.aclose()
        await self.chat.aclose()

    def shows(self, conversation: int) -> bool:
        """Whether the person has a conversation before them."""
        window = self._window
        return works_in(window) and window.page() == "chat" and self.chat.current == conversation

    def show_jobs(self, job: int | None = None) -> None:
        """Show the jobs, building their page the first time.

        Args:
            job: Which shall have the keyboard; None leaves that as it is.
        """
        self._leave_pages()
        self.job_pages.show(job)

    @property
    def job_pages(self) -> JobPages:
        """The pages of jobs, built the first time."""
        if self._jobs is None:
            from kireji.ui.jobs.pages import JobPages

            self._jobs = JobPages(self._services, self._window, self._theme, self._failed, self._open_settings)
        return self._jobs

    @property
    def results(self) -> ResultPages:
        """The page of what came of answers besides words, made the first time."""
        if self._results is None:
            from kireji.ui.results.pages import ResultPages

            self._results = ResultPages(self._services, self._window, self._theme, self._failed)
        return self._results

    def _use_result(self, conversation: int, message: int, action: str) -> None:
        self.results.use(conversation, message, action)

    def _begin_job(self, start: object) -> None:
        """Make a job of a prompt of the chat."""
        from kireji.ui.jobs.new_job_words import NewJobStart

        assert isinstance(start, NewJobStart)
        self.job_pages.new(start)

    def _show_job_numbers(self, numbers: object) -> None:
        assert isinstance(numbers, JobNumbers)
        self._window.sidebar.jobs.show_counts(*numbers)

    def _open_settings(self, page: str) -> None:
        if page == "spending":
            self.show_spending()
        else:
            self.show_settings()

    def show_settings(self) -> None:
        """Show the settings, building them the first time."""
        self._leave_pages()
        if self._settings is None:
            self._settings = SettingsPresenter(
                self._services, self._theme, self._shortcut, self._places, self._keys, self
            )
            self._settings.pane.menu_clicked.connect(self._window.toggle_sidebar)
            self._settings.pane.help_clicked.connect(self._window.help_clicked)
            self._settings.shortcuts_page.testing.connect(self._testing)
            self._settings.privacy_page.kept.receipts.clicked.connect(self.receipts.show_everything)
            self._window.show_page("settings", self._settings.pane)
        self._window.show_page("settings")
        self._window.sidebar.set_current(None, settings=True)
        self._settings.show()

    def help_topic(self) -> str:
        """The page of the help about what is shown; empty where none is meant more than another."""
        page = self._window.page()
        if page == "settings" and self._settings is not None:
            return self._settings.help_topic()
        return _HELP.get(page, "")

    def show_tool_settings(self) -> None:
        """Show the settings on their page of tools."""
        self.show_settings()
        assert self._settings is not None
        self._settings.show_tools()

    def show_spending(self) -> None:
        """Show the settings on their page of what was spent."""
        self.show_settings()
        assert self._settings is not None
        self._settings.show_spending()

    def show_updates(self) -> None:
        """Show the settings on their page about newer versions."""
        self.show_settings()
        assert self._settings is not None
        self._settings.show_updates()

    def take(self, content: ClipboardContent) -> None:
        """Begin a conversation about something that was copied or selected; nothing is asked yet."""
        self._begin_chat()
        self.chat.drafts.take(content)

    def take_picture(self, picture: EncodedPicture, prompt: Prompt | None = None) -> None:
        """Begin a conversation about a picture, and ask the prompt if there is one, once nothing is missing."""
        self._begin_chat()
        if prompt is not None:
            self.chat.prompting.take_picture(prompt, picture, tr("Capture"))
        else:
            self.chat.drafts.add(picture, tr("Capture"))

    def take_prompt(self, prompt: Prompt, values: Mapping[str, str]) -> None:
        """Begin a conversation with a prompt about text from elsewhere; it is asked at once where nothing is missing.

        Args:
            prompt: Which.
            values: What was copied or selected.
        """
        self._begin_chat()
        self.chat.prompting.take(prompt, values)

    def _begin_chat(self) -> None:
        if self._welcome is not None:
            self._leave_welcome()
        self._window.show_chat()
        self.chat.begin()
        self._left_page()

    def _left_page(self, _conversation: object = None) -> None:
        self._window.sidebar.set_current(self.chat.current)
        self._leave_pages()

    def _leave_pages(self) -> None:
        if self._settings is not None:
            self._settings.leave()
        if self._jobs is not None:
            self._jobs.leave()

    def _testing(self, waits: object) -> None:
        self._window.testing_shortcut = bool(waits)

    def _show_welcome(self) -> None:
        welcome = WelcomePresenter(self._services, self._theme, self._keys, self._failed, self)
        self._welcome = welcome
        welcome.done.connect(self._welcomed)
        welcome.page.settings_clicked.connect(self._choose_shortcut)
        self._window.testing_shortcut = True
        self._window.show_page("welcome", welcome.page)
        welcome.start(self._shortcut.state(Action.CAPTURE))

    def _welcomed(self) -> None:
        self._leave_welcome()
        self._window.show_page("chat")
        self.chat.start()

    def _choose_shortcut(self) -> None:
        self._leave_welcome()
        self.chat.start()
        self.show_settings()
        assert self._settings is not None
        self._settings.show_shortcuts()

    def _leave_welcome(self) -> None:
        if self._welcome is not None:
            self._scope.start(self._welcome.aclose(), name="leave welcome")
            self._welcome = None
        self._window.testing_shortcut = False
        self._scope.restart(self._services.preferences.set("general.welcomed", True), name="welcomed")

    def _export(self, rows: object) -> None:
        from kireji.ui.transfer.exporting import Exporter

        assert isinstance(rows, tuple)
        if self.exporter is None:
            self.exporter = Exporter(self._services, self._window, self._failed)
            self.exporter.ended.connect(self._exported)
        summary = self._window.sidebar.list.rows.summary(rows[0]) if len(rows) == 1 else None
        if summary is not None:
            what = tr("Export “{title}”", title=summary.title)
        else:
            what = plural(len(rows), "Export this conversation", "Export {n} conversations")
        self.exporter.ask(rows, summary.title if summary is not None else "", what)

    def _exported(self, sentence: str, _well: bool) -> None:
        self._window.show_notice(sentence)

    def _held_chord(self) -> str:
        return self._shortcut.state(Action.CAPTURE).keys

    def _shortcut_changed(self, action: Target) -> None:
        if action is not Action.CAPTURE:
            return
        self._window.sidebar.set_chord(self._held_chord())
        if self._welcome is not None:
            self._welcome.page.show_shortcut(self._shortcut.state(action))

    def _pressed(self, action: Target) -> None:
        if self._welcome is not None and action is Action.CAPTURE:
            self._welcome.page.press_arrived()

    def _keep_folded(self, names: object) -> None:
        self._scope.restart(self._services.preferences.set("appearance.folded", names), name="folded")

    def _settings_changed(self, settings: Settings) -> None:
        self._theme.apply(settings.appearance)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._window.show_notice(error.sentence)
            return
        log.error("a task of the window failed", exc_info=error)
        self._window.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))
