"""Services over fakes, for front ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kireji.core.errors import KeyStoreUnavailable
from kireji.core.history import Origin
from kireji.core.ports import Availability
from kireji.core.secret import Secret, SecretName
from kireji.services.application import Services
from kireji.services.capture import CaptureService
from kireji.services.catalog import Catalog
from kireji.services.chat import ChatService
from kireji.services.credentials import Credentials
from kireji.services.doctor import Doctor
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences
from tests.fakes.desktop import FakeCapture, FakeClock, FakeCodec
from tests.fakes.provider import FakeProvider
from tests.fakes.reader import FakeReader
from tests.fakes.stores import MemoryCaptureStore, MemoryConversationStore, MemoryLedger, MemorySettings


class FakeKeyStore:
    """Keys in memory.

    Args:
        availability: What it says about itself.

    Attributes:
        keys: By name.
    """

    def __init__(self, availability: Availability | None = None) -> None:
        self._availability = availability or Availability(True, "Secret Service")
        self.keys: dict[SecretName, Secret] = {}

    async def availability(self) -> Availability:
        return self._availability

    async def get(self, name: SecretName) -> Secret | None:
        self._check()
        return self.keys.get(name)

    async def set(self, name: SecretName, secret: Secret) -> None:
        self._check()
        self.keys[name] = secret

    async def delete(self, name: SecretName) -> bool:
        self._check()
        return self.keys.pop(name, None) is not None

    def _check(self) -> None:
        if not self._availability.ok:
            raise KeyStoreUnavailable(self._availability.reason, self._availability.hint)


def device_provider() -> FakeProvider:
    """A stand-in for this computer's own reader."""
    return FakeProvider(name="device", needs_key=False, leaves=False)


@dataclass
class FakeSurroundings:
    """Everything below the services, for a test to look at and to break."""

    provider: FakeProvider = field(default_factory=FakeProvider)
    device: FakeProvider = field(default_factory=device_provider)
    conversations: MemoryConversationStore = field(default_factory=MemoryConversationStore)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    captures: MemoryCaptureStore = field(default_factory=MemoryCaptureStore)
    settings: MemorySettings = field(default_factory=MemorySettings)
    keychain: FakeKeyStore = field(default_factory=FakeKeyStore)
    session: FakeKeyStore = field(default_factory=FakeKeyStore)
    capture: FakeCapture = field(default_factory=FakeCapture)
    reader: FakeReader = field(default_factory=FakeReader)
    clock: FakeClock = field(default_factory=FakeClock)
    environ: Mapping[str, str] = field(default_factory=dict)

    def with_key(self, value: str = "sk-ant-test-key") -> FakeSurroundings:
        """The same with a stored key."""
        self.keychain.keys[SecretName("anthropic", "https://api.anthropic.com")] = Secret(value)
        return self

    def build(self) -> Services:
        """The services over these."""
        credentials = Credentials(self.keychain, self.session, self.environ, self.clock)
        outbox = Outbox(self.ledger)
        providers: Sequence[FakeProvider] = (self.provider, self.device)
        catalog = Catalog(providers, credentials, outbox, self.clock)
        preferences = Preferences.read(self.settings)
        chat = ChatService(
            self.conversations, self.captures, catalog, credentials, outbox, preferences, Origin(1, "test")
        )
        return Services(
            preferences=preferences,
            credentials=credentials,
            catalog=catalog,
            outbox=outbox,
            chat=chat,
            capture=CaptureService([self.capture], FakeCodec(), self.captures),
            conversations=self.conversations,
            ledger=self.ledger,
            reader=self.reader,
            doctor=Doctor(()),
            clock=self.clock,
        )
