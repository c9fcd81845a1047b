"""Writes something about a job into a file: asks where and as what, tells how far it is and where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from PySide6.QtCore import QDir, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from kireji.core.errors import KirejiError
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import count
from kireji.ui.file_dialog import FileDialog
from kireji.ui.jobs.work_row import WorkRow
from kireji.ui.settings.opening import open_folder
from kireji.ui.transfer.words import file_name
from kireji.ui.translation import tr

Write: TypeAlias = Callable[[Path, Callable[[int, int], None]], Awaitable[str]]
"""Writes the file, tells how many rows of how many are looked at, and gives the sentence for the end."""


class FileForm(NamedTuple):
    """As what something can be written.

    Args:
        ending: Of the file, with its dot.
        words: What the dialog calls it.
    """

    ending: str
    words: str


class FileWriting(QObject):
    """Writes one file at a time.

    Args:
        name: Of the work, for the log.
        work: Where it is told how far it is.
        parent: Over which the dialog opens.
        failed: Told of faults of this program.
    """

    def __init__(self, name: str, work: WorkRow, parent: QWidget, failed: Callable[[BaseException], None]) -> None:
        super().__init__(parent)
        self._work = work
        self._window = parent
        self._scope = TaskScope(name, failed)
        self._forms: Sequence[FileForm] = ()
        self._writing = ""
        self._write: Write | None = None
        self._written: Path | None = None
        self.files: QFileDialog | None = None
        work.stop_clicked.connect(self.stop)
        work.place_clicked.connect(self._show_place)

    def choose(self, title: str, name: str, forms: Sequence[FileForm], first: int, writing: str, write: Write) -> None:
        """Ask where and as what, and write.

        Args:
            title: Of the dialog.
            name: What the file is called, without its ending.
            forms: What can be chosen.
            first: Which of them is proposed.
            writing: What is said while it is written.
            write: Writes it.
        """
        self._forms, self._writing, self._write = tuple(forms), writing, write
        files = FileDialog(self._window, title, QDir.homePath())
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        files.setNameFilters([form.words for form in forms])
        files.selectNameFilter(forms[first].words)
        files.setDefaultSuffix(forms[first].ending.removeprefix("."))
        files.selectFile(f"{file_name(name)}{forms[first].ending}")
        files.filterSelected.connect(self._form_chosen)
        files.fileSelected.connect(self._place_chosen)
        files.finished.connect(files.deleteLater)
        self.files = files
        files.open()

    def stop(self) -> None:
        """End what is written; nothing of it stays."""
        self._scope.cancel("write")

    async def aclose(self) -> None:
        """End everything."""
        await self._scope.aclose()

    def _form_chosen(self, words: str) -> None:
        ending = next((form.ending for form in self._forms if form.words == words), self._forms[0].ending)
        files = self.files
        assert files is not None
        files.setDefaultSuffix(ending.removeprefix("."))
        if names := files.selectedFiles():
            name = Path(names[0]).name
            # The longest first: one form's ending may be the end of another's.
            for known in sorted((form.ending for form in self._forms), key=len, reverse=True):
                if name.lower().endswith(known):
                    name = name[: -len(known)]
                    break
            files.selectFile(name + ending)

    def _place_chosen(self, place: str) -> None:
        self._scope.restart(self._to(Path(place)), name="write")

    async def _to(self, path: Path) -> None:
        assert self._write is not None
        self._written = None
        self._work.begin(self._writing)
        try:
            sentence = await self._write(path, self._told)
        except KirejiError as error:
            self._work.end(error.sentence, "error")
        except asyncio.CancelledError:
            self._work.end(tr("The export was stopped; nothing of it was kept."), "muted")
            raise
        else:
            self._written = path
            self._work.end(sentence, place=True)

    def _told(self, done: int, total: int) -> None:
        self._work.advance(tr("{done} of {total} rows", done=count(done), total=count(total)), done, total)

    def _show_place(self) -> None:
        if self._written is not None:
            open_folder(self._written)
