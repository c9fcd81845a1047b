"""The prompts: the list of all, or the editor of one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDir, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from kireji.ui.file_dialog import FileDialog
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.prompts.editor import PromptEditor
from kireji.ui.settings.prompts.importing import ImportPart
from kireji.ui.settings.prompts.library import Library
from kireji.ui.settings.tools.seeing import bring_into_view
from kireji.ui.settings.tools.tab_order import TabOrder
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class PromptsPage(QWidget):
    """The whole page.

    Args:
        theme: Colours and text size.
    """

    import_chosen = Signal(object)
    """Path of a file to look into."""
    export_chosen = Signal(object, object)
    """Names of prompts, and the path of the file to write."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.new = button(tr("New prompt"), "primary")
        self.bring = button(tr("Import…"), name=tr("Import prompts from a file"))
        self.export = button(tr("Export all…"), name=tr("Export all prompts into a file"))
        self.folder = button(tr("Open folder"), name=tr("Open the folder of your prompts"))
        self.sentence = label("", "ok", wrap=True)
        self.problems = label("", "warn", wrap=True)
        self.importing = ImportPart()
        self.library = Library(theme)
        self.editor = PromptEditor(theme)
        self.dialog: QFileDialog | None = None
        self._names: tuple[str, ...] = ()
        self._list = QWidget()
        self._build()
        self.bring.clicked.connect(self._choose_import)
        self.importing.cancelled.connect(self.importing.hide)
        self.editor.hide()
        TabOrder(self)

    def _build(self) -> None:
        about = label(
            tr("Questions that are asked with one click, from the selection, the tray or with keys of their own. Type "
               "a slash to choose one while you write."),
            "muted",
            wrap=True,
        )  # fmt: skip
        column = QVBoxLayout(self._list)
        spread(column, 0, SPACE[2])
        for widget in (
            about,
            actions(self.new, self.bring, self.export, self.folder),
            self.sentence,
            self.problems,
            self.importing,
            self.library,
        ):
            column.addWidget(widget)
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(self._list)
        layout.addWidget(self.editor)
        self.sentence.hide()
        self.problems.hide()

    @property
    def editing(self) -> bool:
        """Whether the editor is shown."""
        return not self.editor.isHidden()

    def show_editor(self, *, on: bool) -> None:
        """Show the editor in the place of the list, or the list."""
        self._list.setVisible(not on)
        self.editor.setVisible(on)
        bring_into_view(self.editor.heading if on else self.new)

    def say(self, sentence: str, role: str = "ok") -> None:
        """What was done, or why not; empty takes it away."""
        tell(self.sentence, sentence, role)

    def show_problems(self, problems: Sequence[str]) -> None:
        """What is wrong with files of prompts."""
        tell(self.problems, "\n".join(problems), "warn")

    def ask_where(self, names: Sequence[str], suggestion: str) -> None:
        """Let the person choose the file to export to.

        Args:
            names: What is exported.
            suggestion: The file's name.
        """
        self._names = tuple(names)
        dialog = FileDialog(self, tr("Export prompts"), QDir.homePath())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("Prompts (*.md *.zip)"), tr("All files (*)")])
        dialog.selectFile(suggestion)
        dialog.fileSelected.connect(self._export_to)
        self._open(dialog)

    def _choose_import(self) -> None:
        dialog = FileDialog(self, tr("Import prompts"), QDir.homePath())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([tr("Prompts (*.md *.zip)"), tr("All files (*)")])
        dialog.fileSelected.connect(self.import_chosen)
        self._open(dialog)

    def _export_to(self, path: str) -> None:
        self.export_chosen.emit(self._names, path)

    def _open(self, dialog: QFileDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()
