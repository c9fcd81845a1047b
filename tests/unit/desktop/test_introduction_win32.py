"""How the program makes itself known to Windows, against calls that are noted."""

from __future__ import annotations

import logging

import pytest

from kireji.core.identity import APP_ID
from kireji.desktop.introduction_win32 import Libraries, introduce
from tests.fakes.windows import library


class Calls:
    """shell32 and kernel32, as far as this goes.

    Args:
        result: What SetCurrentProcessExplicitAppUserModelID answers; negative for a failure.
        handle: What CreateMutexW answers; None for a failure.
    """

    def __init__(self, result: int = 0, handle: int | None = 8) -> None:
        self.made: list[str] = []
        self.error = 5
        self._result, self._handle = result, handle

    def SetCurrentProcessExplicitAppUserModelID(self, name: str) -> int:
        self.made.append(f"name {name}")
        return self._result

    def CreateMutexW(self, security: None, owned: int, name: str) -> int | None:
        self.made.append(f"mutex {name} {owned}")
        return self._handle

    def libraries(self) -> Libraries:
        return Libraries(library(self), library(self))


def test_windows_is_told_the_program_s_name_and_that_it_runs() -> None:
    calls = Calls()
    introduce(calls.libraries)
    assert calls.made == [f"name {APP_ID}", f"mutex {APP_ID} 0"]


def test_the_name_is_one_that_windows_takes() -> None:
    assert len(APP_ID) <= 128  # AppUserModelIDs: at most 128 characters, no spaces
    assert " " not in APP_ID
    assert "\\" not in APP_ID  # in the name of a mutex it would begin a namespace


@pytest.mark.parametrize(("result", "handle"), [(-2147024809, 8), (0, None), (-2147467259, None)])
def test_what_windows_refuses_is_logged_and_stops_nothing(
    caplog: pytest.LogCaptureFixture, result: int, handle: int | None
) -> None:
    with caplog.at_level(logging.WARNING):
        introduce(Calls(result, handle).libraries)
    assert caplog.records


def test_an_older_windows_is_logged_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def none() -> Libraries:
        raise OSError("no such call")

    introduce(none)
    assert "no such call" in caplog.text
