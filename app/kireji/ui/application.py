"""The running program: connects tray, shortcuts, windows and services, and ends them in order."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from kireji.core.capturing import Action, CaptureRequest, PromptKey, Target
from kireji.core.desktop_ports import Notice
from kireji.core.errors import KirejiError
from kireji.ui import background, qt_messages
from kireji.ui.aio import TaskScope
from kireji.ui.curtain import Curtain, ToolCurtain, covered
from kireji.ui.qt_application import Application
from kireji.ui.shortcut import GlobalShortcuts
from kireji.ui.theme import Theme
from kireji.ui.translation import mark, tr
from kireji.ui.tray import Tray

if TYPE_CHECKING:
    from kireji.core.desktop_ports import ShortcutPortal
    from kireji.core.ports import EncodedPicture
    from kireji.services.application import Services
    from kireji.services.preferences import Preferences
    from kireji.ui.actions import Actions
    from kireji.ui.notices import Notices
    from kireji.ui.overlay.presenter import OverlayPresenter
    from kireji.ui.settings.places import Places
    from kireji.ui.tray_presenter import TrayPresenter
    from kireji.ui.windows import Windows

log = logging.getLogger(__name__)

_REGION = CaptureRequest()
_WARM_SECONDS = 1.0
"""After the start, before what the first capture needs is loaded: the person's other programs go first."""
_TRAY_SECONDS = 5.0
"""How long a start with the session waits for a tray, which may begin later than this program."""

_LOSS_MILLISECONDS = 500
"""After a shortcut was lost, before it is told: a layout that changes takes several."""

_SHRINK_SECONDS = 10.0
"""After a capture, before its memory is given back: who captures again soon does not pay for getting it anew."""

_NO_TRAY = mark(
    "This desktop shows no tray, so closing this window ends Kireji. Minimise it instead to keep the shortcuts."
)


