"""Turns of the open conversation: asked from this window or joined, shown while they run, stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from kireji.core.errors import BudgetReached, KirejiError, NotSent, PriceUnknown
from kireji.core.events import PartStarted, UsageReported
from kireji.core.history import StoredMessage
from kireji.core.messages import ThinkingPart
from kireji.core.structured.forms import AnswerForm
from kireji.services.application import Services
from kireji.services.live import LiveTurn
from kireji.services.turns import (
    AnswerBegins,
    AnswerEnds,
    ApprovalAsked,
    ApprovalGiven,
    ConsentAsked,
    ConsentGiven,
    LookingThrough,
    Question,
    QuestionSaved,
    ReadingSources,
    SourcesPacked,
    ToolBegins,
    ToolProgressed,
    TurnControl,
    TurnEvent,
    ValuesHidden,
)
from kireji.ui.aio import TaskScope
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.draft import Draft
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.endings import Waiting, waiting_for, wants_settings
from kireji.ui.chat.pane import ChatPane
from kireji.ui.models.lookup import server_name
from kireji.ui.translation import tr

if TYPE_CHECKING:  # the first is loaded when one is asked
    from kireji.services.structured.turn import Outcome
    from kireji.ui.chat.form_running import FormRun
    from kireji.ui.chat.transcript.live import LiveAnswer

log = logging.getLogger(__name__)


class Leaving(NamedTuple):
    """A question that is being looked through.

    Args:
        control: Calls it back.
        events: What has happened to it.
    """

    control: TurnControl
    events: list[TurnEvent]


class Turns(QObject):
    """Owns the turns that were asked from this window, and shows the one that runs in the open conversation.

    Args:
        services: The use cases.
        pane: Where it shows.
        conversation: Which one is open.
        drafts: What has been prepared.
    """

    begun = Signal(object)
    """A conversation exists now that was opened without one: its number."""
    usage_reported = Signal(object)
    """`(provider, model, usage)` of the answer that streams; usage is None when it begins."""
    ended = Signal()
    """The answer that was shown while it streamed has ended."""
    came = Signal(int, int, object)
    """What was asked for besides words is there: the conversation, the answer, and the `AnswerForm`."""

    def __init__(self, services: Services, pane: ChatPane, conversation: OpenConversation, drafts: Drafts) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._conversation = conversation
        self._drafts = drafts
        self._scope = TaskScope("turns", self._failed)
        self._turn: LiveTurn | None = None
        self._detach: Callable[[], None] | None = None
        self._answer: LiveAnswer | None = None
        self._answering = ("", "")
        self._pending: TurnControl | None = None
        self._leaving: dict[int | None, Leaving] = {}
        self._asked = 0
        self._unpriced: int | None = None
        """The question that was not sent because its price is unknown."""
        pane.notice.anyway_clicked.connect(self._send_anyway)
        pane.transcript.permission_given.connect(self._permission_given)
        pane.before.given.connect(self._consent_given)
        conversation.changed.connect(self._show_leaving)
        self._unsubscribe = services.chat.live.changed.subscribe(self._turns_changed)

    async def aclose(self) -> None:
        """End what this window asked; what had arrived is kept."""
        self._unsubscribe()
        self.leave()
        await self._scope.aclose()

    @property
    def running(self) -> bool:
        """Whether an answer streams in the open conversation, or a question is on its way out."""
        return self._turn is not None or self._pending is not None

    @property
    def streaming(self) -> bool:
        """Whether an answer streams in the open conversation, whoever asked."""
        return self._turn is not None

    @property
    def leaving(self) -> bool:
        """Whether the question of the open conversation is being looked through, or the person is asked about it."""
        return self._conversation.number in self._leaving

    def ask(self, question: Question, draft: Draft | None = None, form: FormRun | None = None) -> None:
        """Ask in the open conversation.

        Args:
            question: Its words and attachments are replaced by those of the draft.
            draft: What has been prepared; None for a question that brings its own words.
            form: What is wanted besides words; None for words.
        """
        if self.leaving:
            return
        self._asked += 1
        self._pane.show_notice("")
        self._pane.composer.set_running(True)
        # A name of its own per turn: one conversation's answer goes on while another is asked.
        self._pending = control = TurnControl()
        self._scope.start(self._run(question, draft, control, form), name=f"turn-{self._asked}")

    def _send_anyway(self) -> None:
        """The person sends what nobody knows the price of."""
        question, number = self._unpriced, self._conversation.number
        if question is not None and number is not None:
            self._unpriced = None
            self.ask(Question("", conversation=number, again=question, unpriced=True))

    def stop(self) -> None:
        """Stop the answer that streams in the open conversation, whoever asked, or the question on its way out."""
        if self._turn is not None:
            self._turn.control.stop()
        elif self._pending is not None:
            self._pending.stop()

    def join(self) -> None:
        """Show the turn that runs in the open conversation, if there is one."""
        number = self._conversation.number
        turn = self._services.chat.live.find(number) if number is not None else None
        if turn is None or turn is self._turn:
            return
        self._let_go()
        self._turn = turn
        self._pane.composer.set_running(True)
        self._detach = turn.attach(self._event)

    def leave(self) -> None:
        """Another conversation is opened: what runs here goes on without being shown."""
        self._let_go()
        if self._unpriced is not None:
            self._pane.show_notice("")  # it offers to send what was asked here
        self._pending = self._unpriced = None
        self._pane.composer.set_running(False)
        self._pane.before.clear()

    def _let_go(self) -> None:
        if self._detach is not None:
            self._detach()
            self._pane.before.clear()
        self._detach = self._turn = self._answer = None

    async def _run(self, question: Question, draft: Draft | None, control: TurnControl, form: FormRun | None) -> None:
        begun, saved = self._conversation.number, False
        outcome: Outcome | None = None

        def observe(event: TurnEvent) -> None:
            nonlocal saved
            if isinstance(event, QuestionSaved):
                saved = True
                self._left(begun)
                self._question_saved(event, begun, draft)
            elif not saved and isinstance(event, ReadingSources | LookingThrough | ConsentAsked | ConsentGiven):
                self._leaving.setdefault(begun, Leaving(control, [])).events.append(event)
                if self._conversation.number == begun:
                    self._show_leaving()

        try:
            control.attach()  # the person may stop it while pictures are still on their way
            whole = question if draft is None else await self._drafts.question(question, draft)
            if whole is not None and form is None:
                form, whole = await self._as_before(whole)
            if whole is not None and form is not None:
                outcome = await self._run_form(whole, form, observe)
            elif whole is not None:
                await self._services.chat.ask(whole, observe, control, shows=True)
        except NotSent:
            self._call_back(begun, draft)
        except KirejiError as error:
            if saved:  # the conversation says it
                return
            self._call_back(begun, draft)
            if self._conversation.number == begun:
                action = "settings" if wants_settings(error, error.sentence) else ""
                self._pane.show_notice(error.sentence, action)
        except asyncio.CancelledError:
            if control.stopped and not saved:
                self._call_back(begun, draft)
            raise
        finally:
            self._left(begun)
            if self._pending is control:
                self._pending = None
                self._pane.composer.set_running(self._turn is not None)
        if outcome is not None and form is not None and outcome.conversation is not None:
            self.came.emit(outcome.conversation, outcome.message, form.prompt.form)

    async def _as_before(self, question: Question) -> tuple[FormRun | None, Question]:
        """An earlier question that asked for more than words asks for the same again."""
        earlier = question.again if question.again is not None else question.edit
        asked = None if earlier is None else await self._services.results().asked(earlier)
        if asked is None:
            return None, question
        from kireji.ui.chat.form_running import as_before

        return await as_before(self._services, question, asked)

    async def _run_form(self, question: Question, form: FormRun, observe: Callable[[TurnEvent], None]) -> Outcome:
        """Ask for what is more than words; how far it is stands where the answer will."""
        from kireji.ui.chat.form_running import run_form

        number = question.conversation

        def told(event: TurnEvent) -> None:
            nonlocal number
            observe(event)
            if isinstance(event, QuestionSaved):
                number = event.conversation.id

        def progress(words: str) -> None:
            if self._answer is not None and self._conversation.number == number:
                self._answer.show_waiting(Waiting(words))

        if form.prompt.form is AnswerForm.TRANSLATION and question.images:
            observe(ReadingSources(picture=True))  # its words are read here before the question is stored
        return await run_form(self._services, form, question, told, progress)

    def _call_back(self, begun: int | None, draft: Draft | None) -> None:
        """A question did not go out: what was written stands in the composer as it was left."""
        if draft is not None and self._conversation.number == begun:
            self._drafts.restore(draft)

    def _left(self, begun: int | None) -> None:
        """A question is looked through no more: it is stored now, or will not be sent."""
        if self._leaving.pop(begun, None) is not None and self._conversation.number == begun:
            self._pane.before.clear()

    def _show_leaving(self) -> None:
        """Show how far the question is that is being looked through in the open conversation."""
        leaving = self._leaving.get(self._conversation.number)
        if leaving is None:
            return
        before, self._pending = self._pane.before, leaving.control
        self._pane.composer.set_running(True, leaving=True)
        before.clear()
        for event in leaving.events:
            before.follow(event)
        before.order_before(self._pane.composer.field)

    def _consent_given(self, given: object) -> None:
        assert isinstance(given, tuple)
        self._services.chat.consents.answer(*given)  # where it is too late, the card is gone already

    def _question_saved(self, event: QuestionSaved, begun: int | None, draft: Draft | None) -> None:
        number = event.conversation.id
        if draft is not None:
            self._drafts.sent(begun, number, draft)
        if begun is None and self._conversation.number is None:
            self._conversation.begun(number, event.conversation.title)
            self.begun.emit(number)

    def _turns_changed(self, conversation: int) -> None:
        if conversation != self._conversation.number:
            return
        turn = self._services.chat.live.find(conversation)
        if turn is not None and not self._conversation.opening:
            self.join()
        elif turn is None:
            self._let_go()
            self._pane.composer.set_running(self._pending is not None)
            self._show_leaving()

    def _permission_given(self, given: object) -> None:
        assert isinstance(given, tuple)
        request, approval = given
        self._services.tools.approvals.answer(request.id, approval)  # where it is too late, the card is gone already

    # What happens in the turn that is shown.

    def _event(self, event: TurnEvent) -> None:
        transcript = self._pane.transcript
        match event:
            case QuestionSaved(_, message):
                self._conversation.show_question(message)
                self._answer = transcript.begin_answer("", "")
            case AnswerBegins(provider, model, note):
                self._answering = (provider, model)
                self._answer = transcript.begin_answer(provider, model)
                self._answer.show_lead(note, settings=provider == "device" and bool(note))
                self._answer.show_waiting(waiting_for(provider, server_name(self._services, provider, model)))
                self.usage_reported.emit((provider, model, None))
            case AnswerEnds(message, error, _):
                self._end(message, error)
            case UsageReported(usage):
                self.usage_reported.emit((*self._answering, usage))
            case ApprovalAsked() | ApprovalGiven() | ToolBegins() | ToolProgressed():
                if self._answer is not None:
                    self._answer.follow_tool(event)
            case SourcesPacked() | ReadingSources():
                pass  # the documents stand in the question that comes next
            case ValuesHidden():
                pass  # the note says it
            case ConsentAsked() | ConsentGiven() | LookingThrough():
                self._pane.before.follow(event)
                self._pane.before.order_before(self._pane.composer.field)
            case _ if self._answer is not None:
                if isinstance(event, PartStarted) and isinstance(event.part, ThinkingPart):
                    self._answer.show_waiting(Waiting(tr("Thinking")))
                self._answer.feed(event)

    def _end(self, message: StoredMessage, error: KirejiError | None) -> None:
        if self._answer is not None:
            self._answer.finish(message, error=error)
        self._answer = None
        if isinstance(error, PriceUnknown):
            self._unpriced = message.parent
            self._pane.show_notice(error.message, "anyway")
        elif isinstance(error, BudgetReached):
            self._pane.show_notice(error.message, "budget")
        self._conversation.answered(message)
        self.ended.emit()

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._pane.show_notice(error.sentence)
            return
        log.error("a turn failed", exc_info=error)
        self._pane.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))
