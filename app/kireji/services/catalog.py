"""Which models there are, and which one answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kireji.core.errors import KeyStoreError, KirejiError
from kireji.core.models import ModelInfo
from kireji.core.ports import Clock, Provider
from kireji.core.requests import Purpose
from kireji.core.secret import Secret
from kireji.core.settings import Settings
from kireji.services.credentials import Credentials
from kireji.services.outbox import Outbox

_LIST_SECONDS = 24 * 3600.0
DEVICE = "device"


class Choice(msgspec.Struct, frozen=True):
    """Who answers the next question.

    Args:
        provider: Whose.
        model: Which.
        reason: Why this one, when it is not what was asked for; empty otherwise.
    """

    provider: Provider
    model: str
    reason: str = ""


class Catalog:
    """The providers, their models, and the choice between them.

    Args:
        providers: By name, in order of preference; the last needs nothing and always works.
        credentials: Says which have a key.
        outbox: Clears the requests for lists.
        clock: Ends the lists' validity.
        patience: Seconds that the keychain has to answer where something else could answer the question.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        credentials: Credentials,
        outbox: Outbox,
        clock: Clock,
        patience: float = 5.0,
    ) -> None:
        self._providers: Mapping[str, Provider] = {provider.name: provider for provider in providers}
        self._credentials = credentials
        self._outbox = outbox
        self._clock = clock
        self._patience = patience
        self._lists: dict[str, tuple[Sequence[ModelInfo], float]] = {}

    @property
    def names(self) -> Sequence[str]:
        """Names of all providers, in order of preference."""
        return tuple(self._providers)

    def provider(self, name: str) -> Provider:
        """The provider of that name.

        Raises:
            KirejiError: There is none.
        """
        if (found := self._providers.get(name)) is None:
            raise KirejiError(f"There is no provider {name!r}.", f"Use one of: {', '.join(self._providers)}.")
        return found

    async def choose(self, settings: Settings, provider: str = "", model: str = "") -> Choice:
        """Who answers: what was asked for, else the settings, else the first that can work.

        Args:
            settings: What holds now.
            provider: Asked for explicitly; its missing key is then an error when the request is made.
            model: Asked for explicitly.
        """
        wanted = provider or settings.models.provider
        if wanted:
            chosen = self.provider(wanted)
            return Choice(chosen, model or settings.models.model_of(wanted) or chosen.default_model)
        reason = ""
        for candidate in self._providers.values():
            if not candidate.needs_key:
                return Choice(candidate, candidate.default_model, reason)
            try:
                credential = await self._credentials.find(candidate.name, patience=self._patience)
            except KeyStoreError as error:
                reason = error.message
                continue
            if credential.secret is not None:
                own = settings.models.model_of(candidate.name)
                return Choice(candidate, model or own or candidate.default_model)
            reason = reason or self._credentials.missing(candidate.name).message
        raise KirejiError("No provider can work here.", "Add a key in Settings, Keys & models.")

    async def models(self, provider: str, *, refresh: bool = False) -> Sequence[ModelInfo]:
        """The models of a provider; from its service when there is a key, kept for a day, else the built-in table.

        Raises:
            ProviderError: The service refused or was not reached, and `refresh` was asked for.
        """
        kept = self._lists.get(provider)
        if kept is not None and not refresh and self._clock.monotonic() - kept[1] < _LIST_SECONDS:
            return kept[0]
        adapter = self.provider(provider)
        if not refresh:
            return await adapter.models(None, "", None)
        credential = await self._credentials.find(provider)
        if credential.secret is None:
            return await adapter.models(None, "", None)
        with self._credentials.in_use(provider, credential):
            return await self._fetch(adapter, credential.base_url, credential.secret, Purpose.MODEL_LIST)

    async def test_key(self, provider: str, secret: Secret | None = None) -> Sequence[ModelInfo]:
        """Ask the service for its models, which costs nothing and fails with a wrong key.

        Args:
            provider: Whose key.
            secret: A key that is not stored yet; None tests the one that would be used.

        Raises:
            ProviderError: The key was refused or the service was not reached.
        """
        adapter = self.provider(provider)
        if secret is not None:  # it would be stored for the provider's own address, so it may go nowhere else
            return await self._fetch(adapter, self._credentials.own_address(provider), secret, Purpose.KEY_TEST)
        credential = await self._credentials.find(provider)
        if credential.secret is None and adapter.needs_key:
            raise self._credentials.missing(provider)
        with self._credentials.in_use(provider, credential):
            return await self._fetch(adapter, credential.base_url, credential.secret, Purpose.KEY_TEST)

    async def _fetch(
        self, adapter: Provider, base_url: str, secret: Secret | None, purpose: Purpose
    ) -> Sequence[ModelInfo]:
        found = await adapter.models(self._outbox.gate, base_url, secret, purpose)
        self._lists[adapter.name] = (found, self._clock.monotonic())
        return found
