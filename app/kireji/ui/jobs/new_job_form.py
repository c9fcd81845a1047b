"""What a new job is about and how it is done, before anything is read."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from kireji.core.jobs.forms import usual_tokens
from kireji.core.jobs.limits import MAX_TOKENS
from kireji.core.jobs.values import JobPlan, JobSource, SourceHead, SourceKind
from kireji.core.models import Effort
from kireji.core.structured.forms import AnswerForm
from kireji.ui.jobs.new_job_prompt import PromptField
from kireji.ui.jobs.new_job_schema import SchemaField
from kireji.ui.jobs.new_job_source import SourceCard
from kireji.ui.jobs.new_job_task import TaskChoice
from kireji.ui.jobs.new_job_where import WhereChoice
from kireji.ui.jobs.new_job_words import name_for
from kireji.ui.parts import label, spread
from kireji.ui.settings.cards import ModelRow, tell
from kireji.ui.settings.fields import NumberRow, Passage, TextRow
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_EXAMPLE = mark("Answer in one word.")
_MOST_TOKENS = 64_000


class NewJobForm(QScrollArea):
    """Source, prompt, model, form of the answers, and where it runs.

    Args:
        theme: Colours and text size.
    """

    changed = Signal()
    """What it says now may be complete, or no longer."""
    model_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._source: JobSource | None = None
        self._head: SourceHead | None = None
        self._named = False
        self.effort: Effort | None = None
        self.source = SourceCard(theme)
        self.name = TextRow(tr("Name"), tr("What the job is called"))
        self.task = TaskChoice()
        self.prompt = PromptField(theme)
        self.system = Passage(tr("Instructions"), tr("They stand before every row; none are needed."), tr(_EXAMPLE))
        self.model = ModelRow(tr("Model"))
        self.price = label("", "small", wrap=True)
        self.longest = NumberRow(tr("Longest answer"), tr("tokens"), 1, _MOST_TOKENS)
        self.schema = SchemaField()
        self.reuse = SwitchRow(
            tr("Reuse results of earlier jobs"),
            tr("Rows that were asked exactly so before get that answer again, and cost nothing."),
        )
        self.where = WhereChoice()
        self.longest.show_number(MAX_TOKENS)
        self._tokens = MAX_TOKENS
        self._own_length = False
        self._build()
        self._connect()

    def _build(self) -> None:
        page = QWidget()
        page.setProperty("kind", "page")
        column = QVBoxLayout(page)
        spread(column, (SPACE[4], SPACE[3], SPACE[4], SPACE[3]), SPACE[3])
        who = QWidget()
        answerer = QVBoxLayout(who)
        spread(answerer, 0, SPACE[0])
        answerer.addWidget(self.model)
        answerer.addWidget(self.price)
        for part in (
            label(tr("What is asked about"), "section"), self.source, self.name, self.task,
            self.prompt, self.system,
            label(tr("Who answers"), "section"), who,
            label(tr("Where it runs"), "section"), self.where,
            label(tr("Answers"), "section"), self.longest, self.schema, self.reuse,
        ):  # fmt: skip
            column.addWidget(part)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)

    def _connect(self) -> None:
        self.name.field.textEdited.connect(self._name_edited)
        self.task.changed.connect(self._task_changed)
        self.prompt.changed.connect(self.changed)
        self.schema.changed.connect(self.changed)
        self.where.chosen.connect(self.changed)
        self.model.clicked.connect(self.model_clicked)
        self.longest.entered.connect(self._longest_entered)
        self.source.change.clicked.connect(self.forget_source)

    # What it says.

    def show_source(self, source: JobSource, head: SourceHead | None = None) -> None:
        """Take a source over.

        Args:
            source: What was chosen.
            head: What can be told of it at a glance; None while it is looked at.
        """
        self._source, self._head = source, head
        self.source.show_source(source, head)
        self.prompt.show_kind(source.kind)
        columns, first = (head.columns, head.first) if head is not None else ((), ())
        self.prompt.show_table(columns, first)
        if not self._named:
            self.name.field.setText(name_for(source))
        if source.kind is SourceKind.PAIRS and self.task.form is AnswerForm.TEXT:
            self.task.choose(AnswerForm.COMPARISON)
        self._task_changed()

    def forget_source(self) -> None:
        """Nothing is chosen any more."""
        self._source = self._head = None
        self.prompt.show_kind(None)
        self.prompt.show_table((), ())
        self.changed.emit()

    @property
    def job_source(self) -> JobSource | None:
        """What was chosen; None while nothing is."""
        source = self._source
        if source is not None and source.kind is SourceKind.PICTURES and self.task.form is AnswerForm.COMPARISON:
            return msgspec.structs.replace(source, kind=SourceKind.PAIRS)
        return source

    @property
    def head(self) -> SourceHead | None:
        """What can be told of it at a glance."""
        return self._head

    def show_model(self, name: str, price: str) -> None:
        """Who answers, and what that costs."""
        self.model.show_model(name)
        tell(self.price, price, "small")

    def missing(self) -> str:
        """What must be done before anything can be read; empty when it can."""
        source, head = self._source, self._head
        if source is None:
            return tr("Choose what is asked about first.")
        if (
            source.kind in (SourceKind.FOLDER, SourceKind.PICTURES, SourceKind.PAIRS)
            and head is not None
            and not head.pictures
        ):
            return tr("There is no picture in it.")
        if why := self.task.missing(source):
            return why
        if self.task.form is not AnswerForm.TEXT:
            pass
        elif not self.prompt.text() and not self._brings_prompts():
            return tr("Write a prompt.")
        if self.prompt.isVisibleTo(self) and not self.prompt.problem.isHidden():
            return tr("The prompt names a column that is not there.")
        if self._takes_schema() and not self.schema.valid:
            return tr("The schema is not complete.")
        return ""

    def _brings_prompts(self) -> bool:
        """Whether rows may have prompts of their own: lines, and tables with a column that is called so."""
        columns = self._head.columns if self._head is not None else ()
        lines = self._source is not None and self._source.kind is SourceKind.JSONL
        return lines or any(column.strip().casefold() == "prompt" for column in columns)

    def plan(self, provider: str, model: str) -> JobPlan:
        """What was filled in.

        Args:
            provider: Who answers.
            model: Which model; empty leaves it to the lines.
        """
        source = self._source
        assert source is not None
        return JobPlan(
            name=self.name.field.text().strip() or name_for(source),
            provider=provider,
            model=model,
            mode=self.where.mode(),
            system=self.system.field.toPlainText().strip(),
            prompt=self.prompt.text() if self._takes_prompt() else "",
            max_tokens=self._tokens,
            effort=self.effort,
            schema=self.schema.schema() if self._takes_schema() else b"",
            reuse=self.reuse.is_on(),
        )

    def _takes_prompt(self) -> bool:
        """Whether a prompt is written: of tables it also says what of a row a form is about."""
        is_table = self._source is not None and self._source.kind is SourceKind.CSV
        return self.task.form is AnswerForm.TEXT or (is_table and self.task.form is not AnswerForm.COMPARISON)

    def _takes_schema(self) -> bool:
        return self.task.form in (AnswerForm.TEXT, AnswerForm.TABLE, AnswerForm.FIELDS)

    def _task_changed(self) -> None:
        self.prompt.setVisible(self._takes_prompt())
        self.prompt.show_form(self.task.form)
        self.schema.setVisible(self._takes_schema())
        example = tr(_EXAMPLE) if self.task.form is AnswerForm.TEXT else ""  # other answers are no words
        self.system.field.setPlaceholderText(example)
        if not self._own_length:
            self._tokens = usual_tokens(self.task.form)
            self.longest.show_number(self._tokens)
        self.changed.emit()

    def focus_first(self) -> None:
        """Put the keyboard where something is missing."""
        (self.source.file if self._source is None else self.prompt.field).setFocus()

    def _name_edited(self, text: str) -> None:
        self._named = bool(text.strip())

    def _longest_entered(self, number: object) -> None:
        assert isinstance(number, int)
        self._tokens, self._own_length = number, True
