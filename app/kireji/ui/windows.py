"""The main window as the rest of the program sees it: built when it is first wanted, and brought to the front."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kireji.services.application import Services
from kireji.ui.shortcut import GlobalShortcuts
from kireji.ui.theme import Theme

if TYPE_CHECKING:  # the tray and the overlay do without
    from collections.abc import Mapping

    from kireji.core.desktop_ports import ClipboardContent
    from kireji.core.ports import EncodedPicture
    from kireji.core.prompts import Prompt
    from kireji.ui.announcer import AnswerEndings
    from kireji.ui.help.window import HelpWindow
    from kireji.ui.history.answers import Answers
    from kireji.ui.main_window import MainWindow
    from kireji.ui.settings.places import Places
    from kireji.ui.settings_file import SettingsFile
    from kireji.ui.window_presenter import WindowPresenter


class Windows(QObject):
    """Owns the main window and its presenters.

    Args:
        services: The use cases.
        theme: The look.
        shortcuts: For the pages that show them.
        places: Where things are kept, for the About page.
        geometry: Where the window stood last, and how to keep where it stands.
        answers: Where answers are written, which the list of conversations shows.
    """

    capture_clicked = Signal()
    closed = Signal()
    """The person closed the window; it is hidden."""

    def __init__(
        self,
        services: Services,
        theme: Theme,
        shortcuts: GlobalShortcuts,
        places: Places,
        geometry: tuple[bytes, Callable[[bytes], None]],
        answers: Answers | None = None,
    ) -> None:
        super().__init__()
        self._services = services
        self._theme = theme
        self._shortcuts = shortcuts
        self._places = places
        self._geometry = geometry
        self._answers = answers
        self._window: MainWindow | None = None
        self._presenter: WindowPresenter | None = None
        self._endings: AnswerEndings | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._settings_file: SettingsFile | None = None
        self._help: HelpWindow | None = None
        if services.outbox.redaction is not None:  # whoever shows a turn shows what is asked before it leaves
            services.outbox.redaction.asker = services.chat.consents.ask_in_turn

    def follow_settings(self, failed: Callable[[BaseException], None]) -> None:
        """From now on what somebody else writes into the settings file holds at once.

        Args:
            failed: Told of every failure.
        """
        from kireji.ui.settings_file import SettingsFile

        self._settings_file = SettingsFile(self._places.settings, self._services.preferences, failed, self)

    @property
    def on_screen(self) -> bool:
        """Whether the window is shown, if only behind others."""
        return self._window is not None and self._window.isVisible() and not self._window.isMinimized()

    @property
    def active(self) -> bool:
        """Whether the person works in it."""
        from kireji.ui.activation import works_in

        return self.on_screen and self._window is not None and works_in(self._window)

    @property
    def notices_seen(self) -> bool:
        """Whether the person would see a notice in it: the settings cover the place where it stands."""
        return self.active and self._window is not None and self._window.page() == "chat"

    @property
    def shows_jobs(self) -> bool:
        """Whether the person has the jobs before them."""
        return self.active and self._window is not None and self._window.page() in ("jobs", "results")

    @property
    def testing_shortcut(self) -> bool:
        """Whether a page waits for a chord to be tried, which then does nothing else."""
        return self._window is not None and self._window.testing_shortcut and self._window.isVisible()

    def shows(self, conversation: int) -> bool:
        """Whether the person has a conversation before them."""
        return self.active and self._presenter is not None and self._presenter.shows(conversation)

    def show(self, token: str = "") -> None:
        """Bring the window to the front.

        Args:
            token: Wayland's permission to do so, or empty.
        """
        from kireji.ui.activation import bring_to_front

        bring_to_front(self._build()[0], token)

    def show_notice(self, sentence: str) -> None:
        """Say one sentence in it; does not bring it to the front."""
        self._build()[0].show_notice(sentence)

    def open_conversation(self, conversation: int, token: str = "") -> None:
        """Show one conversation."""
        self._build()[0].open_conversation(conversation)
        self.show(token)

    def open_settings(self, page: str = "", token: str = "") -> None:
        """Show the settings.

        Args:
            page: "spending" for the page with the budgets, "updates" for that about newer versions; empty for the one
                that was seen last.
            token: Wayland's permission to come to the front, or empty.
        """
        window, presenter = self._build()
        if page == "spending":
            presenter.show_spending()
        elif page == "updates":
            presenter.show_updates()
        else:
            window.open_settings()
        self.show(token)

    def open_help(self, topic: str = "", token: str = "") -> None:
        """Show the help, which is loaded the first time.

        Args:
            topic: Name of a page; empty for the one that was seen last, or the first.
            token: Wayland's permission to come to the front, or empty.
        """
        from kireji.ui.activation import bring_to_front

        if self._help is None:
            from kireji.ui.help.opening import help_window

            self._help = help_window(self._theme)
        if topic:
            self._help.open_topic(topic)
        bring_to_front(self._help, token)

    def open_jobs(self, job: int | None = None, token: str = "") -> None:
        """Show the jobs.

        Args:
            job: Which shall have the keyboard; None leaves that as it is.
            token: Wayland's permission to come to the front, or empty.
        """
        self._build()[1].show_jobs(job)
        self.show(token)

    def take(self, content: ClipboardContent, token: str = "") -> None:
        """Begin a conversation about something that was copied or selected."""
        self._build()[1].take(content)
        self.show(token)

    def take_picture(self, picture: EncodedPicture, prompt: Prompt | None) -> None:
        """Begin a conversation about a picture.

        Args:
            picture: Encoded.
            prompt: Completed and asked about it; None leaves it to the person.
        """
        self._build()[1].take_picture(picture, prompt)
        self.show()

    def take_prompt(self, prompt: Prompt, values: Mapping[str, str], token: str = "") -> None:
        """Begin a conversation with a prompt about text from elsewhere."""
        self._build()[1].take_prompt(prompt, values)
        self.show(token)

    def _announce(self, window: MainWindow) -> None:
        """Tell screen readers what is said in the window."""
        from kireji.ui.announcer import Announcer, AnswerEndings, ScreenReader

        announcer = Announcer(ScreenReader(window), window)
        window.chat.transcript.spoken.connect(announcer.tell)
        window.chat.notice.said.connect(announcer.tell)
        window.chat.before.said.connect(announcer.tell)
        window.chat.summary.said.connect(announcer.tell)
        window.sidebar.told.connect(announcer.tell)
        self._endings = AnswerEndings(announcer, self.shows)
        self._unsubscribe = self._services.chat.live.ended.subscribe(self._endings.ended)

    async def aclose(self) -> None:
        """End the presenters and put the window away."""
        if self._settings_file is not None:
            await self._settings_file.aclose()
        if self._unsubscribe is not None:
            self._unsubscribe()
        if self._help is not None:
            self._help.close()
            self._help.deleteLater()
            self._help = None
        if self._window is not None and self._presenter is not None:
            await self._presenter.aclose()
            self._window.hide()
            self._window.deleteLater()
            self._window = None

    def _help_clicked(self) -> None:
        """About what the person sees in the main window."""
        self.open_help(self._presenter.help_topic() if self._presenter is not None else "")

    def _build(self) -> tuple[MainWindow, WindowPresenter]:
        if self._window is None or self._presenter is None:
            from kireji.ui.main_window import MainWindow
            from kireji.ui.window_presenter import WindowPresenter

            self._window = window = MainWindow(self._theme)
            window.remember_geometry(*self._geometry)
            window.capture_clicked.connect(self.capture_clicked)
            window.closed.connect(self.closed)
            self._presenter = WindowPresenter(
                self._services, window, self._theme, self._shortcuts, self._places, self._answers
            )
            window.help_clicked.connect(self._help_clicked)
            self._announce(window)
        return self._window, self._presenter
