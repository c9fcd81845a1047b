"""What each service last said about its models."""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from kireji.core.errors import StoreError
from kireji.core.models import ModelInfo
from kireji.core.ports import Clock, ModelListStore
from kireji.core.provider_ports import Provider
from kireji.core.publisher import Publisher
from kireji.services.credentials import Credentials, without_password

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_VALID = timedelta(hours=24)


class ModelLists:
    """The lists, in memory and in the store; a provider's built-in table stands in for one that was never asked for.

    Args:
        providers: By name.
        credentials: Knows the addresses, because another address has other models.
        store: Keeps the lists; None keeps them in memory alone.
        clock: Ends their validity.

    Attributes:
        changed: Publishes the provider whose list is another than before.
    """

    def __init__(
        self, providers: Mapping[str, Provider], credentials: Credentials, store: ModelListStore | None, clock: Clock
    ) -> None:
        self._providers = providers
        self._credentials = credentials
        self._store = store
        self._clock = clock
        self._lists: dict[str, tuple[tuple[ModelInfo, ...], datetime]] = {}
        self._loaded: set[str] = set()
        self.changed: Publisher[str] = Publisher()

    def known(self, provider: str) -> tuple[ModelInfo, ...]:
        """The last list, or the built-in table."""
        kept = self._lists.get(provider)
        return kept[0] if kept else self.built_in(provider)

    def built_in(self, provider: str) -> tuple[ModelInfo, ...]:
        """The table that comes with the program."""
        return tuple(_at_once(self._providers[provider].models(None, "", None)))

    def fresh(self, provider: str) -> bool:
        """Whether the last list is so new that the service need not be asked again."""
        kept = self._lists.get(provider)
        return kept is not None and timedelta() <= self._clock.now() - kept[1] < _VALID

    async def load(self, provider: str) -> None:
        """Read the stored list, once; that it cannot be read is no reason not to go on."""
        if self._store is None or provider in self._loaded:
            return
        self._loaded.add(provider)
        try:
            stored = await self._store.load(provider, self._address(provider))
        except StoreError as error:
            log.warning("the list of models could not be read: %s", error)
            return
        if stored is not None and provider not in self._lists:
            self._lists[provider] = (tuple(stored[0]), stored[1])
            self.changed.publish(provider)

    async def keep(self, provider: str, models: Sequence[ModelInfo]) -> tuple[ModelInfo, ...]:
        """Keep what the service said just now."""
        before = self.known(provider)
        now = self._clock.now()
        self._lists[provider] = (tuple(models), now)
        self._loaded.add(provider)
        if self._store is not None:
            try:
                await self._store.save(provider, self._address(provider), models, now)
            except StoreError as error:
                log.warning("the list of models could not be kept: %s", error)
        if before != tuple(models):
            self.changed.publish(provider)
        return tuple(models)

    def _address(self, provider: str) -> str:
        return without_password(self._credentials.address(provider))


def _at_once(call: Coroutine[object, object, _T]) -> _T:
    """The result of a call that its port promises to answer without waiting."""
    try:
        call.send(None)
    except StopIteration as answered:
        result: _T = answered.value
        return result
    call.close()
    raise RuntimeError("a built-in table must be there at once")
