"""The folder that an AppImage is made of, with a small program that stands for the built one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kireji import __version__
from kireji.core.identity import APP_ID
from kireji.desktop.introduction_xdg import entry_of_image
from tests.support.packaging import module
from tests.support.stand_in import stand_in

appdir = module("appdir")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stand_in(tmp_path_factory.mktemp("dist") / "kireji")


@pytest.fixture(scope="module")
def made(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = appdir.make(built, tmp_path_factory.mktemp("out"))
    assert isinstance(folder, Path)
    return folder


def test_its_apprun_starts_the_program(made: Path) -> None:
    told = subprocess.run([str(made / "AppRun")], capture_output=True, text=True, check=True)
    assert told.stdout == f"kireji {__version__}\n"


def test_desktop_file_and_icon_lie_where_they_are_looked_for(made: Path) -> None:
    assert (made / f"{APP_ID}.desktop").read_text("utf-8").startswith("[Desktop Entry]\n")
    assert (made / f"{APP_ID}.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert (made / ".DirIcon").resolve() == (made / f"{APP_ID}.png").resolve()
    assert (made / f"usr/share/metainfo/{APP_ID}.metainfo.xml").exists()


def test_links_lead_nowhere_outside(made: Path) -> None:
    links = [path for path in made.rglob("*") if path.is_symlink()]
    assert len(links) >= 4
    for link in links:
        assert not os.path.isabs(os.readlink(link))
        assert link.resolve().is_relative_to(made)
        assert link.exists()


def test_the_program_can_enter_it_into_menus(made: Path) -> None:
    entry = entry_of_image((made / f"{APP_ID}.desktop").read_text("utf-8"), "/home/ada/Kireji.AppImage")
    assert "Exec=kireji" not in entry
    assert entry.count("Exec=/home/ada/Kireji.AppImage") == 6  # itself, four actions, and TryExec


def test_one_of_an_earlier_run_is_replaced(built: Path, made: Path) -> None:
    (made / "usr/lib/kireji/old").touch()
    assert appdir.make(built, made.parent) == made
    assert not (made / "usr/lib/kireji/old").exists()


def test_without_appimagetool_it_stays_a_folder(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert appdir.image(made, "amd64") is None


def test_with_appimagetool_it_becomes_one_file(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "appimagetool"
    tool.write_text('#!/bin/sh\necho "$ARCH $SOURCE_DATE_EPOCH $1" >"$2"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    image = appdir.image(made, "amd64")
    assert image == made.parent / f"Kireji-{__version__}-x86_64.AppImage"
    assert image.read_text() == f"x86_64 1700000000 {made}\n"
