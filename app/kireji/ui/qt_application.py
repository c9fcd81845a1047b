"""The application object: every request to quit becomes a call."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from kireji.core.identity import APP_ID


class Application(QApplication):
    """Turns every request to quit into a call of `on_quit`.

    `QApplication.quit` would stop the loop under the main coroutine in the middle of its clean-up. Overriding `event`
    costs 0.4 microseconds per event of the application object; an application-wide filter costs 5 per any event.

    A module of its own, because the tray and the shortcut come before asyncio is imported.
    """

    on_quit: Callable[[], None] | None = None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit and self.on_quit is not None:
            event.ignore()
            self.on_quit()
            return True
        return super().event(event)


def create(arguments: list[str]) -> Application:
    """Make the application object with its names; the desktop file's name is what portals and docks know it by."""
    Application.setApplicationName("kireji")
    Application.setDesktopFileName(APP_ID)
    app = Application(arguments)
    app.setQuitOnLastWindowClosed(False)
    return app
