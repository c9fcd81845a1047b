"""What the built-in tools may do without asking, and whether commands may be run at all."""

from __future__ import annotations

from PySide6.QtCore import QDir, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from kireji.core import places
from kireji.core.settings import ToolSettings
from kireji.ui.file_dialog import FileDialog
from kireji.ui.parts import Pair, button, caption, label, spread
from kireji.ui.settings.cards import Card, line, tell
from kireji.ui.settings.fields import LineField
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.settings.tools.entries import Entries
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


def host_of(text: str) -> str:
    """The host that a person means by a host or an address, as permissions name it.

    Raises:
        ValueError: It is neither; the sentence says what is wanted.
    """
    text = text.strip()
    host = places.host_of(text if "://" in text else f"https://{text}")
    if not host:
        raise ValueError(tr("That is no host. A host is written like docs.python.org, without a path or a star."))
    return host


class LimitsCard(Card):
    """Commands, folders, hosts.

    Args:
        theme: Colours and text size.
    """

    folder_chosen = Signal(object)
    """Path of a folder in which files may be read."""
    host_entered = Signal(object)
    """A host whose pages may be fetched."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("Without asking"))
        self.commands = SwitchRow(
            tr("Models may run commands"),
            tr("Each command is shown exactly as it would run, and you are asked every time. No permission lasts."),
        )
        self.add_folder = button(tr("Add a folder…"))
        self.folders = Entries(theme, tr("None. Each file is asked about."))
        self.host = LineField(tr("Host whose pages may be fetched"), "docs.python.org")
        self.add_host = button(tr("Add"), name=tr("Add this host"))
        self.hosts = Entries(theme, tr("None. Each page is asked about."))
        self.problem = label("", "error", wrap=True)
        self.dialog: QFileDialog | None = None
        self._build()
        self.add_folder.clicked.connect(self._choose_folder)
        self.add_host.clicked.connect(self._enter_host)
        self.host.returnPressed.connect(self._enter_host)
        self.host.textEdited.connect(self._edited)

    def _build(self) -> None:
        self.set_chip("", "idle")
        self.add(self._folders(), line(), self._hosts(), line(), self.commands)
        self.problem.hide()

    def _folders(self) -> QWidget:
        words = label(tr("Files may be read in these folders"), "value", wrap=True)
        return _column(Pair(words, self.add_folder), self.folders)

    def _hosts(self) -> QWidget:
        title = label(tr("Pages of these hosts may be fetched"), "value", wrap=True)
        note = label(
            tr("While words from outside stand in a conversation you are asked all the same: a page's address can "
               "carry something away."),
            "small",
            wrap=True,
        )  # fmt: skip
        field = Pair(caption(tr("Another host"), self.host), _row(self.host, self.add_host))
        return _column(title, note, self.hosts, field, self.problem)

    def show_settings(self, settings: ToolSettings) -> None:
        """What holds now."""
        self.commands.set_on(settings.commands)
        self.folders.show_texts(settings.folders)
        self.hosts.show_texts(settings.hosts)

    def say_problem(self, sentence: str) -> None:
        """What is wrong with the host that was entered; empty for nothing."""
        tell(self.problem, sentence, "error")

    def _choose_folder(self) -> None:
        dialog = FileDialog(self, tr("Choose a folder in which files may be read"), QDir.homePath())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder_chosen.emit)
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()

    def _enter_host(self) -> None:
        if not self.host.text().strip():
            return
        try:
            host = host_of(self.host.text())
        except ValueError as error:
            self.say_problem(str(error))
            return
        self.host.clear()
        self.host_entered.emit(host)

    def _edited(self) -> None:
        self.say_problem("")


def _column(*widgets: QWidget) -> QWidget:
    result = QWidget()
    layout = QVBoxLayout(result)
    spread(layout, 0, SPACE[1])
    for widget in widgets:
        layout.addWidget(widget)
    return result


def _row(first: QWidget, second: QWidget) -> QWidget:
    return Pair(first, second, spread_out=False)
