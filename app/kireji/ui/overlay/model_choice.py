"""Who answers the questions about one capture."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationSetup
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:  # loaded when the picker is first wanted: the overlay opens without it
    from kireji.ui.models.presenter import ModelPicking

log = logging.getLogger(__name__)


class ModelChoice(QObject):
    """Owns the setup of the capture's conversation, and the picker that changes it.

    Args:
        services: The use cases.
        scope: Owns the tasks.
        theme: For the picker.
    """

    named = Signal(object)
    """What the model that answers is called; empty when none can."""
    chosen = Signal(object)
    """The `ConversationSetup` that the person has just chosen."""
    settled = Signal()
    """A model was taken and the picker is away."""
    settings_clicked = Signal()

    def __init__(self, services: Services, scope: TaskScope, theme: Theme) -> None:
        super().__init__()
        self._services = services
        self._scope = scope
        self._theme = theme
        self._picking: ModelPicking | None = None
        self._answering = ("", "")
        self.setup: ConversationSetup | None = None

    @property
    def provider(self) -> str:
        """Who answers; empty while that is not known."""
        return self._answering[0]

    def reset(self) -> None:
        """A new capture follows the settings again."""
        if self._picking is not None:
            self._picking.release()
        self.setup = None

    async def aclose(self) -> None:
        """Give the picker back."""
        if self._picking is not None:
            await self._picking.aclose()
            self._picking = None

    async def look(self) -> None:
        """Find out who answers, and say it."""
        services = self._services
        try:
            settings = services.preferences.settings
            choice = await services.catalog.choose(settings, setup=self.setup or ConversationSetup())
        except KirejiError as error:
            log.info("no model to show: %s", error)
            self.named.emit(tr("Choose a model"))
            return
        self._answering = (choice.provider.name, choice.model)
        info = choice.info or services.catalog.find(*self._answering)
        self.named.emit(info.name if info is not None else choice.model)

    def open(self, anchor: QWidget) -> None:
        """Show the picker under a widget of the overlay."""
        from kireji.ui.models.presenter import ModelPicking
        from kireji.ui.models.words import Pick

        if self._picking is None:
            self._picking = ModelPicking(self._services, self._theme, self, with_instructions=True)
            self._picking.picked.connect(self._picked)
            self._picking.settled.connect(self.settled)
            self._picking.instructed.connect(self._instructed)
            self._picking.settings_clicked.connect(self.settings_clicked)
        self._show_instructions(self._picking)
        self._picking.open(anchor, Pick(*self._answering, self.setup.effort if self.setup is not None else ""))

    def _picked(self, pick: object) -> None:
        from kireji.ui.models.words import Pick

        assert isinstance(pick, Pick)
        system = self.setup.system if self.setup is not None else None
        self.setup = ConversationSetup(pick.provider, pick.model, pick.effort, system)
        self._scope.restart(self.look(), name="model")
        self.chosen.emit(self.setup)

    def _instructed(self, text: object) -> None:
        system = text if isinstance(text, str) else self._services.preferences.settings.models.system
        self.setup = msgspec.structs.replace(self.setup or ConversationSetup(), system=system)
        if self._picking is not None:
            self._show_instructions(self._picking)
        self.chosen.emit(self.setup)

    def _show_instructions(self, picking: ModelPicking) -> None:
        default = self._services.preferences.settings.models.system
        own = self.setup.system if self.setup is not None else None
        follows = own is None or own == default
        picking.show_instructions(default if own is None else own, follows_settings=follows, begun=False)
