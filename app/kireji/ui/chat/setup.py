"""Who answers in the open conversation, how, and with which instructions."""

from __future__ import annotations

import logging

import msgspec
from PySide6.QtCore import QObject, Signal

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationSetup
from kireji.core.models import ModelInfo
from kireji.services.application import Services
from kireji.services.catalog import Choice
from kireji.services.turns import Question
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import provider_name
from kireji.ui.inspector.pane import Answerer
from kireji.ui.main_window import MainWindow
from kireji.ui.models.lookup import server_name
from kireji.ui.models.presenter import ModelPicking
from kireji.ui.models.words import EFFORTS, Pick, prices
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)

_DEVICE = "device"


class SetupPresenter(QObject):
    """Owns the setup of the open conversation, or of the one that begins with the next question.

    Args:
        services: The use cases.
        window: Where it shows.
        theme: For the picker.
    """

    named = Signal()
    """Models may be called differently now."""

    def __init__(self, services: Services, window: MainWindow, theme: Theme) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._scope = TaskScope("setup", self._failed)
        self._conversation: int | None = None
        self._setup = ConversationSetup()
        self._next = ConversationSetup()
        self._sent: ConversationSetup | None = None
        self._pick = Pick()
        self.info: ModelInfo | None = None
        self._picking = ModelPicking(services, theme, self)
        self._picking.picked.connect(self._picked)
        self._picking.settled.connect(self._write_on)
        self._picking.settings_clicked.connect(window.open_settings)
        self._picking.failed.connect(self._say)
        window.model_clicked.connect(self._choose)
        window.settings_clicked.connect(self._picking.close)
        window.inspector.instructions.saved.connect(self._instructions_saved)
        window.inspector.instructions.default_wanted.connect(self._instructions_follow)
        self._unsubscribe = [
            services.preferences.changed.subscribe(self._changed),
            services.credentials.changed.subscribe(self._changed),
            services.catalog.changed.subscribe(self._changed),
        ]

    async def aclose(self) -> None:
        """End what runs."""
        for end in self._unsubscribe:
            end()
        await self._picking.aclose()
        await self._scope.aclose()

    def show(self, conversation: int | None, setup: ConversationSetup | None = None) -> None:
        """Another conversation is open.

        Args:
            conversation: Its number; None for one that does not exist yet.
            setup: As stored; None keeps what was chosen for the next new one.
        """
        self._picking.close()
        self._conversation = conversation
        self._setup = setup if setup is not None else self._next
        self._show_instructions()
        self.refresh()

    def for_new(self) -> ConversationSetup | None:
        """What was chosen for the conversation that begins now; None when nothing was."""
        self._sent = self._setup
        return self._setup if self._conversation is None and self._setup != ConversationSetup() else None

    def question(self, conversation: int | None) -> Question:
        """A question without words in the open conversation; one that begins with it says who was chosen for it."""
        return Question("", conversation=conversation, setup=self.for_new())

    def begun(self, conversation: int) -> None:
        """The new conversation exists now, with what was chosen for it; the one after it starts afresh."""
        if self._conversation is None:
            system = self._setup.system
            frozen = self._services.preferences.settings.models.system if system is None else system
            self._conversation = conversation
            changed_since = self._setup != self._sent
            self._setup = msgspec.structs.replace(self._setup, system=frozen)
            if changed_since:
                self._change()
            self._next = ConversationSetup()
            self._show_instructions()

    def refresh(self) -> None:
        """Say again who answers."""
        self._scope.restart(self._show(), name="show")

    async def _show(self) -> None:
        services = self._services
        try:
            choice = await services.catalog.choose(services.preferences.settings, setup=self._setup)
        except KirejiError as error:
            log.info("no model to show: %s", error)
            self._window.chat.header.set_model(tr("Choose a model"))
            self._window.inspector.show_answerer(Answerer())
            self.info = None
            self.named.emit()
            return
        self._show_choice(choice)
        self.named.emit()

    def _show_choice(self, choice: Choice) -> None:
        settings = self._services.preferences.settings.models
        provider, model = choice.provider.name, choice.model
        info = choice.info or self._services.catalog.find(provider, model)
        self.info = info
        self._pick = Pick(provider, model, self._setup.effort)
        name = info.name if info is not None else model
        called = server_name(self._services, provider, model) or provider_name(provider)
        self._window.chat.header.set_model(name, "" if provider == _DEVICE else called)
        effort = self._setup.effort or settings.effort
        allowed = info is not None and effort in {one.value for one in info.efforts}
        words = tr(EFFORTS.get(effort, effort)) if allowed else ""
        if info is not None and info.efforts and not effort:
            words = tr(EFFORTS[""])
        context = info.context_tokens if info is not None else 0
        read, written = prices(info) if info is not None else ("", "")
        self._window.inspector.show_answerer(Answerer(called, name, words, context, read, written))

    def _show_instructions(self) -> None:
        follows = self._setup.system is None
        text = self._setup.system
        if text is None:
            text = self._services.preferences.settings.models.system
        begun = self._conversation is not None
        self._window.inspector.instructions.show_text(text, follows_settings=follows, begun=begun)

    @property
    def pick(self) -> Pick:
        """Who answers the next question here, as far as that is known."""
        return self._pick

    @property
    def setup(self) -> ConversationSetup:
        """Of the open conversation, or of the one that begins with the next question."""
        return self._setup

    @property
    def tools(self) -> str:
        """Digest of the list of tools that it offers, as in its setup."""
        return self._setup.tools

    @property
    def begun_already(self) -> bool:
        """Whether something was said in it."""
        return self._conversation is not None

    # What the person changes.

    def choose_tools(self, digest: str) -> None:
        """Offer these tools from the next question on."""
        self._change(tools=digest)

    def choose(self, pick: Pick) -> None:
        """Let another model answer from the next question on."""
        self._change(provider=pick.provider, model=pick.model, effort=pick.effort)

    def _choose(self) -> None:
        self._picking.open(self._window.chat.header.model, self._pick)

    def _picked(self, pick: object) -> None:
        assert isinstance(pick, Pick)
        self.choose(pick)

    def _write_on(self) -> None:
        self._window.chat.composer.setFocus()

    def _instructions_saved(self, text: object) -> None:
        self._change(system=str(text))
        self._show_instructions()

    def _instructions_follow(self) -> None:
        self._change(system=None)
        self._show_instructions()

    def _change(self, **changes: str | None) -> None:
        self._setup = msgspec.structs.replace(self._setup, **changes)
        if self._conversation is None:
            self._next = self._setup
            self.refresh()
        else:
            self._scope.restart(self._keep(self._conversation, self._setup), name=f"keep-{self._conversation}")

    async def _keep(self, conversation: int, setup: ConversationSetup) -> None:
        try:
            await self._services.chat.configure(conversation, setup)
        except KirejiError as error:
            self._say(error.sentence)
            return
        if conversation == self._conversation:
            self.refresh()

    def _changed(self, _what: object) -> None:
        if not self._window.inspector.instructions.editing():
            self._show_instructions()
        self.refresh()

    def _say(self, sentence: object) -> None:
        self._window.chat.show_notice(str(sentence))

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._say(error.sentence)
            return
        log.error("a task of the conversation's setup failed", exc_info=error)
        self._say(tr("Something in Kireji failed. The log has the details; please try again."))
