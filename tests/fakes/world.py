"""The real services over fakes, wired as `bootstrap` wires them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kireji.bootstrap.habits import HabitNeeds, LateHabits
from kireji.bootstrap.jobs import JobNeeds, JobStores, LateRunner, job_parts
from kireji.bootstrap.tools import tool_service
from kireji.core.about import Fact
from kireji.core.history import Origin
from kireji.core.models import ModelInfo
from kireji.core.ports import KeyStore
from kireji.core.secret import Secret, SecretName
from kireji.core.sources import SourceKind
from kireji.core.tool_ports import SchemaValidator
from kireji.core.update_ports import Installation, UpdateSource
from kireji.services.about import About
from kireji.services.accounts import Accounts
from kireji.services.application import Services
from kireji.services.backup import BackupService
from kireji.services.capture import CaptureService
from kireji.services.catalog import Catalog
from kireji.services.chat import ChatService
from kireji.services.counting import Counting
from kireji.services.credentials import ADDRESSES, Credentials
from kireji.services.doctor import Check, Doctor
from kireji.services.fitting import Fitting
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.parts import JobParts
from kireji.services.jobs.service import JobService
from kireji.services.likely_keys import likely_keys
from kireji.services.local_servers import LocalServers
from kireji.services.measuring import Measuring
from kireji.services.network_check import proxy_in_force, proxy_problem
from kireji.services.outbox import Outbox
from kireji.services.packing import Packing
from kireji.services.pdf_words import PdfInWords
from kireji.services.personal_data import PersonalData
from kireji.services.picture_text import PictureText
from kireji.services.preferences import Preferences
from kireji.services.prompt_values import PromptValues
from kireji.services.queue import QuestionQueue
from kireji.services.receipts import History, Receipts
from kireji.services.redaction import Redaction
from kireji.services.request_builder import RequestBuilder
from kireji.services.sign_in import SignInService
from kireji.services.spending import Spending
from kireji.services.summaries import Summaries
from kireji.services.token_counts import TokenCounts
from kireji.services.tools.calls import BareContext, Contexts
from kireji.services.tools.servers import ToolServers
from kireji.services.transfer import TransferService
from kireji.services.updates import Updates
from kireji.services.watch import WatchService
from kireji.services.web_pictures import PicturesByUrl
from tests.fakes.about import MemoryLicences
from tests.fakes.batches import FakeBatches
from tests.fakes.desktop import (
    FakeAutostart,
    FakeCapture,
    FakeClipboard,
    FakeClock,
    FakeCodec,
    FakeNotifier,
    FakePicker,
    FakeWindows,
    MemoryLastRegion,
)
from tests.fakes.habits import (
    FakeComparer,
    FakeSpreadsheets,
    MemoryCapturePlaces,
    MemoryPolicyCheckStore,
    MemoryPolicyStore,
    MemoryResultStore,
    MemorySheetFiles,
)
from tests.fakes.job_parts import FakeFormat, FakeSender, MemoryImporter, MemoryPictures, MemorySpool, MemoryWriter
from tests.fakes.job_reviews import MemoryReviewStore
from tests.fakes.job_store import MemoryJobStore
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.network import USUAL, FakeFinder, FakeListener, FakeSignIn, FakeSystemProxies, FakeWeb
from tests.fakes.personal import MemoryPersonalFiles
from tests.fakes.prompts import MemoryPromptStore
from tests.fakes.provider import FakeProvider
from tests.fakes.reader import FakeReader
from tests.fakes.sources import FakePdfText, FakeSourceReader
from tests.fakes.spending import MemoryCorrectionStore, MemorySpendingStore
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
    FakeValidator,
    MemoryOfferStore,
    MemoryPermissionStore,
    MemoryServerFile,
)
from tests.fakes.transfer import FakeBackups, FakeExports, MemoryWholeStore
from tests.fakes.updates import FakeReleaseLists, FakeSignatures, MemoryUpdateMemory

KEY = "sk-ant-test-0123456789"
ROUTER_KEY = "sk-or-v1-test-0123456789"
ROUTER_MODEL = ModelInfo("openrouter", "anthropic/fake-model", "Fake model by way of OpenRouter")


def device_provider() -> FakeProvider:
    """A stand-in for this computer's own reader."""
    return FakeProvider(name="device", needs_key=False, leaves=False)


def router_provider() -> FakeProvider:
    """A stand-in for OpenRouter."""
    return FakeProvider(name="openrouter", models=(ROUTER_MODEL,))


