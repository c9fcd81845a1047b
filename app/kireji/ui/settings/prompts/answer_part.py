"""What a prompt's answer is, who gives it, and with which tools."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.prompts import Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.ui.parts import Pair, button, caption, frame, label, spread
from kireji.ui.settings.cards import ModelRow
from kireji.ui.settings.fields import LineField
from kireji.ui.settings.pane import ChoiceRow
from kireji.ui.settings.prompts.words import FORMS
from kireji.ui.settings.prompts.words_field import WordsField
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_WITH_SCHEMA = (AnswerForm.TABLE, AnswerForm.FIELDS)
_AS_SET, _NONE, _THESE = "as set", "none", "these"
_TOOLS = (
    (_AS_SET, mark("As in the settings")),
    (_NONE, mark("None")),
    (_THESE, mark("Only these")),
)
_SCHEMA_LINES = 4


class AnswerPart(QWidget):
    """The part of the editor that is about the answer.

    Args:
        theme: Colours and text size.
    """

    changed = Signal()
    model_clicked = Signal()
    """Another model shall be chosen."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.form = ChoiceRow(tr("The answer is"), [(form, tr(words)) for form, words in FORMS.items()])
        self.schema = WordsField(theme, tr("Schema of what is wanted, as JSON"), _SCHEMA_LINES)
        self.policy = ChoiceRow(tr("Judged by"), (("", tr("The usual policy")),))
        self.model = ModelRow(tr("Who answers"))
        self.usual = button(tr("As in the settings"), name=tr("Let the settings say who answers"))
        self.tools = ChoiceRow(tr("Tools"), [(value, tr(words)) for value, words in _TOOLS])
        self.names = LineField(tr("Names of the tools, with commas between them"), "read_file, fetch_page")
        self._pick = ("", "")
        self._schema_part = QWidget()
        self._names_row = Pair(caption(tr("Which"), self.names), self.names)
        self._build()
        self.form.chosen.connect(self._form_chosen)
        self.policy.chosen.connect(self.changed)
        self.schema.changed.connect(self.changed)
        self.model.clicked.connect(self.model_clicked)
        self.usual.clicked.connect(self._use_usual)
        self.tools.chosen.connect(self._tools_chosen)
        self.names.textChanged.connect(self.changed)

    def _build(self) -> None:
        column = QVBoxLayout(self._schema_part)
        spread(column, 0, SPACE[0])
        column.addWidget(
            label(tr("JSON schema of what is wanted; empty has it proposed from the picture."), "muted", wrap=True)
        )
        column.addWidget(self.schema)
        outer = QVBoxLayout(self)
        spread(outer)
        card = frame("card")
        outer.addWidget(card)
        layout = QVBoxLayout(card)
        spread(layout, (SPACE[2], SPACE[2], SPACE[2], SPACE[2]), SPACE[1])
        for widget in (self.form, self._schema_part, self.policy, self.model, self.usual, self.tools, self._names_row):
            layout.addWidget(widget)

    def answer_form(self) -> AnswerForm:
        """What is chosen."""
        form = self.form.value()
        assert isinstance(form, AnswerForm)
        return form

    @property
    def pick(self) -> tuple[str, str]:
        """Provider and model; empty for whoever is in force."""
        return self._pick

    def show_prompt(self, prompt: Prompt, model: str) -> None:
        """What is written in a prompt.

        Args:
            prompt: Which.
            model: How its model is called.
        """
        self.form.set_value(prompt.form)
        self.schema.show_text(prompt.schema.decode())
        self.policy.set_value(prompt.policy)
        self.tools.set_value(_AS_SET if prompt.tools is None else _THESE if prompt.tools else _NONE)
        self.names.setText(", ".join(prompt.tools or ()))
        self.show_model(prompt.provider, prompt.model, model)
        self._show_parts()

    def show_model(self, provider: str, model: str, name: str) -> None:
        """Who answers, and how that is called."""
        self._pick = (provider, model)
        self.model.show_model(name or model or provider or tr("As in the settings"))
        self.usual.setVisible(bool(provider or model))

    def show_policies(self, policies: Sequence[tuple[str, str]]) -> None:
        """The policies that there are, with their titles."""
        chosen = self.policy.value()
        self.policy.set_choices([("", tr("The usual policy")), *policies])
        self.policy.set_value(chosen)

    def applied(self) -> dict[str, object]:
        """What is written, as fields of a prompt; what does not go with the form is left out."""
        form = self.answer_form()
        names = tuple(filter(None, (each.strip() for each in self.names.text().split(","))))
        tools = {_AS_SET: None, _NONE: (), _THESE: names}[str(self.tools.value())]
        return {
            "form": form,
            "provider": self._pick[0],
            "model": self._pick[1],
            "tools": tools if form is AnswerForm.TEXT else None,
            "schema": self.schema.text().encode() if form in _WITH_SCHEMA else b"",
            "policy": str(self.policy.value()) if form is AnswerForm.VERDICT else "",
        }

    def _show_parts(self) -> None:
        form = self.answer_form()
        self._schema_part.setVisible(form in _WITH_SCHEMA)
        self.policy.setVisible(form is AnswerForm.VERDICT)
        self.tools.setVisible(form is AnswerForm.TEXT)
        self._names_row.setVisible(form is AnswerForm.TEXT and self.tools.value() == _THESE)

    def _form_chosen(self) -> None:
        self._show_parts()
        self.changed.emit()

    def _tools_chosen(self) -> None:
        self._show_parts()
        self.changed.emit()

    def _use_usual(self) -> None:
        self.show_model("", "", "")
        self.changed.emit()
