"""Between the chat pane and the services: which conversation is open, and what is asked in it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationOutline, SearchHit
from kireji.core.messages import Role
from kireji.core.prompts import Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.services.application import Services
from kireji.services.turns import Question
from kireji.ui.aio import TaskScope
from kireji.ui.chat.again import Again
from kireji.ui.chat.branches import Branches
from kireji.ui.chat.context.adding import Adding
from kireji.ui.chat.context.presenter import ContextPresenter
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.draft import Draft
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.form_asking import FormAsking
from kireji.ui.chat.hiding import Hiding
from kireji.ui.chat.keys import ChatKeys
from kireji.ui.chat.meter import Meter
from kireji.ui.chat.numbers import Numbers
from kireji.ui.chat.preview import Preview
from kireji.ui.chat.prompting import Prompting
from kireji.ui.chat.queueing import Queueing
from kireji.ui.chat.setup import SetupPresenter
from kireji.ui.chat.summarising import Summarising
from kireji.ui.chat.tool_rights import ToolRights
from kireji.ui.chat.tools_chip import ToolsPresenter
from kireji.ui.chat.turn import Turns
from kireji.ui.main_window import MainWindow
from kireji.ui.models.lookup import model_name
from kireji.ui.quick_prompts import wished
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_OPENED = (AnswerForm.TABLE, AnswerForm.FIELDS)
"""What is more than its words in the conversation can show."""

log = logging.getLogger(__name__)


class ChatPresenter(QObject):
    """Puts the parts of the chat together: the open conversation, its turns, branches, queue, drafts and numbers.

    Args:
        services: The use cases.
        window: Where it shows.
        theme: For windows and panels of its own.
        chord: The capture shortcut when it is held, else empty.
    """

    job_wanted = Signal(object)
    """A `NewJobStart`: a prompt of the open conversation shall be run on many rows."""
    result_wanted = Signal(int, int, str)
    """What came of an answer besides words: the conversation, the answer, and open, copy or save."""
    receipt_wanted = Signal(object)
    """What was sent with a question shall be shown: its number, or None for the newest."""

    def __init__(self, services: Services, window: MainWindow, theme: Theme, chord: Callable[[], str]) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._chord = chord
        self._scope = TaskScope("chat", self._failed)
        pane = window.chat
        self.drafts = Drafts(services, pane, theme)
        self._setup = SetupPresenter(services, window, theme)
        self._conversation = OpenConversation(services, pane, theme)
        self._turns = Turns(services, pane, self._conversation, self.drafts)
        self._branches = Branches(services, pane, self._conversation)
        self._queueing = Queueing(services, pane, self._conversation, self.drafts)
        self._again = Again(services, pane, theme, self._conversation, self._turns, self.drafts, self._setup)
        self._again.job_wanted.connect(self.job_wanted)
        self._summarising = Summarising(services, pane, self._conversation, self.drafts)
        self._numbers = Numbers(services, window.inspector, self._conversation)
        self._tools = ToolsPresenter(services, window, self._setup, theme)
        preview = Preview(self._conversation, self.drafts, self._setup)
        self._context = ContextPresenter(services, pane, self.drafts, preview, self._setup, theme)
        self._adding = Adding(services, pane, theme, self.drafts, self._conversation)
        self._meter = Meter(services, window, self._conversation, self.drafts, self._setup, preview, self._context)
        self.hiding = Hiding(services, window, theme, self._conversation, self.drafts, self._setup)
        self._rights = ToolRights(services, window.inspector.tools, self._conversation)
        self._keys = ChatKeys(window, theme)
        self.prompting = Prompting(services, pane.composer, self.drafts, pane.show_notice, self._failed)
        self.prompting.asked.connect(self._ask_prompt)
        self.forms = FormAsking(
            services, pane, self._conversation, self._turns, self.drafts, self._setup, self.prompting
        )
        self._connect()

    def _connect(self) -> None:
        window, chat = self._window, self._window.chat
        window.conversation_chosen.connect(self._chosen)
        window.hit_chosen.connect(self._hit_chosen)
        window.new_clicked.connect(self.begin)
        window.reload_clicked.connect(self._reload)
        window.inspector_toggled.connect(self._keep_inspector)
        chat.composer.sent.connect(self.send)
        chat.composer.queued.connect(self._queue)
        chat.composer.stop_clicked.connect(self.stop)
        chat.transcript.set_namer(self._name)
        chat.transcript.quote_wanted.connect(self._quote)
        self._conversation.opened.connect(self._opened)
        self._context.add_wanted.connect(self._adding.open)
        self._adding.context_wanted.connect(self._context.open)
        self.drafts.intake.hides = self._whether_it_hides
        self._conversation.receipt_wanted.connect(self.receipt_wanted)
        self._conversation.result_wanted.connect(self.result_wanted)
        chat.transcript.receipt_clicked.connect(self.receipt_wanted)
        self._tools.counted.connect(self._rights.take)
        self._tools.counted.connect(self._meter.refresh)
        self._turns.begun.connect(self._begun)
        self._turns.usage_reported.connect(self._numbers.report)
        self._turns.ended.connect(self._numbers.ended)
        self._turns.came.connect(self._came)
        keys = self._keys
        keys.regenerate.connect(self._again.regenerate_last)
        keys.regenerate_with.connect(self._again.regenerate_last_with)
        keys.run_on.connect(self._again.run_last_on)
        keys.edit.connect(self._again.edit_last)
        keys.copy.connect(self._copy_last)
        keys.quote.connect(self._quote_selected)
        keys.earlier_branch.connect(self._branches.earlier)
        keys.later_branch.connect(self._branches.later)

    def _whether_it_hides(self) -> bool:
        return self.hiding.hides

    def start(self) -> None:
        """Fill the window for the first time."""
        self._window.set_inspector_wanted(self._services.preferences.settings.appearance.inspector)
        if self._conversation.number is None:
            self._window.chat.show_welcome(self._chord())
            self._setup.show(None)
        self.drafts.start()
        self._window.chat.composer.setFocus()
        self._numbers.show()

    async def aclose(self) -> None:
        """End what this window asked; what had arrived is kept."""
        for part in (self._turns, self._again, self._branches, self._queueing, self._numbers, self._conversation):
            await part.aclose()
        await self.drafts.aclose()
        await self._tools.aclose()
        await self._rights.aclose()
        await self._meter.aclose()
        await self._context.aclose()
        await self._adding.aclose()
        await self.forms.aclose()
        await self.hiding.aclose()
        await self._summarising.aclose()
        await self.prompting.aclose()
        await self._setup.aclose()
        await self._scope.aclose()

    @property
    def current(self) -> int | None:
        """The open conversation."""
        return self._conversation.number

    @property
    def streaming(self) -> bool:
        """Whether an answer streams in the open conversation."""
        return self._turns.streaming

    def begin(self) -> None:
        """Open a conversation that does not exist yet."""
        self._switch(None)
        self._window.chat.show_welcome(self._chord())
        self._window.chat.composer.setFocus()
        self._setup.show(None)

    def open(self, conversation: int, message: int | None = None, words: str = "") -> None:
        """Show a conversation; one in which an answer streams is joined.

        Args:
            conversation: Its number.
            message: What to go to, on whatever branch it stands; None goes to the end.
            words: What to mark there.
        """
        if conversation != self._conversation.number:
            self._switch(conversation)
            self._window.chat.show_loading("")
        elif not self._turns.streaming:  # what streams stands in the column already, and would be shown twice
            self._turns.leave()
        self._conversation.read(message, words)

    def send(self, text: object) -> None:
        """Ask in the open conversation, with what stands around the field."""
        if self.prompting.open:
            self.prompting.send(str(text))
        else:
            self.ask(replace(self.drafts.draft, text=str(text)))

    def _ask_prompt(self, prompt: object, draft: object) -> None:
        """A prompt says who answers, and with which tools."""
        assert isinstance(prompt, Prompt)
        assert isinstance(draft, Draft)
        self._turns.ask(wished(self._bare(), prompt), draft)

    def ask(self, draft: Draft) -> None:
        """Ask in the open conversation what has been prepared, there or elsewhere."""
        self._turns.ask(self._bare(), draft)

    async def would_ask(self) -> Question | None:
        """What would be asked now with what stands around the field; None when there is nothing to ask.

        Raises:
            StoreError: An attachment could not be stored.
        """
        return await self.drafts.question(self._bare(), self.drafts.draft)

    def _bare(self) -> Question:
        """A question in the open conversation, without words."""
        edited = self.drafts.editing
        setup = None if edited is not None else self._setup.for_new()
        return Question("", conversation=self._conversation.number, setup=setup, edit=edited)

    def stop(self) -> None:
        """Stop the answer that streams in the open conversation, whoever asked, or the question on its way out."""
        self._turns.stop()

    def _queue(self, text: object) -> None:
        draft = replace(self.drafts.draft, text=str(text))
        if self._turns.leaving:
            self._window.chat.before.accept()
        elif self.drafts.editing is not None:
            self.ask(draft)
        elif self._turns.streaming:
            self._queueing.add(draft)
        # Otherwise the question before is still on its way into the history: this one stays in the field.

    def _switch(self, number: int | None) -> None:
        self._turns.leave()
        self._again.close()
        self._summarising.stop()
        self._tools.close()
        self._context.close()
        self._adding.close()
        self._numbers.ended()
        self.drafts.switch(number)
        self._conversation.switch(number)
        self._queueing.switch(number)
        self._window.chat.transcript.clear()
        self._window.chat.show_notice("")
        self._window.sidebar.set_current(number)

    def _opened(self, found: object) -> None:
        assert isinstance(found, ConversationOutline)
        self._setup.show(found.summary.id, found.setup)
        self._window.sidebar.set_current(found.summary.id)
        self._window.chat.composer.setFocus()
        self._turns.join()

    def _came(self, conversation: int, message: int, form: object) -> None:
        """A table that was waited for is opened, unless the person does something else already."""
        chat = self._window.chat
        busy = bool(chat.composer.text().strip()) or self._turns.running
        if form in _OPENED and self._window.page() == "chat" and self.current == conversation and not busy:
            self.result_wanted.emit(conversation, message, "open")

    def _begun(self, number: object) -> None:
        assert isinstance(number, int)
        self._window.sidebar.set_current(number)
        self._setup.begun(number)
        self._queueing.switch(number)

    def _reload(self) -> None:
        if self._conversation.number is not None:
            self._window.chat.show_loading("")
            self._conversation.read()

    def _chosen(self, conversation: object) -> None:
        assert isinstance(conversation, int)
        self.open(conversation)

    def _hit_chosen(self, hit: object) -> None:
        assert isinstance(hit, SearchHit)
        marked = " ".join(dict.fromkeys(hit.snippet[start:end] for start, end in hit.marks))
        self.open(hit.conversation.id, hit.message, marked)

    def _name(self, provider: str, model: str) -> str:
        return model_name(self._services, provider, model) if model else ""

    def _quote(self, text: object) -> None:
        self.drafts.quote(text)
        self._window.chat.composer.setFocus()

    def _quote_selected(self) -> None:
        if text := self._window.chat.transcript.selected_text():
            self._quote(text)
        else:
            self._window.chat.show_notice(tr("Select a passage of an answer first, then quote it."))

    def _copy_last(self) -> None:
        answers = [one.id for one in self._conversation.path if one.role is Role.ASSISTANT]
        if answers:
            self._scope.restart(self._copy(answers[-1]), name="copy")

    async def _copy(self, answer: int) -> None:
        stored = await self._conversation.message(answer)
        if stored is not None:
            QGuiApplication.clipboard().setText(stored.message.text)

    def _keep_inspector(self, wanted: object) -> None:
        self._scope.restart(self._services.preferences.set("appearance.inspector", bool(wanted)), name="inspector")

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._window.chat.show_notice(error.sentence)
            return
        log.error("a task of the chat failed", exc_info=error)
        self._window.chat.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))
