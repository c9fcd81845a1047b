"""The running program: connects tray, shortcut, windows and services, and ends them in order."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError, StoreError
from kireji.core.settings import Settings
from kireji.ui import qt_messages
from kireji.ui.aio import TaskScope
from kireji.ui.curtain import Curtain
from kireji.ui.qt_application import Application
from kireji.ui.shortcut import GlobalShortcut, ShortcutState, ShortcutStatus
from kireji.ui.theme import Theme
from kireji.ui.tray import Tray

if TYPE_CHECKING:
    from kireji.services.application import Services
    from kireji.services.preferences import Preferences
    from kireji.ui.main_window import MainWindow
    from kireji.ui.overlay.presenter import OverlayPresenter
    from kireji.ui.settings.places import Places
    from kireji.ui.window_presenter import WindowPresenter

log = logging.getLogger(__name__)

_WARM_SECONDS = 1.0
"""After the start, before what the first capture needs is loaded: the person's other programs go first."""

_RECENT = 8
"""Conversations in the tray's menu."""

_SHRINK_SECONDS = 10.0
"""After a capture, before its memory is given back: who captures again soon does not pay for getting it anew."""


class DesktopApplication(QObject):
    """Wires the parts that exist from the first moment to those that come with the loop.

    Args:
        app: The application object.
        tray: Shown already.
        shortcut: Held already.
        preferences: The settings.
        services: Opens the use cases.
        places: Where things are kept, for the About page.
        geometry: Where the window stood last, and how to keep where it stands.
        give_back: Returns freed memory to the system; may block for some milliseconds.
    """

    def __init__(
        self,
        app: Application,
        tray: Tray,
        shortcut: GlobalShortcut,
        preferences: Preferences,
        services: Callable[[], AbstractAsyncContextManager[Services]],
        places: Places,
        geometry: tuple[bytes, Callable[[bytes], None]],
        give_back: Callable[[], None],
    ) -> None:
        super().__init__()
        self._give_back = give_back
        self._places = places
        self._geometry = geometry
        self._tray = tray
        self._shortcut = shortcut
        self._preferences = preferences
        self._open_services = services
        self._theme = Theme(app)
        self._curtain = Curtain(self._capture_over)
        self._services: Services | None = None
        self._window: MainWindow | None = None
        self._presenter: WindowPresenter | None = None
        self._overlay: OverlayPresenter | None = None
        self._scope = TaskScope("application", self._task_failed)
        self._stop: asyncio.Event | None = None
        self._ready = asyncio.Event()
        self._failure: KirejiError | None = None

    async def main(self, stop: asyncio.Event, first: str) -> int:
        """Run until `stop` is set.

        Args:
            stop: Set by every way to quit.
            first: raise, capture or hide.

        Returns:
            The exit code.

        Raises:
            KirejiError: The services could not be opened; the person has read why.
        """
        self._stop = stop
        qt_messages.install()
        self._tray.quit_chosen.connect(self._quit)
        async with AsyncExitStack() as stack:
            stack.callback(qt_messages.remove)
            try:
                services = await stack.enter_async_context(self._open_services())
            except KirejiError as error:
                from kireji.ui.failure import show_failure

                log.error("cannot start: %s", error)
                self._failure = error
                self._ready.set()
                await show_failure(error, stop)
                raise
            self._services = services
            stack.push_async_callback(self._scope.aclose)
            stack.push_async_callback(self._close_windows)
            self._make_overlay(services, stack)
            self._connect(services)
            self._shortcut.receive(self._pressed)
            self._ready.set()
            self._begin(first)
            self._scope.start(self._settle(services), name="settle")
            await stop.wait()
            log.info("ending")
            self._curtain.forget()
        return 0

    async def command(self, name: str, token: str) -> str:
        """Do what another start asks for.

        Args:
            name: raise, capture, quit or shortcut.
            token: Wayland's permission to come to the front, or empty.

        Returns:
            Empty when done, else the sentence that says why not.
        """
        if name == "shortcut":
            return self._why_not_held()
        if name != "quit" or self._stop is None:
            await self._ready.wait()
        if name == "quit":
            self._quit()
            return ""
        if self._failure is not None:
            return self._failure.sentence
        if token:
            # Qt takes the activation token from here and nowhere else (qtbase, qwaylandxdgshell.cpp).
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        if name == "capture":
            self.capture()
        else:
            self.show_window()
        return ""

    def _why_not_held(self) -> str:
        state = self._shortcut.state()
        return (
            ""
            if state.status is ShortcutStatus.HELD
            else state.sentence or "No shortcut is set. Choose one in Settings, Shortcuts."
        )

    def capture(self) -> None:
        """Freeze the screens and open the overlay, or bring it forward."""
        if self._overlay is not None:
            self._overlay.capture()

    def show_window(self) -> None:
        """Bring the main window to the front."""
        window = self._main_window()
        window.show()
        window.raise_()
        window.activateWindow()

    def open_conversation(self, conversation: int) -> None:
        """Show one conversation in the main window."""
        self._main_window().open_conversation(conversation)
        self.show_window()

    def open_settings(self) -> None:
        """Show the settings in the main window."""
        self._main_window().open_settings()
        self.show_window()

    def _main_window(self) -> MainWindow:
        """The main window with its presenters, built when it is first needed: the tray and the overlay do without."""
        if self._window is None:
            from kireji.ui.main_window import MainWindow
            from kireji.ui.window_presenter import WindowPresenter

            assert self._services is not None
            self._window = MainWindow(self._theme)
            self._window.remember_geometry(*self._geometry)
            self._window.capture_clicked.connect(self.capture)
            self._window.closed.connect(self._window_closed)
            self._presenter = WindowPresenter(self._services, self._window, self._theme, self._shortcut, self._places)
        return self._window

    def _pressed(self) -> None:
        if self._window is not None and self._window.testing_shortcut and self._window.isVisible():
            return  # the page that asked for the press has seen it
        self.capture()

    def _make_overlay(self, services: Services, stack: AsyncExitStack) -> None:
        from kireji.ui.overlay.presenter import OverlayPresenter

        self._theme.apply(self._preferences.settings.appearance)
        self._overlay = OverlayPresenter(
            services,
            self._curtain,
            self.open_conversation,
            self._tell,
            self._theme,
            open_settings=self.open_settings,
        )
        stack.push_async_callback(self._overlay.aclose)

    def _connect(self, services: Services) -> None:
        self._tray.capture_chosen.connect(self.capture)
        self._tray.open_chosen.connect(self.show_window)
        self._tray.settings_chosen.connect(self.open_settings)
        self._tray.conversation_chosen.connect(self.open_conversation)
        self._tray.pause_toggled.connect(self._pause)
        self._shortcut.changed.subscribe(self._shortcut_changed)
        services.preferences.changed.subscribe(self._settings_changed)

    def _begin(self, first: str) -> None:
        if first == "capture":
            self.capture()
        elif first == "raise" or not self._tray.available:
            self.show_window()
        state = self._shortcut.state()
        self._shortcut_changed(state)
        taken = state.sentence if state.status is ShortcutStatus.TAKEN else ""
        if sentence := f"{taken} {self._preferences.told}".strip():
            self._tell(sentence)

    async def _settle(self, services: Services) -> None:
        """After the start: what makes the first capture quick, and what the last run left behind."""
        await asyncio.sleep(_WARM_SECONDS)
        gc.freeze()  # what the start has loaded stays; later collections need not look at it
        gc.enable()
        self._tray.watch_for_host()
        await services.capture.warm()
        if self._overlay is not None:
            self._overlay.warm()
        services.chat.live.changed.subscribe(self._conversations_changed)
        await self._show_recent(services)

    async def _show_recent(self, services: Services) -> None:
        try:
            self._tray.set_recent(await services.conversations.recent(_RECENT))
        except StoreError as error:
            log.warning("the tray does not list conversations: %s", error)

    def _conversations_changed(self, _conversation: int) -> None:
        if self._services is not None and self._stop is not None and not self._stop.is_set():
            self._scope.restart(self._show_recent(self._services), name="recent")

    async def _close_windows(self) -> None:
        if self._window is not None and self._presenter is not None:
            await self._presenter.aclose()
            self._window.hide()
            self._window.deleteLater()
            self._window = None

    def _window_closed(self) -> None:
        """Without a tray there is no way back to a hidden window, so closing it ends the program."""
        if not self._tray.available:
            self._quit()

    def _capture_over(self) -> None:
        if self._stop is not None and not self._stop.is_set():
            self._scope.restart(self._shrink(), name="shrink")

    async def _shrink(self) -> None:
        """Once the frozen screens are gone and nobody captures again at once, give their memory back."""
        await asyncio.sleep(_SHRINK_SECONDS)
        await asyncio.to_thread(self._give_back)

    def _shortcut_changed(self, state: ShortcutState) -> None:
        self._tray.set_chord(state.chord if state.status is ShortcutStatus.HELD else "")

    def _settings_changed(self, settings: Settings) -> None:
        self._tray.set_paused(settings.shortcuts.paused)

    def _pause(self, paused: bool) -> None:
        self._shortcut.pause(paused)
        self._scope.restart(self._preferences.set("shortcuts.paused", paused), name="pause")

    def _tell(self, sentence: str) -> None:
        """One sentence for the person where no window of ours is open."""
        if self._tray.available and (self._window is None or not self._window.isVisible()):
            self._tray.notify("Kireji", sentence)
            return
        self.show_window()
        self._main_window().show_notice(sentence)

    def _task_failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._tell(error.sentence)
            return
        log.error("a task failed", exc_info=error)
        self._tell("Something in Kireji failed. The log has the details; what you were doing can be repeated.")

    def _quit(self) -> None:
        if self._stop is not None:
            self._stop.set()
