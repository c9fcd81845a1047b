"""Between a provider's card and the services: its key, its default model, what is left on the account."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from kireji.core.errors import KirejiError
from kireji.core.models import Balance
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import money
from kireji.ui.models.lookup import model_name
from kireji.ui.models.presenter import ModelPicking
from kireji.ui.models.words import Pick
from kireji.ui.settings.cards import OpenRouterCard, ProviderCard
from kireji.ui.settings.key_check import KeyCheck, KeyResult
from kireji.ui.settings.key_entry import KeyEntry, Place
from kireji.ui.settings.signing_in import SigningIn
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_TEST_AGAIN_SECONDS = 600.0


class DefaultModel(QObject):
    """The model that a provider answers with when none was chosen, picked from its list.

    Args:
        provider: Whose.
        services: The use cases.
        theme: For the picker.
        parent: Owns this.
    """

    failed = Signal(object)
    """A sentence."""
    kept = Signal(object)
    """The `Pick` that shall hold."""

    def __init__(self, provider: str, services: Services, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._provider = provider
        self._services = services
        self.picking = ModelPicking(services, theme, self, providers=(provider,), with_effort=False, with_default=False)
        self.picking.picked.connect(self.kept)
        self.picking.settings_clicked.connect(self.picking.close)
        self.picking.failed.connect(self.failed)

    def current(self) -> str:
        """Its id; empty when there is none yet."""
        services = self._services
        chosen = services.preferences.settings.models.model_of(self._provider)
        return chosen or services.catalog.provider(self._provider).default_model

    def name(self) -> str:
        """As people call it."""
        current = self.current()
        return model_name(self._services, self._provider, current) if current else tr("The first that sees pictures")


class ProviderPresenter(QObject):
    """Fills one card with what is true, and carries out what is done there.

    Args:
        provider: Whose card.
        card: The card.
        services: The use cases.
        theme: For the picker.
        keys: Tests keys.
        failed: Told of what nobody expected.
        parent: Owns this.
    """

    def __init__(
        self,
        provider: str,
        card: ProviderCard,
        services: Services,
        theme: Theme,
        keys: KeyCheck,
        failed: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._provider = provider
        self._card = card
        self._services = services
        self._keys = keys
        self._scope = TaskScope(f"{provider} card", failed)
        self._entry = KeyEntry(card.form, keys, services.clipboard, self._scope, self._place, self)
        self._default = DefaultModel(provider, services, theme, self)
        self.signing_in: SigningIn | None = None
        if isinstance(card, OpenRouterCard):
            self.signing_in = SigningIn(provider, card.panel, services, keys, self._scope, self)
            card.sign_in_clicked.connect(self.signing_in.begin)
            self.signing_in.done.connect(self._signed_in)
        self._entry.tried.connect(self._tried)
        card.test_clicked.connect(self.test)
        card.removal_confirmed.connect(self._remove)
        card.model.clicked.connect(self._choose_model)
        self._default.kept.connect(self._model_chosen)
        self._default.failed.connect(card.say)

    async def fill(self) -> None:
        """Show what is known, and test the key when that was not done for a while."""
        state = await self._keys.state(self._provider)
        self._card.show_state(state)
        self.show_model()
        age = self._keys.age(self._provider)
        if state.source and (age is None or age > _TEST_AGAIN_SECONDS):
            self.test()
        elif state.source:
            self._scope.restart(self._show_balance(), name="balance")

    def refresh(self) -> None:
        """Show the state of the key again; nothing is sent."""
        self._scope.restart(self._show_state(), name="state")

    def show_model(self) -> None:
        """Show the default model as it holds now."""
        self._card.model.show_model(self._default.name())

    def leave(self) -> None:
        """The settings go away: what waits for the person waits no longer."""
        self._default.picking.close()
        if self.signing_in is not None:
            self.signing_in.cancel()

    def test(self) -> None:
        """Ask the service whether it takes the key."""
        self._card.set_testing(True)
        self._scope.restart(self._run_test(), name="test")

    async def aclose(self) -> None:
        """End what runs."""
        await self._default.picking.aclose()
        await self._scope.aclose()

    def _place(self, _text: str) -> Place:
        return Place(self._provider)

    def _tried(self, _provider: object, result: object) -> None:
        assert isinstance(result, KeyResult)
        if result.kept:
            self._card.close_form()
        self.refresh()
        if result.kept:
            self._scope.restart(self._show_balance(), name="balance")

    def _signed_in(self) -> None:
        self.refresh()
        self._scope.restart(self._show_balance(), name="balance")

    async def _run_test(self) -> None:
        try:
            await self._keys.test(self._provider)
        finally:
            self._card.set_testing(False)
        await self._show_state()
        await self._show_balance()

    async def _show_state(self) -> None:
        self._card.show_state(await self._keys.state(self._provider))
        self.show_model()

    async def _show_balance(self) -> None:
        if not isinstance(self._card, OpenRouterCard):
            return
        try:
            balance = await self._services.catalog.balance(self._provider)
        except KirejiError:
            self._card.show_balance("")  # the chip says what is wrong with the key or the network
            return
        self._card.show_balance(balance_words(balance) if balance is not None else "")

    def _remove(self) -> None:
        self._scope.restart(self._run_removal(), name="remove")

    async def _run_removal(self) -> None:
        self._keys.forget(self._provider)
        await self._services.credentials.delete(self._provider)

    def _choose_model(self) -> None:
        self._default.picking.open(self._card.model.button, Pick(self._provider, self._default.current()))

    def _model_chosen(self, pick: object) -> None:
        assert isinstance(pick, Pick)
        self._scope.restart(self._services.preferences.set(f"models.{self._provider}", pick.model), name="model")


def balance_words(balance: Balance) -> str:
    """What is left on an account, in a sentence."""
    if balance.limit is not None:
        remaining = balance.remaining if balance.remaining is not None else balance.limit - balance.used
        words = tr("{left} left of {limit}", left=money(max(0.0, remaining)), limit=money(balance.limit))
    else:
        words = tr("used {used}, no limit", used=money(balance.used))
    return f"{words} · {tr('free tier, no credit bought yet')}" if balance.free_tier else words