def local_provider() -> FakeProvider:
    """A stand-in for local servers."""
    return FakeProvider(name="local", models=(), needs_key=False, default_model="")


def job_formats() -> dict[str, FakeFormat]:
    """How questions stand in batches."""
    return {"anthropic": FakeFormat(), "openrouter": FakeFormat()}


@dataclass
class World:
    """Every fake, to be prepared before `services` is read and looked at afterwards.

    Args:
        key: Stored in the keychain for anthropic; empty for none.
        router_key: Stored in the keychain for openrouter; empty for none.
        environ: The process's environment.
        checks: What the doctor looks at.
    """

    key: str = KEY
    router_key: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    checks: Sequence[Check] = ()
    remote: FakeProvider = field(default_factory=FakeProvider)
    router: FakeProvider = field(default_factory=router_provider)
    local: FakeProvider = field(default_factory=local_provider)
    device: FakeProvider = field(default_factory=device_provider)
    finder: FakeFinder = field(default_factory=FakeFinder)
    listener: FakeListener = field(default_factory=FakeListener)
    signing: FakeSignIn = field(default_factory=FakeSignIn)
    web: FakeWeb = field(default_factory=FakeWeb)
    keychain: FakeKeyStore = field(default_factory=FakeKeyStore)
    session: FakeKeyStore = field(default_factory=FakeKeyStore)
    conversations: MemoryConversationStore = field(default_factory=MemoryConversationStore)
    drafts: MemoryDraftStore = field(default_factory=MemoryDraftStore)
    captures: MemoryCaptureStore = field(default_factory=MemoryCaptureStore)
    lists: MemoryModelListStore = field(default_factory=MemoryModelListStore)
    queued: MemoryQueueStore | None = None
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    spending: MemorySpendingStore = field(init=False)
    corrections: MemoryCorrectionStore = field(default_factory=MemoryCorrectionStore)
    sent: MemorySentStore = field(default_factory=MemorySentStore)
    settings: MemorySettings = field(default_factory=MemorySettings)
    screen: FakeCapture = field(default_factory=FakeCapture)
    codec: FakeCodec = field(default_factory=FakeCodec)
    reader: FakeReader = field(default_factory=FakeReader)
    clock: FakeClock = field(default_factory=FakeClock)
    windows: FakeWindows = field(default_factory=FakeWindows)
    picker: FakePicker | None = None
    pointer: tuple[int, int] | None = None
    last_region: MemoryLastRegion = field(default_factory=MemoryLastRegion)
    places: MemoryCapturePlaces = field(default_factory=MemoryCapturePlaces)
    prompts: MemoryPromptStore = field(default_factory=MemoryPromptStore)
    clipboard: FakeClipboard = field(default_factory=FakeClipboard)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    autostart: FakeAutostart = field(default_factory=FakeAutostart)
    system_proxies: FakeSystemProxies = field(default_factory=FakeSystemProxies)
    whole: MemoryWholeStore = field(default_factory=MemoryWholeStore)
    exports: FakeExports = field(default_factory=FakeExports)
    backups: FakeBackups = field(default_factory=FakeBackups)
    personal: MemoryPersonalFiles = field(default_factory=MemoryPersonalFiles)
    data_users: list[str] = field(default_factory=list)
    """Other processes that use the data."""
    licences: MemoryLicences = field(default_factory=MemoryLicences)
    facts: Sequence[Fact] = (Fact("Kireji", "0.1.0"), Fact("Data", "~/.local/share/kireji"))
    tool_sources: FakeToolSources = field(default_factory=FakeToolSources)
    permissions: MemoryPermissionStore = field(default_factory=MemoryPermissionStore)
    offers: MemoryOfferStore = field(default_factory=MemoryOfferStore)
    validator: SchemaValidator = field(default_factory=FakeValidator)
    contexts: Contexts = BareContext
    server_file: MemoryServerFile = field(default_factory=MemoryServerFile)
    other_hosts: FakeOtherHosts = field(default_factory=FakeOtherHosts)
    probe: FakeProbe = field(default_factory=FakeProbe)
    sources: FakeSourceReader = field(default_factory=FakeSourceReader)
    pdf: FakePdfText = field(default_factory=FakePdfText)
    job_store: MemoryJobStore = field(init=False)
    job_reviews: MemoryReviewStore = field(init=False)
    job_importer: MemoryImporter = field(init=False)
    job_pictures: MemoryPictures = field(default_factory=MemoryPictures)
    spool: MemorySpool = field(default_factory=MemorySpool)
    job_writer: MemoryWriter = field(default_factory=MemoryWriter)
    batches: FakeBatches = field(init=False)
    formats: dict[str, FakeFormat] = field(
        default_factory=lambda: {"anthropic": FakeFormat(), "openrouter": FakeFormat()}
    )
    sender: FakeSender = field(default_factory=FakeSender)
    results: MemoryResultStore = field(default_factory=MemoryResultStore)
    policies: MemoryPolicyStore = field(default_factory=MemoryPolicyStore)
    policy_checks: MemoryPolicyCheckStore = field(default_factory=MemoryPolicyCheckStore)
    comparer: FakeComparer = field(default_factory=FakeComparer)
    spreadsheets: FakeSpreadsheets = field(default_factory=FakeSpreadsheets)
    sheet_files: MemorySheetFiles = field(default_factory=MemorySheetFiles)
    release_lists: FakeReleaseLists = field(default_factory=FakeReleaseLists)
    signatures: FakeSignatures = field(default_factory=FakeSignatures)
    update_memory: MemoryUpdateMemory = field(default_factory=MemoryUpdateMemory)
    update_source: UpdateSource = field(default_factory=UpdateSource)
    installed: Installation = field(default_factory=lambda: Installation("deb", "linux", "x86_64"))
    redacts: bool = False
    """Whether questions are looked through; most tests send pictures that are none."""

    def __post_init__(self) -> None:
        self.spending = MemorySpendingStore(self.clock.now)
        self.job_store = MemoryJobStore(now=self.clock.now)
        self.job_reviews = MemoryReviewStore(self.job_store, self.clock.now)
        self.job_importer = MemoryImporter(self.job_store)
        self.batches = FakeBatches(self.clock.now)
        self.sent.read_file = lambda path: self.spool.bodies[path.removeprefix("memory/")]

    @property
    def queue_store(self) -> MemoryQueueStore:
        """What waits, the same for all services that are wired."""
        self.queued = self.queued or MemoryQueueStore(self.conversations)
        return self.queued

    def services(self) -> Services:
        """Wire everything."""
        for provider, key in (("anthropic", self.key), ("openrouter", self.router_key)):
            if key:
                self.keychain.secrets[SecretName(provider, ADDRESSES[provider].default_url)] = Secret(key)
        return wire(self, self.keychain, self.session)

    @asynccontextmanager
    async def build(self) -> AsyncIterator[Services]:
        """As the command line wants it."""
        yield self.services()


