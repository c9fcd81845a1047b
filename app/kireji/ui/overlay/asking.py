"""Questions of one capture: who answers, what is asked, and the card that shows what arrives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kireji.core.history import ConversationSetup
from kireji.core.structured.forms import AnswerForm
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.overlay.bar import DEFAULT_QUESTION
from kireji.ui.overlay.model_choice import ModelChoice
from kireji.ui.overlay.picture import Pictures
from kireji.ui.overlay.stage import Stage
from kireji.ui.pasting import Pasting
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:  # loaded after the first paint: the first press does not wait for what shows answers
    from kireji.core.prompts import Prompt
    from kireji.ui.overlay.dialogue import Dialogue, Ended
    from kireji.ui.overlay.forms.making import FormMaking
    from kireji.ui.overlay.forms.way import Way
    from kireji.ui.overlay.prompt_filling import FilledPrompt, Panel, PromptFilling, Ready
    from kireji.ui.overlay.suggestions import Suggestions

log = logging.getLogger(__name__)

_CARD_MILLISECONDS = 20
"""From Enter to the card: the request goes out first, since laying out and painting would hold it up."""
_PATIENCE_SECONDS = 0.3
"""How long the card and what is suggested wait for the name of the model; making them would hold it up."""


class Asking(QObject):
    """Owns the dialogue of the present capture.

    Args:
        services: The use cases.
        scope: Owns the tasks; they outlive the overlay.
        stage: Where bar and card are.
        pictures: What is asked about.
        theme: For the picker of models.
        tell: Shows one sentence when there is no overlay to show it in.
    """

    begun = Signal()
    """The first question about this capture goes out."""
    called_back = Signal()
    """The first question was not sent after all."""
    opened = Signal()
    """The conversation shall go on in the main window."""
    settings_clicked = Signal()
    budgets_wanted = Signal()
    """The budgets shall be changed, in the settings."""

    def __init__(
        self,
        services: Services,
        scope: TaskScope,
        stage: Stage,
        pictures: Pictures,
        theme: Theme,
        tell: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._services = services
        self._scope = scope
        self._stage = stage
        self._pictures = pictures
        self._tell = tell
        self._theme = theme
        self._forms: FormMaking | None = None
        self._filling: PromptFilling | None = None
        self._model = ModelChoice(services, scope, theme)
        self._model.named.connect(self._model_named)
        self._model.chosen.connect(self._model_chosen)
        self._model.settled.connect(self._write_on)
        self._model.settings_clicked.connect(self.settings_clicked)
        self._pasting = Pasting(services.clipboard, scope, self._say)
        self._suggestions: Suggestions | None = None
        self._dialogue: Dialogue | None = None
        self._dialogues = 0
        self._first = self._prompt = ""
        self._selected = self._connected = False
        self._card_timer = QTimer(self, singleShot=True, interval=_CARD_MILLISECONDS)
        self._card_timer.timeout.connect(self._show_card)

    @property
    def dialogue(self) -> Dialogue | None:
        """The conversation about this capture; None while nothing was asked."""
        return self._dialogue

    @property
    def first_question(self) -> str:
        """What was asked first about this capture; empty while nothing was."""
        return self._first if self._dialogue is not None else ""

    @property
    def provider(self) -> str:
        """Who would be asked; empty while that is not known."""
        return self._model.provider

    @property
    def model(self) -> ModelChoice:
        """Who answers, and how that is chosen."""
        return self._model

    # One capture after the other.

    def reset(self, prompt: str) -> None:
        """A new capture.

        Args:
            prompt: Name of the quick prompt that is asked as soon as something is selected; empty for none.
        """
        self._prompt, self._selected = prompt, False

    def set_selected(self, *, on: bool) -> None:
        """Whether there is something to ask about."""
        self._selected = on
        if on:
            self._ask_by_itself()

    def prepare(self) -> Sequence[asyncio.Task[None]]:
        """The screens are seen: find out who answers, and offer quick prompts and earlier questions.

        Returns:
            What does so.
        """
        # Tab and Enter may come before it is known who answers: the chip has its place from the beginning.
        self._stage.bar.announce_model(tr("Choose a model"))
        look = self._scope.restart(self._model.look(), name="model")
        if not self._connected:
            self._connect()
        return look, self._scope.restart(self._suggest(look), name="suggest")

    def leave(self) -> None:
        """The card goes; an answer that is under way goes on and is saved."""
        if self._dialogue is not None:
            self._dialogue.detach(self._ended_alone)

    def put_away(self) -> None:
        """The overlay is closed."""
        self._card_timer.stop()
        if self._filling is not None:
            self._filling.leave()
        self._dialogue, self._prompt = None, ""
        if self._forms is not None:
            self._forms.put_away()
        for name in ("model", "suggest"):
            self._scope.cancel(name)
        self._model.reset()

    async def aclose(self) -> None:
        """At the end of the program: a running answer is kept as interrupted."""
        if self._dialogue is not None:
            self._dialogue.detach()
        self._tell = log.info
        await self._model.aclose()

    def _connect(self) -> None:
        """Listen to the bar, the first time."""
        self._connected = True
        bar = self._stage.bar
        bar.asked.connect(self.ask)
        bar.prompted.connect(self._ask_prompt)
        bar.form_wanted.connect(self._ask_of_menu)
        bar.language_wanted.connect(self._translate_into)
        bar.model_clicked.connect(self._choose_for_bar)
        self._pasting.serve(bar.field)

    def _say(self, sentence: str) -> None:
        self._stage.bar.say(sentence, error=True)

    def _suggesting(self) -> Suggestions:
        """What is offered in bar and card; the card is made for it, the first time."""
        if self._suggestions is None:
            from kireji.ui.overlay.suggestions import Suggestions

            card = self._stage.card
            self._suggestions = Suggestions(self._services, self._stage.bar, card)
            card.arrived.connect(self._show_card)
            card.followed_up.connect(self._follow_up)
            card.prompted.connect(self._follow_up_prompt)
            card.stopped.connect(self._stop)
            card.retried.connect(self._retry)
            card.anyway.connect(self._send_anyway)
            card.budgets_wanted.connect(self.budgets_wanted)
            card.opened.connect(self.opened)
            card.continued.connect(self._continue)
            card.model_clicked.connect(self._choose_for_card)
            card.permission_given.connect(self._permission_given)
            card.asked.consent_given.connect(self._consent_given)
            card.field.asked.connect(self._entered)
            self._pasting.serve(card.field)
        return self._suggestions

    async def _suggest(self, look: asyncio.Task[None]) -> None:
        await asyncio.wait((look,), timeout=_PATIENCE_SECONDS)
        await self._suggesting().load()
        self._ask_by_itself()
        if self._forms is None:
            from kireji.ui.overlay.card_state import load_forms

            await asyncio.to_thread(load_forms)

    # Questions.

    def ask(self, text: object) -> None:
        """Ask about what is selected; nothing typed asks what the field offers."""
        words = str(text)
        if self._filling is not None and self._filling.confirm():
            return
        if words and (prompt := self._suggesting().take_command(self._stage.bar.field)) is not None:
            self._ask_prompt(prompt)
            return
        self._begin(words or tr(DEFAULT_QUESTION), "", typed=words)

    def _ask_prompt(self, prompt: object) -> None:
        self._fill(prompt, self._stage.bar, self._ask_filled)

    def _ask_filled(self, filled: FilledPrompt) -> None:
        self._begin(filled.words, filled.shown, typed=filled.typed, way=filled.way, wish=filled.prompt)

    def _fill(self, prompt: object, panel: Panel, ready: Ready) -> None:
        from kireji.ui.overlay.prompt_filling import PromptFilling
        from kireji.ui.quick_prompts import QuickPrompt

        assert isinstance(prompt, QuickPrompt)
        if self._filling is None:
            self._filling = PromptFilling(self._services, self._scope, self._theme, self._say)
        self._filling.fill(prompt, panel, ready)

    def _ask_of_menu(self, form: object) -> None:
        from kireji.ui.overlay.forms.way import of_menu

        assert isinstance(form, AnswerForm)
        typed = self._stage.bar.field.text().strip()
        self._ask_way(of_menu(form, typed))

    def _ask_by_itself(self) -> None:
        """Ask the prompt that this capture was made for, once there is something to ask about."""
        suggestions, bar = self._suggestions, self._stage.bar
        if not self._prompt or suggestions is None or not suggestions.loaded or not self._selected:
            return
        name, self._prompt = self._prompt, ""
        prompt = suggestions.find(name)
        if prompt is None:
            bar.say(tr("There is no quick prompt called {name}.", name=name), error=True)
        else:
            self._ask_prompt(prompt)

    def _begin(self, text: str, shown: str, *, typed: str, way: Way | None = None, wish: Prompt | None = None) -> None:
        if not self._stage.is_open or self._dialogue is not None or self._stage.region is None:
            return
        from kireji.ui.overlay.dialogue import Dialogue

        self._suggesting()
        self._dialogues += 1
        taken, setup = self._pictures.take(), self._model.setup
        self._dialogue = Dialogue(
            self._services, self._scope, self._stage.card, taken.stored, self._dialogues, setup, self._not_sent
        )
        if way is None:
            self._dialogue.ask(text, shown, wish)
        else:
            self._dialogue.ask_form(self.forms.make(way))
        self._first = text
        self._card_timer.start()
        self._note(typed)
        self.begun.emit()

    def _note(self, typed: str) -> None:
        """What the person has typed can be recalled from now on."""
        if typed and self._suggestions is not None:
            self._suggestions.note(typed)

    def _show_card(self) -> None:
        self._card_timer.stop()
        if self._dialogue is not None:
            self._stage.show_card()

    def _follow_up(self, text: object) -> None:
        if self._filling is not None and self._filling.confirm():
            return
        if (prompt := self._suggesting().take_command(self._stage.card.field)) is not None:
            self._follow_up_prompt(prompt)
        elif self._dialogue is not None:
            self._dialogue.ask(str(text))
            self._note(str(text))

    def _follow_up_prompt(self, prompt: object) -> None:
        if self._dialogue is not None:
            self._fill(prompt, self._stage.card, self._follow_up_filled)

    def _follow_up_filled(self, filled: FilledPrompt) -> None:
        if filled.way is not None:
            self._ask_way(filled.way)
        elif self._dialogue is not None:
            self._dialogue.ask(filled.words, filled.shown, filled.prompt)
        self._note(filled.typed)

    @property
    def forms(self) -> FormMaking:
        """What makes answers that are no words; made when the first is wanted."""
        if self._forms is None:
            from kireji.ui.overlay.forms.making import FormMaking

            self._forms = FormMaking(
                self._services, self._scope, self._stage, self._pictures, self._theme, self._ask_way, self.opened.emit
            )
        return self._forms

    def _translate_into(self, language: object) -> None:
        self.forms.translate_into(language)

    def _ask_way(self, way: Way) -> None:
        if self._dialogue is not None:
            self._dialogue.ask_form(self.forms.make(way))
        else:
            self._begin(way.title, "", typed=way.typed, way=way)

    def _stop(self) -> None:
        if self._dialogue is not None:
            self._dialogue.stop()

    def _retry(self) -> None:
        if self._dialogue is not None:
            self._dialogue.retry()

    def _send_anyway(self) -> None:
        if self._dialogue is not None:
            self._dialogue.send_anyway()

    def _continue(self) -> None:
        if self._dialogue is not None:
            self._dialogue.go_on()

    def _permission_given(self, given: object) -> None:
        assert isinstance(given, tuple)
        request, approval = given
        self._services.tools.approvals.answer(request.id, approval)  # where it is too late, the card is gone already

    def call_back(self) -> bool:
        """Do not send what has not left yet; False when there is nothing of that kind."""
        return self._dialogue is not None and self._dialogue.call_back()

    def _not_sent(self) -> None:
        """All is as before the question was asked."""
        self._card_timer.stop()
        self._dialogue = None
        self._pictures.give_back()
        self._stage.call_back()
        self.called_back.emit()

    def _entered(self) -> None:
        """Enter where nothing is written takes what is offered first."""
        if not self._stage.card.field.text().strip():
            self._stage.card.asked.accept()

    def _consent_given(self, given: object) -> None:
        assert isinstance(given, tuple)
        self._services.chat.consents.answer(*given)  # where it is too late, the card is gone already

    def _ended_alone(self, ended: Ended) -> None:
        """An answer ended that nobody sees; the notifications tell of those that are in the history."""
        if ended.conversation is None:
            self._tell(ended.sentence)

    # Who answers.

    def _choose_for_bar(self) -> None:
        self._model.open(self._stage.bar.model)

    def _choose_for_card(self) -> None:
        self._model.open(self._stage.card.model_chip)

    def _model_named(self, name: object) -> None:
        if self._stage.is_open:
            self._stage.bar.set_model(str(name))
            if self._dialogue is not None and not self._dialogue.running:
                self._stage.card.rename(str(name))

    def _model_chosen(self, setup: object) -> None:
        assert isinstance(setup, ConversationSetup)
        if self._dialogue is not None:
            self._dialogue.choose(setup)

    def _write_on(self) -> None:
        """Who has chosen a model wants to ask it: what is typed next is the question."""
        field = self._stage.bar.field if self._dialogue is None else self._stage.card.field
        field.setFocus(Qt.FocusReason.OtherFocusReason)
