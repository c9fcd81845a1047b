"""A keychain in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from kireji.core.errors import KeyStoreError
from kireji.core.ports import Availability
from kireji.core.secret import Secret, SecretName


class FakeKeyStore:
    """Keeps keys until the test ends.

    Attributes:
        failure: When set, every call but `availability` raises it.
        hold: When set, `get` waits for it, as behind a password prompt.
        secrets: What is kept.
        reads: How often a key was looked for.
    """

    def __init__(self, available: Availability | None = None) -> None:
        self.failure: KeyStoreError | None = None
        self.hold: asyncio.Event | None = None
        self.secrets: dict[SecretName, Secret] = {}
        self.reads = 0
        self._available = available or Availability(True, "Test keychain")

    async def availability(self) -> Availability:
        return self._available

    async def get(self, name: SecretName) -> Secret | None:
        self.reads += 1
        if self.hold is not None:
            await self.hold.wait()
        self._fail()
        return self.secrets.get(name)

    async def set(self, name: SecretName, secret: Secret) -> None:
        self._fail()
        self.secrets[name] = secret

    async def delete(self, name: SecretName) -> bool:
        self._fail()
        return self.secrets.pop(name, None) is not None

    async def names(self) -> Sequence[SecretName]:
        self._fail()
        return sorted(self.secrets, key=repr)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
