"""Asking again: the same question to the same or another model, a cut answer to go on, an earlier question to edit."""

from __future__ import annotations

import logging

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kireji.core.errors import KirejiError
from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState, Role, TextPart
from kireji.core.models import Effort
from kireji.services.application import Services
from kireji.services.turns import Question, continue_question
from kireji.ui.aio import TaskScope
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.pane import ChatPane
from kireji.ui.chat.setup import SetupPresenter
from kireji.ui.chat.turn import Turns
from kireji.ui.models.presenter import ModelPicking
from kireji.ui.models.words import Pick
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)


class Again(QObject):
    """What the reading column offers below answers and questions.

    Args:
        services: The use cases.
        pane: Where it is offered.
        theme: For the picker.
        conversation: Which one is open.
        turns: Asks.
        drafts: Shows an earlier question to be edited.
        setup: Who answers in this conversation.
    """

    job_wanted = Signal(object)
    """A `NewJobStart`: a prompt of this conversation shall be run on many rows."""

    def __init__(
        self,
        services: Services,
        pane: ChatPane,
        theme: Theme,
        conversation: OpenConversation,
        turns: Turns,
        drafts: Drafts,
        setup: SetupPresenter,
    ) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._conversation = conversation
        self._turns = turns
        self._drafts = drafts
        self._setup = setup
        self._scope = TaskScope("again", self._failed)
        self._answer: int | None = None
        self._pick: Pick | None = None
        self._picking = ModelPicking(services, theme, self, with_default=False, with_lasting=True)
        self._picking.picked.connect(self._picked)
        self._picking.settled.connect(self._ask_picked)
        self._picking.settings_clicked.connect(pane.settings_clicked)
        self._picking.failed.connect(self._say)
        transcript = pane.transcript
        transcript.retry_clicked.connect(self.retry)
        transcript.regenerate_clicked.connect(self.regenerate)
        transcript.regenerate_with_clicked.connect(self._choose)
        transcript.edit_clicked.connect(self.edit)
        transcript.continue_clicked.connect(self._continue)

        transcript.run_on_clicked.connect(self.run_on)

    async def aclose(self) -> None:
        """End what runs."""
        await self._picking.aclose()
        await self._scope.aclose()

    def close(self) -> None:
        """Another conversation is opened: nothing is chosen for this one any more."""
        self._picking.close()
        self._scope.cancel("read")

    def retry(self, question: object) -> None:
        """Ask a question again, of whoever answers in this conversation now."""
        assert isinstance(question, int)
        if self._conversation.number is not None:
            self._ask(Question("", conversation=self._conversation.number, again=question))

    def regenerate(self, answer: object) -> None:
        """Have an answer given again by the model that gave it."""
        assert isinstance(answer, int)
        self._scope.restart(self._regenerate(answer), name="read")

    def regenerate_last(self) -> None:
        """The same with the last answer."""
        if (answer := self._last(Role.ASSISTANT)) is not None:
            self.regenerate(answer)
        elif (question := self._last(Role.USER)) is not None:
            self.retry(question)

    def regenerate_last_with(self) -> None:
        """Let the person choose who gives the last answer again."""
        if (answer := self._last(Role.ASSISTANT)) is not None:
            self._choose((answer, self._pane.header.model))

    def run_on(self, answer: object) -> None:
        """Begin a job with the prompt, the instructions and the model of an answer."""
        assert isinstance(answer, int)
        self._scope.restart(self._run_on(answer), name="read")

    def run_last_on(self) -> None:
        """The same with the last answer."""
        if (answer := self._last(Role.ASSISTANT)) is not None:
            self.run_on(answer)

    def edit(self, question: object) -> None:
        """Show an earlier question in the composer."""
        assert isinstance(question, int)
        self._scope.restart(self._edit(question), name="read")

    def edit_last(self) -> None:
        """The same with the last question."""
        if (question := self._last(Role.USER)) is not None:
            self.edit(question)

    def _last(self, role: Role) -> int | None:
        return next((one.id for one in reversed(self._conversation.path) if one.role is role), None)

    async def _regenerate(self, answer: int) -> None:
        number = self._conversation.number
        stored = await self._conversation.message(answer)
        if stored is None or stored.parent is None or number != self._conversation.number:
            return
        question = Question("", conversation=number, again=stored.parent)
        if self._asks_for_its_model(stored):
            question = Question(
                "", conversation=number, again=stored.parent, provider=stored.provider, model=stored.model
            )
        self._ask(question)

    async def _run_on(self, answer: int) -> None:
        from kireji.ui.jobs.new_job_words import NewJobStart

        stored = await self._conversation.message(answer)
        if stored is None or stored.parent is None:
            return
        question = await self._conversation.message(stored.parent)
        system = self._setup.setup.system
        if system is None:
            system = self._services.preferences.settings.models.system
        start = NewJobStart(
            prompt=question.message.text if question is not None else "",
            system=system,
            provider=stored.provider,
            model=stored.model,
        )
        self.job_wanted.emit(start)

    def _ask(self, question: Question) -> None:
        """Ask, and let the keyboard go to the field: the button that was pressed goes away."""
        self._turns.ask(question)
        self._pane.composer.setFocus()

    def _asks_for_its_model(self, stored: StoredMessage) -> bool:
        """Whether the model of an answer must be named: not where it is asked anyhow, nor where it only stood in.

        A model that is named is asked and no other, while everybody who can stands in for the usual one.
        """
        usual = self._setup.pick
        whole = stored.state is MessageState.COMPLETE and not stored.error
        return whole and bool(stored.model) and (stored.provider, stored.model) != (usual.provider, usual.model)

    def _choose(self, wanted: object) -> None:
        assert isinstance(wanted, tuple)
        answer, anchor = wanted
        assert isinstance(answer, int)
        assert isinstance(anchor, QWidget)
        self._answer, self._pick = answer, None
        self._picking.open(anchor, self._setup.pick)

    def _picked(self, pick: object) -> None:
        assert isinstance(pick, Pick)
        self._pick = pick

    def _ask_picked(self) -> None:
        found = self._conversation.find(self._answer) if self._answer is not None else None
        if found is None or found.parent is None or self._pick is None:
            return
        if self._picking.lasting:
            self._setup.choose(self._pick)
        pick = self._pick
        self._ask(
            Question(
                "",
                conversation=self._conversation.number,
                again=found.parent,
                provider=pick.provider,
                model=pick.model,
                effort=Effort(pick.effort) if pick.effort else None,
            )
        )

    async def _edit(self, question: int) -> None:
        number = self._conversation.number
        stored = await self._conversation.message(question)
        asked = await self._services.results().asked(question)
        if stored is None or number != self._conversation.number:
            return
        if asked is not None and asked.has_words:  # the rest of them are not the person's
            parts = (*stored.message.images, *((TextPart(asked.text),) if asked.text else ()))
            stored = msgspec.structs.replace(stored, message=msgspec.structs.replace(stored.message, parts=parts))
        self._drafts.edit(stored)

    def _continue(self, answer: object) -> None:
        number, path = self._conversation.number, self._conversation.path
        if number is not None and not self._turns.running and path and path[-1].id == answer:
            self._ask(continue_question(number))

    def _say(self, sentence: object) -> None:
        self._pane.show_notice(str(sentence))

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._pane.show_notice(error.sentence)
            return
        log.error("asking again failed", exc_info=error)
        self._pane.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))
