"""Between the page "History" and the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.settings.history_page import HistoryPage
from kireji.ui.transfer.exporting import Exporter
from kireji.ui.transfer.words import added, details
from kireji.ui.transfer.work import WorkRow
from kireji.ui.translation import tr


class HistoryPagePresenter(QObject):
    """Fills the page with what is true, and carries out what is asked for, one thing at a time.

    Args:
        page: The page.
        services: The use cases.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self, page: HistoryPage, services: Services, failed: Callable[[BaseException], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._scope = TaskScope("history page", failed)
        self._restoring: Path | None = None
        self._removed_too = False
        self._runs = 0
        self.exporter = Exporter(services, page, failed)
        self._unsubscribe: Callable[[], None] | None = None
        self._connect()

    def _connect(self) -> None:
        page, exporter = self._page, self.exporter
        page.back_up.clicked.connect(self._back_up)
        page.restore_chosen.connect(self._look_into)
        page.question.confirmed.connect(self._restore)
        page.question.cancelled.connect(self._leave_question)
        page.question.removed_switched.connect(self._switch_removed)
        page.automatic.switched.connect(self._keep_automatic)
        page.read_pictures.switched.connect(self._keep_read_pictures)
        page.folder_chosen.connect(self._keep_folder)
        page.import_chosen.connect(self._import)
        page.export.clicked.connect(self._export)
        page.importing.cancel_clicked.connect(self._stop)
        page.restoring.cancel_clicked.connect(self._stop)
        page.exporting.cancel_clicked.connect(exporter.stop)
        exporter.begun.connect(self._export_begun)
        exporter.progressed.connect(page.exporting.advance)
        exporter.ended.connect(self._export_ended)

    def show(self) -> None:
        """The settings come onto the screen."""
        if self._unsubscribe is None:
            self._unsubscribe = self._services.backups().changed.subscribe(self._state_changed)
        self.settings_changed()

    def settings_changed(self) -> None:
        """What holds now."""
        if self._unsubscribe is None:
            return  # nobody has looked at the page yet
        settings = self._services.preferences.settings
        self._page.show_settings(
            automatic=settings.backup.automatic,
            folder=self._services.backups().folder,
            usual=not settings.backup.folder,
            read_pictures=settings.history.read_pictures,
        )
        self._state_changed(None)

    async def aclose(self) -> None:
        """End what runs."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        await self.exporter.aclose()
        await self._scope.aclose()

    def _state_changed(self, _value: None) -> None:
        self._scope.restart(self._show_state(), name="state")

    async def _show_state(self) -> None:
        backups = self._services.backups()
        state, known = await backups.state(), await backups.found()
        self._page.show_state(state, known, self._services.clock.now().astimezone())

    def _back_up(self) -> None:
        self._run(self._make_backup(), self._page.restoring, tr("Copying and checking…"))

    async def _make_backup(self) -> None:
        backup = await self._services.backups().make()
        self._page.restoring.end(tr("Backed up to {path}.", path=backup.path))

    def _look_into(self, path: object) -> None:
        assert isinstance(path, Path)
        self._restoring, self._removed_too = path, False
        self._run(self._preview(), self._page.restoring, tr("Reading the backup…"))

    async def _preview(self) -> None:
        path, row = self._restoring, self._page.restoring
        assert path is not None
        report = await self._services.backups().preview(path, removed_too=self._removed_too, told=row.advance)
        row.end("", details=details(report))
        self._page.question.ask(report, removed_too=self._removed_too)

    def _switch_removed(self, on: object) -> None:
        self._removed_too = bool(on)
        self._run(self._preview(), self._page.restoring, tr("Reading the backup…"))

    def _leave_question(self) -> None:
        self._page.question.hide()
        self._page.restoring.end("")
        self._page.restore.setFocus()

    def _restore(self) -> None:
        self._page.question.hide()
        self._run(self._merge(), self._page.restoring, tr("Restoring…"))

    async def _merge(self) -> None:
        path, row = self._restoring, self._page.restoring
        assert path is not None
        report = await self._services.backups().restore(path, removed_too=self._removed_too, told=row.advance)
        row.end(added(report), "warn" if report.problems else "ok", details(report))

    def _import(self, path: object) -> None:
        assert isinstance(path, Path)
        self._run(self._bring_in(path), self._page.importing, tr("Reading…"))

    async def _bring_in(self, path: Path) -> None:
        row = self._page.importing
        report = await self._services.transfer().bring_in(path, told=row.advance)
        row.end(added(report), "warn" if report.problems else "ok", details(report))

    def _export(self) -> None:
        now = self._services.clock.now().astimezone()
        self.exporter.ask(None, f"kireji {now:%Y-%m-%d}", tr("Export all conversations"))

    def _export_begun(self) -> None:
        self._page.set_busy(True)
        self._page.exporting.begin(tr("Writing…"))

    def _export_ended(self, sentence: str, well: bool) -> None:
        self._page.set_busy(False)
        self._page.exporting.end(sentence, "ok" if well else "error")

    def _run(self, work: Coroutine[Any, Any, None], row: WorkRow, words: str) -> None:
        self._runs += 1
        row.begin(words)
        self._page.set_busy(True)
        self._scope.restart(self._followed(work, row, self._runs), name="work")

    async def _followed(self, work: Coroutine[Any, Any, None], row: WorkRow, number: int) -> None:
        try:
            await work
        except KirejiError as error:
            row.end(error.sentence, "error")
        except asyncio.CancelledError:
            if number == self._runs:
                row.end(tr("Stopped. What was added before stays."), "muted")
            raise
        finally:
            work.close()
            if number == self._runs:
                self._page.set_busy(False)

    def _stop(self) -> None:
        self._scope.cancel("work")

    def _keep_automatic(self, on: object) -> None:
        self._keep("backup.automatic", on)

    def _keep_read_pictures(self, on: object) -> None:
        self._keep("history.read_pictures", on)

    def _keep_folder(self, folder: object) -> None:
        self._keep("backup.folder", str(folder))

    def _keep(self, option: str, value: object) -> None:
        self._scope.restart(self._services.preferences.set(option, value), name=option)
