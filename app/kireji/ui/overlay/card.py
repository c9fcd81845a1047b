"""The card beside the selection in which the answer appears."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QWidget

from kireji.ui.chat.answer_view import AnswerView
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.endings import Waiting, waiting_for
from kireji.ui.chat.header import ModelChip
from kireji.ui.flow import FlowLayout
from kireji.ui.overlay.asked import Asked
from kireji.ui.overlay.card_ending import CardEnding, Outcome
from kireji.ui.overlay.card_layout import CardLayout
from kireji.ui.overlay.card_result import ResultPlace
from kireji.ui.overlay.card_size import make_room
from kireji.ui.overlay.card_state import CardState, shortened
from kireji.ui.overlay.caret import Caret
from kireji.ui.overlay.field import QuestionField
from kireji.ui.overlay.forms.result_view import ResultView
from kireji.ui.overlay.keys import press_focused_button, result_key, unfolds
from kireji.ui.overlay.placement import card_sizes
from kireji.ui.overlay.prompt_keys import prompt_number
from kireji.ui.overlay.prompt_row import PromptRow
from kireji.ui.parts import button, label
from kireji.ui.quick_prompts import QuickPrompt
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_BODY
from kireji.ui.translation import tr

_UNBOUNDED = 10_000
_TEXT_MARGIN = EDGE
"""Round the labels, so that their text lines up with that of the answer."""
_CHIP = 170
"""Most room for the model's name, in logical pixels at the usual text size."""
_CHIPS = 2
_SHORT = 10
"""Letters of a quick prompt's title that fits beside the field."""


