"""What shall be done with every row of a new job: a question of one's own, or what the program is trained in."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.jobs.forms import LONGEST_LANGUAGE
from kireji.core.jobs.values import JobSource, SourceKind
from kireji.core.moderation.policies import ParsedPolicy
from kireji.core.structured.forms import AnswerForm
from kireji.services.jobs.form_plans import WantedForm
from kireji.ui.parts import label, spread
from kireji.ui.settings.cards import tell
from kireji.ui.settings.fields import TextRow
from kireji.ui.settings.pane import ChoiceRow
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_TASKS = (
    (AnswerForm.TEXT, mark("Ask my own question")),
    (AnswerForm.VERDICT, mark("Check with a policy")),
    (AnswerForm.TABLE, mark("Take out a table")),
    (AnswerForm.FIELDS, mark("Take out fields")),
    (AnswerForm.TRANSLATION, mark("Translate")),
    (AnswerForm.COMPARISON, mark("Compare two pictures")),
)
_ABOUT = {
    AnswerForm.VERDICT: mark("Every text or picture gets a verdict; what waits for a person is reviewed afterwards."),
    AnswerForm.TABLE: mark("Columns are proposed from every picture, or follow your schema."),
    AnswerForm.FIELDS: mark("Names with their values, one row for each picture."),
    AnswerForm.TRANSLATION: mark("The words of every text or picture in another language."),
    AnswerForm.COMPARISON: mark("What has changed from the first picture of a row to the second."),
}


class TaskChoice(QWidget):
    """The choice, and what it needs."""

    changed = Signal()
    policies_wanted = Signal()
    """The policies shall be looked up."""

    def __init__(self) -> None:
        super().__init__()
        self._policies: Mapping[str, ParsedPolicy] | None = None
        self.task = ChoiceRow(tr("What shall be done"), [(form, tr(said)) for form, said in _TASKS])
        self.about = label("", "muted", wrap=True)
        self.policy = ChoiceRow(tr("Policy"))
        self.language = TextRow(tr("Language"), tr("For example: German"))
        self.language.field.setMaxLength(LONGEST_LANGUAGE)
        self.problem = label("", "error", wrap=True)
        column = QVBoxLayout(self)
        spread(column, 0, SPACE[1])
        for each in (self.task, self.about, self.policy, self.language, self.problem):
            column.addWidget(each)
        self.task.chosen.connect(self._chosen)
        self.policy.chosen.connect(self._tell)
        self.language.field.textChanged.connect(self._tell)
        self._show()

    @property
    def form(self) -> AnswerForm:
        """What the answers are."""
        found = self.task.value()
        assert isinstance(found, AnswerForm)
        return found

    @property
    def wanted(self) -> WantedForm:
        """What was chosen."""
        policy = str(self.policy.value()) if self.form is AnswerForm.VERDICT and self._policies else ""
        return WantedForm(self.form, policy, language=self.language.field.text().strip())

    def missing(self, source: JobSource) -> str:
        """What must be chosen still; empty when nothing."""
        if self.form is AnswerForm.VERDICT and not self._policies:
            return tr("Choose a policy.")
        if self.form is AnswerForm.TRANSLATION and not self.language.field.text().strip():
            return tr("Name the language to translate into.")
        if self.form is AnswerForm.COMPARISON and not comparable(source):
            return tr("A comparison takes two pictures: drop two folders or two pictures here.")
        return ""

    def choose(self, form: AnswerForm) -> None:
        """As if the person chose it."""
        self.task.choose(form)

    def show_policies(self, policies: Mapping[str, ParsedPolicy]) -> None:
        """Offer those that can be used."""
        usable = {name: parsed.policy for name, parsed in policies.items() if parsed.policy is not None}
        self._policies = {name: policies[name] for name in usable}
        self.policy.set_choices(
            [
                (name, tr("{title}, version {version}", title=policy.title, version=policy.version))
                for name, policy in usable.items()
            ]
        )
        tell(self.problem, "" if usable else tr("There is no policy that can be used."), "error")
        self.changed.emit()

    def say(self, sentence: str) -> None:
        """Why there is nothing to choose from."""
        tell(self.problem, sentence, "error")

    def _chosen(self, _form: object) -> None:
        self._show()
        if self.form is AnswerForm.VERDICT and self._policies is None:
            self.policies_wanted.emit()
        if self.form is AnswerForm.TRANSLATION:
            self.language.field.setFocus()
        self.changed.emit()

    def _show(self) -> None:
        form = self.form
        about = _ABOUT.get(form)
        tell(self.about, tr(about) if about else "", "muted")
        self.policy.setVisible(form is AnswerForm.VERDICT)
        self.language.setVisible(form is AnswerForm.TRANSLATION)
        tell(self.problem, "", "error")

    def _tell(self, _value: object = None) -> None:
        self.changed.emit()


def comparable(source: JobSource) -> bool:
    """Whether rows of a source may show two pictures each."""
    if source.kind is SourceKind.PICTURES:
        return len(source.paths) == 2
    return source.kind in (SourceKind.PAIRS, SourceKind.JSONL, SourceKind.CSV)
