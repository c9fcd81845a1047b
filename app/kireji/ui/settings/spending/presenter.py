"""Between the page "Spending" and the services."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.settings.spending.page import SpendingPage


class SpendingPresenter(QObject):
    """Fills the page with what is true while it is shown, and keeps budgets.

    Args:
        page: The page.
        services: The use cases.
        failed: Told of every failure.
        parent: Owns this.
    """

    def __init__(
        self, page: SpendingPage, services: Services, failed: Callable[[BaseException], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._scope = TaskScope("spending page", failed)
        self._shown = False
        self._unsubscribe = services.spending.changed.subscribe(self._spent)
        rows = {"day": page.day_budget, "month": page.month_budget, "conversation": page.conversation_budget}
        for period, row in rows.items():
            row.entered.connect(partial(self._keep, f"budget.{period}"))

    def show(self) -> None:
        """The page comes onto the screen."""
        self._shown = True
        self.refresh()

    def leave(self) -> None:
        """It goes away."""
        self._shown = False

    def refresh(self) -> None:
        """Read everything again, if anybody sees it."""
        if self._shown:
            self._page.show_settings(self._services.preferences.settings.budget)
            self._scope.restart(self._show(), name="show")

    async def aclose(self) -> None:
        """End what runs."""
        self._unsubscribe()
        await self._scope.aclose()

    async def _show(self) -> None:
        self._page.show_overview(await self._services.spending.overview())

    def _spent(self, _conversation: int | None) -> None:
        self.refresh()

    def _keep(self, option: str, amount: object) -> None:
        self._scope.restart(self._services.preferences.set(option, amount), name=option)
