"""The main window and its presenters, put together."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from kireji.services.application import Services
from kireji.ui.chat.presenter import ChatPresenter
from kireji.ui.main_window import MainWindow
from kireji.ui.shortcut import GlobalShortcut
from kireji.ui.theme import Theme


class Windows(QObject):
    """Owns the main window and what fills it.

    Args:
        services: The use cases.
        theme: Colours and text size.
        shortcut: The capture chord.
    """

    capture_chosen = Signal()
    window_closed = Signal()

    def __init__(self, services: Services, theme: Theme, shortcut: GlobalShortcut) -> None:
        super().__init__()
        self._window = MainWindow(theme)
        self._chat = ChatPresenter(services, self._window, theme, lambda: shortcut.state().chord)
        self._window.capture_clicked.connect(self.capture_chosen)
        self._window.closed.connect(self.window_closed)
        self._chat.start()

    @property
    def visible(self) -> bool:
        """Whether the window is on the screen."""
        return self._window.isVisible()

    def show(self) -> None:
        """Bring the window to the front."""
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def open_conversation(self, conversation: int) -> None:
        """Show one conversation."""
        self._window.open_conversation(conversation)

    def open_settings(self) -> None:
        """Show the settings."""
        self._window.open_settings()

    def show_notice(self, sentence: str) -> None:
        """Say one sentence above the composer."""
        self._window.show_notice(sentence)

    async def aclose(self) -> None:
        """End what the presenters do and take the window away."""
        await self._chat.aclose()
        self._window.hide()
        self._window.deleteLater()
