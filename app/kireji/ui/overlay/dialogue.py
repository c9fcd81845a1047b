"""One conversation in the card: asks, shows what arrives, goes on, tries again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from kireji.core.errors import KirejiError, NotSent
from kireji.core.events import PartDelta, PartFinished, PartStarted
from kireji.core.history import ConversationSetup, StoredMessage
from kireji.core.messages import MessageState, TextPart
from kireji.services.application import Services
from kireji.services.catalog import DEVICE
from kireji.services.turns import (
    GO_ON,
    AnswerBegins,
    AnswerEnds,
    ApprovalAsked,
    ApprovalGiven,
    ConsentAsked,
    ConsentGiven,
    LookingThrough,
    Question,
    QuestionSaved,
    ToolBegins,
    ToolProgressed,
    TurnControl,
    TurnEvent,
    continue_question,
)
from kireji.ui.aio import TaskScope
from kireji.ui.announcer import SpokenAnswer, spoken_answer
from kireji.ui.chat.endings import Waiting, details_of, waiting_for
from kireji.ui.chat.messages import shown_question
from kireji.ui.chat.words import provider_name
from kireji.ui.models.lookup import model_name, server_name
from kireji.ui.overlay.card import AnswerCard
from kireji.ui.overlay.card_ending import Outcome, outcome_of
from kireji.ui.overlay.card_state import CardState
from kireji.ui.overlay.interruptions import follow_tool, show_leaving
from kireji.ui.overlay.picture import Pictured
from kireji.ui.quick_prompts import wished
from kireji.ui.translation import tr

if TYPE_CHECKING:  # loaded when such an answer is first wanted
    from kireji.core.prompts import Prompt
    from kireji.ui.overlay.forms.shown_form import ShownForm

_STOPPED = Outcome("", CardState.STOPPED)


class Ended(NamedTuple):
    """How an answer ended that nobody looks at.

    Args:
        conversation: Where it stands; None when not even the question could be saved.
        question: What was asked.
        state: What became of it.
        sentence: What went wrong and what to do; empty when nothing did.
    """

    conversation: int | None
    question: str
    state: CardState
    sentence: str


class _Shown(NamedTuple):
    """What the card shows of the answer before, for when the next question is not sent."""

    question: str
    who: tuple[str, str]
    outcome: Outcome
    form: ShownForm | None


class Dialogue:
    """Runs the turns of one capture.

    Args:
        services: The use cases.
        scope: Owns the tasks; they outlive the card.
        card: Where the answers appear.
        pictures: Gives the stored pictures for the first question.
        number: Tells the tasks of one dialogue from another's.
        setup: What was chosen for this capture's conversation; None follows the settings.
        called_back: Told when the first question was not sent after all.
    """

    def __init__(
        self,
        services: Services,
        scope: TaskScope,
        card: AnswerCard,
        pictures: Callable[[], Awaitable[Pictured]],
        number: int,
        setup: ConversationSetup | None = None,
        called_back: Callable[[], None] | None = None,
    ) -> None:
        self._called_back = called_back
        self._form: ShownForm | None = None
        self._pictured: Pictured | None = None
        self._leaving = self._stored = False
        self._shows = True
        self._last: _Shown | None = None
        self._who = ("", "")
        self._services = services
        self._scope = scope
        self._card: AnswerCard | None = card
        self._pictures: Callable[[], Awaitable[Pictured]] | None = pictures
        self._number = number
        self._setup = self._asked_with = setup
        self._turns = 0
        self._running = False
        self._control = TurnControl()
        self._text = self._shown = self._waiting = ""
        self._ended_alone: Callable[[Ended], None] | None = None
        self._saved: Callable[[int], None] | None = None
        self._goes_on = self._unpriced = False
        self._wish: Prompt | None = None
        self._question: int | None = None
        self._note, self._sent = "", False
        self._received: dict[int, int] = {}
        self._voice: SpokenAnswer | None = None
        self.conversation: int | None = None

    @property
    def running(self) -> bool:
        """Whether an answer is under way."""
        return self._running

    def ask(self, text: str, shown: str = "", wish: Prompt | None = None) -> None:
        """The first question about the picture, or the next in the same conversation.

        Args:
            text: The words that are sent.
            shown: What the card shows of them; empty shows them all.
            wish: The prompt that was chosen, which may name who answers and which tools are offered.
        """
        if self._running:
            return
        self._put_away_form(None)
        self._text, self._shown, self._question, self._goes_on = text, shown or text, None, False
        self._wish = wish
        self._begin()

    def ask_form(self, form: ShownForm) -> None:
        """The same for an answer that is no words."""
        if self._running:
            return
        self._put_away_form(form)
        self._text, self._shown, self._question, self._goes_on = "", form.way.title, None, False
        self._begin()

    def _put_away_form(self, following: ShownForm | None) -> None:
        """What was shown makes room for the next answer."""
        if self._form is not None:
            self._form.put_away()
        self._form = following

    def go_on(self) -> None:
        """A cut answer goes on."""
        if not self._running and self.conversation is not None:
            self._put_away_form(None)
            self._text = self._shown = shown_question(GO_ON)
            self._question, self._goes_on = None, True
            self._begin()

    def choose(self, setup: ConversationSetup) -> None:
        """Another model answers what is asked from now on."""
        self._setup = setup
        if self.conversation is not None:
            self._asked_with = setup
            self._scope.restart(self._configure(self.conversation, setup), name=f"setup {self._number}")

    async def _configure(self, conversation: int, setup: ConversationSetup) -> None:
        stored = await self._services.conversations.load(conversation)
        if setup.system is None and stored is not None:
            setup = msgspec.structs.replace(setup, system=stored.setup.system)
        await self._services.chat.configure(conversation, setup)

    def retry(self) -> None:
        """The last question once more."""
        if not self._running:
            self._begin()

    def send_anyway(self) -> None:
        """The last question once more, although nobody knows what it costs."""
        if not self._running:
            self._begin(unpriced=True)

    def call_back(self) -> bool:
        """Do not send what has not left yet; False when there is nothing of that kind."""
        card = self._card
        if self._leaving:
            self._control.stop()
            return True
        if card is not None and card.asked.consent is not None:
            card.asked.consent.refuse.click()
            return True
        return False

    def stop(self) -> None:
        """End the answer; what has arrived is kept."""
        if not self._running or self.call_back():
            return
        turn = self._services.chat.live.find(self.conversation or 0)  # its own control says who has stopped it
        (self._control if turn is None else turn.control).stop()
        if not self._sent:
            self._scope.cancel(self._task)
            self._finish(_STOPPED)

    def detach(self, ended: Callable[[Ended], None] | None = None) -> None:
        """Show nothing any more; a running answer goes on and is saved.

        Args:
            ended: Told once when that answer has come to its end; never when the program ends first.
        """
        self._card, self._voice, self._ended_alone = None, None, ended
        for form in (self._form, self._last.form if self._last is not None else None):
            if form is not None:
                form.detach()
        if self._leaving:  # what is asked before it is stored would be seen by nobody
            self._shows = self._leaving = False
            self._control = TurnControl()
            self._scope.restart(self._turn(), name=self._task)

    def when_saved(self, saved: Callable[[int], None]) -> None:
        """Call with the conversation's number, now or as soon as it has one."""
        if self.conversation is not None:
            saved(self.conversation)
        else:
            self._saved = saved

    def _begin(self, *, unpriced: bool = False) -> None:
        self._control = TurnControl()
        self._received, self._note, self._sent, self._running = {}, "", False, True
        self._stored, self._shows = False, True
        self._turns += 1
        if self._card is not None:
            self._card.ask(self._shown)
            self._voice = spoken_answer(self._card)
        self._unpriced = unpriced
        self._scope.start(self._turn(), name=self._task)

    async def _turn(self) -> None:
        try:
            if self._form is not None:
                await self._ask_form(self._form)
                return
            question = wished(replace(await self._next_question(), unpriced=self._unpriced), self._wish)
            self._sent = True
            await self._services.chat.ask(question, self._observe, self._control, shows=self._shows)
        except NotSent:
            self._not_sent()
        except KirejiError as error:
            if not self._running:
                return  # the end of its turn has said it
            self._finish(Outcome("", CardState.FAILED, error.sentence, details=details_of(error)))
        except asyncio.CancelledError:
            if self._leaving and self._control.stopped:
                self._not_sent()
            elif self._running and self._shows:  # stopped before the turn had begun, which says nothing of its end then
                self._finish(_STOPPED)
            raise

    async def _ask_form(self, form: ShownForm) -> None:
        """An answer that is no words; it runs as a turn, whose events say the same as any other's."""
        from kireji.core.structured.questions import Asker

        self._control.attach()
        pictured = await self._asked_about()
        self._sent = True
        tell = self._observe if self._shows else None
        asker = Asker(conversation=self.conversation, setup=self._setup, unpriced=self._unpriced, tell=tell)
        await form.run(pictured, asker)

    def _not_sent(self) -> None:
        """Show what was there before it was asked."""
        self._running = self._leaving = False
        if self._voice is not None:
            self._voice.end(tr("The question was not sent."), failed=False)
            self._voice = None
        card = self._card
        if card is None:
            return
        if self.conversation is None:
            if self._called_back is not None:
                self._called_back()
        elif (last := self._last) is not None:
            card.ask(last.question)
            card.begin(*last.who)
            card.finish(last.outcome)
            self._put_away_form(last.form)
            if last.form is not None:
                last.form.show()
            if not self._goes_on and self._question is None:
                card.field.write(self._text)

    async def _asked_about(self) -> Pictured:
        if self._pictured is None:
            assert self._pictures is not None
            self._pictured = await self._pictures()
            self._pictures = None  # the frozen screens can go
        return self._pictured

    async def _next_question(self) -> Question:
        if self.conversation is None:
            asked = await self._asked_about()
            return Question(self._text, images=asked.images, pictures=asked.data, setup=self._setup)
        if self._goes_on and self._question is None:
            return continue_question(self.conversation)
        return Question(self._text, conversation=self.conversation, again=self._question)

    def _observe(self, event: TurnEvent) -> None:
        """Everything that happens in a turn, in order, on the loop's thread."""
        match event:
            case LookingThrough() | ConsentAsked() | ConsentGiven():
                self._leaving = self._shows and not self._stored
                if self._card is not None:
                    show_leaving(event, self._card, self._voice)
            case QuestionSaved(conversation, message):
                self._leaving, self._stored = False, True
                self.conversation, self._question = conversation.id, message.id
                if self._saved is not None:
                    self._saved(conversation.id)
                    self._saved = None
                if self._setup is not None and self._setup is not self._asked_with:
                    self.choose(self._setup)  # it was chosen while the question was on its way
            case AnswerBegins(provider, model, note):
                self._received, self._note = {}, note
                self._show_who(provider, model, note)
            case PartStarted(index, TextPart(text)):
                if self._card is not None and self._card.meanwhile:
                    self._card.say_meanwhile("")
                self._received[index] = 0
                self._show(index, text)
            case PartDelta(index, text) if index in self._received:
                self._show(index, text)
            case PartFinished(index, TextPart(text)):
                # A provider may give a block whole, without pieces.
                self._show(index, text[self._received.setdefault(index, 0) :])
            case AnswerEnds(message, error, _):
                self._ended(message, error)
            case ApprovalAsked() | ApprovalGiven() | ToolBegins() | ToolProgressed() | PartFinished():
                if self._card is not None:
                    follow_tool(event, self._card, self._voice, self._waiting)
            case _:
                pass

    def _ended(self, message: StoredMessage, error: KirejiError | None) -> None:
        outcome = outcome_of(message, self._note, error)
        if self._form is not None and message.state is MessageState.COMPLETE:
            if self._voice is not None:
                self._voice.add(outcome.markdown)
            outcome = outcome._replace(markdown="")  # the form shows it
        self._finish(outcome)

    def _show(self, index: int, text: str) -> None:
        if not text:
            return
        between = "\n\n" if not self._received[index] and len(self._received) > 1 else ""
        self._received[index] += len(text)
        if self._card is not None:
            self._card.append(between + text)
        if self._voice is not None:
            self._voice.add(between + text)

    @property
    def _task(self) -> str:
        return f"turn {self._number}.{self._turns}"

    def _finish(self, outcome: Outcome) -> None:
        self._running = False
        if self._voice is not None:
            self._voice.end(outcome.sentence, failed=outcome.state is CardState.FAILED)
            self._voice = None
        if self._card is not None:
            self._last = _Shown(self._shown, self._who, outcome, self._form)
            self._card.finish(outcome)
        elif (ended := self._ended_alone) is not None and outcome.state is not CardState.STOPPED:
            self._ended_alone = None
            ended(Ended(self.conversation, self._shown, outcome.state, outcome.sentence))

    def _show_who(self, provider: str, model: str, note: str) -> None:
        if self._card is None:
            return
        server = server_name(self._services, provider, model)
        name = provider_name(provider) if provider == DEVICE else model_name(self._services, provider, model)
        waiting = waiting_for(provider, server)
        if self._form is not None and self._form.waiting:
            waiting = Waiting(self._form.waiting)
        self._waiting = waiting.sentence
        self._who = (name, note)
        self._card.begin(name, note)
        self._card.wait_for(waiting)
