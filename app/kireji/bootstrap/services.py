"""The use cases, wired for one process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from kireji.bootstrap.sources import WaitingPdfText
    from kireji.bootstrap.stores import Stores
    from kireji.core.desktop_ports import CaptureBackend, Clipboard
    from kireji.core.geometry import ScreenPlace
    from kireji.core.ports import Clock, KeyStore, Reader
    from kireji.core.provider_ports import Provider
    from kireji.core.tool_ports import ToolSources
    from kireji.desktop.paths import Paths
    from kireji.providers.http import HttpClient
    from kireji.providers.openrouter import OpenRouterProvider
    from kireji.services.application import Services
    from kireji.services.catalog import Catalog
    from kireji.services.counting import Counting
    from kireji.services.credentials import Credentials
    from kireji.services.local_servers import LocalServers
    from kireji.services.outbox import Outbox
    from kireji.services.packing import Packing
    from kireji.services.preferences import Preferences
    from kireji.services.spending import Spending
    from kireji.services.token_counts import TokenCounts
    from kireji.services.updates import Updates


class Overrides(NamedTuple):
    """Ports that tests put in the place of the real ones."""

    keychain: KeyStore | None = None
    capture: CaptureBackend | None = None
    reader: Reader | None = None
    providers: tuple[Provider, ...] | None = None
    tools: tuple[ToolSources, ...] | None = None


@asynccontextmanager
async def open_services(
    paths: Paths,
    environ: Mapping[str, str],
    *,
    preferences: Preferences | None = None,
    shortcut_held: Callable[[], bool] | None = None,
    clipboard: Clipboard | None = None,
    screens: Callable[[], Sequence[ScreenPlace]] | None = None,
    overrides: Overrides | None = None,
) -> AsyncIterator[Services]:
    """Wire the use cases for one process; leaving the context unwires them in reverse.

    Args:
        paths: Where things are kept.
        environ: The process's environment.
        preferences: The settings, when they were read already.
        shortcut_held: Whether this process holds the chord; the command line holds none.
        clipboard: What reads the clipboard, where that takes the window system's own means.
        screens: Tells where the screens lie, where windows are shown.
        overrides: Ports that replace the real ones.

    Raises:
        StoreError: The database cannot be used.
    """
    from kireji.bootstrap import desktop, network
    from kireji.bootstrap.about import late_about
    from kireji.bootstrap.builtin import CallNeeds
    from kireji.bootstrap.doctor import doctor_checks
    from kireji.bootstrap.habits import comparer, late_habits, spreadsheets
    from kireji.bootstrap.jobs import JobNeeds, LateJobs
    from kireji.bootstrap.personal import late_personal_data
    from kireji.bootstrap.prompts import late_prompts
    from kireji.bootstrap.stores import open_stores
    from kireji.bootstrap.summaries import summaries
    from kireji.bootstrap.tools import tools
    from kireji.bootstrap.transfers import Transfers
    from kireji.bootstrap.upkeep import upkeep
    from kireji.bootstrap.waiting import WaitingAutostart, WaitingClipboard, WaitingNotifier
    from kireji.desktop.processes import process_origin
    from kireji.imaging.codec import PillowCodec
    from kireji.services.application import Services
    from kireji.services.chat import ChatService
    from kireji.services.counting import Counting
    from kireji.services.doctor import Doctor
    from kireji.services.fitting import Fitting
    from kireji.services.measuring import Measuring
    from kireji.services.network_check import proxy_in_force, proxy_problem
    from kireji.services.pdf_words import PdfInWords
    from kireji.services.picture_text import PictureText
    from kireji.services.prompt_values import PromptValues
    from kireji.services.queue import QuestionQueue
    from kireji.services.receipts import History, Receipts
    from kireji.services.request_builder import RequestBuilder
    from kireji.services.sign_in import SignInService
    from kireji.services.watch import WatchService
    from kireji.services.web_pictures import PicturesByUrl
    from kireji.storage.queue import SqliteQueueStore
    from kireji.tools.validation import JsonSchemaValidator

    overrides = overrides or Overrides()
    preferences = preferences or read_preferences(paths)
    async with AsyncExitStack() as stack:
        stores = await open_stores(stack, paths)
        base = _base(stack, stores, environ, preferences, overrides)
        models = _models(stores, base, overrides)
        capture = desktop.capture_service(stack, stores, paths, environ, overrides.capture, screens)
        credentials, reader, outbox, local_servers = base.credentials, base.reader, base.outbox, models.local_servers
        clipboard = clipboard or WaitingClipboard(lambda: desktop.clipboard(environ))
        desktop.close_with(stack, clipboard)
        notifier = WaitingNotifier(lambda: desktop.notifier(environ))
        stack.push_async_callback(notifier.aclose)
        prompts = late_prompts(paths)
        held = shortcut_held or (lambda: False)
        toolkit = await tools(
            stack,
            paths,
            environ,
            stores.tools,
            PillowCodec(),
            stores.captures,
            preferences,
            base.clock,
            base.keychain,
            CallNeeds(clipboard, capture, base.http, outbox),
            overrides.tools,
        )

        known = (paths, environ, capture, credentials, preferences, local_servers, reader, prompts, held, toolkit)
        in_words = PdfInWords(base.pdf)
        requests = RequestBuilder(preferences, stores.captures, PictureText(reader), in_words)
        measuring = Measuring(base.counts, stores.captures, in_words)
        fitting = Fitting(requests, measuring)
        counting = Counting(
            stores.conversations,
            measuring,
            models.catalog,
            credentials,
            preferences,
            toolkit.toolbox,
            requests,
            outbox,
            base.counts,
            base.clock,
            fitting,
        )
        packing = _packing(stores, base, models, counting, environ)
        chat = ChatService(
            stores.conversations,
            models.catalog,
            credentials,
            outbox,
            preferences,
            process_origin(),
            requests,
            toolkit.toolbox,
            toolkit.runner,
            packing,
            fitting,
            monotonic=base.clock.monotonic,
        )
        history = History(stores.conversations, requests, toolkit.toolbox, models.catalog)
        queue = await stack.enter_async_context(QuestionQueue(chat, SqliteQueueStore(stores.database)))
        jobs = LateJobs(
            stack,
            paths,
            environ,
            lambda: JobNeeds(
                models.catalog,
                credentials,
                outbox,
                preferences,
                base.clock,
                process_origin(),
                *network.job_wires(base.http, models.accounts, models.catalog.find),
                base.http.rate_limits,
                JsonSchemaValidator(),
                reader,
                spreadsheets,
                comparer,
                lambda: network.webhook_sender(base.http),
            ),
        )
        habits = late_habits(
            paths, stores, models.catalog, credentials, outbox, preferences, requests, base.clock, reader, chat
        )
        transfers = Transfers(paths, stores, preferences, base.clock)
        autostart = WaitingAutostart(lambda: desktop.autostart(environ))
        watches = await stack.enter_async_context(WatchService(capture, chat, base.clock))
        await stack.enter_async_context(
            upkeep(stack, stores, base.preferences, base.clock, prompts, chat, toolkit.toolbox, overrides.reader)
        )

        @cache
        def updates() -> Updates:
            from kireji.bootstrap.updates import make_updates

            return make_updates(paths, environ, base.http, outbox.gate, preferences, base.clock)

        yield Services(
            preferences=preferences,
            credentials=credentials,
            catalog=models.catalog,
            local_servers=local_servers,
            sign_in=SignInService(models.accounts, network.callback_listener, credentials, outbox),
            outbox=outbox,
            spending=base.spending,
            counting=counting,
            summaries=lambda: summaries(stores, models.catalog, credentials, outbox, preferences, base.counts),
            packing=packing,
            chat=chat,
            queue=queue,
            capture=capture,
            pictures_by_url=PicturesByUrl(lambda: network.web_pictures(base.http), outbox, capture),
            conversations=stores.conversations,
            drafts=stores.drafts,
            ledger=stores.ledger,
            receipts=Receipts(stores.ledger, stores.sent, history, chat, outbox, preferences, base.clock),
            reader=reader,
            doctor=Doctor(lambda: doctor_checks(*known)),
            clock=base.clock,
            prompts=prompts,
            prompt_values=PromptValues(clipboard, base.clock),
            clipboard=clipboard,
            notifier=notifier,
            autostart=autostart,
            watches=watches,
            tools=toolkit,
            transfer=transfers.transfer,
            backups=transfers.backups,
            about=late_about(paths, environ),
            personal=late_personal_data(
                paths,
                preferences,
                transfers.transfer,
                jobs.service,
                base.keychain,
                credentials,
                toolkit.servers,
                autostart,
                app=shortcut_held is not None,
            ),
            habits=habits.get,
            results=habits.results,
            jobs=jobs.service,
            job_runner=jobs.runner,
            proxy_in_force=lambda: proxy_in_force(
                preferences.settings.network, lambda: network.system_proxies(environ)
            ),
            proxy_problem=lambda: proxy_problem(preferences.settings.network, lambda: network.system_proxies(environ)),
            updates=updates,
            told_at_start=stores.told_at_start,
        )


class _Base(NamedTuple):
    """What every question needs: keys, the network, what reads pictures and documents."""

    preferences: Preferences
    clock: Clock
    keychain: KeyStore
    credentials: Credentials
    reader: Reader
    pdf: WaitingPdfText
    http: HttpClient
    outbox: Outbox
    spending: Spending
    counts: TokenCounts


def _base(
    stack: AsyncExitStack, stores: Stores, environ: Mapping[str, str], preferences: Preferences, overrides: Overrides
) -> _Base:
    from kireji.bootstrap import network
    from kireji.bootstrap.sources import WaitingPdfText, pdf_reader
    from kireji.desktop.clock import SystemClock
    from kireji.desktop.keystore import KeyringKeyStore, SessionKeyStore
    from kireji.desktop.processes import origin_alive, process_origin
    from kireji.imaging.codec import PillowCodec
    from kireji.providers.http import HttpClient
    from kireji.reader.client import ReaderProcess
    from kireji.services.accounts import Accounts
    from kireji.services.credentials import Credentials
    from kireji.services.outbox import Outbox
    from kireji.services.redaction import Redaction
    from kireji.services.spending import Spending
    from kireji.services.token_counts import TokenCounts
    from kireji.storage.spending import SqliteSpendingStore
    from kireji.storage.token_corrections import SqliteCorrectionStore

    clock = SystemClock()
    keychain = overrides.keychain or KeyringKeyStore()
    credentials = Credentials(keychain, SessionKeyStore(), environ, clock)
    reader = overrides.reader or ReaderProcess()
    stack.push_async_callback(reader.aclose)
    http = HttpClient(
        lambda: preferences.settings.network, system_proxies=lambda: network.system_proxies(environ).proxies
    )
    stack.push_async_callback(http.aclose)
    counts = TokenCounts(SqliteCorrectionStore(stores.database))
    spending = Spending(SqliteSpendingStore(stores.database, origin_alive), preferences, clock, process_origin())
    pdf = WaitingPdfText(lambda: pdf_reader(environ))
    redaction = Redaction(reader, PillowCodec(), stores.captures, preferences, pdf)
    outbox = Outbox(
        stores.ledger,
        Accounts(spending, counts),
        stores.sent,
        lambda: preferences.settings.privacy.keep_contents,
        redaction,
    )
    return _Base(preferences, clock, keychain, credentials, reader, pdf, http, outbox, spending, counts)


class _Models(NamedTuple):
    """Who can answer."""

    accounts: Mapping[str, OpenRouterProvider]
    local_servers: LocalServers
    catalog: Catalog


def _models(stores: Stores, base: _Base, overrides: Overrides) -> _Models:
    from kireji.bootstrap import network
    from kireji.bootstrap.late import Late
    from kireji.services.catalog import Catalog
    from kireji.services.local_servers import LocalServers
    from kireji.storage.model_lists import SqliteModelListStore

    http, clock, credentials = base.http, base.clock, base.credentials
    accounts = Late({"openrouter": lambda: network.openrouter(http)})
    local_servers = LocalServers(
        lambda: network.local_finder(http), base.outbox, base.preferences, credentials, clock, network.usual_addresses
    )
    catalog = Catalog(
        overrides.providers or network.providers(http, base.reader, accounts),
        credentials,
        base.outbox,
        clock,
        lists=SqliteModelListStore(stores.database),
        local_servers=local_servers,
        balances=accounts,
    )
    return _Models(accounts, local_servers, catalog)


def _packing(stores: Stores, base: _Base, models: _Models, counting: Counting, environ: Mapping[str, str]) -> Packing:
    from kireji.bootstrap.sources import readers
    from kireji.services.packing import Packing

    looking = readers(environ, base.pdf, stores.conversations, base.http, base.outbox.gate, base.clock)
    return Packing(looking, stores.captures, models.catalog, counting, base.counts, base.preferences, base.clock)


def read_preferences(paths: Paths) -> Preferences:
    """The settings from their file."""
    from kireji.services.preferences import Preferences
    from kireji.storage.settings_file import TomlSettingsFile

    return Preferences.read(TomlSettingsFile(paths.settings))


def services_for_command_line(environ: Mapping[str, str]) -> Callable[[], AbstractAsyncContextManager[Services]]:
    """What the command line calls when a command needs the services."""

    def build() -> AbstractAsyncContextManager[Services]:
        from kireji import diagnostics
        from kireji.bootstrap.personal import is_marked, take_up
        from kireji.desktop.paths import Paths

        paths = Paths.find(environ)
        if is_marked(paths):
            take_up(paths)
        diagnostics.start(paths.logs)
        return open_services(paths, environ)

    return build
