"""The entry for the session's start."""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import KirejiError
from kireji.desktop.autostart_xdg import XdgAutostart, _words, exec_value, own_command

NAME = "io.github.kireji.Kireji.desktop"


def environ(folder: Path, **more: str) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CONFIG_DIRS": str(folder / "shared"),
        "PATH": "/usr/bin:/bin",
        **more,
    }


def adapter(folder: Path, **more: str) -> XdgAutostart:
    return XdgAutostart(environ(folder, **more), (sys.executable, "-m", "kireji", "--hidden"))


def write_own(folder: Path, text: str, place: str = "config") -> Path:
    file = folder / place / "autostart" / NAME
    file.parent.mkdir(parents=True)
    file.write_text(f"[Desktop Entry]\nType=Application\nExec=/bin/sh\n{text}\n")
    return file


def test_it_is_off_at_first(tmp_path: Path) -> None:
    assert not adapter(tmp_path).enabled()


def test_switching_it_on_writes_an_entry(tmp_path: Path) -> None:
    adapter(tmp_path).set(True)
    file = tmp_path / "config" / "autostart" / NAME
    entry = configparser.RawConfigParser(strict=True)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(file)
    assert entry["Desktop Entry"]["Exec"] == f"{sys.executable} -m kireji --hidden"
    assert entry["Desktop Entry"]["X-GNOME-Autostart-enabled"] == "true"
    assert adapter(tmp_path).enabled()


def test_nothing_is_left_beside_the_entry(tmp_path: Path) -> None:
    adapter(tmp_path).set(True)
    assert [file.name for file in (tmp_path / "config" / "autostart").iterdir()] == [NAME]


def test_switching_it_off_removes_the_entry(tmp_path: Path) -> None:
    adapter(tmp_path).set(True)
    adapter(tmp_path).set(False)
    assert not adapter(tmp_path).enabled()
    assert list((tmp_path / "config" / "autostart").iterdir()) == []


def test_switching_it_off_twice_is_harmless(tmp_path: Path) -> None:
    adapter(tmp_path).set(False)
    adapter(tmp_path).set(False)


@pytest.mark.parametrize(
    "line",
    [
        "Hidden=true",
        "X-GNOME-Autostart-enabled=false",
        "OnlyShowIn=KDE;",
        "NotShowIn=GNOME;XFCE;",
    ],
)
def test_an_entry_that_the_desktop_passes_over_is_off(tmp_path: Path, line: str) -> None:
    write_own(tmp_path, line)
    assert not adapter(tmp_path, XDG_CURRENT_DESKTOP="ubuntu:GNOME").enabled()


@pytest.mark.parametrize("line", ["Hidden=false", "OnlyShowIn=KDE;GNOME;", "NotShowIn=KDE;", "# Hidden=true"])
def test_an_entry_that_the_desktop_follows_is_on(tmp_path: Path, line: str) -> None:
    write_own(tmp_path, line)
    assert adapter(tmp_path, XDG_CURRENT_DESKTOP="ubuntu:GNOME").enabled()


def test_an_entry_whose_program_has_gone_is_off(tmp_path: Path) -> None:
    XdgAutostart(environ(tmp_path), (str(tmp_path / "gone" / "kireji"), "--hidden")).set(True)
    assert not adapter(tmp_path).enabled()


def test_an_entry_for_everybody_counts(tmp_path: Path) -> None:
    write_own(tmp_path, "", "shared")
    assert adapter(tmp_path).enabled()


def test_an_entry_for_everybody_is_switched_off_for_this_person(tmp_path: Path) -> None:
    shared = write_own(tmp_path, "", "shared")
    adapter(tmp_path).set(False)
    assert not adapter(tmp_path).enabled()
    assert shared.exists()
    adapter(tmp_path).set(True)
    assert adapter(tmp_path).enabled()


def test_rubbish_is_off(tmp_path: Path) -> None:
    file = write_own(tmp_path, "")
    file.write_bytes(b"\xff\xfe\0[[[\n=\nExec")
    assert not adapter(tmp_path).enabled()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file stands here")
    with pytest.raises(KirejiError) as caught:
        adapter(tmp_path).set(True)
    assert caught.value.hint


def test_a_relative_folder_is_ignored(tmp_path: Path) -> None:
    XdgAutostart({"HOME": str(tmp_path), "XDG_CONFIG_HOME": "relative"}, ("/bin/sh",)).set(True)
    assert (tmp_path / ".config" / "autostart" / NAME).exists()


def test_a_sandbox_cannot(tmp_path: Path) -> None:
    found = adapter(tmp_path, FLATPAK_ID="io.github.kireji.Kireji").availability()
    assert not found.ok
    assert found.hint


def test_an_app_image_starts_its_own_file() -> None:
    environ = {"APPIMAGE": "/opt/Kireji.AppImage", "APPDIR": str(Path(sys.executable).parent)}
    assert own_command(environ) == ("/opt/Kireji.AppImage", "--hidden")


def test_this_program_starts_hidden() -> None:
    assert own_command({})[-1] == "--hidden"


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/opt/kireji", "/opt/kireji"),
        ("/my programs/kireji", '"/my programs/kireji"'),
        ("100%", '"100%%"'),
        ('a"b', '"a\\\\"b"'),
        ("a$b", '"a\\\\$b"'),
        ("a\\b", '"a\\\\\\\\b"'),
        ("", '""'),
    ],
)
def test_words_are_quoted_as_the_specification_says(word: str, written: str) -> None:
    assert exec_value([word]) == written


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_what_is_written_is_read_back(command: list[str]) -> None:
    value = exec_value(command)
    assert not set(value) & set("\n\r\t")
    assert _words(value) == command
