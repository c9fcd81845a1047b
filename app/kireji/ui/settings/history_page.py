"""The history as a whole: backups, export and import."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QDir, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from kireji.core.transfer import Backup, BackupState, ImportReport
from kireji.ui.file_dialog import FileDialog
from kireji.ui.parts import Pair, button, label, spread
from kireji.ui.settings.cards import Card, actions, line
from kireji.ui.settings.pane import rows
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.tokens import SPACE
from kireji.ui.transfer.words import backup_entry, backup_made, would_add
from kireji.ui.transfer.work import WorkRow
from kireji.ui.translation import plural, tr

_MOST_ENTRIES = 12


class RestoreQuestion(QWidget):
    """Says what a restore would do, and asks whether it shall."""

    confirmed = Signal()
    cancelled = Signal()
    removed_switched = Signal(object)
    """Whether conversations that were removed come back."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "", wrap=True)
        self.removed = SwitchRow(tr("Bring back what you deleted"))
        self.yes = button(tr("Restore"), "primary", name=tr("Restore this backup"))
        self.no = button(tr("Cancel"), name=tr("Do not restore"))
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for widget in (self.words, self.removed, actions(self.yes, self.no)):
            layout.addWidget(widget)
        self.removed.switched.connect(self.removed_switched)
        self.yes.clicked.connect(self.confirmed)
        self.no.clicked.connect(self.cancelled)
        self.hide()

    def ask(self, report: ImportReport, *, removed_too: bool) -> None:
        """Show it; the answer that changes nothing has the focus."""
        self.words.setText(would_add(report))
        offers = removed_too or report.removed > 0
        self.removed.setVisible(offers)
        if offers and not removed_too:
            self.removed.set_title(
                plural(report.removed, "Bring back 1 that you deleted", "Bring back {n} that you deleted")
            )
        self.removed.set_on(removed_too)
        self.yes.setEnabled(bool(report.conversations or report.messages or report.pictures))
        first = self.isHidden()
        self.show()
        if first:
            self.no.setFocus()