def wire(world: World, keychain: KeyStore, session: KeyStore) -> Services:
    """The services over a world's fakes and these keychains."""
    preferences = Preferences.read(world.settings)
    credentials = Credentials(keychain, session, world.environ, world.clock)
    counts = TokenCounts(world.corrections)
    spending = Spending(world.spending, preferences, world.clock, Origin(1, "now"))
    redaction = Redaction(world.reader, world.codec, world.captures, preferences, world.pdf) if world.redacts else None
    outbox = Outbox(
        world.ledger,
        Accounts(spending, counts),
        world.sent,
        lambda: preferences.settings.privacy.keep_contents,
        redaction,
    )
    local_servers = LocalServers(lambda: world.finder, outbox, preferences, credentials, world.clock, lambda: (USUAL,))
    catalog = Catalog(
        (world.remote, world.router, world.local, world.device),
        credentials,
        outbox,
        world.clock,
        lists=world.lists,
        local_servers=local_servers,
        balances={"openrouter": world.signing},
    )
    capture = CaptureService(
        [world.screen],
        world.codec,
        world.captures,
        world.windows,
        world.last_region,
        world.picker,
        lambda: world.pointer,
        world.places,
    )
    tools = tool_service(
        (world.tool_sources,),
        world.permissions,
        world.offers,
        world.validator,
        world.contexts,
        world.codec,
        world.captures,
        preferences,
        world.clock,
        ToolServers(world.server_file, lambda: world.probe, world.other_hosts, keychain),
        "/data/plugins",
    )
    in_words = PdfInWords(world.pdf)
    requests = RequestBuilder(preferences, world.captures, PictureText(world.reader), in_words)
    measuring = Measuring(counts, world.captures, in_words)
    fitting = Fitting(requests, measuring)
    counting = Counting(
        world.conversations,
        measuring,
        catalog,
        credentials,
        preferences,
        tools.toolbox,
        requests,
        outbox,
        counts,
        world.clock,
        fitting,
    )
    sources = {kind.value: world.sources for kind in SourceKind}
    packing = Packing(sources, world.captures, catalog, counting, counts, preferences, world.clock)
    chat = ChatService(
        world.conversations,
        catalog,
        credentials,
        outbox,
        preferences,
        Origin(1, "now"),
        requests,
        tools.toolbox,
        tools.runner,
        packing,
        fitting,
        monotonic=world.clock.monotonic,
    )
    history = History(world.conversations, requests, tools.toolbox, catalog)
    receipts = Receipts(world.ledger, world.sent, history, chat, outbox, preferences, world.clock)
    transfer = TransferService(world.whole, world.captures, world.codec, world.exports.open, world.exports.writer)
    backups = BackupService(world.backups, transfer, lambda: preferences.settings.backup, Path("/backups"), world.clock)
    jobs = _jobs(world, catalog, credentials, outbox, preferences)
    habits = _habits(world, catalog, credentials, outbox, preferences, requests, chat)
    updates = Updates(
        world.update_source,
        lambda: world.release_lists,
        outbox.gate,
        lambda: world.signatures,
        world.update_memory,
        preferences,
        world.clock,
        world.installed,
        running="0.1.0",
    )
    personal = PersonalData(
        world.personal,
        lambda: transfer,
        jobs,
        keychain,
        lambda: likely_keys(credentials, preferences.settings, tools.servers, ()),
        world.autostart,
        lambda: preferences.settings.backup,
        lambda: world.data_users,
    )
    return Services(
        preferences=preferences,
        credentials=credentials,
        catalog=catalog,
        local_servers=local_servers,
        sign_in=SignInService({"openrouter": world.signing}, lambda: world.listener, credentials, outbox),
        outbox=outbox,
        spending=spending,
        counting=counting,
        summaries=lambda: Summaries(world.conversations, catalog, credentials, outbox, preferences, counts),
        packing=packing,
        chat=chat,
        queue=QuestionQueue(chat, world.queue_store),
        capture=capture,
        pictures_by_url=PicturesByUrl(lambda: world.web, outbox, capture),
        conversations=world.conversations,
        drafts=world.drafts,
        ledger=world.ledger,
        receipts=receipts,
        reader=world.reader,
        doctor=Doctor(lambda: world.checks),
        clock=world.clock,
        prompts=world.prompts,
        prompt_values=PromptValues(world.clipboard, world.clock),
        clipboard=world.clipboard,
        notifier=world.notifier,
        autostart=world.autostart,
        watches=WatchService(capture, chat, world.clock, world.clock.pause),
        tools=tools,
        transfer=lambda: transfer,
        backups=lambda: backups,
        personal=lambda: personal,
        about=lambda: About(world.licences, lambda: world.facts),
        habits=habits.get,
        results=habits.results,
        jobs=jobs,
        job_runner=lambda: LateRunner(jobs),
        proxy_in_force=lambda: proxy_in_force(preferences.settings.network, lambda: world.system_proxies),
        proxy_problem=lambda: proxy_problem(preferences.settings.network, lambda: world.system_proxies),
        updates=lambda: updates,
    )


