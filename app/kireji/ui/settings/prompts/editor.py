"""Where one prompt is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.prompt_files import name_from
from kireji.core.prompts import PLACE, Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.ui.parts import Pair, button, caption, frame, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.fields import LineField
from kireji.ui.settings.prompts.answer_part import AnswerPart
from kireji.ui.settings.prompts.use_part import UsePart
from kireji.ui.settings.prompts.variables import VariableList
from kireji.ui.settings.prompts.words import ABOUT_WORDS, preview, remarks, told, wrong
from kireji.ui.settings.prompts.words_field import WordsField
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_MOST_REMARKS = 4


class PromptEditor(QWidget):
    """Shows a prompt to be written; says what is wrong with it while it is.

    Args:
        theme: Colours and text size.
    """

    saved = Signal(object)
    """The `Prompt` as it is written."""
    left = Signal()
    """Nothing shall be saved."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._prompt = Prompt("", "", "")
        self._taken: frozenset[str] = frozenset()
        self._shipped: frozenset[str] = frozenset()
        self._today = ""
        self._named = self._filling = False
        self._before = self._prompt
        self.heading = label("", "lead", wrap=True)
        self.title = LineField(tr("Title"), tr("What buttons and menus show"))
        self.name = LineField(tr("Name"), tr("how the command line calls it"))
        self.about_words = label("", "muted", wrap=True)
        self.words = WordsField(theme, tr("Words of the prompt"))
        self.remarks = label("", "warn", wrap=True)
        self.variables = VariableList(theme)
        self.answer = AnswerPart(theme)
        self.use = UsePart()
        self.preview = label("", "", wrap=True, name=tr("What will be asked"))
        self.problem = label("", "error", wrap=True)
        self.note = label("", "muted", wrap=True)
        self.save = button(tr("Save"), "primary", name=tr("Save the prompt"))
        self.cancel = button(tr("Cancel"), name=tr("Save nothing"))
        self._build()
        self._connect()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        self.preview.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        rows: tuple[QWidget, ...] = (
            self.heading,
            Pair(caption(tr("Title"), self.title), self.title),
            Pair(caption(tr("Name"), self.name), self.name),
            _heading(tr("Words")),
            self.about_words,
            self.words,
            self.remarks,
            _heading(tr("Variables")),
            self.variables,
            _heading(tr("Answer")),
            self.answer,
            _heading(tr("Use")),
            self.use,
            _heading(tr("What will be asked")),
            _card(self.preview),
            self.problem,
            self.note,
            actions(self.save, self.cancel),
        )
        for widget in rows:
            layout.addWidget(widget)

    def _connect(self) -> None:
        self.title.textEdited.connect(self._titled)
        self.name.textEdited.connect(self._renamed)
        for signal in (self.words.changed, self.variables.changed, self.answer.changed, self.use.changed):
            signal.connect(self._edited)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.left)

    def open(
        self,
        prompt: Prompt,
        *,
        new: bool,
        taken: Collection[str],
        shipped: Collection[str],
        today: str,
        model: str = "",
        keys: str = "",
    ) -> None:
        """Show a prompt.

        Args:
            prompt: What it is now.
            new: It does not exist yet; its name follows its title until the person writes one.
            taken: Names of the person's other prompts.
            shipped: Names of prompts that came with the program.
            today: The date, for the preview.
            model: How its model is called.
            keys: Why its keys are not held.
        """
        self._filling = True
        self._prompt, self._taken, self._shipped, self._today = prompt, frozenset(taken), frozenset(shipped), today
        self._named = not new
        self.heading.setText(tr("New prompt") if new else prompt.title)
        self.title.setText(prompt.title)
        self.name.setText(prompt.name)
        self.words.show_text(prompt.text)
        self.variables.show_variables(prompt.variables)
        self.answer.show_prompt(prompt, model)
        self.use.show_prompt(prompt, keys)
        self.refuse("")
        self._filling = False
        self._before = self.written()
        self._edited()
        self.title.setFocus(Qt.FocusReason.OtherFocusReason)
        if new:
            self.title.selectAll()

    def written(self) -> Prompt:
        """The prompt as it is written."""
        return msgspec.structs.replace(
            self._prompt,
            name=self.name.text().strip(),
            title=" ".join(self.title.text().split()),
            text=self.words.text(),
            variables=self.variables.variables(),
            own=True,
            **self.answer.applied(),
            **self.use.applied(),
        )

    @property
    def touched(self) -> bool:
        """Whether something is written that was not there when it was opened."""
        return self.written() != self._before

    def refuse(self, sentence: str) -> None:
        """Why it was not saved; empty takes it away."""
        tell(self.problem, sentence, "error")

    def show_policies(self, policies: Sequence[tuple[str, str]]) -> None:
        """Names and titles of the policies that there are."""
        self.answer.show_policies(policies)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.touched:
                self.refuse(tr("There is something that is not saved. Save it, or press Cancel."))
                self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self.left.emit()
            return
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._save()
            return
        super().keyPressEvent(event)

    def _titled(self) -> None:
        if not self._named:
            self.name.setText(name_from(self.title.text(), tuple(self._taken)) if self.title.text().strip() else "")
        self._edited()

    def _renamed(self) -> None:
        self._named = True
        self._edited()

    def _edited(self) -> None:
        if self._filling:
            return
        prompt = self.written()
        self.words.set_known(prompt.variables)
        places = dict.fromkeys(PLACE.findall(prompt.text))
        self.variables.offer([name for name in places if name not in prompt.variables])
        found = [told(remark) for remark in remarks(prompt)[:_MOST_REMARKS]]
        tell(self.remarks, "\n".join(found), "warn")
        self.about_words.setText(tr(ABOUT_WORDS[prompt.form]))
        self.words.setVisible(bool(prompt.text) or prompt.form not in (AnswerForm.TRANSLATION, AnswerForm.COMPARISON))
        self.preview.setText(preview(prompt, self._today))
        tell(self.note, self._replaces(prompt), "muted")
        if not self.problem.isHidden():
            self.refuse(wrong(prompt, bool(prompt.title), self._taken))

    def _replaces(self, prompt: Prompt) -> str:
        if prompt.name in self._shipped:
            return tr("It stands in the place of the one of this name from Kireji, which can be restored.")
        return ""

    def _save(self) -> None:
        prompt = self.written()
        sentence = wrong(prompt, bool(prompt.title), self._taken)
        self.refuse(sentence)
        if not sentence:
            self.saved.emit(prompt)


def _heading(words: str) -> QWidget:
    heading = label(words, "strong")
    heading.setContentsMargins(0, SPACE[2], 0, 0)
    return heading


def _card(inner: QWidget) -> QWidget:
    card = frame("card")
    layout = QVBoxLayout(card)
    spread(layout, SPACE[2])
    layout.addWidget(inner)
    return card
