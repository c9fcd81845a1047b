"""The use cases, wired for one process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from kireji.core.desktop_ports import CaptureBackend, Clipboard
    from kireji.core.geometry import ScreenPlace
    from kireji.core.ports import KeyStore, Reader
    from kireji.core.provider_ports import Provider
    from kireji.desktop.paths import Paths
    from kireji.services.application import Services
    from kireji.services.preferences import Preferences


@runtime_checkable
class _Closes(Protocol):
    """Keeps something open, such as a connection to the display."""

    def close(self) -> None:
        """Let it go."""


class Overrides(NamedTuple):
    """Ports that tests put in the place of the real ones."""

    keychain: KeyStore | None = None
    capture: CaptureBackend | None = None
    reader: Reader | None = None
    providers: tuple[Provider, ...] | None = None


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
    from kireji.bootstrap.doctor import surroundings
    from kireji.bootstrap.late import Late
    from kireji.desktop.clock import SystemClock
    from kireji.desktop.keystore import KeyringKeyStore, SessionKeyStore
    from kireji.desktop.processes import origin_alive, process_origin
    from kireji.imaging.codec import PillowCodec
    from kireji.providers.http import HttpClient
    from kireji.reader.client import ReaderProcess
    from kireji.resources import resource
    from kireji.services.application import Services
    from kireji.services.capture import CaptureService
    from kireji.services.catalog import Catalog
    from kireji.services.chat import ChatService
    from kireji.services.checks import checks
    from kireji.services.credentials import Credentials
    from kireji.services.doctor import Doctor
    from kireji.services.local_servers import LocalServers
    from kireji.services.network_check import proxy_in_force, proxy_problem
    from kireji.services.outbox import Outbox
    from kireji.services.picture_text import PictureText
    from kireji.services.sign_in import SignInService
    from kireji.services.watch import WatchService
    from kireji.services.web_pictures import PicturesByUrl
    from kireji.storage.captures import FileCaptureStore
    from kireji.storage.conversations import SqliteConversationStore
    from kireji.storage.database import Database
    from kireji.storage.last_region import LastRegionFile
    from kireji.storage.ledger import SqliteLedger
    from kireji.storage.model_lists import SqliteModelListStore
    from kireji.storage.prompts import FilePromptStore

    overrides = overrides or Overrides()
    preferences = preferences or read_preferences(paths)
    async with AsyncExitStack() as stack:
        database = await Database.open(paths.database)
        stack.push_async_callback(database.close)
        clock = SystemClock()
        conversations = SqliteConversationStore(database, origin_alive)
        ledger = SqliteLedger(database)
        captures = FileCaptureStore(paths.captures, database)
        credentials = Credentials(overrides.keychain or KeyringKeyStore(), SessionKeyStore(), environ, clock)
        reader = overrides.reader or ReaderProcess()
        stack.push_async_callback(reader.aclose)
        http = HttpClient(
            lambda: preferences.settings.network, system_proxies=lambda: network.system_proxies(environ).proxies
        )
        stack.push_async_callback(http.aclose)
        outbox = Outbox(ledger)
        accounts = Late({"openrouter": lambda: network.openrouter(http)})
        local_servers = LocalServers(
            lambda: network.local_finder(http), outbox, preferences, credentials, clock, network.usual_addresses
        )
        catalog = Catalog(
            overrides.providers or network.providers(http, reader, accounts),
            credentials,
            outbox,
            clock,
            lists=SqliteModelListStore(database),
            local_servers=local_servers,
            balances=accounts,
        )
        backends = [overrides.capture] if overrides.capture else desktop.capture_backends(environ, screens)
        lister, last = desktop.window_lister(environ, screens), LastRegionFile(paths.state / "region")
        clipboard = clipboard or desktop.clipboard(environ)
        _close_with(stack, lister, clipboard)
        picker, pointer = desktop.area_picker(environ), desktop.pointer(environ)
        capture = CaptureService(backends, PillowCodec(), captures, lister, last, picker, pointer)
        notifier = desktop.notifier(environ)
        stack.push_async_callback(notifier.aclose)
        prompts = FilePromptStore(resource("prompts"), paths.prompts)
        held = shortcut_held or (lambda: False)
        at = surroundings(paths, environ, capture, credentials, preferences, local_servers, reader, prompts, held)
        chat = ChatService(
            conversations,
            captures,
            catalog,
            credentials,
            outbox,
            preferences,
            process_origin(),
            PictureText(reader),
        )
        watches = await stack.enter_async_context(WatchService(capture, chat, clock))
        yield Services(
            preferences=preferences,
            credentials=credentials,
            catalog=catalog,
            local_servers=local_servers,
            sign_in=SignInService(accounts, network.callback_listener, credentials, outbox),
            outbox=outbox,
            chat=chat,
            capture=capture,
            pictures_by_url=PicturesByUrl(lambda: network.web_pictures(http), outbox, capture),
            conversations=conversations,
            ledger=ledger,
            reader=reader,
            doctor=Doctor(checks(at)),
            clock=clock,
            prompts=prompts,
            clipboard=clipboard,
            notifier=notifier,
            autostart=desktop.autostart(environ),
            watches=watches,
            proxy_in_force=lambda: proxy_in_force(
                preferences.settings.network, lambda: network.system_proxies(environ)
            ),
            proxy_problem=lambda: proxy_problem(preferences.settings.network, lambda: network.system_proxies(environ)),
        )


def _close_with(stack: AsyncExitStack, *parts: object) -> None:
    """Close those that keep something open when the stack ends."""
    for part in parts:
        if isinstance(part, _Closes):
            stack.callback(part.close)


def read_preferences(paths: Paths) -> Preferences:
    """The settings from their file."""
    from kireji.services.preferences import Preferences
    from kireji.storage.settings_file import TomlSettingsFile

    return Preferences.read(TomlSettingsFile(paths.settings))


def services_for_command_line(environ: Mapping[str, str]) -> Callable[[], AbstractAsyncContextManager[Services]]:
    """What the command line calls when a command needs the services."""

    def build() -> AbstractAsyncContextManager[Services]:
        from kireji import diagnostics
        from kireji.desktop.paths import Paths

        paths = Paths.find(environ)
        diagnostics.start(paths.logs)
        return open_services(paths, environ)

    return build