def _habits(
    world: World,
    catalog: Catalog,
    credentials: Credentials,
    outbox: Outbox,
    preferences: Preferences,
    requests: RequestBuilder,
    chat: ChatService,
) -> LateHabits:
    return LateHabits(
        HabitNeeds(
            catalog,
            credentials,
            outbox,
            preferences,
            requests,
            world.clock,
            world.conversations,
            world.captures,
            world.reader,
            lambda: world.results,
            lambda: world.policies,
            lambda: world.policy_checks,
            lambda: world.comparer,
            lambda: world.validator,
            lambda: world.spreadsheets,
            lambda: world.sheet_files,
            Origin(1, "now"),
            chat,
        )
    )


def _jobs(
    world: World, catalog: Catalog, credentials: Credentials, outbox: Outbox, preferences: Preferences
) -> JobService:
    store = world.job_store
    stores = JobStores(
        store, world.job_reviews, store, world.job_importer, world.job_pictures, world.spool, world.job_writer
    )
    needs = JobNeeds(
        catalog,
        credentials,
        outbox,
        preferences,
        world.clock,
        Origin(1, "now"),
        world.formats,
        {"anthropic": world.batches},
        None,
        world.validator,
        world.reader,
        lambda: world.spreadsheets,
        lambda: world.comparer,
        lambda: world.sender,
        world.clock.pause,
    )
    news = JobNews()

    async def opened() -> JobParts:
        return job_parts(stores, needs, news)

    return JobService(opened, lambda: True, news)
