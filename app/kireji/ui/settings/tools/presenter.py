"""Between the page "Tools" and the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.core.settings import Settings
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.settings.opening import open_folder
from kireji.ui.settings.tools.examples import put_example
from kireji.ui.settings.tools.page import ToolsPage
from kireji.ui.settings.tools.rights_presenter import RightsPresenter
from kireji.ui.settings.tools.servers_presenter import ServersPresenter
from kireji.ui.settings.tools.sources_presenter import SourcesPresenter
from kireji.ui.translation import tr


class ToolsPresenter(QObject):
    """Fills the page with what is true while somebody looks at it, and carries out what is asked for.

    Args:
        page: The page.
        services: The use cases.
        plugins: The folder of plugins.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self,
        page: ToolsPage,
        services: Services,
        plugins: Path,
        failed: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._plugins = plugins
        self._scope = TaskScope("tools page", failed)
        self.sources = SourcesPresenter(page, services.tools, failed, self)
        self.servers = ServersPresenter(page, services.tools, self.sources, failed, self)
        self.rights = RightsPresenter(page, services, failed, self)
        self._unsubscribe: list[Callable[[], None]] = []
        self._connect()

    def _connect(self) -> None:
        page = self._page
        self.sources.shown.connect(self.rights.show_sources)
        page.enabled.switched.connect(self._keep_enabled)
        page.limits.commands.switched.connect(self._keep_commands)
        page.limits.folder_chosen.connect(self._add_folder)
        page.limits.folders.removed.connect(self._remove_folder)
        page.limits.host_entered.connect(self._add_host)
        page.limits.hosts.removed.connect(self._remove_host)
        page.plugins.folder.clicked.connect(self._open_plugins)
        page.plugins.example.clicked.connect(self._open_example)

    def show(self) -> None:
        """Somebody looks at the page: from now on it follows what changes. Nothing is started."""
        if not self._unsubscribe:
            tools = self._services.tools
            self._unsubscribe = [
                tools.toolbox.changed.subscribe(self._changed),
                tools.permissions.changed.subscribe(self._changed),
                tools.approvals.changed.subscribe(self._decided),
                tools.servers.changed.subscribe(self._changed),
            ]
        self.settings_changed(self._services.preferences.settings)
        self.sources.refresh()

    def leave(self) -> None:
        """Nobody looks at it any more."""
        for end in self._unsubscribe:
            end()
        if self._unsubscribe:
            self.servers.leave()
        self._unsubscribe = []

    def settings_changed(self, settings: Settings) -> None:
        """What holds now."""
        self._page.show_settings(settings.tools)
        if self._unsubscribe:
            self.sources.refresh()

    async def aclose(self) -> None:
        """End what runs."""
        self.leave()
        for part in (self.sources, self.servers, self.rights):
            await part.aclose()
        await self._scope.aclose()

    def _changed(self, _what: object) -> None:
        self.sources.refresh()

    def _decided(self, _conversation: object) -> None:
        self.rights.refresh()

    # Settings.

    def _keep_enabled(self, on: object) -> None:
        self._keep("tools.enabled", on)

    def _keep_commands(self, on: object) -> None:
        self._keep("tools.commands", on)

    def _add_folder(self, path: object) -> None:
        folders = self._services.preferences.settings.tools.folders
        self._keep("tools.folders", (*(each for each in folders if each != path), str(path)))

    def _remove_folder(self, path: object) -> None:
        folders = self._services.preferences.settings.tools.folders
        self._keep("tools.folders", tuple(each for each in folders if each != path))

    def _add_host(self, host: object) -> None:
        hosts = self._services.preferences.settings.tools.hosts
        if host in hosts:
            self._page.limits.say_problem(tr("{host} is in the list already.", host=host))
            return
        self._keep("tools.hosts", (*hosts, str(host)))

    def _remove_host(self, host: object) -> None:
        hosts = self._services.preferences.settings.tools.hosts
        self._keep("tools.hosts", tuple(each for each in hosts if each != host))

    def _keep(self, option: str, value: object) -> None:
        self._scope.restart(self._run_keep(option, value), name=option)

    async def _run_keep(self, option: str, value: object) -> None:
        try:
            await self._services.preferences.set(option, value)
        except KirejiError as error:
            self._page.say(error.sentence)
            self._page.show_settings(self._services.preferences.settings.tools)

    # Plugins.

    def _open_plugins(self) -> None:
        self._scope.restart(self._run_open(example=False), name="plugins folder")

    def _open_example(self) -> None:
        self._scope.restart(self._run_open(example=True), name="plugins folder")

    async def _run_open(self, *, example: bool) -> None:
        try:
            await asyncio.to_thread(put_example, self._plugins, wanted=example)
        except OSError as error:
            reason = (error.strerror or tr("unknown reason")).lower()
            self._page.say(
                tr("The folder {path} cannot be written: {reason}. Make it writable, then try again.",
                   path=self._plugins, reason=reason)
            )  # fmt: skip
            return
        open_folder(self._plugins)
        self.sources.refresh()
