"""The real services over fakes, wired as `bootstrap` wires them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from kireji.core.history import Origin
from kireji.core.secret import Secret, SecretName
from kireji.services.application import Services
from kireji.services.capture import CaptureService
from kireji.services.catalog import Catalog
from kireji.services.chat import ChatService
from kireji.services.credentials import ADDRESSES, Credentials
from kireji.services.doctor import Check, Doctor
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences
from tests.fakes.desktop import FakeCapture, FakeClock, FakeCodec
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.provider import FakeProvider
from tests.fakes.reader import FakeReader
from tests.fakes.stores import MemoryCaptureStore, MemoryConversationStore, MemoryLedger, MemorySettings

KEY = "sk-ant-test-0123456789"


@dataclass
class World:
    """Every fake, to be prepared before `services` is read and looked at afterwards.

    Args:
        key: Stored in the keychain for anthropic; empty for none.
        environ: The process's environment.
        checks: What the doctor looks at.
    """

    key: str = KEY
    environ: dict[str, str] = field(default_factory=dict)
    checks: Sequence[Check] = ()
    remote: FakeProvider = field(default_factory=FakeProvider)
    device: FakeProvider = field(default_factory=lambda: FakeProvider(name="device", needs_key=False, leaves=False))
    keychain: FakeKeyStore = field(default_factory=FakeKeyStore)
    session: FakeKeyStore = field(default_factory=FakeKeyStore)
    conversations: MemoryConversationStore = field(default_factory=MemoryConversationStore)
    captures: MemoryCaptureStore = field(default_factory=MemoryCaptureStore)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    settings: MemorySettings = field(default_factory=MemorySettings)
    screen: FakeCapture = field(default_factory=FakeCapture)
    codec: FakeCodec = field(default_factory=FakeCodec)
    reader: FakeReader = field(default_factory=FakeReader)
    clock: FakeClock = field(default_factory=FakeClock)

    def services(self) -> Services:
        """Wire everything."""
        if self.key:
            self.keychain.secrets[SecretName("anthropic", ADDRESSES["anthropic"].default_url)] = Secret(self.key)
        preferences = Preferences.read(self.settings)
        credentials = Credentials(self.keychain, self.session, self.environ, self.clock)
        outbox = Outbox(self.ledger)
        catalog = Catalog((self.remote, self.device), credentials, outbox, self.clock)
        return Services(
            preferences=preferences,
            credentials=credentials,
            catalog=catalog,
            outbox=outbox,
            chat=ChatService(
                self.conversations, self.captures, catalog, credentials, outbox, preferences, Origin(1, "now")
            ),
            capture=CaptureService([self.screen], self.codec, self.captures),
            conversations=self.conversations,
            ledger=self.ledger,
            reader=self.reader,
            doctor=Doctor(self.checks),
            clock=self.clock,
        )

    @asynccontextmanager
    async def build(self) -> AsyncIterator[Services]:
        """As the command line wants it."""
        yield self.services()
