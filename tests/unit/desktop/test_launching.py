"""The command that a key of the desktop's own can be bound to."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from kireji.desktop.launching import outside_command


def test_from_its_source_it_is_the_script_that_prepares_and_starts_it() -> None:
    (script,) = shlex.split(outside_command({}))
    assert Path(script).is_absolute()
    assert subprocess.run([script, "--version"], capture_output=True, check=True, text=True).stdout.strip()


def test_an_app_image_is_called_by_its_own_file_and_odd_names_are_quoted() -> None:
    assert outside_command({"APPIMAGE": "/my programs/Kireji.AppImage"}) == "'/my programs/Kireji.AppImage'"


def test_without_its_source_it_is_called_beside_its_interpreter(tmp_path: Path) -> None:
    words = shlex.split(outside_command({}, tmp_path))
    assert words[0] in (sys.executable, str(Path(sys.executable).with_name("kireji")))
