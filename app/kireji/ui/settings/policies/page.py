"""The policies: the list of all, or the editor of one."""

from __future__ import annotations

from PySide6.QtCore import QDir, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from kireji.core.pictures import PICTURE_ENDINGS
from kireji.ui.file_dialog import FileDialog
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.policies.editor import PolicyEditor
from kireji.ui.settings.policies.new_part import NewPart
from kireji.ui.settings.policies.policy_list import PolicyList
from kireji.ui.settings.tools.seeing import bring_into_view
from kireji.ui.settings.tools.tab_order import TabOrder
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class PoliciesPage(QWidget):
    """The whole page.

    Args:
        theme: Colours and text size.
    """

    import_chosen = Signal(object)
    """Path of a file that shall become a policy."""
    export_chosen = Signal(object, object)
    """Name of a policy, and the path of the file to write."""
    set_chosen = Signal(object)
    """Path of a labelled set."""
    picture_chosen = Signal(object)
    """Path of a picture that shall be judged."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.new = button(tr("New policy…"), "primary")
        self.bring = button(tr("Import…"), name=tr("Import a policy from a file"))
        self.folder = button(tr("Open folder"), name=tr("Open the folder of your policies"))
        self.sentence = label("", "ok", wrap=True)
        self.beginning = NewPart()
        self.list = PolicyList(theme)
        self.editor = PolicyEditor(theme)
        self.dialog: QFileDialog | None = None
        self._name = ""
        self._all = QWidget()
        self._build()
        self.bring.clicked.connect(self._choose_import)
        self.beginning.cancelled.connect(self._cancel_new)
        self.editor.check.choose.clicked.connect(self._choose_set)
        self.editor.trial.choose.clicked.connect(self._choose_picture)
        self.editor.hide()
        TabOrder(self)

    def _build(self) -> None:
        about = label(
            tr("What texts and pictures are judged by: categories, how grave something is, and what is done then. "
               "Open one to see it, try it, and check how well it judges."),
            "muted",
            wrap=True,
        )  # fmt: skip
        column = QVBoxLayout(self._all)
        spread(column, 0, SPACE[2])
        for widget in (
            about, actions(self.new, self.bring, self.folder), self.sentence, self.beginning, self.list,
        ):  # fmt: skip
            column.addWidget(widget)
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(self._all)
        layout.addWidget(self.editor)
        self.sentence.hide()

    @property
    def editing(self) -> bool:
        """Whether the editor is shown."""
        return not self.editor.isHidden()

    def show_editor(self, *, on: bool) -> None:
        """Show the editor in the place of the list, or the list."""
        self._all.setVisible(not on)
        self.editor.setVisible(on)
        bring_into_view(self.editor.heading if on else self.new)

    def say(self, sentence: str, role: str = "ok") -> None:
        """What was done, or why not; empty takes it away."""
        tell(self.sentence, sentence, role)

    def ask_where(self, name: str) -> None:
        """Let the person choose the file that a policy is written to."""
        self._name = name
        dialog = FileDialog(self, tr("Export the policy"), QDir.homePath())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("Policies (*.toml)"), tr("All files (*)")])
        dialog.setDefaultSuffix("toml")
        dialog.selectFile(f"{name}.toml")
        dialog.fileSelected.connect(self._export_to)
        self._open(dialog)

    def _choose_import(self) -> None:
        dialog = self._choosing(tr("Import a policy"), tr("Policies (*.toml)"))
        dialog.fileSelected.connect(self.import_chosen)
        self._open(dialog)

    def _choose_set(self) -> None:
        dialog = self._choosing(tr("Choose a labelled set"), tr("Labelled sets (*.jsonl)"))
        dialog.fileSelected.connect(self.set_chosen)
        self._open(dialog)

    def _choose_picture(self) -> None:
        endings = " ".join(f"*{ending}" for ending in PICTURE_ENDINGS)
        dialog = self._choosing(tr("Choose a picture"), tr("Pictures ({endings})", endings=endings))
        dialog.fileSelected.connect(self.picture_chosen)
        self._open(dialog)

    def _choosing(self, title: str, kind: str) -> FileDialog:
        dialog = FileDialog(self, title, QDir.homePath())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([kind, tr("All files (*)")])
        return dialog

    def _cancel_new(self) -> None:
        self.beginning.hide()
        self.new.setFocus()

    def _export_to(self, path: str) -> None:
        self.export_chosen.emit(self._name, path)

    def _open(self, dialog: QFileDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()
