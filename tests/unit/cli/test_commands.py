"""`capture`, `history`, `doctor`, and what all commands have in common."""

from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kireji.cli.console import Console
from kireji.cli.parser import parse
from kireji.cli.program import run
from kireji.core.errors import StoreTooNew
from kireji.core.geometry import DesktopWindow, Rect
from kireji.services.doctor import Check, Finding, Verdict
from tests.fakes.desktop import screen_of
from tests.fakes.provider import answer
from tests.fakes.world import World
from tests.unit.cli.conftest import Closed, Kireji, Terminal

# history


@pytest.fixture
def two_conversations(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("first answer"), answer("second answer"))
    kireji("ask", "one")
    kireji("ask", "two\nlines")


@pytest.mark.usefixtures("two_conversations")
def test_conversations_are_listed_newest_first(kireji: Kireji) -> None:
    _, newest, oldest = kireji("history", "list").out.splitlines()
    assert (newest.split()[0], newest.split()[-1]) == ("2", "two")
    assert oldest.split()[0] == "1"
    assert len(json.loads(kireji("history", "list", "-n", "1", "--json").out)["conversations"]) == 1


@pytest.mark.usefixtures("two_conversations")
def test_archived_conversations_are_listed_when_asked_for(world: World, kireji: Kireji) -> None:
    assert kireji("history", "list", "--archived").err == "No conversation is archived.\n"
    asyncio.run(world.conversations.set_archived(2, True))
    assert [line.split()[0] for line in kireji("history", "list").out.splitlines()] == ["ID", "1"]
    (listed,) = json.loads(kireji("history", "list", "--archived", "--json").out)["conversations"]
    assert (listed["id"], listed["archived"], listed["pinned"]) == (2, True, False)


@pytest.mark.usefixtures("two_conversations")
def test_words_are_found_wherever_they_stand(kireji: Kireji) -> None:
    _, *lines = kireji("history", "search", "two").out.splitlines()
    assert [(line.split()[0], line.split()[3]) for line in lines] == [("2", "title"), ("2", "question")]
    _, line = kireji("history", "search", "answer", "first").out.splitlines()
    assert line.endswith("first answer")
    assert len(kireji("history", "search", "answer", "-n", "1").out.splitlines()) == 2


@pytest.mark.usefixtures("two_conversations")
def test_what_was_found_is_told_as_json(kireji: Kireji) -> None:
    (hit,) = json.loads(kireji("history", "search", "second", "--json").out)["hits"]
    assert (hit["conversation"]["id"], hit["message"], hit["role"]) == (2, 4, "assistant")
    assert (hit["snippet"], hit["marks"]) == ("second answer", [[0, 6]])


@pytest.mark.usefixtures("two_conversations")
def test_words_that_stand_nowhere_are_no_failure(kireji: Kireji) -> None:
    result = kireji("history", "search", "NOT", "(", '"')
    assert (result.code, result.out, result.err) == (0, "", "Nothing was found.\n")


@pytest.mark.usefixtures("two_conversations")
def test_the_latest_conversation_is_shown_unless_one_is_named(kireji: Kireji) -> None:
    assert "second answer" in kireji("history", "show").out
    shown = kireji("history", "show", "1").out
    assert "--- You" in shown
    assert "--- anthropic fake-model" in shown
    assert "first answer" in shown


@pytest.mark.usefixtures("two_conversations")
def test_a_conversation_is_shown_as_json(kireji: Kireji) -> None:
    found = json.loads(kireji("history", "show", "2", "--json").out)
    assert [message["text"] for message in found["messages"]] == ["two\nlines", "second answer"]


@pytest.mark.usefixtures("two_conversations")
def test_old_answers_do_not_steer_a_terminal(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("\x1b[2Jx"))
    kireji("ask", "three")
    assert "\x1b" not in kireji("history", "show", out=Terminal()).out


def test_an_empty_history_is_told(kireji: Kireji) -> None:
    assert kireji("history", "list").err == "The history is empty.\n"
    assert kireji("history", "show").code == 1
    assert "no conversation 5" in kireji("history", "show", "5").err


# capture


def test_a_region_is_written_to_a_file(world: World, kireji: Kireji, tmp_path: Path) -> None:
    world.screen.screens = (screen_of(100, 100),)
    file = tmp_path / "cut.png"
    result = kireji("capture", "--region", "10,20,30,40", "-o", str(file))
    assert (result.code, result.out, result.err) == (0, f"{file}\n", "")
    assert file.read_bytes() == b"picture of 10,20,30,40"
    assert [entry.name for entry in tmp_path.iterdir()] == ["cut.png"]


def test_one_screen_or_all_are_written(world: World, kireji: Kireji) -> None:
    world.screen.screens = (screen_of(10, 10), screen_of(20, 20, x=10))
    assert kireji("capture", "--screen", "2", "-o", "-").data == b"picture of 0,0,20,20"
    assert kireji("capture", "--all", "-o", "-").data == b"picture of 0,0,30,20"


