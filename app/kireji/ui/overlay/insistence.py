"""Getting the keyboard, and lying over the menus of other programs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from kireji.ui.overlay.platforms import lie_over_menus, lie_under_menus

_PATIENCE = 120
"""Milliseconds a window manager may take to hand the keyboard over before it is taken."""
_AGAIN = 100
"""Milliseconds between two attempts while another program holds the keyboard, as an open menu does on X11."""
_STEADY = 60
"""Milliseconds without a change after which a window that was taken from the screen stays away."""


class Insistence(QObject):
    """Sees to it that the keys reach the frozen screen.

    A window manager may refuse the focus to a window that no click opened; then the keyboard is grabbed. An open menu
    of another program holds the keyboard and the pointer itself, and no other program can take them from it: the frozen
    screen is laid over it, and the keyboard is taken as soon as the menu lets go.

    A window manager that is busy notices only then that the window was hidden for that, and takes it from the screen
    although it is shown again (openbox does so): whatever is taken away without our doing comes back.

    Args:
        parent: As usual in Qt.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._home: QWidget | None = None
        self._windows: tuple[QWidget, ...] = ()
        self._over = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._insist)
        self._steady = QTimer(self, singleShot=True, interval=_STEADY)
        self._steady.timeout.connect(self._come_back)

    def begin(self, windows: Sequence[QWidget], home: QWidget) -> None:
        """The windows are shown; give the window manager time."""
        self._windows, self._home, self._over = tuple(windows), home, False
        self._timer.start(_PATIENCE)

    def move_to(self, home: QWidget) -> None:
        """The keys belong to another of the windows."""
        if self._over and self._home is not None and home is not self._home:
            _grab(self._home, on=False)
            self._timer.start(_AGAIN)
        self._home = home

    def leave(self, window: QWidget) -> None:
        """A window goes."""
        _grab(window, on=False)
        window.windowHandle().removeEventFilter(self)
        self._windows = tuple(each for each in self._windows if each is not window)
        if self._home is window:
            self._home = None

    def end(self) -> None:
        """Before the windows are hidden: give the keyboard back."""
        self._timer.stop()
        self._steady.stop()
        for window in self._windows:
            _grab(window, on=False)
            window.windowHandle().removeEventFilter(self)
            if self._over:
                lie_under_menus(window)
        self._windows, self._home, self._over = (), None, False

    def rise(self) -> None:
        """A menu or a tooltip of another program is open: lie over it."""
        if self._over or self._home is None:
            return
        for window in self._windows:
            window.windowHandle().installEventFilter(self)
            self._over = lie_over_menus(window)
        if self._over:
            self._timer.start(0)

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:
        """Notices when a window is on the screen, and when it is not any more."""
        if event.type() is QEvent.Type.Expose and self._over:
            self._steady.start()  # not looked at now: hiding and showing says both, one after the other
        return False

    def _come_back(self) -> None:
        for window in self._windows:
            if not window.windowHandle().isExposed():
                lie_over_menus(window)
                self._timer.start(0)

    def _insist(self) -> None:
        home = self._home
        if home is None or (home.isActiveWindow() and not self._over):
            return
        if not self._over:
            home.raise_()
        home.activateWindow()
        if _grab(home, on=True):
            return
        if not self._over:
            self.rise()
        self._timer.start(_AGAIN)


def _grab(window: QWidget, *, on: bool) -> bool:
    return window.windowHandle().setKeyboardGrabEnabled(on)
