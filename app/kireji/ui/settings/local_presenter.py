"""Between the card of local model servers and the services."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError, SettingsError
from kireji.core.models import LocalServer
from kireji.services.application import Services
from kireji.services.credentials import ADDRESSES
from kireji.ui.aio import TaskScope
from kireji.ui.models.words import Pick
from kireji.ui.settings.key_check import KeyCheck, KeyResult
from kireji.ui.settings.key_entry import KeyEntry, Place
from kireji.ui.settings.local_card import LocalCard
from kireji.ui.settings.provider_presenter import DefaultModel
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_LOCAL = "local"


class LocalPresenter(QObject):
    """Looks for servers when the page opens, and keeps the address of another one with its key.

    Args:
        card: The card.
        services: The use cases.
        theme: For the picker.
        keys: Tests keys.
        failed: Told of what nobody expected.
        parent: Owns this.
    """

    def __init__(
        self,
        card: LocalCard,
        services: Services,
        theme: Theme,
        keys: KeyCheck,
        failed: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._card = card
        self._services = services
        self._keys = keys
        self._scope = TaskScope("local card", failed)
        self._entry = KeyEntry(card.form, keys, services.clipboard, self._scope, self._place, self)
        self._default = DefaultModel(_LOCAL, services, theme, self)
        self._shown = services.preferences.settings.local
        self._entry.tried.connect(self._tried)
        card.look_clicked.connect(self.look)
        card.address_entered.connect(self._address_entered)
        card.discover.switched.connect(self._discover_switched)
        card.removal_confirmed.connect(self._remove)
        card.model.clicked.connect(self._choose_model)
        self._default.kept.connect(self._model_chosen)
        self._default.failed.connect(card.say)

    def fill(self) -> None:
        """The page opens."""
        self._show_settings()
        self.look()

    def settings_changed(self) -> None:
        """Show what holds now; look again when it says to look elsewhere."""
        self._show_settings()
        local = self._services.preferences.settings.local
        if local != self._shown:
            self._shown = local
            self.look()

    def look(self) -> None:
        """Look for servers now."""
        self._card.show_looking()
        self._scope.restart(self._look(), name="look")

    def refresh(self) -> None:
        """Show the state of the server's key again."""
        self._scope.restart(self._show_key(), name="state")

    def leave(self) -> None:
        """The settings go away."""
        self._default.picking.close()

    async def aclose(self) -> None:
        """End what runs."""
        await self._default.picking.aclose()
        await self._scope.aclose()

    @property
    def _address(self) -> str:
        return self._services.local_servers.address

    def _show_settings(self) -> None:
        credentials = self._services.credentials
        from_environment = ADDRESSES[_LOCAL].url_variable if credentials.address(_LOCAL) else ""
        shown = credentials.shown_address(_LOCAL, self._address) if self._address else ""
        self._card.show_address(shown, fixed=from_environment)
        self._card.discover.set_on(self._services.preferences.settings.local.discover)
        self._card.model.show_model(self._default.name())
        if self._address:
            self.refresh()

    async def _look(self) -> None:
        servers, problem = await self._servers()
        self._card.show_servers(servers, problem)
        self._card.model.show_model(self._default.name())

    async def _servers(self) -> tuple[tuple[LocalServer, ...], str]:
        """What answers, and why nothing does."""
        servers, catalog = self._services.local_servers, self._services.catalog
        try:
            if address := servers.distant:
                models = await catalog.models(_LOCAL, refresh=True)
                shown = self._services.credentials.shown_address(_LOCAL, address)
                return (LocalServer(tr("a server"), shown, models),), ""
            found = await servers.find(0.0)
        except KirejiError as error:
            return (), error.sentence
        if found:
            empty = [server.name for server in found if not server.models]
            return found, tr(
                "{server} runs, but has no model yet. Add one there, then look again.", server=empty[0]
            ) if empty else ""
        if self._address:
            shown = self._services.credentials.shown_address(_LOCAL, self._address)
            return (), tr("Nothing answers at {address}. Start the server, or correct the address.", address=shown)
        if not self._services.preferences.settings.local.discover:
            return (), tr("Nobody looks, because that is switched off.")
        return (), tr("Start Ollama, llama.cpp or LM Studio, then look again. Nothing leaves this computer.")

    async def _show_key(self) -> None:
        address = self._address
        if address:
            self._card.show_key(await self._keys.state(_LOCAL, address=address))

    def _place(self, _text: str) -> Place:
        return Place(_LOCAL, self._address)

    def _tried(self, _provider: object, result: object) -> None:
        assert isinstance(result, KeyResult)
        if result.kept:
            self._card.close_form()
            self.look()
        self.refresh()

    def _address_entered(self, text: object) -> None:
        self._scope.restart(self._keep_address(str(text)), name="address")

    async def _keep_address(self, address: str) -> None:
        try:
            await self._services.preferences.set("local.address", address.rstrip("/"))
        except SettingsError as error:
            self._card.refuse_address(_plain(error))

    def _discover_switched(self, on: object) -> None:
        self._scope.restart(self._services.preferences.set("local.discover", bool(on)), name="discover")

    def _remove(self) -> None:
        self._scope.restart(self._run_removal(self._address), name="remove")

    async def _run_removal(self, address: str) -> None:
        self._keys.forget(_LOCAL)
        await self._services.credentials.delete(_LOCAL, address=address)

    def _choose_model(self) -> None:
        self._default.picking.open(self._card.model.button, Pick(_LOCAL, self._default.current()))

    def _model_chosen(self, pick: object) -> None:
        assert isinstance(pick, Pick)
        self._scope.restart(self._services.preferences.set("models.local", pick.model), name="model")


def _plain(error: SettingsError) -> str:
    """Without the option's name, which stands beside the field in other words."""
    return error.sentence.replace("local.address", tr("The address"))
