"""One conversation in the card: asks, shows what arrives, goes on, tries again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import msgspec

from kireji.core.errors import KirejiError, NotSent
from kireji.core.events import PartDelta, PartFinished, PartStarted
from kireji.core.history import ConversationSetup, StoredMessage
from kireji.core.messages import MessageState, TextPart, ToolCallPart, ToolResultPart
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
from kireji.ui.chat.before_sending import LOOKING
from kireji.ui.chat.endings import Waiting, details_of, ending_of, waiting_for, way_out_of
from kireji.ui.chat.messages import shown_question
from kireji.ui.chat.permission.wording import asks_words
from kireji.ui.chat.tool_names import name_of
from kireji.ui.chat.words import provider_name
from kireji.ui.covers.consent_card import text_of, title_of
from kireji.ui.models.lookup import model_name, server_name
from kireji.ui.overlay.card import AnswerCard
from kireji.ui.overlay.card_ending import Outcome
from kireji.ui.overlay.card_state import CardState
from kireji.ui.overlay.picture import StoredPicture
from kireji.ui.translation import tr

_ENDS = {
    MessageState.COMPLETE: CardState.DONE,
    MessageState.STREAMING: CardState.DONE,
    MessageState.STOPPED: CardState.STOPPED,
    MessageState.INTERRUPTED: CardState.FAILED,
    MessageState.FAILED: CardState.FAILED,
}
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


async def _no_pictures() -> Sequence[StoredPicture]:
    return ()


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
        pictures: Callable[[], Awaitable[Sequence[StoredPicture]]],
        number: int,
        setup: ConversationSetup | None = None,
        called_back: Callable[[], None] | None = None,
    ) -> None:
        self._called_back = called_back
        self._leaving = self._stored = False
        self._shows = True
        self._last: _Shown | None = None
        self._who = ("", "")
        self._services = services
        self._scope = scope
        self._card: AnswerCard | None = card
        self._pictures = pictures
        self._number = number
        self._setup = self._asked_with = setup
        self._turns = 0
        self._running = False
        self._control = TurnControl()
        self._text = self._shown = self._waiting = ""
        self._ended_alone: Callable[[Ended], None] | None = None
        self._saved: Callable[[int], None] | None = None
        self._goes_on = self._unpriced = False
        self._question: int | None = None
        self._note = ""
        self._sent = False
        self._received: dict[int, int] = {}
        self._voice: SpokenAnswer | None = None
        self.conversation: int | None = None

    @property
    def running(self) -> bool:
        """Whether an answer is under way."""
        return self._running

    def ask(self, text: str, shown: str = "") -> None:
        """The first question about the picture, or the next in the same conversation.

        Args:
            text: The words that are sent.
            shown: What the card shows of them; empty shows them all.
        """
        if self._running:
            return
        self._text, self._shown, self._question, self._goes_on = text, shown or text, None, False
        self._begin()

    def go_on(self) -> None:
        """A cut answer goes on."""
        if not self._running and self.conversation is not None:
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
        self._control.stop()
        if not self._sent:
            self._scope.cancel(self._task)
            self._finish(_STOPPED)

    def detach(self, ended: Callable[[Ended], None] | None = None) -> None:
        """Show nothing any more; a running answer goes on and is saved.

        Args:
            ended: Told once when that answer has come to its end; never when the program ends first.
        """
        self._card, self._voice, self._ended_alone = None, None, ended
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
            question = replace(await self._next_question(), unpriced=self._unpriced)
            self._sent = True
            await self._services.chat.ask(question, self._observe, self._control, shows=self._shows)
        except NotSent:
            self._not_sent()
        except KirejiError as error:
            self._finish(Outcome("", CardState.FAILED, error.sentence, details=details_of(error)))
        except asyncio.CancelledError:
            if self._leaving and self._control.stopped:
                self._not_sent()
            elif self._running and self._shows:  # stopped before the turn had begun, which says nothing of its end then
                self._finish(_STOPPED)
            raise

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
            if not self._goes_on and self._question is None:
                card.field.write(self._text)

    async def _next_question(self) -> Question:
        if self.conversation is None:
            stored = await self._pictures()
            pictures = {picture.part.blob: picture.data for picture in stored}
            images = tuple(picture.part for picture in stored)
            return Question(self._text, images=images, pictures=pictures, setup=self._setup)
        if self._goes_on and self._question is None:
            return continue_question(self.conversation)
        return Question(self._text, conversation=self.conversation, again=self._question)

    def _observe(self, event: TurnEvent) -> None:
        """Everything that happens in a turn, in order, on the loop's thread."""
        match event:
            case LookingThrough() | ConsentAsked() | ConsentGiven():
                self._look(event)
            case QuestionSaved(conversation, message):
                self._leaving, self._stored = False, True
                self.conversation, self._question = conversation.id, message.id
                self._pictures = _no_pictures  # they are in the history; the frozen screens can go
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
                self._follow_tool(event)
            case _:
                pass

    def _look(self, event: LookingThrough | ConsentAsked | ConsentGiven) -> None:
        """What happens before the question leaves."""
        card, self._leaving = self._card, self._shows and not self._stored
        if card is None:
            return
        match event:
            case LookingThrough():
                card.wait_for(Waiting(tr(LOOKING)))
                if self._voice is not None:
                    self._voice.interrupt(tr(LOOKING))
            case ConsentAsked(number, asked):
                card.asked.ask_consent(number, asked)
                card.wait_for(Waiting(tr("Waiting for you")))
                card.arrived.emit()
                if self._voice is not None:
                    self._voice.interrupt(f"{title_of(asked)}. {text_of(asked)}")
            case ConsentGiven(number):
                card.asked.consent_answered(number)
                card.wait_for(waiting_for(""))

    def _follow_tool(self, event: TurnEvent) -> None:
        """Something happens to a call of a tool."""
        card = self._card
        match event:
            case ApprovalAsked(request):
                name = name_of(request.tool)
                if card is not None:
                    card.ask_permission(request, name)
                if self._voice is not None:
                    self._voice.interrupt(asks_words(name))
            case ApprovalGiven(call_id) if card is not None:
                card.permission_answered(call_id)
            case ToolBegins(_, tool, _) if card is not None:
                card.say_meanwhile(tr("Running: {tool}", tool=name_of(tool)))
            case PartFinished(_, ToolCallPart() | ToolResultPart()) if card is not None:
                card.say_meanwhile(self._waiting)
            case _:
                pass

    def _ended(self, message: StoredMessage, error: KirejiError | None) -> None:
        ending = ending_of(message, self._note)  # the note stands above the answer already
        said = ending.sentence if message.state is not MessageState.STOPPED else ""
        words, details, way_out = message.message.text, details_of(error), way_out_of(error)
        if error is not None and way_out.budget:
            said = error.message  # what to do stands on the buttons
        self._finish(Outcome(words, _ENDS[message.state], said, ending.continues, details, way_out))

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
            self._last = _Shown(self._shown, self._who, outcome)
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
        self._waiting = waiting.sentence
        self._who = (name, note)
        self._card.begin(name, note)
        self._card.wait_for(waiting)
