"""Exports conversations: asks how and where, then writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDir, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from kireji.core.errors import KirejiError
from kireji.core.transfer import Format, Progress
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.file_dialog import FileDialog
from kireji.ui.transfer.export_dialog import ExportDialog
from kireji.ui.transfer.words import exported, file_name
from kireji.ui.translation import tr


class Exporter(QObject):
    """Exports on request.

    Args:
        services: The use cases.
        parent: Over which the dialogs open.
        failed: Told of faults of this program.
    """

    begun = Signal()
    progressed = Signal(object)
    """A `Progress`."""
    ended = Signal(str, bool)
    """How it came out, and whether it did."""

    def __init__(self, services: Services, parent: QWidget, failed: Callable[[BaseException], None]) -> None:
        super().__init__(parent)
        self._services = services
        self._window = parent
        self._scope = TaskScope("export", failed)
        self._wanted: tuple[int, ...] | None = None
        self._name = ""
        self._form = Format.MARKDOWN
        self.dialog: ExportDialog | None = None
        self.files: QFileDialog | None = None

    def ask(self, conversations: tuple[int, ...] | None, name: str, what: str) -> None:
        """Ask how and where, and export.

        Args:
            conversations: Their rows; None for all.
            name: What the file shall be called.
            what: Title of the dialog.
        """
        self._wanted, self._name = conversations, name
        dialog = ExportDialog(what, self._window)
        dialog.chosen.connect(self._form_chosen)
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()

    def stop(self) -> None:
        """End what is written; nothing of it stays."""
        self._scope.cancel("write")

    async def aclose(self) -> None:
        """End everything."""
        await self._scope.aclose()

    def _form_chosen(self, form: object) -> None:
        assert isinstance(form, Format)
        self._form = form
        self._scope.restart(self._ask_where(), name="where")

    async def _ask_where(self) -> None:
        ending = "zip"
        if self._wanted is not None and await self._services.transfer().fits_one_file(self._wanted, self._form):
            ending = self._form.value
        files = FileDialog(self._window, tr("Export to"), QDir.homePath())
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        files.setDefaultSuffix(ending)
        files.setNameFilters([f"*.{ending}", tr("All files (*)")])
        files.selectFile(f"{file_name(self._name)}.{ending}")
        files.fileSelected.connect(self._place_chosen)
        files.finished.connect(files.deleteLater)
        self.files = files
        files.open()

    def _place_chosen(self, place: str) -> None:
        self._scope.restart(self._write(Path(place)), name="write")

    async def _write(self, path: Path) -> None:
        self.begun.emit()
        try:
            report = await self._services.transfer().export(
                self._wanted, path, self._form, overwrite=True, told=self._told
            )
        except KirejiError as error:
            self.ended.emit(error.sentence, False)
        except asyncio.CancelledError:
            self.ended.emit(tr("The export was stopped; nothing of it was kept."), False)
            raise
        else:
            self.ended.emit(exported(report), True)

    def _told(self, progress: Progress) -> None:
        self.progressed.emit(progress)
