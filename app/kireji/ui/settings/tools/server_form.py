"""The form in which a server of tools is written down."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kireji.ui.parts import Pair, button, caption, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.fields import LineField
from kireji.ui.settings.pane import ChoiceRow
from kireji.ui.settings.tools.draft import ServerDraft, command_line, problem, read_snippet, words_of
from kireji.ui.settings.tools.field_rows import FieldRows
from kireji.ui.settings.tools.seeing import bring_into_view
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

COMMAND, ADDRESS = "command", "address"


class ServerForm(QFrame):
    """Takes no room until somebody wants to add a server.

    Args:
        theme: Colours and text size.
    """

    submitted = Signal(object)
    """A `ServerDraft` that can be added as far as the form can tell."""
    submitted_to_file = Signal(object)
    """The same, with its secrets in the file, because there is no keychain for them."""
    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._taken: Collection[str] = ()
        self.name = LineField(tr("Name of the server"), "git")
        self.way = ChoiceRow(tr("It is"), ((COMMAND, tr("A program on this computer")), (ADDRESS, tr("An address"))))
        self.command = LineField(tr("Command of the server, with its arguments"), "uvx mcp-server-git")
        self.address = LineField(tr("Address of the server"), "https://mcp.example/mcp")
        self.fields = FieldRows(theme)
        self.problem = label("", "error", wrap=True)
        self.go = button(tr("Add and test"), "primary")
        self.to_file = button(tr("Keep the secrets in the file"))
        self.cancel = button(tr("Cancel"), name=tr("Add no server"))
        self._command_row = _stacked(caption(tr("Command"), self.command), self.command)
        self._address_row = _stacked(caption(tr("Address"), self.address), self.address)
        self._build()
        self._connect()
        self._choose(COMMAND)
        self.hide()

    def _build(self) -> None:
        hint = label(
            tr("A piece of JSON from the server's documentation can be pasted into any of these fields."),
            "small",
            wrap=True,
        )
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[1])
        name = Pair(caption(tr("Name"), self.name), self.name)
        heading = label(tr("Add a server"), "strong")
        rows: tuple[QWidget, ...] = (heading, hint, name, self.way, self._command_row, self._address_row)
        for widget in (*rows, self.fields, self.problem, actions(self.go, self.to_file, self.cancel)):
            layout.addWidget(widget)
        self.problem.hide()

    def _connect(self) -> None:
        self.way.chosen.connect(self._choose)
        self.go.clicked.connect(self._submit)
        self.to_file.clicked.connect(self._submit_to_file)
        self.cancel.clicked.connect(self.cancelled)
        for field in (self.name, self.command, self.address):
            field.returnPressed.connect(self._submit)
            field.textEdited.connect(self._edited)

    def open(self, taken: Collection[str]) -> None:
        """Show it, empty.

        Args:
            taken: Names of servers that are there.
        """
        self._taken = frozenset(taken)
        if self.isHidden():
            self.clear()
        self.show()
        self.name.setFocus()
        bring_into_view(self)

    def clear(self) -> None:
        """Forget what was written; secrets with it."""
        for field in (self.name, self.command, self.address):
            field.clear()
        self.fields.show_fields(())
        self.set_busy(False)
        self._choose(COMMAND)
        self.to_file.hide()
        tell(self.problem, "", "error")

    def refuse(self, sentence: str, *, keychain: bool = False) -> None:
        """It could not be added.

        Args:
            sentence: Why.
            keychain: Whether that is because the keychain takes no secrets.
        """
        self.set_busy(False)
        tell(self.problem, sentence, "error")
        bring_into_view(self)
        self.to_file.setVisible(keychain)

    def set_busy(self, busy: bool) -> None:
        """It is being added."""
        self.go.setEnabled(not busy)

    def fill(self, draft: ServerDraft) -> None:
        """Show what was written elsewhere."""
        self._choose(ADDRESS if draft.address else COMMAND)
        if draft.name:
            self.name.setText(draft.name)
        self.command.setText(command_line(draft.command))
        self.address.setText(draft.address)
        self.fields.show_fields(draft.fields)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def _choose(self, way: object) -> None:
        self.way.set_value(way)
        self._command_row.setVisible(way == COMMAND)
        self._address_row.setVisible(way == ADDRESS)
        self.fields.set_headers(way == ADDRESS)

    def _edited(self, text: str) -> None:
        tell(self.problem, "", "error")
        draft = read_snippet(text)
        if draft is None:
            return
        for field in (self.name, self.command, self.address):
            if field.text() == text:
                field.clear()
        self.fill(draft)
        (self.go if self.name.text() else self.name).setFocus()

    def _submit(self) -> None:
        if self.go.isEnabled() and (draft := self._draft()) is not None:
            self.submitted.emit(draft)

    def _submit_to_file(self) -> None:
        if (draft := self._draft()) is not None:
            self.submitted_to_file.emit(draft)

    def _draft(self) -> ServerDraft | None:
        """What was written, if it can be added; what is wrong is said otherwise."""
        is_command = self.way.value() == COMMAND
        try:
            command = words_of(self.command.text()) if is_command else ()
        except ValueError:
            self.refuse(tr("A quotation mark is missing in the command."))
            return None
        address = "" if is_command else self.address.text().strip()
        draft = ServerDraft(self.name.text().strip(), command, address, self.fields.fields())
        wrong = problem(draft, self._taken)
        if wrong:
            self.refuse(wrong)
            return None
        tell(self.problem, "", "error")
        self.to_file.hide()
        self.set_busy(True)
        return draft


def _stacked(above: QWidget, below: QWidget) -> QWidget:
    """A field that takes the whole width, under its caption: commands are long."""
    result = QWidget()
    layout = QVBoxLayout(result)
    spread(layout, 0, SPACE[0])
    layout.addWidget(above)
    layout.addWidget(below)
    return result