class HistoryPage(QWidget):
    """The whole page."""

    restore_chosen = Signal(object)
    """Path of a backup."""
    folder_chosen = Signal(object)
    """Path of a folder for backups; empty for the usual one."""
    import_chosen = Signal(object)
    """Path of an export."""

    def __init__(self) -> None:
        super().__init__()
        self.back_up = button(tr("Back up now"))
        self.restore = button(tr("Restore…"))
        self.backups = Card(tr("Backups"), self.back_up, self.restore)
        self.automatic = SwitchRow(
            tr("Back up every day"),
            tr(
                "On days on which something has changed, while nothing else goes on. Seven days and four weeks "
                "are kept."
            ),
        )
        self.folder = label("", "value", wrap=True)
        self.choose_folder = button(tr("Change…"), name=tr("Change the folder of backups"))
        self.usual_folder = button(tr("Use the usual one"), name=tr("Keep backups in the data folder"))
        self.restoring = WorkRow(tr("Backup and restore"))
        self.question = RestoreQuestion()
        self.export = button(tr("Export all…"))
        self.exports = Card(tr("Export"), self.export)
        self.exporting = WorkRow(tr("Export"))
        self.import_file = button(tr("Choose a file…"), name=tr("Import a file"))
        self.import_folder = button(tr("Choose a folder…"), name=tr("Import a folder"))
        self.imports = Card(tr("Import"), self.import_file, self.import_folder)
        self.importing = WorkRow(tr("Import"))
        self.search = Card(tr("Search"))
        self.read_pictures = SwitchRow(
            tr("Read the text in pictures"),
            tr(
                "So that conversations are found by what their pictures say. This computer does it by itself, while "
                "nothing else goes on; nothing is sent."
            ),
        )
        self.dialog: QFileDialog | None = None
        self.menu: QMenu | None = None
        self._known: Sequence[Backup] = ()
        self._now = datetime.now().astimezone()
        self._fill()
        self._connect()

    def _fill(self) -> None:
        place = Pair(label(tr("Folder"), "muted"), actions(self.choose_folder, self.usual_folder))
        self.backups.add(self.restoring, self.question, line(), self.automatic, place, self.folder)
        for card in (self.exports, self.imports):
            card.set_chip("", "idle")
        self.exports.say(tr("Everything that was said, with its pictures. Keys are never in an export or a backup."))
        self.exports.add(self.exporting)
        self.imports.say(
            tr(
                "Exports of ChatGPT and Claude (the zip file they send, or its folder) and Kireji's own. What is there "
                "already is not added again, so a newer export can be imported later."
            )
        )
        self.imports.add(self.importing)
        self.search.set_chip("", "idle")
        self.search.add(self.read_pictures)
        self.setLayout(rows(self.backups, self.exports, self.imports, self.search))

    def _connect(self) -> None:
        self.restore.clicked.connect(self._offer_backups)
        self.choose_folder.clicked.connect(self._choose_folder)
        self.usual_folder.clicked.connect(self._take_usual_folder)
        self.import_file.clicked.connect(self._choose_import_file)
        self.import_folder.clicked.connect(self._choose_import_folder)

    def show_settings(self, *, automatic: bool, folder: Path, usual: bool, read_pictures: bool) -> None:
        """What holds now."""
        self.automatic.set_on(automatic)
        self.read_pictures.set_on(read_pictures)
        self.folder.setText(str(folder))
        self.usual_folder.setVisible(not usual)

    def show_state(self, state: BackupState, known: Sequence[Backup], now: datetime) -> None:
        """How the last backup went.

        Args:
            state: As it is.
            known: All in the folder, newest first.
            now: In the person's own zone.
        """
        self._known, self._now = known, now
        last = "" if state.last is None else backup_made(state.last, now)
        if state.sentence:
            self.backups.set_chip(tr("failed"), "error")
            self.backups.say(f"{state.sentence} {last}".strip(), "error")
        elif state.last is None:
            self.backups.set_chip(tr("none yet"), "idle")
            self.backups.say(tr("No backup was made yet."))
        else:
            lost = state.last.content.lost
            self.backups.set_chip(tr("checked"), "ok")
            missing = plural(lost, "1 picture of the history is lost.", "{n} pictures of the history are lost.")
            self.backups.say(f"{last} {missing if lost else ''}".strip(), "warn" if lost else "muted")

    def set_busy(self, busy: bool) -> None:
        """One thing at a time."""
        for each in (self.back_up, self.restore, self.export, self.import_file, self.import_folder):
            each.setEnabled(not busy)

    def _offer_backups(self) -> None:
        menu = QMenu(self)
        for backup in self._known[:_MOST_ENTRIES]:
            menu.addAction(backup_entry(backup, self._now)).setData(backup.path)
        if self._known:
            menu.addSeparator()
        menu.addAction(tr("Another file…")).setData("file")
        menu.addAction(tr("Another folder…")).setData("folder")
        menu.triggered.connect(self._backup_chosen)
        menu.aboutToHide.connect(menu.deleteLater)
        self.menu = menu
        menu.popup(self.restore.mapToGlobal(QPoint(0, self.restore.height() + 2)))

    def _backup_chosen(self, action: QAction) -> None:
        chosen = action.data()
        if isinstance(chosen, Path):
            self.restore_chosen.emit(chosen)
        elif chosen == "folder":
            self._open(tr("Choose the folder of a backup"), folder=True).fileSelected.connect(self._restore_from)
        else:
            self._open(tr("Choose a backup")).fileSelected.connect(self._restore_from)

    def _restore_from(self, path: str) -> None:
        self.restore_chosen.emit(Path(path))

    def _choose_folder(self) -> None:
        self._open(tr("Choose a folder for backups"), folder=True).fileSelected.connect(self.folder_chosen.emit)

    def _take_usual_folder(self) -> None:
        self.folder_chosen.emit("")

    def _choose_import_file(self) -> None:
        self._open(tr("Choose an export")).fileSelected.connect(self._import_from)

    def _choose_import_folder(self) -> None:
        self._open(tr("Choose the folder of an export"), folder=True).fileSelected.connect(self._import_from)

    def _import_from(self, path: str) -> None:
        self.import_chosen.emit(Path(path))

    def _open(self, title: str, *, folder: bool = False) -> QFileDialog:
        dialog = FileDialog(self, title, QDir.homePath())
        dialog.setFileMode(QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.ExistingFile)
        if not folder:
            dialog.setNameFilters([tr("Archives and JSON (*.zip *.json *.db)"), tr("All files (*)")])
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()
        return dialog
