"""Between the page "Jobs" and the services."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from kireji.core.errors import KirejiError, SettingsError
from kireji.core.jobs.settings import JobSettings
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.settings.jobs_page import JobsPage
from kireji.ui.translation import tr


class JobsPagePresenter(QObject):
    """Fills the page with what is true, and carries changes out.

    Args:
        page: The page.
        services: The use cases.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self, page: JobsPage, services: Services, failed: Callable[[BaseException], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._scope = TaskScope("jobs settings", failed)
        self._shown: JobSettings | None = None
        page.batch.entered.connect(self._batch_entered)
        page.at_once.entered.connect(self._at_once_entered)
        page.address.entered.connect(self._address_entered)
        page.secret_clicked.connect(self._make_secret)
        page.copy_clicked.connect(self._copy)

    def show(self) -> None:
        """The page comes onto the screen."""
        self._shown = None
        self.settings_changed()

    def leave(self) -> None:
        """The page goes away, and with it a secret that was shown."""
        self._page.show_secret("")

    def settings_changed(self) -> None:
        """Show what holds now."""
        jobs = self._services.preferences.settings.jobs
        if jobs == self._shown:
            return
        moved = self._shown is None or jobs.webhook != self._shown.webhook
        self._shown = jobs
        self._page.show_settings(jobs)
        if moved:
            self._page.show_secret("")
            self._scope.restart(self._look(jobs.webhook), name="look")

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    async def _look(self, address: str) -> None:
        if not address:
            self._page.show_webhook(address=False, secret=False)
            return
        try:
            secret = await self._services.credentials.webhook_secret(address)
        except KirejiError as error:
            self._page.show_webhook(address=True, secret=False, problem=error.sentence)
            return
        self._page.show_webhook(address=True, secret=secret is not None)

    def _batch_entered(self, number: object) -> None:
        self._scope.restart(self._services.preferences.set("jobs.rows_per_batch", number), name="rows per batch")

    def _at_once_entered(self, number: object) -> None:
        self._scope.restart(self._services.preferences.set("jobs.side_by_side", number), name="side by side")

    def _address_entered(self, text: object) -> None:
        self._scope.restart(self._keep_address(str(text)), name="address")

    async def _keep_address(self, address: str) -> None:
        try:
            await self._services.preferences.set("jobs.webhook", address)
        except SettingsError as error:
            self._page.address.say(error.sentence.replace("jobs.webhook", tr("The address")))
        else:
            self._page.address.say("")

    def _make_secret(self) -> None:
        self._scope.restart(self._new_secret(), name="secret")

    async def _new_secret(self) -> None:
        address = self._services.preferences.settings.jobs.webhook
        try:
            secret = await self._services.credentials.new_webhook_secret(address)
        except KirejiError as error:
            self._page.say_problem(error.sentence)
            return
        self._page.show_webhook(address=True, secret=True)
        self._page.show_secret(secret)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._page.secret.text())
