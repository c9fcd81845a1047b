"""What the rest of the program may know about the main window."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from kireji.ui.settings.places import Places
from kireji.ui.shortcut import GlobalShortcuts
from kireji.ui.theme import Theme
from kireji.ui.windows import Windows
from tests.fakes.desktop import FakeHotkeys
from tests.fakes.services import FakeSurroundings

pytestmark = pytest.mark.qt


async def _behind_a_dialog(windows: Windows) -> None:
    """A dialog over the window leaves it before the person."""
    dialog = QDialog(windows._window)
    dialog.open()
    while not dialog.isActiveWindow():  # noqa: ASYNC110 - the window manager gives the focus when it likes
        await asyncio.sleep(0)
    assert windows.active
    dialog.close()
    while not windows._window.isActiveWindow():  # type: ignore[union-attr] # noqa: ASYNC110 - the same
        await asyncio.sleep(0)


async def test_a_notice_in_it_is_not_seen_while_the_settings_cover_its_place() -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    below = FakeSurroundings().with_key()
    below.settings.tables["general"] = {"welcomed": True}
    theme = Theme(app)
    places = Places(Path("/data"), Path("/settings.toml"), Path("/logs"))
    shortcuts = GlobalShortcuts(FakeHotkeys(), "Ctrl+Shift+Space")
    windows = Windows(below.build(), theme, shortcuts, places, (b"", lambda _: None))
    try:
        assert not windows.notices_seen
        windows.show()
        while not windows.active:  # noqa: ASYNC110 - the window manager gives the focus when it likes
            await asyncio.sleep(0)
        assert windows.notices_seen
        await _behind_a_dialog(windows)
        windows.open_settings()
        assert windows.active
        assert not windows.notices_seen
    finally:
        await windows.aclose()
        theme.deleteLater()
        await asyncio.sleep(0)
