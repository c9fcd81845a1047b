"""The page of results in the main window: made when the first result is opened."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from kireji.services.application import Services
from kireji.ui.main_window import MainWindow
from kireji.ui.results.page import ResultPage
from kireji.ui.results.presenter import ResultPresenter
from kireji.ui.theme import Theme

RESULT = "result"
"""Name of the page in the window."""


class ResultPages(QObject):
    """Brings the page into the window, and the person back to the conversation.

    Args:
        services: The use cases.
        window: Where it is shown.
        theme: The look.
        failed: Told of faults of this program.
    """

    def __init__(
        self, services: Services, window: MainWindow, theme: Theme, failed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(window)
        self._window = window
        self.page = ResultPage(theme)
        self.presenter = ResultPresenter(services, self.page, theme, failed)
        self.page.menu_clicked.connect(window.toggle_sidebar)
        self.page.back_clicked.connect(self._back)
        window.left_page.connect(self._escape)

    def show(self, conversation: int, message: int, *, save: bool = False) -> None:
        """Show what came of an answer.

        Args:
            conversation: Where it stands.
            message: The answer's number.
            save: Whether it is to be saved at once; the person says where.
        """
        self._window.show_page(RESULT, self.page)
        self.presenter.show(conversation, message, save=save)

    def use(self, conversation: int, message: int, action: str) -> None:
        """Do what a button below an answer says.

        Args:
            conversation: Where it stands.
            message: The answer's number.
            action: open, copy or save.
        """
        if action == "copy":
            self.presenter.copy_of(message, self._window.show_notice)
        else:
            self.show(conversation, message, save=action == "save")

    async def aclose(self) -> None:
        """End what runs."""
        await self.presenter.aclose()

    def _back(self) -> None:
        """To the conversation; another one may have been opened meanwhile, which then is shown."""
        conversation = self.presenter.conversation
        if conversation is not None and self._window.page() == RESULT:
            self._window.open_conversation(conversation)

    def _escape(self) -> None:
        if self._window.page() == RESULT:
            self._back()
