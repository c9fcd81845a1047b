"""Where the rows of a new job come from: files, folders, the last captures; and the file of a schema."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDir, QObject, Signal
from PySide6.QtWidgets import QFileDialog

from kireji.core.errors import JobError, KirejiError
from kireji.core.jobs.values import JobSource, SourceKind
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.file_dialog import FileDialog
from kireji.ui.jobs import new_job_words as words
from kireji.ui.jobs.new_job_form import NewJobForm
from kireji.ui.jobs.new_job_schema import read_schema
from kireji.ui.jobs.new_job_source import CAPTURES
from kireji.ui.jobs.new_job_words import Unfit
from kireji.ui.translation import plural, tr


class SourceChoosing(QObject):
    """Asks for files, and shows in the form what they are.

    Args:
        services: The use cases.
        form: Where it is shown; owns this.
        failed: Told of faults of this program.
    """

    looked = Signal()
    """More is known of the source now."""

    def __init__(self, services: Services, form: NewJobForm, failed: Callable[[BaseException], None]) -> None:
        super().__init__(form)
        self._services = services
        self._form = form
        self._scope = TaskScope("source of a job", failed)
        self.files: QFileDialog | None = None
        form.source.file_clicked.connect(self.choose_file)
        form.source.folder_clicked.connect(self.choose_folder)
        form.source.captures_clicked.connect(self.take_captures)
        form.source.captures_entered.connect(self.take_captures)
        form.source.dropped.connect(self.take_paths)
        form.schema.file_clicked.connect(self._choose_schema)

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    def choose_file(self) -> None:
        """Ask for a file, or for several pictures."""
        endings = " ".join(f"*{each}" for each in (*words.LINES, *words.TABLES, *words.PICTURES))
        files = self._ask_file(tr("What is asked about"), tr("Lines, tables and pictures ({endings})", endings=endings))
        files.setFileMode(QFileDialog.FileMode.ExistingFiles)
        files.filesSelected.connect(self._files_chosen)
        files.open()

    def choose_folder(self) -> None:
        """Ask for a folder of pictures."""
        files = self._ask_file(tr("A folder of pictures"), "")
        files.setFileMode(QFileDialog.FileMode.Directory)
        files.setOption(QFileDialog.Option.ShowDirsOnly)
        files.filesSelected.connect(self._files_chosen)
        files.open()

    def _choose_schema(self) -> None:
        files = self._ask_file(tr("A JSON schema"), tr("JSON (*.json)"))
        files.setFileMode(QFileDialog.FileMode.ExistingFile)
        files.fileSelected.connect(self._schema_chosen)
        files.open()

    def _ask_file(self, title: str, kinds: str) -> QFileDialog:
        files = self.files = FileDialog(self._form.window(), title, QDir.homePath())
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptOpen)
        if kinds:
            files.setNameFilters([kinds, tr("All files (*)")])
        files.finished.connect(files.deleteLater)
        return files

    def _files_chosen(self, names: object) -> None:
        assert isinstance(names, list)
        self.take_paths(tuple(Path(str(name)) for name in names))

    def take_paths(self, paths: object) -> None:
        """Look at files or a folder.

        Args:
            paths: A tuple of `Path`.
        """
        assert isinstance(paths, tuple)
        self._scope.restart(self._look_at(paths), name="look")

    async def _look_at(self, paths: tuple[Path, ...]) -> None:
        folders = await asyncio.to_thread(lambda: [path.is_dir() for path in paths[:2]])
        try:
            if len(paths) == 2 and all(folders):
                source = words.pairs_of(paths[0], paths[1])
            else:
                source = words.source_of(paths, is_folder=bool(folders) and folders[0])
        except Unfit as unfit:
            self._form.source.say(unfit.sentence)
            return
        await self._look(source)

    def take_captures(self, number: object = CAPTURES) -> None:
        """Look at the last captures.

        Args:
            number: How many; anything but a number takes the usual.
        """
        wanted = number if isinstance(number, int) and not isinstance(number, bool) else CAPTURES
        self._scope.restart(self._look_at_captures(wanted), name="look")

    async def _look_at_captures(self, number: int) -> None:
        try:
            paths = await self._services.capture.latest(number)
        except KirejiError as error:
            self._form.source.say(error.sentence)
            return
        if not paths:
            self._form.source.say(tr("There are no captures yet. Capture something, then choose this again."))
            return
        label = plural(len(paths), "The last capture", "The last {n} captures")
        await self._look(JobSource(SourceKind.PICTURES, tuple(paths), most=number, label=label))

    async def _look(self, source: JobSource) -> None:
        """Show what was chosen at once, and then what can be told of it at a glance."""
        self._form.show_source(source)
        try:
            head = await self._services.jobs.head(source)
        except KirejiError as error:
            self._form.forget_source()
            self._form.source.say(error.sentence)
            return
        if self._form.job_source == source:
            self._form.show_source(source, head)
            self.looked.emit()

    def _schema_chosen(self, name: str) -> None:
        self._scope.restart(self._read_schema(Path(name)), name="schema")

    async def _read_schema(self, path: Path) -> None:
        try:
            text = await asyncio.to_thread(read_schema, path)
        except JobError as error:
            self._form.schema.say(error.sentence)
        else:
            self._form.schema.show_text(text)
