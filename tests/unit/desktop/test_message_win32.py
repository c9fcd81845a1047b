"""What is said where there is neither a console nor a window."""

from __future__ import annotations

import sys

import pytest

from kireji import __main__ as program
from kireji.core.errors import KirejiError
from kireji.core.native import Library
from kireji.desktop import instance, message_win32
from kireji.desktop.protocol import Reply
from tests.fakes.windows import library


class Boxes:
    """user32, as far as this goes; notes what was shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []

    def MessageBoxW(self, window: None, text: str, title: str, kind: int) -> int:
        self.shown.append((title, text))
        return 1


@pytest.fixture
def windowed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The program on Windows; returns what it shows in boxes."""
    shown: list[str] = []
    monkeypatch.setattr(program, "_SYSTEM", "win32")
    monkeypatch.setattr(message_win32, "show", shown.append)
    return shown


def test_a_sentence_is_shown_under_the_program_s_name() -> None:
    boxes = Boxes()
    message_win32.show("It does not answer.", lambda: library(boxes))
    assert boxes.shown == [("Kireji", "It does not answer.")]


def test_where_no_box_can_be_shown_nothing_happens() -> None:
    def none() -> Library:
        raise OSError("no user32")

    message_win32.show("It does not answer.", none)


def test_a_start_that_the_running_program_does_not_answer_is_told(
    windowed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object, **__: object) -> Reply:
        raise KirejiError("Kireji is running but does not answer.", "Wait a moment.")

    monkeypatch.setattr(instance, "send", silent)
    monkeypatch.setattr(sys, "stderr", None)
    assert program.main([]) == 1
    assert windowed == ["Kireji is running but does not answer. Wait a moment."]


def test_what_the_running_program_refuses_is_told(windowed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "send", lambda *_, **__: Reply(False, "No."))
    monkeypatch.setattr(sys, "stderr", None)
    assert program.main([]) == 1
    assert windowed == ["No."]


def test_with_a_console_it_is_said_there(
    windowed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(instance, "send", lambda *_, **__: Reply(False, "No."))
    assert program.main([]) == 1
    assert windowed == []
    assert capsys.readouterr().err == "kireji: No.\n"
