"""The windows of all screens as one surface, with the tool bar and the card on the screen of the selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QImage, QScreen

from kireji.core.errors import CaptureError
from kireji.core.geometry import Region, ScreenImage
from kireji.ui.overlay.panels import Panels
from kireji.ui.overlay.screens import matched
from kireji.ui.overlay.window import OverlayWindow
from kireji.ui.theme import Theme

if TYPE_CHECKING:  # loaded after the first paint
    from kireji.ui.overlay.bar import ToolBar
    from kireji.ui.overlay.card import AnswerCard

_FOCUS_MILLISECONDS = 120
"""How long a window manager may take to hand the keyboard over before it is taken."""


class Stage(QObject):
    """Owns the kept windows and what floats on them.

    Args:
        theme: Look of bar and card.
    """

    painted = Signal()
    """The frozen screens are on the screen."""
    settled = Signal()
    """Something is selected; also after every change of it."""
    unsettled = Signal()
    """Nothing is selected, or it is just being changed."""
    confirmed = Signal()
    """Enter on the selection itself."""
    dismissed = Signal()
    """Esc."""
    command = Signal(object)
    """A key for the tool bar: "copy", "copy text" or "save"."""
    screens_changed = Signal()
    """A screen came, went or has another size while the stage is open."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._windows: dict[QScreen, OverlayWindow] = {}
        self._shown: list[OverlayWindow] = []
        self._home: OverlayWindow | None = None
        self._panels = Panels(theme, self)
        self._waiting_for_paint: set[OverlayWindow] = set()
        self._focus = QTimer(self, singleShot=True, interval=_FOCUS_MILLISECONDS)
        self._focus.timeout.connect(self._insist_on_keys)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self._screen_added)
        application.screenRemoved.connect(self._screen_removed)

    # Windows.

    def warm(self) -> None:
        """Make the windows, hidden, so that the first capture does not have to."""
        for screen in QGuiApplication.screens():
            self._window_of(screen)

    def _window_of(self, screen: QScreen) -> OverlayWindow:
        if screen not in self._windows:
            window = OverlayWindow(screen, self._theme)
            window.changed.connect(self._changed)
            window.pressed.connect(self._make_home)
            window.entered.connect(self._entered)
            window.confirmed.connect(self._confirmed)
            window.dismissed.connect(self.dismissed)
            window.next_screen.connect(self._go_on)
            window.command.connect(self.command)
            window.painted.connect(self._window_painted)
            screen.geometryChanged.connect(self._geometry_changed)
            self._windows[screen] = window
        return self._windows[screen]

    def _screen_added(self, _screen: QScreen) -> None:
        if self.is_open:
            self.screens_changed.emit()

    def _screen_removed(self, screen: QScreen) -> None:
        was_open = self.is_open
        if (window := self._windows.pop(screen, None)) is not None:
            self._leave(window)
            window.close_frame()
            window.deleteLater()
            if window in self._shown:
                self._shown.remove(window)
        if was_open:
            self.screens_changed.emit()

    def _geometry_changed(self, _geometry: QRect) -> None:
        if self.is_open:
            self.screens_changed.emit()

    # Opening and closing.

    @property
    def is_open(self) -> bool:
        """Whether frozen screens are shown."""
        return bool(self._shown)

    def show(self, pictures: Sequence[ScreenImage]) -> None:
        """Show the frozen screens; the one under the pointer takes the keys.

        Raises:
            CaptureError: There is no screen to show them on.
        """
        self._panels.reset()
        pairs = matched(QGuiApplication.screens(), pictures)
        if not pairs:
            raise CaptureError("No screen is connected.", "Connect one and try again.")
        under_pointer = QGuiApplication.screenAt(QCursor.pos())
        active = next((screen for screen, _ in pairs if screen is under_pointer), pairs[0][0])
        self._shown = [self._window_of(screen) for screen, _ in pairs]
        self._waiting_for_paint = set(self._shown)
        self._home = self._window_of(active)
        self._panels.move_to(self._home)
        # The active one last: the window that is shown last gets the keys under most window managers.
        for screen, picture in sorted(pairs, key=lambda pair: pair[0] is active):
            self._window_of(screen).open(picture, active=screen is active)
        self._focus.start()

    def bring_forward(self) -> None:
        """Come to the front with the keyboard."""
        for window in self._shown:
            window.raise_()
        if self._home is not None:
            self._home.take_keys()

    def hide(self) -> None:
        """Hide everything and let the pictures go."""
        self._focus.stop()
        self._panels.hide()
        for window in self._shown:
            if (handle := window.windowHandle()) is not None:
                handle.setKeyboardGrabEnabled(False)
            window.close_frame()
        self._shown, self._home = [], None

    def close(self) -> None:
        """Give the windows back; at the end of the program."""
        self.hide()
        for window in self._windows.values():
            self._leave(window)
            window.close()
            window.deleteLater()
        self._windows.clear()
        self._panels.close()

    def _leave(self, window: OverlayWindow) -> None:
        self._panels.leave(window)
        if self._home is window:
            self._home = None

    def _window_painted(self, window: OverlayWindow) -> None:
        self._waiting_for_paint.discard(window)
        # After this painting has reached the screen.
        QTimer.singleShot(0, window, window.show_marks)
        if not self._waiting_for_paint:
            QTimer.singleShot(0, self, self._all_painted)

    def _all_painted(self) -> None:
        if self.is_open:
            self.painted.emit()

    def _insist_on_keys(self) -> None:
        """A window manager may refuse the focus to a window that no click opened; then the keyboard is grabbed."""
        if self._home is None or self._home.isActiveWindow():
            return
        self._home.take_keys()
        if (handle := self._home.windowHandle()) is not None:
            handle.setKeyboardGrabEnabled(True)

    # Panels.

    @property
    def bar(self) -> ToolBar:
        """The tool bar; made when it is needed first."""
        return self._panels.bar

    @property
    def card(self) -> AnswerCard:
        """The card; made when it is needed first."""
        return self._panels.card

    def show_card(self) -> None:
        """Show the card beside the selection, which stays as it is from now on."""
        self._panels.show_card()

    # The selection.

    @property
    def region(self) -> Region | None:
        """What is selected; None when nothing is."""
        window = self._home
        if window is None or window.picture is None or window.selection.rect is None:
            return None
        return Region(window.picture, window.selection.rect)

    def cut(self) -> QImage | None:
        """A copy of what is selected, in full resolution."""
        window, region = self._home, self.region
        if window is None or window.frame is None or region is None:
            return None
        return window.frame.cut(region.rect)

    def _changed(self, window: OverlayWindow) -> None:
        self._make_home(window)
        if window.selection.settled:
            self._panels.show_bar(window)
            self.settled.emit()
        else:
            self._panels.hide_bar()
            self.unsettled.emit()

    def _make_home(self, window: OverlayWindow) -> None:
        """The selection is on this screen from now on."""
        if window is self._home:
            return
        old, self._home = self._home, window
        if old is not None:
            old.clear()
            old.set_active(on=False)
        self._panels.move_to(window)
        window.set_active(on=True)
        window.take_keys()

    def _entered(self, window: OverlayWindow) -> None:
        if self._home is None or self._home.selection.rect is None:
            self._make_home(window)

    def _go_on(self, window: OverlayWindow) -> None:
        if len(self._shown) > 1:
            self._make_home(self._shown[(self._shown.index(window) + 1) % len(self._shown)])

    def _confirmed(self, _window: OverlayWindow) -> None:
        self.confirmed.emit()
