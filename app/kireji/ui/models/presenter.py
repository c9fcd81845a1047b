"""Between the picker and the services: what there is, at once and then as the services say it now."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kireji.core.errors import KirejiError
from kireji.services.application import Services
from kireji.services.catalog import ProviderModels
from kireji.ui.aio import TaskScope
from kireji.ui.models.picker import ModelPicker
from kireji.ui.models.popup import Popup
from kireji.ui.models.words import Pick
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)


class ModelPicking(QObject):
    """Opens the picker over any window and says what was chosen; builds it when it is first opened.

    Args:
        services: The use cases.
        theme: Colours and text size.
        parent: Owns this.
        providers: The only ones to show; none shows all.
        with_effort: Whether effort is chosen too.
        with_default: Whether a model can be made its provider's default.
        with_instructions: Whether the conversation's instructions are written here too.
        with_lasting: Whether it can be chosen that the model answers the questions that follow too.
    """

    settled = Signal()
    """A model was taken and the panel is away: the keyboard may go where questions are written."""
    picked = Signal(object)
    """A `Pick`: a model, or another effort for the one in force."""
    instructed = Signal(object)
    """The conversation's instructions as text; None when those of the settings shall hold."""
    settings_clicked = Signal()
    failed = Signal(object)
    """A sentence that says what could not be done."""

    def __init__(
        self,
        services: Services,
        theme: Theme,
        parent: QObject | None = None,
        *,
        providers: Sequence[str] = (),
        with_effort: bool = True,
        with_default: bool = True,
        with_instructions: bool = False,
        with_lasting: bool = False,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._theme = theme
        self._providers = tuple(providers)
        self._with_effort, self._offers_default = with_effort, with_default
        self._with_instructions, self._with_lasting = with_instructions, with_lasting
        self._scope = TaskScope("models", self._task_failed)
        self._groups: tuple[ProviderModels, ...] = ()
        self._chosen = Pick()
        self._picker: ModelPicker | None = None
        self._popup: Popup | None = None
        self._unsubscribe = services.catalog.changed.subscribe(self._list_changed)

    @property
    def is_open(self) -> bool:
        """Whether the panel is shown."""
        return self._popup is not None and not self._popup.isHidden()

    @property
    def panel(self) -> ModelPicker | None:
        """The panel; None before it was first opened."""
        return self._picker

    @property
    def lasting(self) -> bool:
        """Whether the person wants the model for the questions that follow too."""
        return self._picker is not None and self._picker.lasting is not None and self._picker.lasting.is_on()

    def open(self, anchor: QWidget, chosen: Pick) -> None:
        """Show the panel under a widget.

        Args:
            anchor: What was pressed.
            chosen: What is in force there.
        """
        self._chosen = chosen
        popup = self._made()
        self._show()
        popup.open_at(anchor)
        self._scope.restart(self._load(), name="load")

    def show_instructions(self, text: str, *, follows_settings: bool, begun: bool) -> None:
        """What the conversation's instructions are now.

        Args:
            text: The instructions.
            follows_settings: Whether they are those of the settings.
            begun: Whether the conversation has begun.
        """
        self._made()
        if self._picker is not None and self._picker.instructions is not None:
            self._picker.instructions.show_text(text, follows_settings=follows_settings, begun=begun)

    def close(self) -> None:
        """Put the panel away; harmless when it is not shown."""
        if self._popup is not None:
            self._popup.close_panel()

    def release(self) -> None:
        """Put the panel away and take it off the window it was on, which goes before this does."""
        self.close()
        if self._popup is not None:
            self._popup.setParent(None)

    async def aclose(self) -> None:
        """End what runs, and give the panel back."""
        self._unsubscribe()
        await self._scope.aclose()
        if self._popup is not None:
            self.release()
            self._popup.deleteLater()
            self._popup = self._picker = None

    def _made(self) -> Popup:
        if self._popup is None or self._picker is None:
            picker = ModelPicker(
                self._theme,
                with_effort=self._with_effort,
                with_default=self._offers_default,
                with_instructions=self._with_instructions,
                with_lasting=self._with_lasting,
            )
            if picker.instructions is not None:
                picker.instructions.saved.connect(self.instructed)
                picker.instructions.default_wanted.connect(self._follow_settings)
            picker.picked.connect(self._picked)
            picker.effort_picked.connect(self._effort_picked)
            picker.default_wanted.connect(self._make_default)
            picker.settings_clicked.connect(self._open_settings)
            self._picker, self._popup = picker, Popup(self._theme, picker)
            self._popup.closed.connect(self._closed)
        return self._popup

    async def _load(self) -> None:
        """What is known appears at once; lists that are old are then asked for again."""
        self._groups = await self._services.catalog.overview()
        self._show()

    def _show(self) -> None:
        if self._picker is None:
            return
        groups = self._groups or self._known()
        if self._providers:
            groups = tuple(group for group in groups if group.provider in self._providers)
        self._picker.show_models(tuple(self._with_default_of(group) for group in groups), self._servers(), self._chosen)

    def _with_default_of(self, group: ProviderModels) -> ProviderModels:
        """With the default that the person has set in the place of the provider's own."""
        own = self._services.preferences.settings.models.model_of(group.provider)
        return msgspec.structs.replace(group, default=own) if own else group

    def _known(self) -> tuple[ProviderModels, ...]:
        """Until the first overview: what is known without asking anybody."""
        catalog = self._services.catalog
        found = []
        for name in catalog.names:
            models = tuple(catalog.known(name))
            if models:
                default = catalog.provider(name).default_model
                found.append(ProviderModels(provider=name, ready=True, problem="", models=models, default=default))
        return tuple(found)

    def _servers(self) -> Mapping[str, str]:
        return {server.base_url: server.name for server in self._services.local_servers.found}

    def _list_changed(self, _provider: str) -> None:
        if self.is_open and not self._scope.running("load"):
            self._scope.restart(self._load(), name="load")

    def _picked(self, pick: object) -> None:
        self.close()
        self.picked.emit(pick)
        self.settled.emit()

    def _effort_picked(self, pick: object) -> None:
        assert isinstance(pick, Pick)
        self._chosen = pick
        self.picked.emit(pick)

    def _make_default(self, pick: object) -> None:
        assert isinstance(pick, Pick)
        self._scope.restart(self._keep_default(pick), name="default")

    async def _keep_default(self, pick: Pick) -> None:
        try:
            await self._services.preferences.set(f"models.{pick.provider}", pick.model)
        except KirejiError as error:
            self.failed.emit(error.sentence)
            return
        self._show()

    def _follow_settings(self) -> None:
        self.instructed.emit(None)

    def _open_settings(self) -> None:
        self.close()
        self.settings_clicked.emit()

    def _closed(self) -> None:
        self._scope.cancel("load")

    def _task_failed(self, error: BaseException) -> None:
        if not isinstance(error, KirejiError):
            log.error("a task of the model picker failed", exc_info=error)
        sentence = error.sentence if isinstance(error, KirejiError) else tr("The models could not be listed.")
        self.failed.emit(sentence)
