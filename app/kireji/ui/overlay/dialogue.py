"""One conversation in the card: asks, shows what arrives, goes on, tries again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kireji.core.errors import KirejiError
from kireji.core.events import PartDelta, PartFinished, PartStarted
from kireji.core.messages import MessageState, TextPart
from kireji.services.application import Services
from kireji.services.catalog import DEVICE
from kireji.services.turns import AnswerBegins, AnswerEnds, Question, QuestionSaved, TurnControl, TurnEvent
from kireji.ui.aio import TaskScope
from kireji.ui.overlay.card import AnswerCard, CardState
from kireji.ui.overlay.picture import StoredPicture

DEVICE_NAME = "This computer"

_ENDS = {
    MessageState.COMPLETE: CardState.DONE,
    MessageState.STREAMING: CardState.DONE,
    MessageState.STOPPED: CardState.STOPPED,
    MessageState.INTERRUPTED: CardState.FAILED,
    MessageState.FAILED: CardState.FAILED,
}


class Dialogue:
    """Runs the turns of one capture.

    Args:
        services: The use cases.
        scope: Owns the tasks; they outlive the card.
        card: Where the answers appear.
        picture: Gives the stored picture for the first question.
        number: Tells the tasks of one dialogue from another's.
    """

    def __init__(
        self,
        services: Services,
        scope: TaskScope,
        card: AnswerCard,
        picture: Callable[[], Awaitable[StoredPicture]],
        number: int,
    ) -> None:
        self._services = services
        self._scope = scope
        self._card: AnswerCard | None = card
        self._picture = picture
        self._number = number
        self._turns = 0
        self._running = False
        self._control = TurnControl()
        self._text = ""
        self._question: int | None = None
        self._note = ""
        self._sent = False
        self._received: dict[int, int] = {}
        self.conversation: int | None = None

    @property
    def running(self) -> bool:
        """Whether an answer is under way."""
        return self._running

    def ask(self, text: str) -> None:
        """The first question about the picture, or the next in the same conversation."""
        if self._running:
            return
        self._text, self._question = text, None
        self._begin()

    def retry(self) -> None:
        """The last question once more."""
        if not self._running:
            self._begin()

    def stop(self) -> None:
        """End the answer; what has arrived is kept."""
        if not self._running:
            return
        self._control.stop()
        if not self._sent:
            self._scope.cancel(self._task)
            self._finish("", CardState.STOPPED, "")

    def detach(self) -> None:
        """Show nothing any more; a running answer goes on and is saved."""
        self._card = None

    def _begin(self) -> None:
        self._control = TurnControl()
        self._received, self._note, self._sent, self._running = {}, "", False, True
        self._turns += 1
        if self._card is not None:
            self._card.ask(self._text)
        self._scope.start(self._turn(), name=self._task)

    async def _turn(self) -> None:
        try:
            question = await self._next_question()
            self._sent = True
            await self._services.chat.ask(question, self._observe, self._control)
        except KirejiError as error:
            self._finish("", CardState.FAILED, error.sentence)
        except asyncio.CancelledError:
            if self._running:  # stopped before the turn had begun, which therefore says nothing of its end
                self._finish("", CardState.STOPPED, "")
            raise

    async def _next_question(self) -> Question:
        if self.conversation is None:
            picture = await self._picture()
            return Question(self._text, images=(picture.part,), pictures={picture.part.blob: picture.data})
        return Question(self._text, conversation=self.conversation, again=self._question)

    def _observe(self, event: TurnEvent) -> None:
        """Everything that happens in a turn, in order, on the loop's thread."""
        match event:
            case QuestionSaved(conversation, message):
                self.conversation, self._question = conversation.id, message.id
            case AnswerBegins(provider, model, note):
                self._received, self._note = {}, note
                self._show_who(provider, model, note)
            case PartStarted(index, TextPart(text)):
                self._received[index] = 0
                self._show(index, text)
            case PartDelta(index, text) if index in self._received:
                self._show(index, text)
            case PartFinished(index, TextPart(text)):
                # A provider may give a block whole, without pieces.
                self._show(index, text[self._received.setdefault(index, 0) :])
            case AnswerEnds(message, _, _):
                # The note stands above the answer already.
                self._finish(message.message.text, _ENDS[message.state], message.error.removeprefix(self._note).strip())
            case _:
                pass

    def _show(self, index: int, text: str) -> None:
        if not text:
            return
        between = "\n\n" if not self._received[index] and len(self._received) > 1 else ""
        self._received[index] += len(text)
        if self._card is not None:
            self._card.append(between + text)

    @property
    def _task(self) -> str:
        return f"turn {self._number}.{self._turns}"

    def _finish(self, markdown: str, state: CardState, sentence: str) -> None:
        self._running = False
        if self._card is not None:
            self._card.finish(markdown, state, sentence)

    def _show_who(self, provider: str, model: str, note: str) -> None:
        if self._card is None:
            return
        if provider == DEVICE:
            self._card.begin(DEVICE_NAME, note)  # the answer itself begins with what it is
            self._card.wait_for("Reading the text on this computer")
            return
        self._card.begin(model, note)
        self._scope.restart(self._show_name(self._card, provider, model), name=f"name of {self._task}")

    async def _show_name(self, card: AnswerCard, provider: str, model: str) -> None:
        """Put the model's name as people know it in the place of its id."""
        try:
            models = await self._services.catalog.models(provider)
        except KirejiError:
            return  # the id says it too
        name = next((info.name for info in models if info.id == model), "")
        if name and card is self._card:
            card.rename(name)