class DesktopApplication(QObject):
    """Wires the parts that exist from the first moment to those that come with the loop.

    Args:
        app: The application object.
        tray: Shown already.
        shortcuts: The capture chord is held already.
        preferences: The settings.
        services: Opens the use cases.
        places: Where things are kept, for the About page.
        geometry: Where the window stood last, and how to keep where it stands.
        give_back: Returns freed memory to the system; may block for some milliseconds.
        portal: The desktop that hands out chords, where one does.
    """

    def __init__(
        self,
        app: Application,
        tray: Tray,
        shortcuts: GlobalShortcuts,
        preferences: Preferences,
        services: Callable[[], AbstractAsyncContextManager[Services]],
        places: Places,
        geometry: tuple[bytes, Callable[[bytes], None]],
        give_back: Callable[[], None],
        portal: ShortcutPortal | None = None,
    ) -> None:
        super().__init__()
        self._give_back = give_back
        self._places = places
        self._geometry = geometry
        self._tray = tray
        self._shortcuts = shortcuts
        self._preferences = preferences
        self._open_services = services
        self._portal = portal
        self._theme = Theme(app)
        self._curtain = Curtain(self._capture_over)
        self._parts: _Parts | None = None
        self._scope = TaskScope("application", self._task_failed)
        self._stop: asyncio.Event | None = None
        self._ready = asyncio.Event()
        self._failure: KirejiError | None = None
        self._losses: list[str] = []
        self._loss_timer = QTimer(self, singleShot=True, interval=_LOSS_MILLISECONDS)
        self._loss_timer.timeout.connect(self._tell_of_losses)

    async def main(self, stop: asyncio.Event, first: str, request: CaptureRequest = _REGION) -> int:
        """Run until `stop` is set.

        Args:
            stop: Set by every way to quit.
            first: hide, or a command as for `command`.
            request: What to capture, for that command.

        Returns:
            The exit code.

        Raises:
            KirejiError: The services could not be opened; the person has read why.
        """
        self._stop = stop
        qt_messages.install()
        async with AsyncExitStack() as stack:
            stack.callback(qt_messages.remove)
            try:
                services = await stack.enter_async_context(self._open_services())
            except KirejiError as error:
                from kireji.ui.failure import show_failure

                log.error("cannot start: %s", error)
                self._failure = error
                self._ready.set()
                self._tray.menu.quit_chosen.connect(self._quit)
                await show_failure(error, stop)
                raise
            stack.push_async_callback(self._scope.aclose)
            self._theme.apply(self._preferences.settings.appearance)
            self._parts = parts = self._make(services)
            stack.push_async_callback(parts.aclose)
            self._connect(parts)
            self._hold_shortcuts(stack)
            self._ready.set()
            self._begin(parts, first, request)
            self._fill_tray(services, parts)
            self._scope.start(self._settle(services, parts), name="settle")
            await stop.wait()
            log.info("ending")
            self._curtain.forget()
            self._loss_timer.stop()
        return 0

    async def command(self, name: str, request: CaptureRequest, token: str) -> str:
        """Do what another start asks for.

        Args:
            name: raise, capture, clipboard, selection, quit or shortcut.
            request: What to capture, for that command.
            token: Wayland's permission to come to the front, or empty.

        Returns:
            Empty when done, else the sentence that says why not.
        """
        if name == "shortcut":
            return self._shortcuts.state().trouble
        if name == "quit":
            self._quit()
            if self._stop is not None:
                return ""
        await self._ready.wait()
        if self._failure is not None:
            return self._failure.sentence
        if self._parts is not None:
            self._obey(self._parts, name, request, token)
        return ""

    def _obey(self, parts: _Parts, name: str, request: CaptureRequest, token: str) -> None:
        if name == "quit":
            self._quit()
        elif name == "capture":
            parts.actions.capture(request)
        elif name in (Action.CLIPBOARD.value, Action.SELECTION.value):
            parts.actions.do(Action(name), token)
        else:
            self._raise(parts, token)

    def _raise(self, parts: _Parts, token: str) -> None:
        parts.windows.show(token)
        if not self._tray.available:
            parts.windows.show_notice(tr(_NO_TRAY))

    def _make(self, services: Services) -> _Parts:
        from kireji.ui.actions import Actions
        from kireji.ui.history.answers import Answers
        from kireji.ui.looking_ahead import LookingAhead
        from kireji.ui.notices import Notices
        from kireji.ui.overlay.presenter import OverlayPresenter
        from kireji.ui.windows import Windows

        answers = Answers(services.chat.live, self._shows, services.tools.approvals, services.chat.consents)
        windows = Windows(services, self._theme, self._shortcuts, self._places, self._geometry, answers)
        overlay = OverlayPresenter(
            services,
            self._curtain,
            windows.open_conversation,
            self._tell,
            self._theme,
            open_settings=windows.open_settings,
            on_picture=self._picked,
            looking=LookingAhead(services.capture, services.outbox.redaction, self._scope),
        )
        notices = Notices(
            services,
            shows=self._shows,
            open_conversation=windows.open_conversation,
            fall_back=self._tell_without_notifications,
            failed=self._task_failed,
        )
        overlay.left.connect(notices.remind)
        actions = Actions(
            services,
            self._theme,
            capture=overlay.capture,
            take=windows.take,
            take_picture=windows.take_picture,
            take_prompt=windows.take_prompt,
            show_window=windows.show,
            tell=self._tell,
            failed=self._task_failed,
        )
        services.watches.set_covered(covered)
        services.capture.set_curtain(ToolCurtain(self._curtain, lambda: overlay.stage.is_open))
        return _Parts(windows, overlay, notices, actions)

    def _connect(self, parts: _Parts) -> None:
        self._tray.open_chosen.connect(parts.windows.show)
        parts.windows.capture_clicked.connect(self._capture_clicked)
        parts.windows.closed.connect(self._window_closed)

    def _fill_tray(self, services: Services, parts: _Parts) -> None:
        """Make the tray's menu, which nobody can have opened yet; the first press does not wait for it."""
        from kireji.ui.tray_presenter import TrayPresenter

        menu = self._tray.menu
        parts.tray = TrayPresenter(menu, services, self._shortcuts, self._task_failed)
        menu.quit_chosen.connect(self._quit)
        menu.chosen.connect(self._menu_chosen)
        menu.capture_chosen.connect(self._menu_capture)
        menu.settings_chosen.connect(parts.windows.open_settings)
        menu.help_chosen.connect(parts.windows.open_help)
        menu.jobs_chosen.connect(parts.windows.open_jobs)
        menu.conversation_chosen.connect(parts.windows.open_conversation)
        menu.pause_toggled.connect(self._pause)
        menu.waiting_changed.connect(self._tray.say_waiting)

    def _hold_shortcuts(self, stack: AsyncExitStack) -> None:
        settings = self._preferences.settings.shortcuts
        self._shortcuts.lost.subscribe(self._shortcut_lost)
        self._shortcuts.hold({action: settings.chord(action) for action in Action})
        if self._portal is not None:
            from kireji.ui.shortcut_portal import PortalChords

            chords = PortalChords(self._portal, self._shortcuts, self._task_failed)
            stack.push_async_callback(chords.aclose)
            self._shortcuts.ask_desktop(chords)
        self._shortcuts.receive(self._pressed)

    def _shortcut_lost(self, sentence: str) -> None:
        self._losses.append(sentence)
        self._loss_timer.start()

    def _tell_of_losses(self) -> None:
        """All that were lost together are told together; and not at all where the display itself is going."""
        losses, self._losses = self._losses, []
        self._tell(" ".join(dict.fromkeys(losses)))

    def _begin(self, parts: _Parts, first: str, request: CaptureRequest) -> None:
        if first != "hide":
            self._obey(parts, first, request, "")
        if first != "raise" and not self._tray.available:
            self._scope.start(self._show_without_tray(parts), name="no tray")
        if sentence := f"{self._shortcuts.taken} {self._preferences.told}".strip():
            self._tell(sentence)

    async def _show_without_tray(self, parts: _Parts) -> None:
        """A start without a window must not end up nowhere where no tray comes."""
        self._tray.watch_for_host()
        arrived = asyncio.Event()
        self._tray.appeared.connect(arrived.set)
        try:
            async with asyncio.timeout(_TRAY_SECONDS):
                await arrived.wait()
        except TimeoutError:
            if not self._tray.available and not parts.windows.on_screen and not parts.overlay.stage.is_open:
                self._raise(parts, "")

    async def _settle(self, services: Services, parts: _Parts) -> None:
        """After the start: what makes the first capture quick, and what the last run left behind."""
        await asyncio.sleep(_WARM_SECONDS)
        gc.freeze()  # what the start has loaded stays; later collections need not look at it
        gc.enable()
        self._tray.watch_for_host()
        await services.capture.warm()
        parts.overlay.warm()
        parts.windows.follow_settings(self._task_failed)
        if parts.tray is not None:
            parts.tray.settle()
        background.begin(self._scope, services, self._tell, parts.notices, parts.windows)

    def _menu_chosen(self, action: object) -> None:
        assert isinstance(action, Action | PromptKey)
        self._curtain.expect_repaint()  # the menu itself is still on the screen
        self._do(action)

    def _menu_capture(self, request: object) -> None:
        assert isinstance(request, CaptureRequest)
        self._curtain.expect_repaint()
        if self._parts is not None:
            self._parts.actions.capture(request)

    def _capture_clicked(self) -> None:
        self._do(Action.CAPTURE)

    def _pressed(self, action: Target, token: str) -> None:
        if self._parts is None or not self._parts.windows.testing_shortcut:
            self._do(action, token)  # otherwise the page that asked for the press has seen it

    def _do(self, action: Target, token: str = "") -> None:
        if self._parts is not None:
            self._parts.actions.do(action, token)

    def _picked(self, picture: EncodedPicture, prompt: str) -> None:
        if self._parts is not None:
            self._parts.actions.picked(picture, prompt)

    def _shows(self, conversation: int) -> bool:
        """Whether the person has a conversation before them."""
        parts = self._parts
        return parts is not None and (parts.overlay.shows(conversation) or parts.windows.shows(conversation))

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
        gc.collect()  # a cancelled task and what it had in hand hold each other
        await asyncio.to_thread(self._give_back)

    def _pause(self, paused: bool) -> None:
        self._shortcuts.pause(paused)
        self._scope.restart(self._preferences.set("shortcuts.paused", paused), name="pause")

    def _tell(self, sentence: str) -> None:
        """One sentence for the person, where they look: in our window, else by a notification."""
        if self._parts is None:
            return
        if self._parts.windows.on_screen:
            self._parts.windows.show_notice(sentence)
        if not self._parts.windows.notices_seen:
            self._parts.notices.tell(Notice("Kireji", sentence))

    def _tell_without_notifications(self, title: str, sentence: str) -> None:
        if self._tray.available:
            self._tray.notify(title, sentence)
        elif self._parts is not None:
            from kireji.ui.notices import in_one_line

            self._parts.windows.show()
            self._parts.windows.show_notice(in_one_line(title, sentence))

    def _task_failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._tell(error.sentence)
            return
        log.error("a task failed", exc_info=error)
        self._tell(tr("Something in Kireji failed. The log has the details; what you were doing can be repeated."))

    def _quit(self) -> None:
        if self._stop is not None:
            self._stop.set()


class _Parts:
    """What exists once the services do."""

    def __init__(self, windows: Windows, overlay: OverlayPresenter, notices: Notices, actions: Actions) -> None:
        self.windows = windows
        self.overlay = overlay
        self.notices = notices
        self.actions = actions
        self.tray: TrayPresenter | None = None

    async def aclose(self) -> None:
        """End all, the last first."""
        for part in (self.tray, self.actions, self.notices, self.overlay, self.windows):
            if part is not None:
                await part.aclose()
