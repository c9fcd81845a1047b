"""An AppImage tells the desktop what it is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kireji.core.identity import APP_ID
from kireji.desktop.introduction_xdg import entry_of_image, withdraw
from kireji.desktop.introduction_xdg import introduce as introduce_program
from tests.support.packaging import module

ENTRY = module("desktop_entry").desktop_entry("kireji")
IMAGE = "/home/ada/my programs/Kireji.AppImage"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """As the image's own start sets it."""
    inside = tmp_path / "mounted"
    inside.mkdir()
    (inside / f"{APP_ID}.desktop").write_text(ENTRY)
    (inside / f"{APP_ID}.png").write_bytes(b"icon")
    (tmp_path / "shared" / "applications").mkdir(parents=True)
    return {
        "HOME": str(tmp_path),
        "XDG_DATA_DIRS": str(tmp_path / "shared"),
        "APPIMAGE": IMAGE,
        "APPDIR": str(inside),
    }


def introduce(environ: dict[str, str]) -> None:
    """As the program in that image."""
    introduce_program(environ, f"{Path(environ['HOME'])}/mounted/usr/lib/kireji/kireji")


def _entry(environ: dict[str, str]) -> Path:
    return Path(environ["HOME"]) / ".local/share/applications" / f"{APP_ID}.desktop"


def test_it_writes_desktop_file_and_icon(environ: dict[str, str]) -> None:
    introduce(environ)
    text = _entry(environ).read_text("utf-8")
    assert f'Exec="{IMAGE}" capture\n' in text
    assert f'Exec="{IMAGE}"\n' in text
    assert "Exec=kireji" not in text
    icon = Path(environ["HOME"]) / ".local/share/icons/hicolor/256x256/apps" / f"{APP_ID}.png"
    assert icon.read_bytes() == b"icon"


def test_an_image_that_was_moved_is_entered_anew(environ: dict[str, str]) -> None:
    introduce(environ)
    introduce(environ | {"APPIMAGE": "/elsewhere/Kireji.AppImage"})
    text = _entry(environ).read_text("utf-8")
    assert "my programs" not in text
    assert "TryExec=/elsewhere/Kireji.AppImage\n" in text


def test_what_is_as_it_should_be_is_not_written_again(environ: dict[str, str]) -> None:
    introduce(environ)
    before = _entry(environ).stat()
    introduce(environ)
    assert _entry(environ).stat().st_ino == before.st_ino


def test_an_entry_of_somebody_elses_is_left_alone(environ: dict[str, str]) -> None:
    _entry(environ).parent.mkdir(parents=True)
    _entry(environ).write_text("[Desktop Entry]\nName=Mine\n")
    introduce(environ)
    assert _entry(environ).read_text() == "[Desktop Entry]\nName=Mine\n"


def test_beside_an_installed_package_nothing_is_written(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "shared" / "applications" / f"{APP_ID}.desktop").write_text(ENTRY)
    introduce(environ)
    assert not _entry(environ).exists()


@pytest.mark.parametrize("missing", ["APPIMAGE", "APPDIR"])
def test_outside_of_an_image_nothing_is_written(environ: dict[str, str], missing: str) -> None:
    del environ[missing]
    introduce(environ)
    assert not (Path(environ["HOME"]) / ".local").exists()


def test_what_was_written_goes_when_everything_is_deleted(environ: dict[str, str]) -> None:
    introduce(environ)
    withdraw(environ)
    assert [path for path in (Path(environ["HOME"]) / ".local").rglob("*") if path.is_file()] == []
    withdraw(environ)


def test_an_entry_of_somebody_elses_stays_when_everything_is_deleted(environ: dict[str, str]) -> None:
    _entry(environ).parent.mkdir(parents=True)
    _entry(environ).write_text("[Desktop Entry]\nName=Mine\n")
    withdraw(environ)
    assert _entry(environ).exists()


def test_a_home_that_cannot_be_written_stops_nothing(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / ".local").write_text("in the way")
    introduce(environ)


@pytest.mark.parametrize("image", [IMAGE, '/a "b"/100%.AppImage', "/back\\slash/$x.AppImage", "/пример/例.AppImage"])
def test_the_file_is_valid_wherever_the_image_lies(image: str, tmp_path: Path) -> None:
    if shutil.which("desktop-file-validate") is None:
        pytest.skip("desktop-file-validate is not installed")
    file = tmp_path / f"{APP_ID}.desktop"
    file.write_text(entry_of_image(ENTRY, image))
    told = subprocess.run(["desktop-file-validate", str(file)], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "")
