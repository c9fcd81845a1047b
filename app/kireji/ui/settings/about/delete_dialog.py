"""Asks whether everything shall be deleted: says what goes, and wants a word to be typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from kireji.core.personal_data import Area, ErasePlan
from kireji.core.secret import SecretName
from kireji.services.personal_data import Inventory, names_by_provider
from kireji.ui.chat.words import count, provider_name, size
from kireji.ui.parts import button, caption, label, separator, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_WIDTH = 520


class DeleteDialog(QDialog):
    """What goes, what can stay, and the two steps.

    Args:
        found: What there is.
        parent: Over which it opens.
    """

    confirmed = Signal(object, object)
    """An `ErasePlan`, and the keys that go."""
    export_wanted = Signal()
    cancel_jobs_wanted = Signal()

    def __init__(self, found: Inventory, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Delete everything"))
        self._found = found
        self._busy = False
        self.word = tr("delete")
        self.keep_settings = SwitchRow(tr("Keep the settings and the list of servers"))
        self.keys = SwitchRow(self._about_keys())
        self.backups = SwitchRow(tr("Also the backups in {folder}", folder=found.backups or ""))
        self.export = button(tr("Export everything first…"))
        self.cancel_jobs = button(tr("Cancel these jobs"))
        self.typed = QLineEdit()
        self.no = button(tr("Keep everything"))
        self.yes = button(tr("Delete everything"))
        self.sentence = label("", "error", wrap=True)
        self._build()
        self._connect()
        self._look()

    def show_failure(self, sentence: str) -> None:
        """It could not be; say why, and let the person try again."""
        tell(self.sentence, sentence, "error")
        self._set_busy(busy=False)

    def reject(self) -> None:
        if not self._busy:  # what was confirmed is not taken back by Esc: the program ends with it
            super().reject()

    def _about_keys(self) -> str:
        of = names_by_provider(self._found.keys.names)
        names = tr(", ").join(
            f"{_holder(name)} ({count(number)})" if number > 1 else _holder(name) for name, number in of.items()
        )
        return tr("Also the keys in the keychain: {names}", names=names)

    def _build(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        spread(column, SPACE[4], SPACE[2])
        column.addWidget(label(tr("Delete everything"), "lead", wrap=True))
        column.addWidget(label(tr("This goes for good, and Kireji ends:"), "muted", wrap=True))
        column.addWidget(self._table())
        for sentence, role in self._remarks():
            column.addWidget(label(sentence, role, wrap=True))
        if self._found.at_service:
            column.addWidget(label(self._about_jobs(), "warn", wrap=True))
            column.addWidget(actions(self.cancel_jobs))
        words = tr(
            "What is not Kireji's own stays, also in these folders. Nobody can promise that deleted files cannot be "
            "recovered from an SSD; an encrypted disk protects them."
        )
        column.addWidget(label(words, "muted", wrap=True))
        for box, shown in (
            (self.keep_settings, self._has(Area.SETTINGS)),
            (self.keys, bool(self._found.keys.names)),
            (self.backups, self._found.backups is not None),
        ):
            box.setVisible(shown)
            column.addWidget(box)
        self.keys.set_on(bool(self._found.keys.names))
        column.addWidget(separator())
        column.addWidget(actions(self.export))
        column.addWidget(caption(tr("Type “{word}” to go on", word=self.word), self.typed))
        self.typed.setAccessibleName(tr("Type “{word}” to go on", word=self.word))
        column.addWidget(self.typed)
        column.addWidget(self.sentence)
        column.addWidget(actions(self.no, self.yes))
        tell(self.sentence, "", "error")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        for each in (area, inside):
            each.setAccessibleName(tr("Delete everything"))
        outer = QVBoxLayout(self)
        spread(outer)
        outer.addWidget(area)
        growth = max(1.0, self.fontMetrics().height() / 17)
        room = self.screen().availableSize() * 0.9
        width = min(round(_WIDTH * growth), room.width())
        self.resize(width, min(inside.heightForWidth(width) + 4, room.height()))
        self.typed.setFocus()  # where nothing happens before a word stands

    def _table(self) -> QWidget:
        table = QWidget()
        grid = QGridLayout(table)
        spread(grid, 0, SPACE[0])
        grid.setHorizontalSpacing(SPACE[3])
        grid.setColumnStretch(0, 1)
        for row, kept in enumerate(self._found.kept):
            title = label(kept.area.title, wrap=True)
            title.setToolTip(str(kept.folder))
            files = plural(kept.files, "1 file", "{n} files", n=count(kept.files))
            grid.addWidget(title, row, 0)
            grid.addWidget(label(files, "muted"), row, 1, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label(size(kept.size), "muted"), row, 2, Qt.AlignmentFlag.AlignRight)
        return table

    def _remarks(self) -> Sequence[tuple[str, str]]:
        found = self._found
        remarks: list[tuple[str, str]] = []
        if found.autostart:
            remarks.append((tr("The entry that starts Kireji with your session goes, too."), "muted"))
        if found.keys.problem:
            remarks.append((f"{found.keys.problem} {tr('Keys in it stay; delete them there.')}", "warn"))
        if found.users:
            users = tr("This still uses your data: {users}. End it first.", users=tr(", ").join(found.users))
            remarks.append((users, "error"))
        return remarks

    def _about_jobs(self) -> str:
        return plural(
            len(self._found.at_service),
            "1 job is with a service: it goes on there and is paid, and its answers are lost.",
            "{n} jobs are with a service: they go on there and are paid, and their answers are lost.",
        )

    def _connect(self) -> None:
        self.typed.textChanged.connect(self._look)
        self.typed.returnPressed.connect(self._confirm)
        self.yes.clicked.connect(self._confirm)
        self.no.clicked.connect(self.reject)
        self.export.clicked.connect(self._export)
        self.cancel_jobs.clicked.connect(self.cancel_jobs_wanted)

    def _has(self, area: Area) -> bool:
        return any(kept.area is area for kept in self._found.kept)

    def _look(self) -> None:
        self.yes.setEnabled(self._is_typed() and not self._found.users)

    def _is_typed(self) -> bool:
        return self.typed.text().strip().casefold() == self.word.casefold()

    def _export(self) -> None:
        self.reject()
        self.export_wanted.emit()

    def _confirm(self) -> None:
        if not self.yes.isEnabled():
            return
        self._set_busy(busy=True)
        folder = str(self._found.backups) if self.backups.is_on() and self._found.backups else ""
        keys: tuple[SecretName, ...] = self._found.keys.names if self.keys.is_on() else ()
        self.confirmed.emit(ErasePlan(self.keep_settings.is_on(), folder), keys)

    def _set_busy(self, *, busy: bool) -> None:
        self._busy = busy
        for each in (self.typed, self.no, self.export, self.cancel_jobs, self.keep_settings, self.keys, self.backups):
            each.setEnabled(not busy)
        self.yes.setEnabled(not busy and self._is_typed())


def _holder(name: str) -> str:
    """Whose keys they are, as people know them."""
    own = {"mcp": tr("servers of tools"), "webhook": tr("the address that jobs tell"), "local": tr("a local server")}
    return own.get(name) or provider_name(name)
