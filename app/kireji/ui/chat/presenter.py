"""Between the chat pane and the services: opens conversations, sends, stops, asks again, joins running turns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QImage

from kireji.core.errors import KirejiError
from kireji.core.events import UsageReported
from kireji.core.history import ConversationOutline, MessageOutline, StoredMessage
from kireji.core.messages import ImagePart, MessageState, Role, Usage
from kireji.services.application import Services
from kireji.services.live import LiveTurn
from kireji.services.turns import (
    AnswerBegins,
    AnswerEnds,
    Question,
    QuestionSaved,
    TurnControl,
    TurnEvent,
    continue_question,
)
from kireji.ui.aio import TaskScope
from kireji.ui.chat.draft import Draft
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.endings import waiting_for, wants_settings
from kireji.ui.chat.messages import QuestionCard
from kireji.ui.chat.picture_dialog import PictureDialog
from kireji.ui.chat.setup import SetupPresenter
from kireji.ui.chat.transcript.decoding import image_of
from kireji.ui.chat.transcript.live import LiveAnswer
from kireji.ui.main_window import MainWindow
from kireji.ui.models.lookup import model_name, saved, server_name
from kireji.ui.theme import Theme

log = logging.getLogger(__name__)


class ChatPresenter(QObject):
    """Owns which conversation is open, its drafts, and the turns asked from this window.

    Args:
        services: The use cases.
        window: Where it shows.
        theme: For the picture window.
        chord: The capture shortcut when it is held, else empty.
    """

    def __init__(self, services: Services, window: MainWindow, theme: Theme, chord: Callable[[], str]) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._theme = theme
        self._chord = chord
        self._scope = TaskScope("chat", self._failed)
        self._current: int | None = None
        self._messages: dict[int, StoredMessage] = {}
        self._turn: LiveTurn | None = None
        self._detach: Callable[[], None] | None = None
        self._path: tuple[MessageOutline, ...] = ()
        self._answer: LiveAnswer | None = None
        self._answering = ("", "")
        self._pending: TurnControl | None = None
        self._asked = 0
        self._setup = SetupPresenter(services, window, theme)
        self.drafts = Drafts(services, window.chat, theme)
        self._unsubscribe = [
            services.chat.live.changed.subscribe(self._turns_changed),
            services.outbox.recorded.subscribe(self._sent),
        ]
        self._connect()

    def _connect(self) -> None:
        window, chat = self._window, self._window.chat
        window.conversation_chosen.connect(self._chosen)
        window.new_clicked.connect(self.begin)
        window.reload_clicked.connect(self._reload)
        window.inspector_toggled.connect(self._keep_inspector)
        chat.composer.sent.connect(self.send)
        chat.composer.stop_clicked.connect(self.stop)
        chat.transcript.set_namer(self._name)
        chat.transcript.messages_wanted.connect(self._read_messages)
        chat.transcript.retry_clicked.connect(self._ask_again)
        chat.transcript.regenerate_clicked.connect(self._regenerate)
        chat.transcript.branch_clicked.connect(self._walk)
        chat.transcript.continue_clicked.connect(self._continue)
        chat.transcript.pictures_wanted.connect(self._read_pictures)
        chat.transcript.picture_clicked.connect(self._show_picture)
        chat.transcript.quote_wanted.connect(self._quote)

    def start(self) -> None:
        """Fill the window for the first time."""
        self._window.set_inspector_wanted(self._services.preferences.settings.appearance.inspector)
        if self._current is None:
            self._window.chat.show_welcome(self._chord())
            self._setup.show(None)
        self._window.chat.composer.setFocus()
        self.drafts.start()
        self._scope.restart(self._show_totals(), name="totals")

    async def aclose(self) -> None:
        """End what this window asked; what had arrived is kept."""
        for end in self._unsubscribe:
            end()
        self._leave_turn()
        await self.drafts.aclose()
        await self._setup.aclose()
        await self._scope.aclose()

    @property
    def current(self) -> int | None:
        """The open conversation."""
        return self._current

    def begin(self) -> None:
        """Open a conversation that does not exist yet."""
        self._switch(None)
        self._window.chat.transcript.clear()
        self._window.chat.show_welcome(self._chord())
        self._window.chat.composer.setFocus()
        self._setup.show(None)
        self._show_numbers()

    def open(self, conversation: int) -> None:
        """Show a conversation; one in which an answer streams is joined."""
        if conversation != self._current:
            self._switch(conversation)
            self._window.chat.show_loading("")
        self._scope.restart(self._open(conversation), name="open")

    def send(self, text: object) -> None:
        """Ask in the open conversation, with what stands below the field."""
        self.ask(replace(self.drafts.draft, text=str(text)))

    def ask(self, draft: Draft) -> None:
        """Ask in the open conversation what has been prepared, there or elsewhere."""
        self._ask(Question("", conversation=self._current, setup=self._setup.for_new()), draft)

    def _quote(self, text: object) -> None:
        self.drafts.quote(text)
        self._window.chat.composer.setFocus()

    def stop(self) -> None:
        """Stop the answer that streams in the open conversation, whoever asked, or the question on its way out."""
        if self._turn is not None:
            self._turn.control.stop()
        elif self._pending is not None:
            self._pending.stop()

    def _ask(self, question: Question, draft: Draft | None = None) -> None:
        self._asked += 1
        self._window.chat.show_notice("")
        self._window.chat.composer.set_running(True)
        # A name of its own per turn: one conversation's answer goes on while another is asked.
        self._pending = control = TurnControl()
        self._scope.start(self._run(question, draft, control), name=f"turn-{self._asked}")

    async def _run(self, question: Question, draft: Draft | None, control: TurnControl) -> None:
        begun = self._current

        def observe(event: TurnEvent) -> None:
            if isinstance(event, QuestionSaved) and draft is not None:
                self._question_saved(event, begun, draft)

        try:
            control.attach()  # the person may stop it while pictures are still on their way
            whole = question if draft is None else await self.drafts.question(question, draft)
            if whole is not None:
                await self._services.chat.ask(whole, observe, control)
        except KirejiError as error:
            if self._current == begun:
                if draft is not None:
                    self.drafts.restore(draft)
                action = "settings" if wants_settings(error, error.sentence) else ""
                self._window.chat.show_notice(error.sentence, action)
        finally:
            if self._pending is control:
                self._pending = None
                self._window.chat.composer.set_running(self._turn is not None)

    def _question_saved(self, event: QuestionSaved, begun: int | None, draft: Draft) -> None:
        self.drafts.sent(begun, event.conversation.id, draft)
        if begun is None and self._current is None:
            self._current = event.conversation.id
            self._messages, self._path = {}, ()
            self._window.chat.transcript.clear()
            self._window.chat.show_conversation(event.conversation.title)
            self._window.chat.header.set_conversation(self._current)
            self._window.sidebar.set_current(self._current)
            self._setup.begun(event.conversation.id)

    def _switch(self, conversation: int | None) -> None:
        self._leave_turn()
        self._pending = None
        self._scope.cancel("open")
        self._current = conversation
        self._messages, self._path = {}, ()
        self._window.chat.transcript.clear()
        self._window.chat.header.set_conversation(conversation)
        self.drafts.switch(conversation)
        self._window.chat.composer.set_running(False)
        self._window.chat.show_notice("")
        self._window.sidebar.set_current(conversation)

    async def _open(self, conversation: int) -> None:
        try:
            found = await self._services.conversations.outline(conversation)
        except KirejiError as error:
            self._window.chat.show_failure(error.sentence)
            return
        if found is None:
            self._window.chat.show_failure("It is no longer in the history.")
            return
        self._show(found)

    def _show(self, found: ConversationOutline) -> None:
        self._leave_turn()
        self._setup.show(found.summary.id, found.setup)
        turn = self._services.chat.live.find(found.summary.id)
        self._path = found.messages
        if turn is not None:
            # What the running turn writes is shown by joining it.
            self._path = tuple(one for one in self._path if one.parent != turn.question or one.role is Role.USER)
        self._window.chat.show_conversation(found.summary.title)
        self._window.chat.transcript.show_outline(self._path)
        self._window.sidebar.set_current(found.summary.id)
        self._window.chat.composer.setFocus()
        if turn is not None:
            self._join(turn)
        self._show_numbers()

    def _read_messages(self, numbers: object) -> None:
        assert isinstance(numbers, tuple)
        if self._current is not None:
            self._scope.start(self._provide(self._current, numbers), name=f"messages-{numbers[0]}-{id(numbers)}")

    async def _provide(self, conversation: int, numbers: tuple[int, ...]) -> None:
        found = await self._services.conversations.messages(conversation, numbers)
        if conversation == self._current:
            self._messages |= {stored.id: stored for stored in found}
            self._window.chat.transcript.provide(found)
            self._show_numbers()

    def _join(self, turn: LiveTurn) -> None:
        self._turn = turn
        self._answer = None
        self._window.chat.composer.set_running(True)
        self._detach = turn.attach(self._turn_event)

    def _leave_turn(self) -> None:
        if self._detach is not None:
            self._detach()
        self._detach = self._turn = self._answer = None

    def _turns_changed(self, conversation: int) -> None:
        turn = self._services.chat.live.find(conversation)
        if conversation != self._current:
            return
        if turn is not None and turn is not self._turn and not self._scope.running("open"):
            self._leave_turn()
            self._join(turn)
        elif turn is None:
            self._leave_turn()
            self._window.chat.composer.set_running(False)

    def _turn_event(self, event: TurnEvent) -> None:
        match event:
            case QuestionSaved(_, message):
                self._question_shown(message)
                self._answer = self._window.chat.transcript.begin_answer("", "")
            case AnswerBegins(provider, model, note):
                self._answering = (provider, model)
                self._answer = self._window.chat.transcript.begin_answer(provider, model)
                self._answer.show_lead(note, settings=provider == "device" and bool(note))
                self._answer.show_waiting(waiting_for(provider, server_name(self._services, provider, model)))
                self._window.inspector.show_usage(None)
            case AnswerEnds(message, error, _):
                self._ended(message, error)
            case _ if self._answer is not None:
                self._streamed(self._answer, event)

    def _question_shown(self, message: StoredMessage) -> None:
        """The path ends with a question now: a new one, or an earlier one that is answered again."""
        self._messages[message.id] = message
        self._path = (*self._before(message), outline_of(message, self._path))
        self._window.chat.transcript.show_outline(self._path)
        self._window.chat.transcript.provide((message,))

    def _before(self, message: StoredMessage) -> tuple[MessageOutline, ...]:
        """What of the path stands before a message."""
        places = [index for index, one in enumerate(self._path) if one.id == message.parent]
        return self._path[: places[0] + 1] if places else ()

    def _streamed(self, answer: LiveAnswer, event: TurnEvent) -> None:
        if isinstance(event, UsageReported):
            self._show_usage(*self._answering, event.usage)
        elif not isinstance(event, QuestionSaved | AnswerBegins | AnswerEnds):
            answer.feed(event)

    def _ended(self, message: StoredMessage, error: KirejiError | None) -> None:
        self._messages[message.id] = message
        if self._answer is not None:
            self._answer.finish(message, error=error)
            self._path = (*self._before(message), outline_of(message, self._path))
            if message.id:
                self._window.chat.transcript.show_outline(self._path, at_end=False)
        self._answer = None
        self._show_numbers()

    def _ask_again(self, question: object) -> None:
        assert isinstance(question, int)
        if self._turn is None:
            self._ask(Question("", conversation=self._current, again=question))

    def _regenerate(self, answer: object) -> None:
        parent = next((one.parent for one in self._path if one.id == answer), None)
        if parent is not None:
            self._ask_again(parent)

    def _walk(self, message: object) -> None:
        assert isinstance(message, int)
        if self._current is not None and self._turn is None:
            self._scope.restart(self._select(self._current, message), name="branch")

    async def _select(self, conversation: int, message: int) -> None:
        await self._services.conversations.select(conversation, message)
        await self._open(conversation)

    def _continue(self, _answer: object) -> None:
        if self._current is not None and self._turn is None:
            self._ask(continue_question(self._current))

    def _reload(self) -> None:
        if self._current is not None:
            self._window.chat.show_loading("")
            self._scope.restart(self._open(self._current), name="open")

    def _chosen(self, conversation: object) -> None:
        assert isinstance(conversation, int)
        self.open(conversation)

    def _name(self, provider: str, model: str) -> str:
        return model_name(self._services, provider, model) if model else ""

    def _show_usage(self, provider: str, model: str, usage: Usage | None) -> None:
        info = self._services.catalog.find(provider, model) if model else None
        gain = saved(info, usage.cache_read_tokens, usage.cache_write_tokens) if usage is not None else None
        self._window.inspector.show_usage(usage, gain)

    def _show_numbers(self) -> None:
        answers = [one for one in self._messages.values() if one.message.role is Role.ASSISTANT]
        whole = [one for one in answers if one.state is not MessageState.STREAMING]
        newest = whole[-1] if whole else None
        if newest is not None:
            self._show_usage(newest.provider, newest.model, newest.usage)
        else:
            self._window.inspector.show_usage(None)
        self._window.inspector.show_conversation(tuple(one.usage for one in whole if one.usage is not None))
        self._scope.restart(self._show_totals(), name="totals")

    async def _show_totals(self) -> None:
        ledger = self._services.ledger
        try:
            everything = await ledger.totals()
            here = await ledger.totals(self._current) if self._current is not None else None
        except KirejiError as error:
            log.warning("the ledger cannot be read: %s", error)
            return
        self._window.inspector.show_sent(here, everything)

    def _sent(self, _conversation: int | None) -> None:
        self._scope.restart(self._show_totals(), name="totals")

    def _keep_inspector(self, wanted: object) -> None:
        self._scope.restart(self._services.preferences.set("appearance.inspector", bool(wanted)), name="inspector")

    def _read_pictures(self, card: object) -> None:
        assert isinstance(card, QuestionCard)
        self._scope.restart(self._fill_pictures(card), name=f"pictures-{card.stored.id}")

    async def _fill_pictures(self, card: QuestionCard) -> None:
        from shiboken6 import isValid

        parts = {part.blob: part for part in card.stored.message.images}
        for part in parts.values():
            image = await self._picture(part, card.picture_room())
            if not isValid(card):
                return
            card.set_image(part.blob, image)

    async def _picture(self, part: ImagePart, room: QSize | None = None) -> QImage:
        try:
            data = await self._services.capture.fetch(part)
        except KirejiError as error:
            self._window.chat.show_notice(error.sentence)
            return QImage()
        return await asyncio.to_thread(image_of, data, room)

    def _show_picture(self, part: object) -> None:
        assert isinstance(part, ImagePart)
        self._scope.restart(self._open_picture(part), name="picture")

    async def _open_picture(self, part: ImagePart) -> None:
        image = await self._picture(part)
        if not image.isNull():
            PictureDialog(self._theme, image, self._window).show()

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._window.chat.show_notice(error.sentence)
            return
        log.error("a task of the chat failed", exc_info=error)
        self._window.chat.show_notice("Something in Kireji failed. The log has the details; please try again.")


def outline_of(stored: StoredMessage, path: tuple[MessageOutline, ...]) -> MessageOutline:
    """A message as it stands in a path.

    Args:
        stored: The message.
        path: As far as it is known; a message that is in it already keeps its alternatives.
    """
    known = next((one for one in path if one.id == stored.id), None)
    alternatives = known.alternatives if known is not None else (stored.id,)
    size = len(stored.message.text)
    return MessageOutline(stored.id, stored.parent, stored.message.role, stored.state, size, alternatives)