def test_the_screen_or_window_under_the_pointer_is_written(world: World, kireji: Kireji) -> None:
    world.screen.screens = (screen_of(10, 10), screen_of(20, 20, x=10))
    world.windows.found = (DesktopWindow(Rect(12, 3, 5, 6)),)
    world.pointer = (14, 5)
    assert kireji("capture", "--pointer", "-o", "-").data == b"picture of 0,0,20,20"
    assert kireji("capture", "--window", "-o", "-").data == b"picture of 2,3,5,6"


def test_the_same_region_as_the_last_time_is_written(world: World, kireji: Kireji) -> None:
    assert "Nothing was captured before." in kireji("capture", "--last", "-o", "-").err
    world.last_region.rect = Rect(1, 2, 3, 4)
    assert kireji("capture", "--last", "-o", "-").data == b"picture of 1,2,3,4"


def test_a_screen_that_is_not_there_is_told(kireji: Kireji) -> None:
    result = kireji("capture", "--screen", "3", "-o", "-")
    assert result.err == "kireji: There is no screen 3. There is 1 screen; they are counted from 1.\n"


def test_a_picture_is_not_poured_into_a_terminal(kireji: Kireji) -> None:
    assert kireji("capture", "--all", "-o", "-", out=Terminal()).code == 1


def test_a_folder_that_is_not_there_is_told_and_an_old_file_stays(kireji: Kireji, tmp_path: Path) -> None:
    result = kireji("capture", "--all", "-o", str(tmp_path / "none" / "x.png"))
    assert result.code == 1
    assert "cannot be written: No such file or directory." in result.err


def test_a_pipe_with_a_name_is_written_to_and_stays(kireji: Kireji, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert kireji("capture", "--all", "-o", str(pipe)).code == 0
    assert os.read(reading, 100).startswith(b"picture of")
    os.close(reading)
    assert pipe.is_fifo()


def test_a_name_that_does_not_fit_the_bytes_is_told(kireji: Kireji, tmp_path: Path) -> None:
    assert "The file holds image/png." in kireji("capture", "--all", "-o", str(tmp_path / "x.jpg")).err


# doctor


def finding(verdict: Verdict) -> Callable[[], Awaitable[Finding]]:
    async def probe() -> Finding:
        return Finding(verdict, "A sentence.", "A hint.", {"n": 1})

    return probe


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.OK, 0), (Verdict.WARNING, 0), (Verdict.FAILED, 1)])
def test_the_doctor_fails_when_something_needed_failed(
    world: World, kireji: Kireji, verdict: Verdict, code: int
) -> None:
    world.checks = (Check("display", finding(verdict)),)
    result = kireji("doctor")
    assert result.code == code
    assert result.out.startswith(f"{verdict.value:<8} display      A sentence.\n")
    assert ("A hint." in result.out) == (verdict is not Verdict.OK)


def test_the_doctor_speaks_json(world: World, kireji: Kireji) -> None:
    world.checks = (Check("display", finding(Verdict.WARNING)),)
    assert json.loads(kireji("doctor", "--json").out) == {
        "ok": True,
        "checks": [
            {"name": "display", "verdict": "warning", "sentence": "A sentence.", "hint": "A hint.", "data": {"n": 1}}
        ],
    }


def test_the_doctor_says_what_it_can_where_the_services_cannot_be_opened() -> None:
    def build() -> object:
        raise StoreTooNew("The database is from a newer version.", "Install that.")

    out = io.StringIO()
    alone = (Check("windows", finding(Verdict.OK)),)
    code = run(parse(["doctor"]), build, Console(None, out, None), lambda: alone)  # type: ignore[arg-type]
    assert (code, out.getvalue().splitlines()) == (
        1,
        [
            "failed   data         The database is from a newer version.",
            "                      Install that.",
            "ok       windows      A sentence.",
        ],
    )


# the program


def test_services_that_cannot_be_wired_are_one_line() -> None:
    def build() -> object:
        raise StoreTooNew("The database is from a newer version.", "Install that.")

    err = io.StringIO()
    assert run(parse(["history", "list"]), build, Console(None, None, err)) == 1  # type: ignore[arg-type]
    assert err.getvalue() == "kireji: The database is from a newer version. Install that.\n"


def test_a_list_whose_reader_has_gone_ends_quietly(kireji: Kireji) -> None:
    result = kireji("models", out=Closed())
    assert (result.code, result.err) == (0, "")


def test_a_fault_of_our_own_is_not_hidden(world: World, kireji: Kireji) -> None:
    async def broken() -> Finding:
        raise AssertionError("a bug")

    world.checks = (Check("display", broken),)
    with pytest.raises(AssertionError, match="a bug"):
        kireji("doctor")
