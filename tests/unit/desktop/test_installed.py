from __future__ import annotations

from pathlib import Path

import pytest

from kireji.desktop.installed import installation


@pytest.mark.parametrize(
    ("environ", "system", "frozen", "program", "name"),
    [
        ({}, "linux", True, "/opt/kireji/kireji", "deb"),
        ({}, "linux", True, "/home/me/kireji/kireji", "folder"),
        (
            {"APPIMAGE": "/home/me/Kireji.AppImage", "APPDIR": "/tmp/.mount_x"},
            "linux",
            True,
            "/tmp/.mount_x/usr/lib/kireji/kireji",
            "appimage",
        ),
        (
            {"APPIMAGE": "/home/me/Editor.AppImage", "APPDIR": "/tmp/.mount_y"},
            "linux",
            True,
            "/opt/kireji/kireji",
            "deb",
        ),
        ({"FLATPAK_ID": "io.github.kireji.Kireji"}, "linux", True, "/app/kireji/kireji", "flatpak"),
        ({}, "win32", True, "C:/Users/me/AppData/Local/Programs/Kireji/kireji.exe", "setup"),
        ({}, "darwin", True, "/Applications/Kireji.app/Contents/MacOS/kireji", "dmg"),
        ({}, "linux", False, "/usr/bin/python3", "wheel"),
        ({"APPIMAGE": "/home/me/Editor.AppImage"}, "linux", False, "/usr/bin/python3", "wheel"),
    ],
)
def test_it_is_told_how_the_program_was_installed(
    tmp_path: Path, environ: dict[str, str], system: str, frozen: bool, program: str, name: str
) -> None:
    found = installation(environ, system=system, frozen=frozen, program=program, checkout=tmp_path)
    assert found.name == name


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_checkout_or_a_worktree_of_one_is_told_by_its_repository(tmp_path: Path, kind: str) -> None:
    repository = tmp_path / ".git"
    repository.mkdir() if kind == "folder" else repository.write_text("gitdir: elsewhere")
    assert installation({}, frozen=False, checkout=tmp_path).name == "checkout"


@pytest.mark.parametrize(("system", "ours"), [("linux", "linux"), ("win32", "windows"), ("darwin", "macos")])
def test_systems_and_machines_are_called_as_in_lists(tmp_path: Path, system: str, ours: str) -> None:
    found = installation({}, system=system, frozen=True, program="/x", checkout=tmp_path)
    assert found.system == ours
    assert found.machine in ("x86_64", "arm64")
