"""What is asked of every row: the prompt, the columns that it can name, and what becomes of it in the first row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.errors import JobError
from kireji.core.jobs.values import SourceKind
from kireji.core.structured.forms import AnswerForm
from kireji.ui.flow import FlowLayout
from kireji.ui.jobs.new_job_words import prompt_title
from kireji.ui.parts import button, frame, label, spread
from kireji.ui.settings.cards import tell
from kireji.ui.settings.fields import Lines
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_MOST_CHIPS = 24
_LONGEST_CHIP = 24
_SHOWN = 1_200
"""Characters of the first row that are shown."""


class PromptField(QWidget):
    """The prompt with its chips and its preview.

    Args:
        theme: Colours and text size.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._cells: Sequence[str] = ()
        self._columns: tuple[str, ...] = ()
        self._kind: SourceKind | None = None
        self._title = label("", "strong", wrap=True)
        self._about = label("", "muted", wrap=True)
        self._around = frame("editor")
        self.field = Lines(self._around)
        self.chips = QWidget()
        self._chip_row = FlowLayout(SPACE[0], self.chips)
        self._preview = frame("details")
        self.preview = label("", "", wrap=True)
        self.problem = label("", "warn", wrap=True)
        self._build()
        self.field.textChanged.connect(self._changed)
        self.show_kind(None)
        self.show_table((), ())

    def _build(self) -> None:
        inside = QVBoxLayout(self._around)
        spread(inside, SPACE[0])
        inside.addWidget(self.field)
        shown = QVBoxLayout(self._preview)
        spread(shown, SPACE[2], SPACE[0])
        shown.addWidget(label(tr("The first row asks:"), "section"))
        shown.addWidget(self.preview)
        self.preview.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        for each in (self._title, self._about, self.chips, self._around, self.problem, self._preview):
            layout.addWidget(each)

    def show_kind(self, kind: SourceKind | None) -> None:
        """Say what the prompt is for."""
        self._kind = kind
        title, about = prompt_title(kind)
        self._title.setText(title)
        tell(self._about, about, "muted")
        self.field.setAccessibleName(title)
        self.field.setAccessibleDescription(about)
        examples = {
            SourceKind.CSV: tr("For example: Which product is this mail about? {column}", column="{mail}"),
            SourceKind.JSONL: tr("For example: Translate into English."),
        }
        default = tr("For example: Describe this picture in one sentence for people who cannot see it.")
        self.field.setPlaceholderText(examples.get(kind, default) if kind is not None else default)

    def show_form(self, form: AnswerForm) -> None:
        """Say what the words are for where the rows are what a form is about."""
        if form is not AnswerForm.TEXT:
            self._title.setText(tr("What of every row"))
            tell(self._about, tr("A column in braces; empty takes the column “text”."), "muted")
            self.field.setPlaceholderText(tr("For example: {column}", column="{text}"))
            self.field.setAccessibleName(tr("What of every row"))
        elif self._kind is not None:
            self.show_kind(self._kind)

    def show_table(self, columns: Sequence[str], cells: Sequence[str]) -> None:
        """Offer the columns of a table, and show what its first row asks; none takes both away."""
        self._columns, self._cells = tuple(columns), cells
        while (item := self._chip_row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        named = [column for column in self._columns if column.strip() and not set(column) & set("{}\n")]
        for column in named[:_MOST_CHIPS]:
            words = column if len(column) <= _LONGEST_CHIP else f"{column[: _LONGEST_CHIP - 1]}…"
            chip = button(f"{{{words}}}", "chip", name=tr("Insert the column “{column}”", column=column))
            chip.setProperty("column", column)
            chip.clicked.connect(self._insert)
            self._chip_row.addWidget(chip)
            chip.show()
        self.chips.setVisible(bool(named))
        self.chips.updateGeometry()
        self._show_preview()

    def text(self) -> str:
        """What was written."""
        return self.field.toPlainText().strip()

    def show_text(self, text: str) -> None:
        """Fill it in."""
        self.field.setPlainText(text)

    def _insert(self) -> None:
        chip = self.sender()
        assert chip is not None
        self.field.insertPlainText(f"{{{chip.property('column')}}}")
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self) -> None:
        self._show_preview()
        self.changed.emit()

    def _show_preview(self) -> None:
        text = self.text()
        shows = bool(self._columns) and bool(text)
        self._preview.setVisible(shows)
        self.problem.hide()
        if not shows:
            return
        from kireji.core.jobs.template import Template

        try:
            words = Template(text).bound(self._columns).fill(self._cells)
        except JobError as error:
            tell(self.problem, error.sentence, "warn")
            self._preview.hide()
            return
        self.preview.setText(words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…")
