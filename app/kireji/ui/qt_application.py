"""The application object: every request to quit becomes a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QEvent, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from kireji.core.identity import APP_ID

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType

Failed: TypeAlias = Callable[[Sequence[str]], object]
"""Told what Qt said last before it gives up. Qt aborts the process when this returns, so it should not."""


class Application(QApplication):
    """Turns every request to quit into a call of `on_quit`.

    `QApplication.quit` would stop the loop under the main coroutine in the middle of its clean-up. Overriding `event`
    costs 0.4 microseconds per event of the application object; an application-wide filter costs 5 per any event.

    A module of its own, because the tray and the shortcut come before asyncio is imported.
    """

    on_quit: Callable[[], None] | None = None
    said: Sequence[str] = ()
    """What Qt complained about while this was made, for the log."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit and self.on_quit is not None:
            event.ignore()
            self.on_quit()
            return True
        return super().event(event)


def create(arguments: list[str], failed: Failed | None = None) -> Application:
    """Make the application object with its names; the desktop file's name is what portals and docks know it by.

    Args:
        arguments: The command line.
        failed: Explains, and ends the process, where Qt finds no way to show windows.
    """
    Application.setApplicationName("kireji")
    Application.setDesktopFileName(APP_ID)
    app = Application(arguments) if failed is None else _made(arguments, failed)
    app.setQuitOnLastWindowClosed(False)
    return app


def _made(arguments: list[str], failed: Failed) -> Application:
    said: list[str] = []

    def hear(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        said.append(message)
        if kind.name == "QtFatalMsg":
            failed(said)

    earlier = qInstallMessageHandler(hear)
    app = Application(arguments)
    qInstallMessageHandler(earlier)
    app.said = said
    return app
