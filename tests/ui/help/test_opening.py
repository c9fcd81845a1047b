"""The ways into the help: F1, the settings, menus; nothing of it is loaded before."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kireji.ui.help.window import HelpWindow
from kireji.ui.settings.places import Places
from kireji.ui.shortcut import GlobalShortcuts
from kireji.ui.theme import Theme
from kireji.ui.windows import Windows
from tests.fakes.desktop import FakeHotkeys
from tests.fakes.services import FakeSurroundings
from tests.support.waiting import until_true

pytestmark = pytest.mark.qt


@asynccontextmanager
async def shown() -> AsyncIterator[Windows]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    below = FakeSurroundings().with_key()
    below.settings.tables["general"] = {"welcomed": True}
    theme = Theme(app)
    places = Places(Path("/data"), Path("/settings.toml"), Path("/logs"))
    shortcuts = GlobalShortcuts(FakeHotkeys(), "Ctrl+Shift+Space")
    windows = Windows(below.build(), theme, shortcuts, places, (b"", lambda _: None))
    try:
        windows.show()
        await until_true(lambda: windows.active)
        yield windows
    finally:
        await windows.aclose()
        theme.deleteLater()
        await asyncio.sleep(0)


def opened(windows: Windows) -> HelpWindow:
    assert windows._help is not None
    return windows._help


async def test_f1_opens_it_and_the_first_page_is_the_first() -> None:
    async with shown() as windows:
        assert windows._help is None
        QTest.keyClick(windows._window, Qt.Key.Key_F1)
        await until_true(lambda: opened(windows).isActiveWindow())
        assert opened(windows).page.name == "first-steps"


async def test_in_the_settings_f1_and_the_button_open_the_page_about_what_is_shown() -> None:
    async with shown() as windows:
        windows.open_settings()
        assert windows._presenter is not None
        settings = windows._presenter._settings
        assert settings is not None
        for page, name in ((settings.privacy_page, "privacy"), (settings.keys_page, "keys")):
            settings.pane.show_widget(page)
            settings.pane.header.help.click()
            assert opened(windows).page.name == name


async def test_opened_again_without_a_topic_it_stays_where_it_was() -> None:
    async with shown() as windows:
        windows.open_help("jobs")
        opened(windows).close()
        windows.open_help()
        assert opened(windows).page.name == "jobs"
        assert opened(windows).isVisible()


async def test_a_heading_can_be_opened() -> None:
    async with shown() as windows:
        windows.open_help("capture#shortcuts")
        window = opened(windows)
        await until_true(lambda: window.column.is_complete() and window.column.place()[0] > 0)
        sections = [section.anchor for section in window.page.sections]
        assert sections[window.column.place()[0]] == "shortcuts" or window.column.top == (
            window.column.verticalScrollBar().maximum()
        )


def test_nothing_of_it_is_loaded_with_the_main_window() -> None:
    code = (
        "import sys, kireji.ui.windows, kireji.ui.main_window, kireji.ui.window_presenter, kireji.ui.tray_menu\n"
        "print([name for name in sys.modules if 'help' in name.split('.') or 'help_pages' in name])"
    )
    result = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
