"""Services over fakes, for front ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from kireji.core.errors import KeyStoreUnavailable
from kireji.core.ports import Availability
from kireji.core.secret import Secret, SecretName
from kireji.core.update_ports import Installation, UpdateSource
from kireji.services.application import Services
from tests.fakes.desktop import (
    FakeAutostart,
    FakeCapture,
    FakeClipboard,
    FakeClock,
    FakeNotifier,
    FakePicker,
    FakeWindows,
    MemoryLastRegion,
)
from tests.fakes.habits import MemoryResultStore
from tests.fakes.job_service import FakeJobService
from tests.fakes.network import FakeFinder, FakeListener, FakeSignIn, FakeSystemProxies, FakeWeb
from tests.fakes.personal import MemoryPersonalFiles
from tests.fakes.prompts import MemoryPromptStore
from tests.fakes.provider import FakeProvider
from tests.fakes.reader import FakeReader
from tests.fakes.sources import FakeSourceReader
from tests.fakes.spending import MemorySpendingStore
from tests.fakes.stores import (
    MemoryCaptureStore,
    MemoryConversationStore,
    MemoryDraftStore,
    MemoryLedger,
    MemoryModelListStore,
    MemoryQueueStore,
    MemorySentStore,
    MemorySettings,
)
from tests.fakes.tools import (
    FakeOtherHosts,
    FakeProbe,
    FakeToolSources,
    MemoryOfferStore,
    MemoryPermissionStore,
    MemoryServerFile,
)
from tests.fakes.transfer import FakeBackups, FakeExports, MemoryWholeStore
from tests.fakes.updates import FakeReleaseLists
from tests.fakes.world import World, device_provider, local_provider, router_provider, wire


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

    async def names(self) -> Sequence[SecretName]:
        self._check()
        return tuple(self.keys)

    def _check(self) -> None:
        if not self._availability.ok:
            raise KeyStoreUnavailable(self._availability.reason, self._availability.hint)


@dataclass
class FakeSurroundings:
    """Everything below the services, for a test to look at and to break."""

    provider: FakeProvider = field(default_factory=FakeProvider)
    router: FakeProvider = field(default_factory=router_provider)
    local: FakeProvider = field(default_factory=local_provider)
    device: FakeProvider = field(default_factory=device_provider)
    finder: FakeFinder = field(default_factory=FakeFinder)
    listener: FakeListener = field(default_factory=FakeListener)
    signing: FakeSignIn = field(default_factory=FakeSignIn)
    web: FakeWeb = field(default_factory=FakeWeb)
    release_lists: FakeReleaseLists = field(default_factory=FakeReleaseLists)
    update_source: UpdateSource = field(default_factory=UpdateSource)
    installed: Installation = field(default_factory=lambda: Installation("deb", "linux", "x86_64"))
    lists: MemoryModelListStore = field(default_factory=MemoryModelListStore)
    queued: MemoryQueueStore | None = None
    conversations: MemoryConversationStore = field(default_factory=MemoryConversationStore)
    drafts: MemoryDraftStore = field(default_factory=MemoryDraftStore)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    spending: MemorySpendingStore = field(init=False)
    captures: MemoryCaptureStore = field(default_factory=MemoryCaptureStore)
    sent: MemorySentStore = field(default_factory=MemorySentStore)
    settings: MemorySettings = field(default_factory=MemorySettings)
    keychain: FakeKeyStore = field(default_factory=FakeKeyStore)
    session: FakeKeyStore = field(default_factory=FakeKeyStore)
    capture: FakeCapture = field(default_factory=FakeCapture)
    reader: FakeReader = field(default_factory=FakeReader)
    clock: FakeClock = field(default_factory=FakeClock)
    windows: FakeWindows = field(default_factory=FakeWindows)
    picker: FakePicker | None = None
    last_region: MemoryLastRegion = field(default_factory=MemoryLastRegion)
    prompts: MemoryPromptStore = field(default_factory=MemoryPromptStore)
    clipboard: FakeClipboard = field(default_factory=FakeClipboard)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    autostart: FakeAutostart = field(default_factory=FakeAutostart)
    environ: Mapping[str, str] = field(default_factory=dict)
    system_proxies: FakeSystemProxies = field(default_factory=FakeSystemProxies)

    whole: MemoryWholeStore = field(default_factory=MemoryWholeStore)
    exports: FakeExports = field(default_factory=FakeExports)
    backups: FakeBackups = field(default_factory=FakeBackups)
    personal: MemoryPersonalFiles = field(default_factory=MemoryPersonalFiles)
    data_users: list[str] = field(default_factory=list)
    tool_sources: FakeToolSources = field(default_factory=FakeToolSources)
    permissions: MemoryPermissionStore = field(default_factory=MemoryPermissionStore)
    offers: MemoryOfferStore = field(default_factory=MemoryOfferStore)
    server_file: MemoryServerFile = field(default_factory=MemoryServerFile)
    other_hosts: FakeOtherHosts = field(default_factory=FakeOtherHosts)
    probe: FakeProbe = field(default_factory=FakeProbe)
    jobs: FakeJobService | None = None
    """In the place of the real service over memory, for tests that say themselves what becomes of jobs."""
    redacts: bool = False
    """Whether questions are looked through and rules for answers hold; most tests send pictures that are none."""
    sources: FakeSourceReader = field(default_factory=FakeSourceReader)
    results: MemoryResultStore = field(default_factory=MemoryResultStore)

    def __post_init__(self) -> None:
        self.spending = MemorySpendingStore(self.clock.now)

    def with_key(self, value: str = "sk-ant-test-key") -> FakeSurroundings:
        """The same with a stored key."""
        self.keychain.keys[SecretName("anthropic", "https://api.anthropic.com")] = Secret(value)
        return self

    def build(self) -> Services:
        """The services over these."""
        world = World(
            key="",
            environ=dict(self.environ),
            remote=self.provider,
            router=self.router,
            local=self.local,
            device=self.device,
            finder=self.finder,
            listener=self.listener,
            signing=self.signing,
            web=self.web,
            release_lists=self.release_lists,
            update_source=self.update_source,
            installed=self.installed,
            conversations=self.conversations,
            drafts=self.drafts,
            captures=self.captures,
            lists=self.lists,
            queued=self.queued,
            ledger=self.ledger,
            settings=self.settings,
            screen=self.capture,
            reader=self.reader,
            clock=self.clock,
            windows=self.windows,
            picker=self.picker,
            last_region=self.last_region,
            prompts=self.prompts,
            clipboard=self.clipboard,
            notifier=self.notifier,
            autostart=self.autostart,
            system_proxies=self.system_proxies,
            whole=self.whole,
            exports=self.exports,
            backups=self.backups,
            personal=self.personal,
            data_users=self.data_users,
            tool_sources=self.tool_sources,
            permissions=self.permissions,
            offers=self.offers,
            server_file=self.server_file,
            other_hosts=self.other_hosts,
            probe=self.probe,
            sent=self.sent,
            redacts=self.redacts,
            sources=self.sources,
            results=self.results,
        )
        world.spending = self.spending
        services = wire(world, self.keychain, self.session)
        return services if self.jobs is None else msgspec.structs.replace(services, jobs=self.jobs)
