"""Builds the object graph: the only place that knows every name."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kireji.desktop.paths import Paths

if TYPE_CHECKING:
    from kireji.core.ports import CaptureBackend, KeyStore, Provider, Reader
    from kireji.desktop.instance import InstanceLock
    from kireji.services.application import Services
    from kireji.services.checks import Surroundings
    from kireji.services.preferences import Preferences

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overrides:
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
    overrides: Overrides | None = None,
    surroundings: Surroundings | None = None,
) -> AsyncIterator[Services]:
    """Wire the use cases for one process; leaving the context unwires them in reverse.

    Args:
        paths: Where things are kept.
        environ: The process's environment.
        preferences: The settings, when they were read already.
        overrides: Ports that replace the real ones.
        surroundings: What the desktop front end knows about itself, for the doctor.

    Raises:
        StoreError: The database cannot be used.
    """
    from kireji.desktop.capture_mss import MssCapture
    from kireji.desktop.clock import SystemClock
    from kireji.desktop.keystore import KeyringKeyStore, SessionKeyStore
    from kireji.desktop.processes import origin_alive, process_origin
    from kireji.imaging.codec import PillowCodec
    from kireji.providers.anthropic import AnthropicProvider
    from kireji.providers.device import DeviceProvider
    from kireji.providers.http import HttpClient
    from kireji.reader.client import ReaderProcess
    from kireji.services.application import Services
    from kireji.services.capture import CaptureService
    from kireji.services.catalog import Catalog
    from kireji.services.chat import ChatService
    from kireji.services.checks import Surroundings, checks
    from kireji.services.credentials import Credentials
    from kireji.services.doctor import Doctor
    from kireji.services.outbox import Outbox
    from kireji.storage.captures import FileCaptureStore
    from kireji.storage.conversations import SqliteConversationStore
    from kireji.storage.database import Database
    from kireji.storage.ledger import SqliteLedger

    overrides = overrides or Overrides()
    async with AsyncExitStack() as stack:
        preferences = preferences or read_preferences(paths)
        database = await Database.open(paths.database)
        stack.push_async_callback(database.close)
        clock = SystemClock()
        conversations = SqliteConversationStore(database, origin_alive)
        ledger = SqliteLedger(database)
        captures = FileCaptureStore(paths.captures, database)
        keychain = overrides.keychain or KeyringKeyStore()
        credentials = Credentials(keychain, SessionKeyStore(), environ, clock)
        reader = overrides.reader or ReaderProcess()
        stack.push_async_callback(reader.aclose)
        http = HttpClient()
        stack.push_async_callback(http.aclose)
        providers = overrides.providers or (AnthropicProvider(http), DeviceProvider(reader))
        outbox = Outbox(ledger)
        catalog = Catalog(providers, credentials, outbox, clock)
        chat = ChatService(conversations, captures, catalog, credentials, outbox, preferences, process_origin())
        capture = CaptureService([overrides.capture or MssCapture()], PillowCodec(), captures)
        surroundings = surroundings or Surroundings()
        doctor = Doctor(checks(surroundings))
        yield Services(
            preferences=preferences,
            credentials=credentials,
            catalog=catalog,
            outbox=outbox,
            chat=chat,
            capture=capture,
            conversations=conversations,
            ledger=ledger,
            reader=reader,
            doctor=doctor,
            clock=clock,
        )


def read_preferences(paths: Paths) -> Preferences:
    """The settings from their file."""
    from kireji.services.preferences import Preferences
    from kireji.storage.settings_file import TomlSettingsFile

    return Preferences.read(TomlSettingsFile(paths.settings))


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
    """
    from kireji.desktop.hotkey_x11 import X11Hotkeys
    from kireji.storage.settings_file import early_shortcut
    from kireji.ui.qt_application import create
    from kireji.ui.shortcut import GlobalShortcut, watch_descriptor
    from kireji.ui.tray import Tray

    app = create(["kireji"])
    chord, paused = early_shortcut(paths.settings)
    shortcut = GlobalShortcut(X11Hotkeys(watch_descriptor(app)), chord, paused=paused)
    tray = Tray(chord)

    from kireji import diagnostics
    from kireji.ui import aio
    from kireji.ui.application import DesktopApplication

    diagnostics.install(paths)
    preferences = read_preferences(paths)

    def services() -> AbstractAsyncContextManager[Services]:
        return open_services(paths, environ, preferences=preferences)

    desktop = DesktopApplication(app, tray, shortcut, preferences, services, lock, paths)
    try:
        return aio.run(lambda stop: desktop.main(stop, first), app)
    finally:
        shortcut.release()
        tray.close()
        lock.release()


def services_for_command_line(
    environ: Mapping[str, str],
) -> Callable[[], AbstractAsyncContextManager[Services]]:
    """What the command line calls when a command needs the services."""

    def build() -> AbstractAsyncContextManager[Services]:
        return open_services(Paths.find(environ), environ)

    return build
