"""Between the page "Keys & models" and the services."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.core.settings import Settings
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import provider_name
from kireji.ui.models.lookup import model_name, server_name
from kireji.ui.settings.key_check import KeyCheck
from kireji.ui.settings.keys_page import KeysPage
from kireji.ui.settings.local_presenter import LocalPresenter
from kireji.ui.settings.provider_presenter import ProviderPresenter
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)

_DEVICE = "device"
_LOCAL = "local"


class KeysPresenter(QObject):
    """Fills the page with what is true, and carries changes out.

    Args:
        page: The page.
        services: The use cases.
        theme: For the pickers.
        keys: Tests keys.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self,
        page: KeysPage,
        services: Services,
        theme: Theme,
        keys: KeyCheck,
        failed: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._scope = TaskScope("keys", failed)
        self._open = False
        self.providers = {
            name: ProviderPresenter(name, card, services, theme, keys, failed, self)
            for name, card in page.cards.items()
        }
        self.local = LocalPresenter(page.local, services, theme, keys, failed, self)
        self._unsubscribe = [
            services.credentials.changed.subscribe(self._key_changed),
            services.catalog.changed.subscribe(self._list_changed),
        ]
        answers, router = page.answers, page.openrouter
        answers.provider.chosen.connect(self._provider_chosen)
        answers.effort.chosen.connect(self._effort_chosen)
        answers.longest.entered.connect(self._longest_entered)
        answers.instructions.entered.connect(self._instructions_entered)
        answers.fallback.changed.connect(self._fallback_changed)
        router.private.switched.connect(self._privacy_switched)
        router.zero_retention.switched.connect(self._retention_switched)

    def show(self) -> None:
        """The page opens."""
        self._open = True
        self.settings_changed(self._services.preferences.settings)
        self.local.fill()
        self._scope.restart(self._fill(), name="fill")

    def leave(self) -> None:
        """The settings go away."""
        self._open = False
        self._page.answers.instructions.keep()
        for presenter in self.providers.values():
            presenter.leave()
        self.local.leave()
        self._page.close_forms()

    def refresh(self) -> None:
        """Say again what is known about the keys, because time has passed."""
        for presenter in self.providers.values():
            presenter.refresh()

    def settings_changed(self, settings: Settings) -> None:
        """Show what holds now, while anybody can see it."""
        if not self._open:
            return
        self._page.answers.show_settings(settings.models)
        self._page.show_routing(settings.openrouter)
        for presenter in self.providers.values():
            presenter.show_model()
        self.local.settings_changed()
        self._say_who()

    async def aclose(self) -> None:
        """End what runs; instructions that were being typed are kept."""
        for end in self._unsubscribe:
            end()
        instructions = self._page.answers.instructions
        instructions.entered.disconnect(self._instructions_entered)
        if (typed := instructions.typed()) is not None:
            try:
                await self._services.preferences.set("models.system", typed)
            except KirejiError as error:
                log.warning("the instructions were not kept: %s", error)
        await self._scope.aclose()
        for presenter in self.providers.values():
            await presenter.aclose()
        await self.local.aclose()

    async def _fill(self) -> None:
        reader = await self._services.reader.availability()
        self._page.device.show_reader(ready=reader.ok, reason=reader.reason, hint=reader.hint)
        await self._fill_place()
        for presenter in self.providers.values():
            await presenter.fill()

    async def _fill_place(self) -> None:
        keychain = await self._services.credentials.keychain()
        if keychain.ok:
            where = f" ({keychain.reason})" if keychain.reason and len(keychain.reason) < 40 else ""
            self._page.place.setText(tr("Keys are kept in your system keychain{where}, never in a file.", where=where))
            return
        words = tr("A key can be used for this session only; it is never written to a file.")
        parts = (keychain.reason, keychain.hint, words)
        self._page.place.setText(" ".join(part for part in parts if part))

    def _say_who(self) -> None:
        if not self._open:
            return
        self._scope.restart(self._show_who(), name="who")

    async def _show_who(self) -> None:
        services = self._services
        try:
            choice = await services.catalog.choose(services.preferences.settings)
        except KirejiError as error:
            self._page.answers.show_now(error.sentence, works=False)
            return
        provider = choice.provider.name
        who = server_name(services, provider, choice.model) or provider_name(provider)
        name = choice.info.name if choice.info is not None else model_name(services, provider, choice.model)
        words = (
            tr("Now that is {who}.", who=who)
            if provider == _DEVICE
            else tr("Now that is {name} ({who}).", name=name, who=who)
        )
        self._page.answers.show_now(f"{words} {choice.reason}".strip(), works=not choice.reason)

    def _key_changed(self, provider: str) -> None:
        if provider == _LOCAL:
            self.local.refresh()
        elif provider in self.providers:
            self.providers[provider].refresh()
        self._say_who()

    def _list_changed(self, provider: str) -> None:
        if provider in self.providers:
            self.providers[provider].show_model()

    def _provider_chosen(self, value: object) -> None:
        self._keep("models.provider", value)

    def _effort_chosen(self, value: object) -> None:
        self._keep("models.effort", value)

    def _longest_entered(self, value: object) -> None:
        self._keep("models.max_tokens", value)

    def _instructions_entered(self, value: object) -> None:
        self._keep("models.system", value)

    def _fallback_changed(self, value: object) -> None:
        self._keep("models.fallback", value)

    def _privacy_switched(self, on: object) -> None:
        self._keep("openrouter.data_collection", "deny" if on else "allow")

    def _retention_switched(self, on: object) -> None:
        self._keep("openrouter.zero_retention", bool(on))

    def _keep(self, option: str, value: object) -> None:
        self._scope.restart(self._services.preferences.set(option, value), name=option)
