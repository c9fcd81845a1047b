"""Keeps our own windows out of the picture."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from kireji.core.geometry import Rect

_SETTLE_SECONDS = 0.18
"""How long a desktop takes to repaint what was under a window; there is no event that says so."""

_TRAY_ICON = "QSystemTrayIconSys"
"""Qt's class of an icon that is embedded in a panel; hiding it would take it out of the tray."""

_FLEETING = (Qt.WindowType.Popup, Qt.WindowType.ToolTip)


class Curtain:
    """Hides our visible windows before a capture and brings them back after it.

    Args:
        lifted: Called after every capture, when the desktop is as it was.
    """

    def __init__(self, lifted: Callable[[], None]) -> None:
        self._lifted = lifted
        self._hidden: list[QWidget] = []
        self._active: QWidget | None = None
        self._expects = False

    def expect_repaint(self) -> None:
        """Something that is not ours to hide, such as the tray's menu, is about to go: the next `hide` waits for it."""
        self._expects = True

    async def hide(self) -> None:
        """Hide what is visible and wait until the desktop has repainted; returns at once when nothing was visible."""
        waits, self._expects = self._expects, False
        visible = [window for window in QApplication.topLevelWidgets() if _on_screen(window)]
        self._active = QApplication.activeWindow()
        self._hidden += [window for window in visible if window.windowType() not in _FLEETING]
        for window in visible:
            window.hide()
        if visible or waits:
            await asyncio.sleep(_SETTLE_SECONDS)

    def restore(self) -> None:
        """Show again what `hide` hid: as it was stacked, without taking the focus from what the person works in."""
        hidden, self._hidden = self._hidden, []
        active, self._active = self._active, None
        for window in hidden:
            _show_in_place(window, active=window is active)
        self._lifted()

    def forget(self) -> None:
        """The program ends: nothing is to come back."""
        self._hidden = []


class ToolCurtain:
    """The same for pictures that tools take: it stays open while the person is taking one.

    Args:
        curtain: Hides and restores.
        busy: Whether a capture of the person's is open.
    """

    def __init__(self, curtain: Curtain, busy: Callable[[], bool]) -> None:
        self._curtain = curtain
        self._busy = busy
        self._closed = False

    async def hide(self) -> None:
        if not self._busy():
            self._closed = True
            await self._curtain.hide()

    def restore(self) -> None:
        """Bring back what was hidden, if it was."""
        closed, self._closed = self._closed, False
        if closed:
            self._curtain.restore()


def covered(rect: Rect) -> bool:
    """Whether a window of ours may lie over a region; one that is behind another program's counts too.

    Args:
        rect: In the desktop's own pixels.
    """
    return any(
        not _native(window).intersection(rect).empty for window in QApplication.topLevelWidgets() if _on_screen(window)
    )


def _native(window: QWidget) -> Rect:
    """Where a window lies in the screen's pixels: Qt scales sizes but not where screens begin (platform facts 2.3)."""
    frame, screen, ratio = window.frameGeometry(), window.screen().geometry(), window.devicePixelRatioF()
    x, y = (frame.x() - screen.x()) * ratio, (frame.y() - screen.y()) * ratio
    size = round(frame.width() * ratio), round(frame.height() * ratio)
    return Rect(screen.x() + round(x), screen.y() + round(y), *size)


def _show_in_place(window: QWidget, *, active: bool) -> None:
    """Show a window that was hidden: the one that was worked in above the others, any other below them."""
    if active:
        window.show()
        return
    quiet = Qt.WidgetAttribute.WA_ShowWithoutActivating
    before = window.testAttribute(quiet)
    window.setAttribute(quiet, on=True)
    window.show()
    window.setAttribute(quiet, on=before)
    if not window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint:
        window.lower()


def _on_screen(window: QWidget) -> bool:
    return window.isVisible() and not window.isMinimized() and window.metaObject().className() != _TRAY_ICON
