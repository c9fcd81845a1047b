"""Answers as a table: a JSON schema that every answer must follow, and the columns that it makes."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.errors import JobError
from kireji.ui.jobs.new_job_words import columns as column_words
from kireji.ui.parts import button, frame, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.fields import Lines
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_LINES = 8
_EXAMPLE = """{
  "type": "object",
  "properties": {
    "shop": {"type": "string"},
    "total": {"type": "number"}
  }
}"""
LARGEST_SCHEMA = 256 * 1024
"""Bytes of a file with a schema."""


class SchemaField(QWidget):
    """A switch; below it the schema, pasted or from a file, with the columns that it makes."""

    changed = Signal()
    file_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.switch = SwitchRow(
            tr("Answers as a table"),
            tr("Every answer follows a JSON schema; its properties become columns."),
        )
        self._around = frame("editor")
        self.field = _SchemaLines(self._around)
        self.file = button(tr("From a file…"))
        self.example = button(tr("Insert an example"))
        self.columns = label("", "muted", wrap=True)
        self.problem = label("", "error", wrap=True)
        self._body = QWidget()
        inside = QVBoxLayout(self._around)
        spread(inside, SPACE[0])
        inside.addWidget(self.field)
        below = QVBoxLayout(self._body)
        spread(below, 0, SPACE[1])
        for each in (self._around, actions(self.file, self.example), self.columns, self.problem):
            below.addWidget(each)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(self.switch)
        layout.addWidget(self._body)
        for each in (self._body, self.columns, self.problem):
            each.hide()
        self.switch.switched.connect(self._switched)
        self.file.clicked.connect(self.file_clicked)
        self.example.clicked.connect(self._insert_example)
        self.field.textChanged.connect(self._check)

    def schema(self) -> bytes:
        """As JSON; empty when answers shall be no table."""
        return self.field.toPlainText().strip().encode() if self.switch.is_on() else b""

    @property
    def valid(self) -> bool:
        """Whether a job can be made with it."""
        return not self.switch.is_on() or (bool(self.schema()) and self.problem.isHidden())

    def show_text(self, text: str) -> None:
        """Fill it in, and switch it on."""
        self.switch.set_on(True)
        self._body.show()
        self.field.setPlainText(text)

    def say(self, sentence: str) -> None:
        """Why there is no schema."""
        tell(self.problem, sentence, "error")

    def _switched(self, on: object) -> None:
        self._body.setVisible(bool(on))
        if on:
            self.field.setFocus()
        self.changed.emit()

    def _insert_example(self) -> None:
        self.field.setPlainText(_EXAMPLE)

    def _check(self) -> None:
        self.example.setVisible(not self.field.toPlainText().strip())
        tell(self.columns, "", "muted")
        tell(self.problem, "", "error")
        if self.schema():
            self._read()
        self.changed.emit()

    def _read(self) -> None:
        from kireji.core.jobs.columns import columns_of

        if why := _unsound(self.field.toPlainText()):
            tell(self.problem, why, "error")
            return
        found = columns_of(self.schema())
        words = tr("Columns: {columns}", columns=column_words(found)) if found else tr("The answers have no columns.")
        tell(self.columns, words, "muted")


class _SchemaLines(Lines):
    """The field itself, in a monospaced font."""

    def __init__(self, around: QWidget) -> None:
        super().__init__(around)
        self.setAccessibleName(tr("JSON schema"))
        self.setPlaceholderText(tr("Paste a JSON schema"))
        self.setProperty("kind", "exact")
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing() * _LINES + 8)


def read_schema(path: Path) -> str:
    """The text of a file with a schema; runs in a thread.

    Raises:
        JobError: It cannot be read, or is too large for one.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_SCHEMA + 1)
        if len(data) > LARGEST_SCHEMA:
            raise JobError(tr("“{name}” is too large for a schema.", name=path.name))
        return data.decode("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise JobError(tr("“{name}” cannot be read.", name=path.name), tr("Choose another file.")) from error


def _unsound(text: str) -> str:
    """Why a text is no JSON schema; empty when it may be one."""
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        return tr("This is no JSON: look at line {line}, column {column}.", line=error.lineno, column=error.colno)
    except RecursionError:
        return tr("The schema is nested too deeply.")
    return "" if isinstance(schema, dict) else tr("A schema is a JSON object, in braces.")
