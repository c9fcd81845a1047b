"""Between the page "General" and the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from kireji.core.errors import KirejiError
from kireji.core.settings import Settings
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.settings.general_page import GeneralPage


class GeneralPresenter(QObject):
    """Fills the page with what is true, and carries changes out.

    Args:
        page: The page.
        services: The use cases.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self, page: GeneralPage, services: Services, failed: Callable[[BaseException], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._scope = TaskScope("general", failed)
        page.autostart.switched.connect(self._switch_autostart)
        page.notify.switched.connect(self._keep_notify)
        page.delay.chosen.connect(self._keep_delay)
        page.picker.switched.connect(self._keep_picker)
        page.copy_selection.switched.connect(self._keep_copying)

    def show(self) -> None:
        """The settings come onto the screen: ask the system again, since others may have changed it."""
        self.settings_changed(self._services.preferences.settings)
        self._page.show_possible(
            picker=self._services.capture.can_pick,
            # On X11 every program publishes what is selected in it.
            copying=not QGuiApplication.clipboard().supportsSelection(),
        )
        self._scope.restart(self._show_autostart(), name="autostart")

    def settings_changed(self, settings: Settings) -> None:
        """What holds now."""
        self._page.show_settings(settings.general, settings.capture)

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    async def _show_autostart(self) -> None:
        autostart = self._services.autostart
        available = autostart.availability()
        on = available.ok and await asyncio.to_thread(autostart.enabled)
        self._page.show_autostart(available, on=on)

    async def _set_autostart(self, on: bool) -> None:
        problem = ""
        try:
            await asyncio.to_thread(self._services.autostart.set, on)
        except KirejiError as error:
            problem = error.sentence
        await self._show_autostart()
        if problem:
            self._page.show_autostart_failure(problem)

    def _switch_autostart(self, on: object) -> None:
        self._scope.restart(self._set_autostart(bool(on)), name="autostart")

    def _keep_notify(self, on: object) -> None:
        self._keep("general.notify", on)

    def _keep_delay(self, seconds: object) -> None:
        self._keep("capture.delay", seconds)

    def _keep_picker(self, on: object) -> None:
        self._keep("capture.desktop_picker", on)

    def _keep_copying(self, on: object) -> None:
        self._keep("capture.copy_selection", on)

    def _keep(self, option: str, value: object) -> None:
        self._scope.restart(self._services.preferences.set(option, value), name=option)
