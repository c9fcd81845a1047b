"""The chord that is held before anything else is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from kireji.core.settings import Settings
from kireji.core.shortcuts import DEFAULT_CAPTURE
from kireji.storage.early_settings import early_shortcut
from kireji.storage.settings_file import TomlSettingsFile


def test_what_the_program_writes_is_found(tmp_path: Path) -> None:
    store = TomlSettingsFile(tmp_path / "settings.toml")
    store.write("models.fallback", ["openrouter", "device"])
    store.write("shortcuts.capture", "Ctrl+Alt+S")
    store.write("shortcuts.paused", True)
    assert early_shortcut(tmp_path / "settings.toml") == ("Ctrl+Alt+S", True)


def test_without_a_file_the_default_holds(tmp_path: Path) -> None:
    default = Settings().shortcuts
    assert early_shortcut(tmp_path / "settings.toml") == (default.capture, default.paused)


@pytest.mark.parametrize(
    "text", [b"[shortcuts", b"\xff", b"shortcuts = 3", b"[shortcuts]\ncapture = 3\npaused = 'yes'", b"\xef\xbb\xbf"]
)
def test_what_cannot_be_read_counts_as_not_written(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(text)
    assert early_shortcut(file) == (DEFAULT_CAPTURE, False)
