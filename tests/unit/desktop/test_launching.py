"""The command that a key of the desktop's own can be bound to."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kireji.desktop.launching import hand_to_windowed, outside_command, own_image, without_console


def test_from_its_source_it_is_the_script_that_prepares_and_starts_it() -> None:
    (script,) = shlex.split(outside_command({}))
    assert Path(script).is_absolute()
    assert subprocess.run([script, "--version"], capture_output=True, check=True, text=True).stdout.strip()


def test_an_app_image_is_called_by_its_own_file_and_odd_names_are_quoted() -> None:
    environ = {"APPIMAGE": "/my programs/Kireji.AppImage", "APPDIR": str(Path(sys.executable).parent)}
    assert outside_command(environ) == "'/my programs/Kireji.AppImage'"


@pytest.mark.parametrize(
    ("program", "image"),
    [
        ("/tmp/.mount_Kireji/usr/lib/kireji/kireji", "/home/ada/Kireji.AppImage"),
        ("/opt/kireji/kireji", ""),
        ("/tmp/.mount_Kireji-other/kireji", ""),
    ],
)
def test_an_app_image_that_only_started_this_program_is_not_its_own(program: str, image: str) -> None:
    environ = {"APPIMAGE": "/home/ada/Kireji.AppImage", "APPDIR": "/tmp/.mount_Kireji"}
    assert own_image(environ, program) == image


def test_without_its_folder_an_app_image_is_not_believed() -> None:
    assert own_image({"APPIMAGE": "/home/ada/Kireji.AppImage"}, "/kireji") == ""


def test_without_its_source_it_is_called_beside_its_interpreter(tmp_path: Path) -> None:
    words = shlex.split(outside_command({}, tmp_path))
    assert words[0] in (sys.executable, str(Path(sys.executable).with_name("kireji")))


@pytest.mark.parametrize(
    ("running", "called"),
    [
        (r"C:\Kireji\kireji.exe", r"C:\Kireji\kirejiw.exe"),
        (r"C:\Kireji\Kireji.EXE", r"C:\Kireji\kirejiw.exe"),
        (r"C:\Kireji\kirejiw.exe", r"C:\Kireji\kirejiw.exe"),
        ("/opt/kireji/kireji", "/opt/kireji/kireji"),
        ("/Applications/Kireji.app/Contents/MacOS/kireji", "/Applications/Kireji.app/Contents/MacOS/kireji"),
    ],
)
def test_what_opens_no_console_on_windows_is_the_same_program_elsewhere(running: str, called: str) -> None:
    assert without_console(running) == called


class Starts:
    """Starts nothing, and notes what it was to start."""

    def __init__(self, failure: OSError | None = None) -> None:
        self.commands: list[list[str]] = []
        self.options: dict[str, object] = {}
        self._failure = failure

    def __call__(self, command: list[str], **options: object) -> None:
        if self._failure is not None:
            raise self._failure
        self.commands.append(command)
        self.options = options


def test_the_program_with_a_console_hands_its_windows_to_the_one_without() -> None:
    starts = Starts()
    assert hand_to_windowed(r"C:\Kireji\kireji.exe", ["capture", "--all"], frozen=True, start=starts)
    assert starts.commands == [[r"C:\Kireji\kirejiw.exe", "capture", "--all"]]


def test_what_it_hands_over_to_has_none_of_its_streams() -> None:
    starts = Starts()
    hand_to_windowed(r"C:\Kireji\kireji.exe", [], frozen=True, start=starts)
    assert {starts.options[name] for name in ("stdin", "stdout", "stderr")} == {subprocess.DEVNULL}


@pytest.mark.parametrize(("running", "frozen"), [(r"C:\Kireji\kirejiw.exe", True), (r"C:\venv\kireji.exe", False)])
def test_the_program_without_a_console_and_a_checkout_show_their_windows_themselves(running: str, frozen: bool) -> None:
    starts = Starts()
    assert not hand_to_windowed(running, [], frozen=frozen, start=starts)
    assert starts.commands == []


def test_where_the_other_program_is_missing_this_one_shows_the_windows() -> None:
    missing = Starts(FileNotFoundError("kirejiw.exe"))
    assert not hand_to_windowed(r"C:\Kireji\kireji.exe", [], frozen=True, start=missing)
