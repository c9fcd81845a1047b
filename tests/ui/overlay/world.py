"""The real services over fakes, as the overlay uses them."""

from __future__ import annotations

from dataclasses import dataclass, field

from kireji.core.history import Origin
from kireji.core.ports import ConversationStore, ImageCodec
from kireji.core.secret import Secret, SecretName
from kireji.services.application import Services
from kireji.services.capture import CaptureService
from kireji.services.catalog import Catalog
from kireji.services.chat import ChatService
from kireji.services.credentials import ADDRESSES, Credentials
from kireji.services.doctor import Doctor
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences
from tests.fakes.desktop import FakeCapture, FakeClock, FakeCodec
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.provider import FakeProvider
from tests.fakes.reader import FakeReader
from tests.fakes.stores import MemoryCaptureStore, MemoryConversationStore, MemoryLedger, MemorySettings


def _device() -> FakeProvider:
    return FakeProvider(name="device", needs_key=False, leaves=False)


@dataclass
class OverlayWorld:
    """What a test prepares and looks at."""

    key: str = "sk-ant-test-0123456789"
    remote: FakeProvider = field(default_factory=FakeProvider)
    device: FakeProvider = field(default_factory=_device)
    conversations: ConversationStore = field(default_factory=MemoryConversationStore)
    captures: MemoryCaptureStore = field(default_factory=MemoryCaptureStore)
    screen: FakeCapture = field(default_factory=FakeCapture)
    codec: ImageCodec = field(default_factory=FakeCodec)
    reader: FakeReader = field(default_factory=FakeReader)

    def services(self) -> Services:
        """Wire everything as `bootstrap` does."""
        keychain, ledger, clock = FakeKeyStore(), MemoryLedger(), FakeClock()
        if self.key:
            keychain.secrets[SecretName("anthropic", ADDRESSES["anthropic"].default_url)] = Secret(self.key)
        preferences = Preferences.read(MemorySettings())
        credentials = Credentials(keychain, FakeKeyStore(), {}, clock)
        outbox = Outbox(ledger)
        catalog = Catalog((self.remote, self.device), credentials, outbox, clock)
        origin = Origin(1, "now")
        return Services(
            preferences=preferences,
            credentials=credentials,
            catalog=catalog,
            outbox=outbox,
            chat=ChatService(self.conversations, self.captures, catalog, credentials, outbox, preferences, origin),
            capture=CaptureService([self.screen], self.codec, self.captures),
            conversations=self.conversations,
            ledger=ledger,
            reader=self.reader,
            doctor=Doctor(()),
            clock=clock,
        )
