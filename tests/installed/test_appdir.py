"""What an AppImage is made of, started by its AppRun as the image's own start does it, on this computer."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from kireji import __version__
from kireji.core.identity import APP_ID
from tests.support.desktop import Desktop
from tests.support.outside import MAIN, OVERLAY, titled
from tests.support.packaging import module
from tests.support.x11 import wait_until, x_client

pytestmark = [pytest.mark.installed, pytest.mark.timeout(300)]

_START = """\
#!/bin/sh
export APPDIR='{folder}' APPIMAGE='{image}' ARGV0="$0"
exec "$APPDIR/AppRun" "$@"
"""
"""In place of the program before an image, which mounts it and then does this."""


@pytest.fixture(scope="module")
def image(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that starts the folder as the one file would, in a folder with an odd name."""
    folder = module("appdir").make(built, tmp_path_factory.mktemp("appdir"))
    image = tmp_path_factory.mktemp("my programs ") / "Kireji.AppImage"
    image.write_text(_START.format(folder=folder, image=image))
    image.chmod(0o755)
    return image


def test_it_runs_from_a_link_anywhere(image: Path, own_desktop: Desktop) -> None:
    told = subprocess.run(
        [str(image), "--version"], env=own_desktop.environment, capture_output=True, text=True, check=True
    )
    assert told.stdout == f"kireji {__version__}\n"
    assert not (own_desktop.home / "share" / "applications").exists(), "what only prints enters nothing into menus"


def test_it_enters_itself_into_the_menu_and_is_started_from_there(
    image: Path, own_desktop: Desktop, tmp_path: Path
) -> None:
    variables = own_desktop.environment
    (own_desktop.home / "config" / "kireji").mkdir(parents=True)
    (own_desktop.home / "config" / "kireji" / "settings.toml").write_text("[general]\nwelcomed = true\n")
    with open(tmp_path / "output", "wb") as sink, x_client(own_desktop.display) as client:
        process = subprocess.Popen([str(image)], env=variables, stdout=sink, stderr=sink)
        try:
            wait_until(lambda: process.poll() is not None or titled(client, MAIN), "the main window", 60)
            file = own_desktop.home / "share" / "applications" / f"{APP_ID}.desktop"
            entry = configparser.ConfigParser(interpolation=None, delimiters=("=",))
            entry.read(file, "utf-8")
            if shutil.which("desktop-file-validate"):
                subprocess.run(["desktop-file-validate", str(file)], check=True)
            assert shlex.split(entry["Desktop Entry"]["Exec"]) == [str(image)]
            subprocess.run(shlex.split(entry["Desktop Action capture"]["Exec"]), env=variables, check=True)
            wait_until(lambda: titled(client, OVERLAY), "the frozen screen", 30)
            subprocess.run([str(image), "quit"], env=variables, check=True)
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()
    assert (tmp_path / "output").read_text() == ""
