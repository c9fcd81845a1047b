"""Brings the main window to life: which page it shows, and the presenters behind the pages."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.core.settings import Settings
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.presenter import ChatPresenter
from kireji.ui.main_window import MainWindow
from kireji.ui.settings.key_check import KeyCheck
from kireji.ui.settings.places import Places
from kireji.ui.settings.presenter import SettingsPresenter
from kireji.ui.settings.shortcuts import ShortcutControl
from kireji.ui.shortcut import ShortcutState, ShortcutStatus
from kireji.ui.theme import Theme
from kireji.ui.welcome import WelcomePage

log = logging.getLogger(__name__)

_ANTHROPIC = "anthropic"


class WindowPresenter(QObject):
    """Owns the presenters of one main window; the settings and the first-start page are built when first wanted.

    Args:
        services: The use cases.
        window: The window.
        theme: The look; follows the settings from here on.
        shortcut: Holds the chord.
        places: For the About page.
    """

    def __init__(
        self, services: Services, window: MainWindow, theme: Theme, shortcut: ShortcutControl, places: Places
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
        self._welcome: WelcomePage | None = None
        self.chat = ChatPresenter(services, window, theme, self._held_chord)
        self._unsubscribe = [
            services.preferences.changed.subscribe(self._settings_changed),
            shortcut.changed.subscribe(self._shortcut_changed),
            shortcut.pressed.subscribe(self._pressed),
        ]
        window.settings_clicked.connect(self.show_settings)
        window.conversation_chosen.connect(self._left_settings)
        window.new_clicked.connect(self._left_settings)
        self._shortcut_changed(shortcut.state())
        self.chat.start()
        if services.preferences.newcomer:
            self._show_welcome()

    async def aclose(self) -> None:
        """End everything that runs for this window."""
        for end in self._unsubscribe:
            end()
        await self._scope.aclose()
        if self._settings is not None:
            await self._settings.aclose()
        await self.chat.aclose()

    def show_settings(self) -> None:
        """Show the settings, building them the first time."""
        if self._settings is None:
            self._settings = SettingsPresenter(
                self._services, self._theme, self._shortcut, self._places, self._keys, self
            )
            self._settings.pane.menu_clicked.connect(self._window.toggle_sidebar)
            self._settings.shortcuts_page.testing.connect(self._testing)
            self._window.show_page("settings", self._settings.pane)
        self._window.show_page("settings")
        self._window.sidebar.set_current(None, settings=True)
        self._settings.show()

    def _left_settings(self, _conversation: object = None) -> None:
        self._window.sidebar.set_current(self.chat.current)
        if self._settings is not None:
            self._settings.leave()

    def _testing(self, waits: object) -> None:
        self._window.testing_shortcut = bool(waits)

    def _show_welcome(self) -> None:
        page = WelcomePage(self._theme)
        self._welcome = page
        page.form.entered.connect(self._key_entered)
        page.form.keep_untested.connect(self._keep_untested)
        page.form.keep_for_session.connect(self._keep_for_session)
        page.done.connect(self._welcomed)
        page.settings_clicked.connect(self._choose_shortcut)
        page.show_shortcut(self._shortcut.state())
        self._window.testing_shortcut = True
        self._window.show_page("welcome", page)
        page.form.field.setFocus()
        self._scope.restart(self._fill_welcome(page), name="welcome")

    async def _fill_welcome(self, page: WelcomePage) -> None:
        keychain = await self._services.credentials.keychain()
        page.show_keychain(ok=keychain.ok, reason=keychain.reason)
        page.show_key_state(await self._keys.state(_ANTHROPIC))

    def _key_entered(self, text: object) -> None:
        self._add_key(str(text))

    def _keep_untested(self, text: object) -> None:
        self._add_key(str(text), keep_untested=True)

    def _keep_for_session(self, text: object) -> None:
        self._add_key(str(text), session_only=True)

    def _add_key(self, text: str, *, keep_untested: bool = False, session_only: bool = False) -> None:
        assert self._welcome is not None
        self._welcome.form.show_busy()
        work = self._add(self._welcome, text, keep_untested=keep_untested, session_only=session_only)
        self._scope.restart(work, name="add")

    async def _add(self, page: WelcomePage, text: str, *, keep_untested: bool, session_only: bool) -> None:
        result = await self._keys.add(_ANTHROPIC, text, keep_untested=keep_untested, session_only=session_only)
        page.show_key_result(result)

    def _welcomed(self) -> None:
        self._leave_welcome()
        self._window.show_page("chat")
        self.chat.start()

    def _choose_shortcut(self) -> None:
        self._leave_welcome()
        self.chat.start()
        self.show_settings()
        assert self._settings is not None
        self._settings.pane.show_page(1)

    def _leave_welcome(self) -> None:
        self._welcome = None
        self._window.testing_shortcut = False
        self._scope.restart(self._services.preferences.set("general.welcomed", True), name="welcomed")

    def _held_chord(self) -> str:
        state = self._shortcut.state()
        return state.chord if state.status is ShortcutStatus.HELD else ""

    def _shortcut_changed(self, state: ShortcutState) -> None:
        self._window.sidebar.set_chord(self._held_chord())
        if self._welcome is not None:
            self._welcome.show_shortcut(state)

    def _pressed(self, _nothing: None) -> None:
        if self._welcome is not None:
            self._welcome.press_arrived()

    def _settings_changed(self, settings: Settings) -> None:
        self._theme.apply(settings.appearance)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._window.show_notice(error.sentence)
            return
        log.error("a task of the window failed", exc_info=error)
        self._window.show_notice("Something in Kireji failed. The log has the details; please try again.")
