"""Between the page "About" and the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, QObject, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton

from kireji.core.about import Part
from kireji.core.errors import KirejiError
from kireji.core.personal_data import DataExported, DataProgress, ErasePlan
from kireji.core.secret import SecretName
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import count, size
from kireji.ui.file_dialog import FileDialog
from kireji.ui.settings.about.delete_dialog import DeleteDialog
from kireji.ui.settings.about.licences import LicenceDialog
from kireji.ui.settings.about.page import AboutPage
from kireji.ui.transfer.words import conversations, pictures
from kireji.ui.translation import mark, plural, tr

_STAGES = {
    "conversations": mark("Conversations: {done} of {total}"),
    "jobs": mark("Jobs: {done} of {total}"),
    "files": mark("What stands beside them…"),
}


class AboutPresenter(QObject):
    """Fills the page when it is first looked at, and exports and deletes everything.

    Args:
        page: The page.
        services: The use cases.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
        quit_program: Ends the program in order; what was marked is deleted then.
    """

    def __init__(
        self,
        page: AboutPage,
        services: Services,
        failed: Callable[[BaseException], None],
        parent: QObject,
        quit_program: Callable[[], None] = QCoreApplication.quit,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._scope = TaskScope("about page", failed)
        self._quit = quit_program
        self._filled = False
        self.files: QFileDialog | None = None
        self.dialog: DeleteDialog | None = None
        self.licence: LicenceDialog | None = None
        page.licences.part_chosen.connect(self._show_licence)
        page.export.clicked.connect(self._ask_where)
        page.delete.clicked.connect(self._look_what_goes)
        page.work.cancel_clicked.connect(self._stop)

    def show(self) -> None:
        """The page comes onto the screen."""
        if not self._filled:
            self._filled = True
            self._scope.start(self._fill(), name="fill")

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    async def _fill(self) -> None:
        about = self._services.about()
        self._page.versions.show_facts(await about.facts())
        self._page.licences.show_parts(await about.parts(), collected=about.collected)

    def _show_licence(self, part: object) -> None:
        assert isinstance(part, Part)
        self._scope.restart(self._open_licence(part), name="licence")

    async def _open_licence(self, part: Part) -> None:
        text = await self._services.about().texts(part)
        self.licence = LicenceDialog(part, text, self._page.window())
        self.licence.open()

    def _ask_where(self) -> None:
        now = self._services.clock.now().astimezone()
        files = FileDialog(self._page.window(), tr("Export everything to"), QDir.homePath())
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        files.setDefaultSuffix("zip")
        files.setNameFilters(["*.zip", tr("All files (*)")])
        files.selectFile(f"kireji-everything-{now:%Y-%m-%d}.zip")
        files.fileSelected.connect(self._place_chosen)
        files.finished.connect(files.deleteLater)
        self.files = files
        files.open()

    def _place_chosen(self, place: str) -> None:
        self._scope.restart(self._export(Path(place)), name="export")

    def _stop(self) -> None:
        for name in ("export", "delete"):
            self._scope.cancel(name)

    async def _export(self, path: Path) -> None:
        self._begin(tr("Exporting…"))
        try:
            done = await self._services.personal().export(path, overwrite=True, told=self._advance)
        except KirejiError as error:
            self._end(self._page.export, error.sentence, "error")
        except asyncio.CancelledError:
            self._end(self._page.export, tr("The export was stopped; nothing of it was kept."), "muted")
            raise
        except BaseException:
            self._end(self._page.export)
            raise
        else:
            role = "warn" if done.problems or done.lost else "ok"
            self._end(self._page.export, _exported(done), role, "\n".join(done.problems))

    def _begin(self, words: str) -> None:
        """Something runs; the keyboard goes on to "Stop", which is there before the buttons cannot be pressed."""
        self._page.work.begin(words)
        self._set_busy(busy=True)

    def _end(self, pressed: QPushButton, sentence: str = "", role: str = "ok", details: str = "") -> None:
        """It has ended; the button that began it has the keyboard again, where "Stop" had it."""
        self._set_busy(busy=False)
        if self._page.window().focusWidget() is self._page.work.cancel:
            pressed.setFocus(Qt.FocusReason.OtherFocusReason)
        self._page.work.end(sentence, role, details)

    def _advance(self, progress: DataProgress) -> None:
        row = self._page.work
        row.state.setText(tr(_STAGES[progress.what], done=count(progress.done), total=count(progress.total)))
        row.bar.setRange(0, progress.total if progress.what != "files" else 0)
        row.bar.setValue(progress.done)

    def _set_busy(self, *, busy: bool) -> None:
        self._page.export.setEnabled(not busy)
        self._page.delete.setEnabled(not busy)

    def _look_what_goes(self) -> None:
        self._scope.restart(self._open_dialog(), name="delete")

    async def _open_dialog(self) -> None:
        self._begin(tr("Looking what there is…"))
        try:
            found = await self._services.personal().inventory()
        except KirejiError as error:
            self._end(self._page.delete, error.sentence, "error")
            return
        except BaseException:
            self._end(self._page.delete)
            raise
        self._end(self._page.delete)
        dialog = DeleteDialog(found, self._page.window())
        dialog.confirmed.connect(self._confirmed)
        dialog.export_wanted.connect(self._ask_where)
        dialog.cancel_jobs_wanted.connect(self._cancel_jobs)
        dialog.finished.connect(self._dialog_closed)
        self.dialog = dialog
        dialog.open()

    def _cancel_jobs(self) -> None:
        self._scope.restart(self._cancel_at_service(), name="cancel")

    async def _cancel_at_service(self) -> None:
        sentence = tr("The services were asked to cancel. Wait until the page of jobs says that they have.")
        try:
            await self._services.personal().cancel_at_service()
        except KirejiError as error:
            sentence = error.sentence
        if self.dialog is not None:  # it may be closed while they are asked
            self.dialog.show_failure(sentence)

    def _dialog_closed(self) -> None:
        self.dialog = None

    def _confirmed(self, plan: object, keys: object) -> None:
        assert isinstance(plan, ErasePlan)
        assert isinstance(keys, tuple)
        self._scope.restart(self._erase(plan, keys), name="erase")

    async def _erase(self, plan: ErasePlan, keys: tuple[SecretName, ...]) -> None:
        assert self.dialog is not None
        try:
            await self._services.personal().erase(plan, keys)
        except KirejiError as error:
            self.dialog.show_failure(error.sentence)
            return
        self.dialog.accept()
        self._quit()


def _exported(done: DataExported) -> str:
    words = tr(", ").join(
        (
            conversations(done.conversations),
            pictures(done.pictures),
            plural(done.jobs, "the answers of 1 job", "the answers of {n} jobs", n=count(done.jobs)),
        )
    )
    sentence = tr("Exported to {path}: {what}; {size}.", path=done.path, what=words, size=size(done.size))
    lost = plural(done.lost, "1 picture is lost.", "{n} pictures are lost.", n=count(done.lost)) if done.lost else ""
    return f"{sentence} {lost}".strip()
