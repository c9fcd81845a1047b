"""The settings that are needed before anything else is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from kireji.core.settings import Settings
from kireji.storage.early_settings import EarlySettings, early_settings
from kireji.storage.settings_file import TomlSettingsFile


def test_what_the_program_writes_is_found(tmp_path: Path) -> None:
    store = TomlSettingsFile(tmp_path / "settings.toml")
    store.write("models.fallback", ["openrouter", "device"])
    store.write("shortcuts.capture", "Ctrl+Alt+S")
    store.write("shortcuts.paused", True)
    store.write("appearance.language", "de")
    assert early_settings(tmp_path / "settings.toml") == ("Ctrl+Alt+S", True, "de")


def test_without_a_file_the_default_holds(tmp_path: Path) -> None:
    default = Settings()
    early = early_settings(tmp_path / "settings.toml")
    assert early == (default.shortcuts.capture, default.shortcuts.paused, default.appearance.language)


@pytest.mark.parametrize(
    "text",
    [
        b"[shortcuts",
        b"\xff",
        b"shortcuts = 3",
        b"[shortcuts]\ncapture = 3\npaused = 'yes'\n[appearance]\nlanguage = 1",
        b"\xef\xbb\xbf",
    ],
)
def test_what_cannot_be_read_counts_as_not_written(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(text)
    assert early_settings(file) == EarlySettings()
