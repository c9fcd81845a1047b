"""What others write into the settings file holds while the program runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from kireji.services.preferences import Preferences
from kireji.storage.settings_file import TomlSettingsFile
from kireji.ui.settings_file import SettingsFile

pytestmark = pytest.mark.qt


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - the system tells of files when it likes
        await asyncio.sleep(0)


@asynccontextmanager
async def followed(path: Path) -> AsyncIterator[Preferences]:
    failures: list[BaseException] = []
    preferences = Preferences.read(TomlSettingsFile(path))
    owner = QObject()
    file = SettingsFile(path, preferences, failures.append, owner)
    try:
        yield preferences
    finally:
        await file.aclose()
    assert failures == []


def write(path: Path, days: int) -> None:
    path.write_text(f"[privacy]\nkeep_days = {days}\n")


async def test_a_file_that_is_written_again_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    write(path, 3)
    async with followed(path) as preferences:
        write(path, 4)
        await until(lambda: preferences.settings.privacy.keep_days == 4)


async def test_so_is_one_that_comes_later_or_takes_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    async with followed(path) as preferences:
        for days in (5, 6, 7):
            write(tmp_path / "new", days)
            os.replace(tmp_path / "new", path)
            await until(lambda days=days: preferences.settings.privacy.keep_days == days)


async def test_so_is_one_that_a_link_leads_to(tmp_path: Path) -> None:
    target, path = tmp_path / "elsewhere" / "mine.toml", tmp_path / "settings.toml"
    target.parent.mkdir()
    write(target, 3)
    path.symlink_to(target)
    async with followed(path) as preferences:
        write(target, 4)
        await until(lambda: preferences.settings.privacy.keep_days == 4)


async def test_a_file_that_breaks_changes_nothing_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    write(path, 3)
    async with followed(path) as preferences:
        path.write_text("[privacy\n")
        await until(lambda: preferences.problems)
        assert preferences.settings.privacy.keep_days == 3
        write(path, 5)
        await until(lambda: preferences.settings.privacy.keep_days == 5)
        assert preferences.problems == ()
