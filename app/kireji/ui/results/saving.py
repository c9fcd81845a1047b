"""Writes a result into a file: asks where and as what, and says where it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDir, QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from kireji.core.errors import KirejiError
from kireji.core.extraction.exports import SheetForm
from kireji.core.extraction.sheets import Extraction
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.file_dialog import FileDialog
from kireji.ui.results.page import ResultPage
from kireji.ui.transfer.words import file_name
from kireji.ui.translation import mark, tr

_FORMS = (
    (SheetForm.XLSX, mark("Spreadsheet (*.xlsx)")),
    (SheetForm.CSV, mark("Table (*.csv)")),
    (SheetForm.TSV, mark("Table with tabs (*.tsv)")),
    (SheetForm.MARKDOWN, mark("Markdown (*.md)")),
    (SheetForm.JSON, mark("JSON with places and doubts (*.json)")),
)


class ResultSaver(QObject):
    """Saves one result at a time.

    Args:
        services: The use cases.
        page: Over which the dialog opens, and where it is said how it came out.
        failed: Told of faults of this program.
    """

    def __init__(self, services: Services, page: ResultPage, failed: Callable[[BaseException], None]) -> None:
        super().__init__(page)
        self._services = services
        self._page = page
        self._scope = TaskScope("saving of a result", failed)
        self._extraction: Extraction | None = None
        self._image: QImage | None = None
        self.files: QFileDialog | None = None

    async def aclose(self) -> None:
        """End everything."""
        await self._scope.aclose()

    def save_tables(self, extraction: Extraction, title: str) -> None:
        """Ask where and as what tables are saved, and save them."""
        self._extraction, self._image = extraction, None
        files = self._dialog(tr("Save the table"), QDir.homePath())
        files.setNameFilters([tr(words) for _, words in _FORMS])
        files.setDefaultSuffix(_FORMS[0][0].value)
        files.selectFile(f"{file_name(title)}.{_FORMS[0][0].value}")
        files.filterSelected.connect(self._form_chosen)
        files.open()

    def save_picture(self, image: QImage, title: str) -> None:
        """Ask where a picture is saved, and save it."""
        from kireji.ui.overlay.export import pictures_folder

        self._extraction, self._image = None, image
        files = self._dialog(tr("Save the picture"), str(pictures_folder()))
        files.setNameFilters([tr("PNG picture (*.png)"), tr("JPEG picture (*.jpg *.jpeg)")])
        files.setDefaultSuffix("png")
        files.selectFile(f"{file_name(title)}.png")
        files.open()

    def _dialog(self, title: str, folder: str) -> QFileDialog:
        files = FileDialog(self._page, title, folder)
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        files.fileSelected.connect(self._place_chosen)
        files.finished.connect(files.deleteLater)
        self.files = files
        return files

    def _form_chosen(self, words: str) -> None:
        form = next((form for form, each in _FORMS if tr(each) == words), SheetForm.CSV)
        files = self.files
        assert files is not None
        files.setDefaultSuffix(form.value)
        if names := files.selectedFiles():
            files.selectFile(Path(names[0]).with_suffix(f".{form.value}").name)

    def _place_chosen(self, place: str) -> None:
        self._scope.restart(self._write(place), name="write")

    async def _write(self, place: str) -> None:
        self._page.say(tr("Saving…"))
        told: tuple[str, ...] = ()
        try:
            if self._extraction is not None:
                # The dialog has asked already whether a file of that name may go.
                saving = self._services.habits().extraction.save(self._extraction, place, overwrite=True)
                told = tuple(await saving)
            elif self._image is not None:
                from kireji.ui.overlay.export import write_picture

                await write_picture(self._image, Path(place))
        except KirejiError as error:
            self._page.say(error.sentence, "error")
            return
        self._page.say(" ".join((tr("Saved as {path}.", path=place), *told)), "warn" if told else "ok")