class AnswerCard(QFrame):
    """Question and model above, the answer in the middle, a field to go on below.

    Args:
        theme: Colours and size of text.
        parent: As usual in Qt.
    """

    followed_up = Signal(object)
    """Another question, with its text."""
    prompted = Signal(object)
    """A `QuickPrompt` that shall be asked next."""
    stopped = Signal()
    """The answer shall end here."""
    retried = Signal()
    """The same question again."""
    anyway = Signal()
    """The same question again, although nobody knows what it costs."""
    budgets_wanted = Signal()
    """The budgets shall be changed."""
    opened = Signal()
    """The conversation shall go on in the main window."""
    arrived = Signal()
    """The first words are there, or it is clear that there will be none."""
    continued = Signal()
    """A cut answer shall go on."""
    model_clicked = Signal()
    """Another model shall answer what is asked next."""
    permission_given = Signal(object)
    """The person has answered what a tool asks: `(request, approval)`."""
    resized = Signal()
    """It would like to be higher or lower."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.state = CardState.WAITING
        self._form: QWidget | None = None
        self.setProperty("kind", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # A press between the buttons is no press on the frozen screen below.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(tr("Answer"))
        self._question = label(role="strong", wrap=True)
        self._stop = self._chip(tr("Stop"), tr("Stop the answer and keep what has arrived"))
        self._stop.clicked.connect(self.stopped)
        self._model = ModelChip(theme, _CHIP, self)
        self._model.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._model.clicked.connect(self.model_clicked)
        self._note = label(role="muted", wrap=True)
        self._note.setMargin(_TEXT_MARGIN)
        self.view = AnswerView(theme, parent=self)
        self.view.setMinimumHeight(1)  # none at all would be what scroll areas want, which is more
        self.view.height_changed.connect(self._text_grew)
        self._caret = Caret(self.view, theme)
        self.results = ResultPlace(self)
        self.results.resized.connect(self.resized)
        self.asked = Asked(theme, self)
        self.asked.given.connect(self.permission_given)
        self.asked.opened.connect(self.opened)
        self.asked.resized.connect(self.resized)
        self.field = QuestionField((tr("Follow up…"), "…"), tr("Follow-up question"), self)
        self.field.asked.connect(self._follow_up)
        self.ending = CardEnding(_TEXT_MARGIN, self)
        self.ending.resized.connect(self.resized)
        self.ending.anyway.clicked.connect(self.anyway)
        self.ending.budget.clicked.connect(self.budgets_wanted)
        self.ending.stand_before(self.field)
        self.asked.stand_before(self.field)
        self.field.resized.connect(self.resized)
        self.prompts = PromptRow(_CHIPS, longest=_SHORT, rest=False, parent=self)
        self.prompts.chosen.connect(self._prompt_chosen)
        self._continue = self._chip(tr("Continue"), tr("Continue the answer where it was cut"))
        self._continue.clicked.connect(self.continued)
        self._retry = self._chip(tr("Ask again"), tr("Ask the same question again"))
        self._retry.clicked.connect(self.retried)
        self._copy = self._chip(tr("Copy"), tr("Copy the answer"))
        self._copy.clicked.connect(self._copy_answer)
        self._open = self._chip(tr("Open"), tr("Go on in the main window"))
        self._open.clicked.connect(self.opened)
        self._lay_out()

    def _chip(self, text: str, name: str) -> QPushButton:
        made = button(text, "chip", name=name)
        made.setParent(self)  # Tab goes to what stands in the card in the order in which it is made
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return made

    def _lay_out(self) -> None:
        self._buttons = FlowLayout(SPACE[0])
        for each in (self.prompts, self._continue, self._retry, self._copy, self._open):
            self._buttons.addWidget(each)
        parts = ((self._note, 0), (self.view, 1), (self.results, 1), (self.asked, 0), (self.ending, 0))
        header = (self._question, self._stop, self._model)
        self._layout = CardLayout(self, _TEXT_MARGIN)
        self._layout.fill(header, parts, self.field, self._buttons, QWidget(self))

    @property
    def margin(self) -> int:
        """Round the words of what stands in it, so that they line up with those of an answer."""
        return _TEXT_MARGIN

    # What is shown.

    def ask(self, question: str) -> None:
        """A question goes out; the answer is not there yet."""
        self._question.setText(shortened(question))
        self._question.setToolTip("")
        self._model.hide()
        self._note.hide()
        self.set_result(None)
        self._empty()
        self.field.reset()
        self._become(CardState.WAITING)

    def begin(self, model: str, note: str) -> None:
        """Say who answers.

        Args:
            model: As people know it; empty while unknown.
            note: Why it is not who was expected, or how the answer comes about; empty otherwise.
        """
        self._model.set_words(model)
        self._model.setVisible(bool(model))
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._empty()
        self.resized.emit()

    def rename(self, model: str) -> None:
        """Who answers, by a better name or because another was chosen."""
        self._model.set_words(model)
        self._model.setVisible(bool(model))

    def append(self, text: str) -> None:
        """More of the answer."""
        if self.state is CardState.WAITING:
            self._become(CardState.STREAMING)
            self.arrived.emit()
        self.view.append_delta(text)

    # Results that are no words.

    def set_result(self, result: ResultView | None) -> None:
        """Show a result in the place of the words; None takes it away."""
        if self.results.hold(result, self.field):
            self.field.passes = () if result is None else result.keys
            self.view.setVisible(result is None and bool(self.view.markdown()))
            self.resized.emit()

    def show_progress(self, sentence: str) -> None:
        """Say how far a result is that is not whole yet."""
        if self.state is CardState.WAITING:
            self._become(CardState.STREAMING)
            self._caret.show_at_end(on=False)
            self.view.hide()
            self.arrived.emit()
        if self.state is CardState.STREAMING and sentence != self.ending.sentence:
            self.ending.say(sentence)
            self.resized.emit()

    # Tools.

    @property
    def meanwhile(self) -> bool:
        """Whether something is said of what goes on between the words."""
        return self.state is CardState.STREAMING and bool(self.ending.sentence)

    def say_meanwhile(self, sentence: str) -> None:
        """What goes on while no words come; empty when words may come again."""
        if self.asked.waiting and sentence != tr("Waiting for you"):
            return
        self._caret.show_at_end(on=self.state is CardState.STREAMING and not sentence)
        self.ending.say(sentence)
        self.resized.emit()

    def finish(self, outcome: Outcome) -> None:
        """The answer is whole, stopped or failed."""
        self.view.finish(outcome.markdown)
        self._become(outcome.state, outcome.sentence)
        self._continue.setVisible(outcome.continues)
        again = outcome.state is CardState.FAILED and not outcome.way_out.anyway  # else it would be refused again
        self._retry.setVisible(again)
        self.ending.show_failure(outcome.details, outcome.way_out)
        if outcome.sentence and outcome.continues:
            self.ending.warn()
        self.resized.emit()
        self.arrived.emit()

    def forget(self) -> None:
        """Nothing of the conversation stays here."""
        for each in (self._question, self._note, self.ending):
            each.clear()
        self._model.set_words("")
        self.asked.clear()
        self.set_result(None)
        self._empty()
        self.field.reset()

    def _empty(self) -> None:
        if self.view.markdown():
            self.view.set_markdown("")

    def _become(self, state: CardState, sentence: str = "") -> None:
        self.state = state
        open_answer = state in (CardState.WAITING, CardState.STREAMING)
        self._caret.show_at_end(on=state is CardState.STREAMING)
        self._stop.setVisible(open_answer)
        self.prompts.setEnabled(not open_answer)
        self._continue.hide()
        self._retry.setVisible(state is CardState.FAILED)
        if not open_answer:
            self.asked.clear()
        words = bool(self.view.markdown()) and self.results.held is None
        self._copy.setVisible(not open_answer and words)
        said = {CardState.WAITING: waiting_for("").sentence, CardState.STOPPED: "Stopped."}.get(state, "")
        self.ending.say(sentence or said, "error" if state is CardState.FAILED else "muted")
        self.view.setVisible(words or (state is CardState.STREAMING and self.results.held is None))
        self.resized.emit()

    def wait_for(self, waiting: Waiting) -> None:
        """What is being waited for, while nothing has arrived."""
        if self.state is CardState.WAITING:
            self.ending.wait_for(waiting)
            self.resized.emit()

    # Its size.

    def wanted_height(self, width: int) -> int:
        """What it needs for all of its text at this width, in logical pixels."""
        inner = width - 2 * self.frameWidth()
        make_room(self.prompts, self._buttons, self._theme, inner)
        around = self._layout.height_around(inner) + 2 * self.frameWidth()
        room = inner - self._layout.sides
        shown = [] if self._note.isHidden() else [self._note.heightForWidth(room)]
        if not self.ending.isHidden():
            shown.append(self.ending.heightForWidth(room))
        if not self.asked.isHidden():
            shown.append(self.asked.heightForWidth(room))
        shown += [] if self._form is None or self._form.isHidden() else [self._form.heightForWidth(room)]
        if self.results.held is not None:
            shown.append(self.results.height_for(room))
        if not self.view.isHidden():
            shown.append(max(self.view.text_height(), self._theme.px(TYPE_BODY) * 2))
        return around + sum(shown) + self._layout.body.spacing() * max(0, len(shown) - 1)

    def sizeHint(self) -> QSize:
        width, _ = card_sizes(self._theme.scale, (_UNBOUNDED, _UNBOUNDED))[0]
        return QSize(width, self.wanted_height(width))

    def _text_grew(self, _height: object) -> None:
        self.resized.emit()

    def fold_where(self, *, covers: bool) -> int:
        """Show only the buttons of a result that is read on the picture itself, where all of the card would cover it.

        Args:
            covers: Whether it would.

        Returns:
            How wide it is then, in logical pixels; 0 where all of it is shown.
        """
        held = self.results.held
        folded = held is not None and held.folds(offered=covers)
        if folded is not self._layout.folded:
            self._layout.fold(on=folded)
            self.take_keys()
        return held.folded_width() + self._layout.sides + 2 * self.frameWidth() if held is not None and folded else 0

    # What is done.

    def take_keys(self) -> None:
        """What is typed next goes to the field; while that is not shown, it brings it back."""
        (self if self._layout.folded else self.field).setFocus(Qt.FocusReason.OtherFocusReason)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Between the buttons: what is typed next goes to the field all the same."""
        event.accept()
        self.take_keys()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if press_focused_button(self, event) or self.prompts.choose(prompt_number(event)):
            return
        if (held := self.results.held) is not None and result_key(held, event):
            return
        if held is not None and self._layout.folded and unfolds(event):
            held.unfold()
            QGuiApplication.sendEvent(self.field, event)
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        held, space = self.results.held, event.key() == Qt.Key.Key_Space
        if held is None or not space or event.isAutoRepeat() or not held.released():
            super().keyReleaseEvent(event)

    @property
    def _answering(self) -> bool:
        return self.state in (CardState.WAITING, CardState.STREAMING)

    def _follow_up(self) -> None:
        text = self.field.text().strip()
        if text and not self._answering:
            self.followed_up.emit(text)

    def set_prompts(self, prompts: Sequence[QuickPrompt]) -> None:
        """Offer quick prompts beside the field."""
        self.prompts.set_prompts(prompts)
        self.resized.emit()

    def _prompt_chosen(self, prompt: object) -> None:
        if not self._answering:
            self.prompted.emit(prompt)

    def set_prompt_form(self, form: QWidget) -> None:
        """Put the form of a prompt that needs a word of the person below the answer."""
        self._form = form
        self._layout.body.addWidget(form)

    def _copy_answer(self) -> None:
        QGuiApplication.clipboard().setText(self.view.markdown())
        self._copy.setText(tr("Copied"))

    @property
    def question_text(self) -> str:
        """The question as it stands in the header."""
        return self._question.text()

    @property
    def sentence(self) -> str:
        """The line under the answer: what is waited for, or what went wrong."""
        return self.ending.sentence

    @property
    def note(self) -> str:
        """The line above the answer."""
        return self._note.text() if not self._note.isHidden() else ""

    @property
    def model(self) -> str:
        """The name in the chip."""
        return self._model.words()

    @property
    def model_chip(self) -> ModelChip:
        """Where the picker opens."""
        return self._model
