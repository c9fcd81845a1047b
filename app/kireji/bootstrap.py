"""Builds the object graph: the only place that knows every name."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable, Sequence

    from kireji.core.desktop_ports import CaptureBackend
    from kireji.core.errors import KirejiError
    from kireji.core.ports import KeyStore, Reader
    from kireji.core.provider_ports import CallbackListener, LocalServerFinder, Provider, WebPictures
    from kireji.desktop.instance import InstanceLock
    from kireji.desktop.paths import Paths
    from kireji.desktop.system_proxy import SystemProxies
    from kireji.providers.http import HttpClient
    from kireji.providers.openrouter import OpenRouterProvider
    from kireji.services.application import Services
    from kireji.services.capture import CaptureService
    from kireji.services.checks import Surroundings
    from kireji.services.credentials import Credentials
    from kireji.services.local_servers import LocalServers
    from kireji.services.preferences import Preferences

_T = TypeVar("_T")


class Late(Mapping[str, _T]):
    """Values by name, each made when it is first asked for: most runs need one provider of four.

    Args:
        makers: What makes them, in the order of the names.
    """

    def __init__(self, makers: Mapping[str, Callable[[], _T]]) -> None:
        self._makers = makers
        self._made: dict[str, _T] = {}

    def __getitem__(self, name: str) -> _T:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


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
    overrides: Overrides | None = None,
) -> AsyncIterator[Services]:
    """Wire the use cases for one process; leaving the context unwires them in reverse.

    Args:
        paths: Where things are kept.
        environ: The process's environment.
        preferences: The settings, when they were read already.
        shortcut_held: Whether this process holds the chord; the command line holds none.
        overrides: Ports that replace the real ones.

    Raises:
        StoreError: The database cannot be used.
    """
    from kireji.desktop.capture_mss import MssCapture
    from kireji.desktop.clock import SystemClock
    from kireji.desktop.keystore import KeyringKeyStore, SessionKeyStore
    from kireji.desktop.processes import origin_alive, process_origin
    from kireji.imaging.codec import PillowCodec
    from kireji.providers.http import HttpClient
    from kireji.reader.client import ReaderProcess
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
    from kireji.services.web_pictures import PicturesByUrl
    from kireji.storage.captures import FileCaptureStore
    from kireji.storage.conversations import SqliteConversationStore
    from kireji.storage.database import Database
    from kireji.storage.ledger import SqliteLedger
    from kireji.storage.model_lists import SqliteModelListStore

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
        http = HttpClient(lambda: preferences.settings.network, system_proxies=lambda: _system_proxies(environ).proxies)
        stack.push_async_callback(http.aclose)
        outbox = Outbox(ledger)
        accounts = Late({"openrouter": lambda: _openrouter(http)})
        local_servers = LocalServers(
            lambda: _local_finder(http), outbox, preferences, credentials, clock, _usual_addresses
        )
        catalog = Catalog(
            overrides.providers or _providers(http, reader, accounts),
            credentials,
            outbox,
            clock,
            lists=SqliteModelListStore(database),
            local_servers=local_servers,
            balances=accounts,
        )
        capture = CaptureService([overrides.capture or MssCapture(environ)], PillowCodec(), captures)
        held = shortcut_held or (lambda: False)
        at = _surroundings(paths, environ, capture, credentials, preferences, local_servers, reader, held)
        yield Services(
            preferences=preferences,
            credentials=credentials,
            catalog=catalog,
            local_servers=local_servers,
            sign_in=SignInService(accounts, _callback_listener, credentials, outbox),
            outbox=outbox,
            chat=ChatService(
                conversations,
                captures,
                catalog,
                credentials,
                outbox,
                preferences,
                process_origin(),
                PictureText(reader),
            ),
            capture=capture,
            pictures_by_url=PicturesByUrl(lambda: _web_pictures(http), outbox, capture),
            conversations=conversations,
            ledger=ledger,
            reader=reader,
            doctor=Doctor(checks(at)),
            clock=clock,
            proxy_in_force=lambda: proxy_in_force(preferences.settings.network, lambda: _system_proxies(environ)),
            proxy_problem=lambda: proxy_problem(preferences.settings.network, lambda: _system_proxies(environ)),
        )


def _system_proxies(environ: Mapping[str, str]) -> SystemProxies:
    from kireji.desktop import system_proxy
    from kireji.providers.connection_settings import native_proxies

    return system_proxy.read(environ, native_proxies)


def _holds_certificates(path: str) -> bool:
    from kireji.providers.certificates import holds_certificates

    return holds_certificates(path)


def _providers(http: HttpClient, reader: Reader, accounts: Mapping[str, OpenRouterProvider]) -> Mapping[str, Provider]:
    """All providers, in order of preference."""

    def anthropic() -> Provider:
        from kireji.providers.anthropic import AnthropicProvider

        return AnthropicProvider(http)

    def local() -> Provider:
        from kireji.providers.local import LocalProvider

        return LocalProvider(http)

    def device() -> Provider:
        from kireji.providers.device import DeviceProvider

        return DeviceProvider(reader)

    makers: Mapping[str, Callable[[], Provider]] = {
        "anthropic": anthropic,
        "openrouter": lambda: accounts["openrouter"],
        "local": local,
        "device": device,
    }
    return Late(makers)


def _openrouter(http: HttpClient) -> OpenRouterProvider:
    from kireji.providers.openrouter import OpenRouterProvider

    return OpenRouterProvider(http)


def _local_finder(http: HttpClient) -> LocalServerFinder:
    from kireji.providers.local import LocalFinder

    return LocalFinder(http)


def _usual_addresses() -> Sequence[str]:
    from kireji.providers.local import DEFAULT_ADDRESSES

    return DEFAULT_ADDRESSES


def _callback_listener() -> CallbackListener:
    from kireji.providers.loopback import LoopbackListener

    return LoopbackListener()


def _web_pictures(http: HttpClient) -> WebPictures:
    from kireji.providers.web import PictureFetcher

    return PictureFetcher(http)


def _surroundings(
    paths: Paths,
    environ: Mapping[str, str],
    capture: CaptureService,
    credentials: Credentials,
    preferences: Preferences,
    local_servers: LocalServers,
    reader: Reader,
    shortcut_held: Callable[[], bool],
) -> Surroundings:
    import asyncio
    import os

    from kireji.desktop import instance, machine
    from kireji.desktop.hotkey_x11 import X11Hotkeys
    from kireji.services.checks import Surroundings

    def unwatched(_descriptor: int, _ready: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    async def runs() -> bool:
        return await asyncio.to_thread(instance.runs, paths)

    async def app_shortcut() -> str | None:
        reply = await asyncio.to_thread(instance.send, paths, "shortcut", timeout=2.0)
        return reply.message if reply else None

    return Surroundings(
        environ=environ,
        platform=sys.platform,
        capture=capture.availability,
        hotkeys=X11Hotkeys(environ, unwatched),
        shortcut_held=shortcut_held,
        app_runs=runs,
        app_shortcut=app_shortcut,
        credentials=credentials,
        preferences=preferences,
        local_servers=local_servers,
        reader=reader,
        folder=lambda: asyncio.to_thread(machine.look_at_folder, paths.data),
        has_route=lambda: asyncio.to_thread(machine.has_route),
        system_proxies=lambda: asyncio.to_thread(_system_proxies, environ),
        file_exists=os.path.exists,
        holds_certificates=_holds_certificates,
    )


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


def show_failure(error: KirejiError) -> None:
    """Show why the program cannot start, where even the folders of the one instance cannot be used."""
    from kireji.ui import aio, failure
    from kireji.ui.qt_application import create

    async def main(stop: asyncio.Event) -> int:
        await failure.show_failure(error, stop)
        return 1

    aio.run(main, create(["kireji"]))


def run_desktop(paths: Paths, lock: InstanceLock, environ: Mapping[str, str], first: str) -> int:
    """Start the windows and stay until the program ends.

    The order is the point: application object, shortcut, tray; only then asyncio, the database and all else.

    Args:
        paths: Where things are kept.
        lock: Proof that no other instance runs; released at the end.
        environ: The process's environment.
        first: What to do once up: "raise" shows the window, "capture" opens the overlay, "hide" stays in the tray.

    Returns:
        The exit code.

    Raises:
        KirejiError: The program cannot run; the person has been told in a window if there was a display.
    """
    from kireji.desktop.hotkey_x11 import X11Hotkeys
    from kireji.storage.early_settings import early_shortcut
    from kireji.ui.qt_application import create
    from kireji.ui.shortcut import GlobalShortcut, watch_descriptor
    from kireji.ui.tray import Tray

    app = create(["kireji"])
    chord, paused = early_shortcut(paths.settings)
    shortcut = GlobalShortcut(X11Hotkeys(environ, watch_descriptor(app)), chord, paused=paused)
    tray = Tray(chord)
    app.sync()  # what was asked of the X server goes out now; there is no loop yet that would send it

    from kireji import diagnostics
    from kireji.desktop.instance import Reply, Request
    from kireji.desktop.memory import give_back
    from kireji.storage.window_geometry import WindowGeometryFile
    from kireji.ui import aio
    from kireji.ui.application import DesktopApplication
    from kireji.ui.settings.places import Places
    from kireji.ui.shortcut import ShortcutStatus

    diagnostics.start(paths.logs)
    crashes = diagnostics.CrashWatch(paths.logs)
    crashes.begin()
    preferences = read_preferences(paths)

    def services() -> AbstractAsyncContextManager[Services]:
        def held() -> bool:
            return shortcut.state().status is ShortcutStatus.HELD

        return open_services(paths, environ, preferences=preferences, shortcut_held=held)

    places = Places(paths.data, paths.settings, paths.logs)
    window_file = WindowGeometryFile(paths.state / "window")
    geometry = (window_file.read(), window_file.write)
    desktop = DesktopApplication(app, tray, shortcut, preferences, services, places, geometry, give_back)

    async def obey(request: Request) -> Reply:
        sentence = await desktop.command(request.command, request.activation_token)
        return Reply(not sentence, sentence)

    async def main(stop: asyncio.Event) -> int:
        async with lock.serve(obey):
            return await desktop.main(stop, first)

    try:
        return aio.run(main, app)
    finally:
        shortcut.release()
        tray.close()
        lock.release()
        crashes.end()
