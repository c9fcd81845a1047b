"""A system on which libraries are missing: the program names them and the command that brings them, in one line."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.missing_libraries import without_libraries
from tests.support.outside import Seat
from tests.support.program import COMMAND


def told(seat: Seat, *names: str, arguments: tuple[str, ...] = ()) -> str:
    """What a start says where these are missing; no more than one line."""
    command = [*without_libraries(*names), *COMMAND, *arguments]
    result = subprocess.run(command, env=seat.variables, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("kireji: ")
    return line


@pytest.mark.display
@pytest.mark.parametrize(
    ("library", "package"),
    [("libEGL.so.1", "libegl1"), ("libxcb-cursor.so.0", "libxcb-cursor0"), ("libxcb.so.1", "libxcb1")],
    ids=["of Qt", "of its plugin for X11", "of the display"],
)
def test_a_start_names_the_library_and_its_package(seat: Seat, library: str, package: str) -> None:
    line = told(seat, library)
    assert f"The library {library} is missing." in line
    assert package in line


@pytest.mark.display
def test_all_that_are_missing_are_named_at_once_and_the_log_has_what_qt_said(seat: Seat) -> None:
    line = told(seat, "libxcb-cursor.so.0", "libxcb-icccm.so.4")
    assert "libxcb-cursor0 libxcb-icccm4" in line
    assert "no Qt platform plugin could be initialized" in seat.log


@pytest.mark.display
def test_a_way_to_show_windows_that_qt_does_not_know_is_named(seat: Seat) -> None:
    variables = seat.variables | {"QT_QPA_PLATFORM": "typewriter"}
    result = subprocess.run(COMMAND, env=variables, capture_output=True, text=True, timeout=60, check=False)
    (line,) = result.stderr.splitlines()
    assert (result.returncode, "QT_QPA_PLATFORM" in line, "typewriter" in line) == (1, True, True)


@pytest.mark.display
def test_a_picture_of_the_screen_names_the_library_too(seat: Seat) -> None:
    line = told(seat, "libxcb.so.1", arguments=("capture", "--all", "-o", str(seat.home / "x.png")))
    assert "The library libxcb.so.1 is missing." in line
