"""Servers that other programs on this computer have, to be taken over."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QDir, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout, QWidget

from kireji.core.tool_servers import Importable, ServerEntry
from kireji.ui.file_dialog import FileDialog
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.cards import actions, line, tell
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.settings.tools.seeing import bring_into_view
from kireji.ui.tokens import SPACE
from kireji.ui.tools.words import breakable
from kireji.ui.translation import plural, tr


class ImportPanel(QFrame):
    """Takes no room until somebody wants to import."""

    submitted = Signal(object)
    """Path of a file to the names of the servers that shall be taken from it."""
    file_chosen = Signal(object)
    """Path of a file to look into."""
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.sentence = label("", "muted", wrap=True)
        self.go = button(tr("Import"), "primary", name=tr("Import the chosen servers"))
        self.file = button(tr("Choose a file…"), name=tr("Choose a file with servers"))
        self.cancel = button(tr("Cancel"), name=tr("Import nothing"))
        self.dialog: QFileDialog | None = None
        self._found: list[FoundFile] = []
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        spread(self._column, 0, SPACE[2])
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[1])
        heading = label(tr("Import servers"), "strong")
        for widget in (heading, self.sentence, self._list, actions(self.go, self.file, self.cancel)):
            layout.addWidget(widget)
        self.go.clicked.connect(self._submit)
        self.file.clicked.connect(self._choose_file)
        self.cancel.clicked.connect(self.cancelled)
        self.hide()

    def open(self) -> None:
        """Show it; what there is comes later."""
        self.show_found((), ())
        self._say(tr("Looking for other programs' servers…"))
        self.show()
        self.cancel.setFocus()
        bring_into_view(self)

    def show_found(self, found: Sequence[Importable], taken: Collection[str]) -> None:
        """What other programs have.

        Args:
            found: Their files.
            taken: Names of servers that are there already.
        """
        for old in self._found:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._found = []
        for one in found:
            self._append(one, taken)
        none = tr("No other program with servers was found. A file in the usual form (mcpServers) can be chosen.")
        some = tr("Their files are only read. What is there under the same name stays as it is.")
        self._say(some if found else none)
        bring_into_view(self)

    def add_found(self, one: Importable, taken: Collection[str]) -> None:
        """A file that was chosen."""
        for old in [old for old in self._found if old.found.path == one.path]:
            self._found.remove(old)
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        row = self._append(one, taken, first=True)
        self._say(tr("Their files are only read. What is there under the same name stays as it is."))
        (self.go if row.chosen() else self.file).setFocus()

    def refuse(self, sentence: str) -> None:
        """It could not be imported."""
        tell(self.sentence, sentence, "error")
        self._offer()

    def set_busy(self, busy: bool) -> None:
        """It is being imported."""
        self.go.setEnabled(not busy and self._any())
        self.file.setEnabled(not busy)

    def files(self) -> Sequence[FoundFile]:
        """As shown."""
        return tuple(self._found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def _append(self, one: Importable, taken: Collection[str], *, first: bool = False) -> FoundFile:
        row = FoundFile(one, taken)
        row.changed.connect(self._offer)
        self._found.insert(0 if first else len(self._found), row)
        self._column.insertWidget(0 if first else self._column.count(), row)
        row.show()
        return row

    def _say(self, sentence: str) -> None:
        tell(self.sentence, sentence, "muted")
        self._list.setVisible(bool(self._found))
        self._offer()

    def _any(self) -> bool:
        return any(row.chosen() for row in self._found)

    def _offer(self) -> None:
        number = sum(len(row.chosen()) for row in self._found)
        self.go.setText(plural(number, "Import 1 server", "Import {n} servers") if number else tr("Import"))
        self.go.setEnabled(number > 0)

    def _submit(self) -> None:
        self.submitted.emit({row.found.path: row.chosen() for row in self._found if row.chosen()})

    def _choose_file(self) -> None:
        dialog = FileDialog(self, tr("Choose a file with servers"), QDir.homePath())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([tr("Files with servers (*.json *.toml *.yaml *.yml)"), tr("All files (*)")])
        dialog.fileSelected.connect(self.file_chosen.emit)
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()


class FoundFile(QWidget):
    """The servers of one file, each to be chosen.

    Args:
        found: The file.
        taken: Names of servers that are there already.
    """

    changed = Signal()

    def __init__(self, found: Importable, taken: Collection[str]) -> None:
        super().__init__()
        self.found = found
        self.rows: dict[str, SwitchRow] = {}
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(line())
        layout.addWidget(label(found.host or tr("A file"), "value"))
        layout.addWidget(label(breakable(found.path), "small", wrap=True))
        if found.problem:
            layout.addWidget(label(breakable(found.problem), "error", wrap=True))
        for entry in found.entries:
            row = SwitchRow(entry.name, breakable(_about(entry, taken)))
            can = not entry.problem and entry.name not in taken
            row.setEnabled(can)
            row.set_on(can and not entry.disabled)
            row.switched.connect(self._switched)
            self.rows[entry.name] = row
            layout.addWidget(row)

    def chosen(self) -> tuple[str, ...]:
        """The names of those that were chosen."""
        return tuple(name for name, row in self.rows.items() if row.is_on())

    def _switched(self) -> None:
        self.changed.emit()


def _about(entry: ServerEntry, taken: Collection[str]) -> str:
    if entry.problem:
        return entry.problem
    if entry.name in taken:
        return tr("There is one of this name already.")
    secrets = entry.open_secrets
    note = tr("{names} goes into your keychain.", names=tr(", ").join(secrets)) if secrets else ""
    return f"{entry.place} · {note}" if note else entry.place
