"""Environment variables or headers of a server, one row each; secrets are hidden and go into the keychain."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from kireji.core.tool_servers import looks_secret
from kireji.ui.parts import Pair, button, label, row_of, set_icon, spread
from kireji.ui.settings.cards import actions
from kireji.ui.settings.switch import Switch
from kireji.ui.settings.tools.draft import DraftField
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class FieldRows(QWidget):
    """A short list of names with values.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._headers = False
        self._rows: list[FieldRow] = []
        self.add = button("", "quiet")
        self.note = label(
            tr("A secret is kept in your system keychain, never in a file. Only this server gets it."),
            "small",
            wrap=True,
        )
        self._column = QVBoxLayout()
        spread(self._column, 0, SPACE[1])
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addLayout(self._column)
        layout.addWidget(actions(self.add))
        layout.addWidget(self.note)
        self.add.clicked.connect(self._add)
        self.set_headers(False)

    @property
    def rows(self) -> Sequence[FieldRow]:
        """As shown."""
        return tuple(self._rows)

    def set_headers(self, headers: bool) -> None:
        """Whether they are headers of requests; environment variables otherwise."""
        self._headers = headers
        self.add.setText(tr("Add a header…") if headers else tr("Add an environment variable…"))
        self.add.setAccessibleName(self.add.text())

    def show_fields(self, fields: Sequence[DraftField]) -> None:
        """Show these in the place of all."""
        for row in self._rows:
            self._drop(row)
        self._rows = []
        for field in fields:
            self._append(field)
        self.note.setVisible(bool(self._rows))

    def fields(self) -> tuple[DraftField, ...]:
        """What was written; rows in which nothing stands are left out."""
        return tuple(row.field() for row in self._rows if not row.is_empty())

    def _add(self) -> None:
        row = self._append(DraftField(""))
        self.note.show()
        row.name.setFocus()

    def _append(self, field: DraftField) -> FieldRow:
        row = FieldRow(self._theme, field)
        row.removed.connect(self._remove)
        self._rows.append(row)
        self._column.addWidget(row)
        row.show()  # a layout shows it later, and until then it takes no focus
        return row

    def _remove(self, row: object) -> None:
        assert isinstance(row, FieldRow)
        self._rows.remove(row)
        self._drop(row)
        self.note.setVisible(bool(self._rows))
        self.add.setFocus()

    def _drop(self, row: FieldRow) -> None:
        self._column.removeWidget(row)
        row.clear()
        row.hide()
        row.deleteLater()


class FieldRow(QWidget):
    """One name with its value.

    Args:
        theme: Colours and text size.
        field: To begin with.
    """

    removed = Signal(object)
    """This row."""

    def __init__(self, theme: Theme, field: DraftField) -> None:
        super().__init__()
        self._theme = theme
        self.name = QLineEdit(field.name)
        self.name.setPlaceholderText(tr("Name"))
        self.name.setAccessibleName(tr("Name"))
        self.value = QLineEdit()
        self.value.setPlaceholderText(tr("Value"))
        self.value.setAccessibleName(tr("Value"))
        self.secret = Switch(tr("Keep the value secret"))
        self.remove = button("", "quiet", name=tr("Remove this row"))
        self._said = False
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(
            Pair(row_of(self.name, self.value), row_of(label(tr("Secret"), "small"), self.secret, self.remove))
        )
        self.secret.toggled.connect(self._hide_value)
        self.secret.clicked.connect(self._secret_said)
        self.name.textEdited.connect(self._named)
        self.remove.clicked.connect(self._removed)
        theme.changed.connect(self._dress)
        self._dress()
        self.secret.setChecked(field.secret)
        self.value.setText(field.value)

    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return not (self.name.text().strip() or self.value.text())

    def field(self) -> DraftField:
        """What was written."""
        return DraftField(self.name.text().strip(), self.value.text(), self.secret.isChecked())

    def clear(self) -> None:
        """Forget the value."""
        self.value.clear()

    def _secret_said(self) -> None:
        self._said = True

    def _named(self, name: str) -> None:
        if not self._said:
            self.secret.setChecked(looks_secret(name))

    def _hide_value(self, hidden: bool) -> None:
        self.value.setEchoMode(QLineEdit.EchoMode.Password if hidden else QLineEdit.EchoMode.Normal)

    def _removed(self) -> None:
        self.removed.emit(self)

    def _dress(self) -> None:
        set_icon(self.remove, self._theme, "x", self._theme.colours.muted)
