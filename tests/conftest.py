"""The loop per test, the display, and the checks after each test."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.desktop import Desktop, desktop, secret_service, session_bus, x_server

_stack = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """No test reads the developer's own keys, settings, proxies or display."""
    for name in list(os.environ):
        if name.startswith(("ANTHROPIC_", "OPENROUTER_", "OPENAI_", "KIREJI_", "DBUS_")) or name.lower().endswith(
            "_proxy"
        ):
            del os.environ[name]
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSL_CERT_FILE"):
        os.environ.pop(name, None)
    config.stash[_stack] = ExitStack()
    gc.disable()  # what is collected stays; to look through millions of objects again and again took half of the time


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start one X server for the run when a test that will run needs it."""
    gc.enable()
    gc.freeze()
    if session.config.option.collectonly:
        return
    if any(item.get_closest_marker("qt") or item.get_closest_marker("display") for item in session.items):
        os.environ["DISPLAY"] = session.config.stash[_stack].enter_context(x_server())
        os.environ["QT_QPA_PLATFORM"] = "xcb"


def pytest_unconfigure(config: pytest.Config) -> None:
    if _stack in config.stash:
        config.stash[_stack].close()


def _qt_loop() -> asyncio.AbstractEventLoop:
    from PySide6.QtWidgets import QApplication

    from kireji.ui.aio import EventLoop

    app = QApplication.instance() or QApplication(["kireji-tests"])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)
    return EventLoop(app)


@pytest.hookimpl(tryfirst=True)
def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests marked qt run on Qt's loop, all others on plain asyncio."""
    del config
    if item.get_closest_marker("qt"):
        return {"qt": _qt_loop}
    return {"asyncio": asyncio.new_event_loop}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh KIREJI_HOME."""
    folder = tmp_path / "home"
    monkeypatch.setenv("KIREJI_HOME", str(folder))
    return folder


@pytest.fixture
def own_desktop() -> Iterator[Desktop]:
    """An X server, window manager, bus and keychain for this test alone."""
    with desktop() as result:
        yield result


@pytest.fixture(scope="session")
def keychain_bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A bus with a real, unlocked Secret Service; yields its address."""
    with session_bus() as bus, secret_service(bus, tmp_path_factory.mktemp("keychain")):
        yield bus
