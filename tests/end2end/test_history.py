"""What was asked and answered is in the history, whatever happened to the program meanwhile."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.service import KEY, Delivery, Rule, ServiceProcess, Silence, Text
from tests.support.outside import Seat
from tests.support.program import COMMAND, kireji, running
from tests.support.reading import words_on
from tests.support.x11 import wait_until

HELD = Text(["The violet ", "lantern ", "hangs here."], delivery=Delivery(hold_after=2))
PARTIAL = "The violet lantern"
LONG = Text([f"word{number} " for number in range(40)], delivery=Delivery(delay=0.02))


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    rules = [
        Rule(HELD, contains="hold"),
        Rule(Silence(), contains="silence"),
        Rule(LONG, contains="long", times=None),
    ]
    with ServiceProcess(*rules) as process:
        yield process


@pytest.fixture
def variables(service: ServiceProcess, tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "KIREJI_HOME": str(tmp_path / "kireji"),
        "ANTHROPIC_BASE_URL": service.base_url,
        "ANTHROPIC_API_KEY": KEY,
    }


def shown(variables: dict[str, str], number: int | None = None) -> list[dict[str, Any]]:
    """The messages of a conversation, of the latest by default."""
    wanted = [] if number is None else [str(number)]
    result = kireji(["history", "show", *wanted, "--json"], variables)
    messages: list[dict[str, Any]] = json.loads(result.stdout)["messages"]
    return messages


def said(messages: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(message["role"], message["state"], message["text"].strip()) for message in messages]


@contextmanager
def asking(variables: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A question on its way."""
    command = [*COMMAND, "ask", *arguments]
    process = subprocess.Popen(
        command, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stored_text(home: Path) -> str:
    """All messages as the file holds them now, read by another program."""
    file = home / "kireji.db"
    if not file.exists():
        return ""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        if not database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'messages'").fetchone()[0]:
            return ""
        return " ".join(parts for (parts,) in database.execute("SELECT parts FROM messages ORDER BY id"))


def arrived(service: ServiceProcess) -> bool:
    return any(item["path"] == "/v1/messages" for item in service.control()["requests"])


# --- killed ---------------------------------------------------------------------------------------------------------


def test_a_question_is_saved_before_it_is_sent(service: ServiceProcess, variables: dict[str, str]) -> None:
    with asking(variables, "silence, please") as process:
        wait_until(lambda: arrived(service), "the question at the service")
        process.kill()
        process.wait()
    assert said(shown(variables))[0] == ("user", "complete", "silence, please")


def test_half_an_answer_of_a_killed_program_is_there_and_marked(
    service: ServiceProcess, variables: dict[str, str]
) -> None:
    with asking(variables, "hold on") as process:
        wait_until(lambda: PARTIAL in stored_text(Path(variables["KIREJI_HOME"])), "what has arrived in the history")
        assert said(shown(variables))[1][1] == "streaming"
        process.kill()
        process.wait()
    assert said(shown(variables)) == [("user", "complete", "hold on"), ("assistant", "interrupted", PARTIAL)]
    assert b"interrupted" in kireji(["history", "show"], variables).stdout


def opened_newest(seat: Seat) -> str:
    """What the reading column shows after a click on the first row of the list, which may not be filled yet."""
    seat.xdotool("mousemove", "500", "362", "click", "1")
    return words_on(seat.client, 630, 200, 680, 600)


@pytest.mark.display
def test_the_window_shows_half_an_answer_of_the_killed_program(seat: Seat, service: ServiceProcess) -> None:
    seat.paths.settings.write_text("[general]\nwelcomed = true\n")
    variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        seat.ask_in_window("hold on")
        wait_until(lambda: PARTIAL in stored_text(seat.home), "what has arrived in the history")
        process.kill()
        process.wait()
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        wait_until(lambda: PARTIAL in opened_newest(seat), "the partial answer in the window")
        seat.tell("quit")
        assert process.wait(20) == 0
    assert "Traceback" not in seat.log + seat.printed
    assert said(shown(variables))[1][1] == "interrupted"


def test_a_command_that_is_terminated_keeps_what_had_arrived(
    service: ServiceProcess, variables: dict[str, str]
) -> None:
    with asking(variables, "hold on") as process:
        assert process.stdout is not None
        assert process.stdout.read(len(PARTIAL)) == PARTIAL.encode()
        process.terminate()
        assert process.wait(20) == 130
    assert said(shown(variables))[1] == ("assistant", "interrupted", PARTIAL)


@pytest.mark.display
def test_a_program_that_is_quit_keeps_what_had_arrived(seat: Seat, service: ServiceProcess) -> None:
    seat.paths.settings.write_text("[general]\nwelcomed = true\n")
    variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        seat.ask_in_window("hold on")
        wait_until(lambda: any(request["delivered"] == 2 for request in service.control()["requests"]), "half of it")
        seat.tell("quit")
        assert process.wait(20) == 0
    assert "Traceback" not in seat.log + seat.printed
    role, state, text = said(shown(variables))[1]
    assert (role, state) == ("assistant", "interrupted")
    assert text
    assert PARTIAL.startswith(text)  # the second word may have been on the wire still


# --- stopped --------------------------------------------------------------------------------------------------------


def test_control_c_keeps_what_had_arrived_as_stopped(service: ServiceProcess, variables: dict[str, str]) -> None:
    with asking(variables, "hold on") as process:
        assert process.stdout is not None
        assert process.stdout.read(len(PARTIAL)) == PARTIAL.encode()
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=20)
        assert (process.returncode, rest.strip()) == (130, b"")
        assert told.startswith(b"Stopped. What had arrived is kept in the history. Go on with: kireji ask --continue ")
    assert said(shown(variables))[1] == ("assistant", "stopped", PARTIAL)


def test_control_c_before_the_first_word_keeps_the_question(service: ServiceProcess, variables: dict[str, str]) -> None:
    with asking(variables, "silence") as process:
        wait_until(lambda: arrived(service), "the question at the service")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 130
    assert [text for _, _, text in said(shown(variables)) if text] == ["silence"]


def test_a_reader_that_goes_away_stops_the_answer(service: ServiceProcess, variables: dict[str, str]) -> None:
    with asking(variables, "long") as process:
        assert process.stdout is not None
        process.stdout.read(12)
        process.stdout.close()
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""
    (_, (role, state, text)) = said(shown(variables))
    assert (role, state, text[:11]) == ("assistant", "stopped", "word0 word1")


# --- continued ------------------------------------------------------------------------------------------------------


def test_continue_goes_on_after_what_was_said(service: ServiceProcess, variables: dict[str, str]) -> None:
    with asking(variables, "hold on") as process:
        wait_until(lambda: PARTIAL in stored_text(Path(variables["KIREJI_HOME"])), "what has arrived in the history")
        process.kill()
        process.wait()
    assert kireji(["ask", "Another one"], variables).returncode == 0
    assert kireji(["ask", "--continue", "1", "And then?"], variables).returncode == 0
    assert kireji(["ask", "--continue", "And after that?"], variables).returncode == 0
    asked = [
        [block["text"] for block in message["content"] if block["type"] == "text"]
        if isinstance(message["content"], list)
        else [message["content"]]
        for message in service.requests[-1]["body"]["messages"]
    ]
    assert [[text.strip() for text in texts] for texts in asked[:3]] == [["hold on"], [PARTIAL], ["And then?"]]
    assert asked[-1] == ["And after that?"]
    assert [text for role, _, text in said(shown(variables, 1)) if role == "user"] == [
        "hold on", "And then?", "And after that?",
    ]  # fmt: skip
    assert len(shown(variables, 2)) == 2


def test_continuing_what_is_not_there_is_one_sentence(variables: dict[str, str]) -> None:
    for number in ([], ["99"]):
        result = kireji(["ask", "--continue", *number, "--", "And then?"], variables)
        assert result.returncode == 1
        assert result.stderr.startswith(b"kireji: There is no conversation")


# --- at the same time -----------------------------------------------------------------------------------------------


def test_several_programs_write_at_once_and_nothing_is_lost(service: ServiceProcess, variables: dict[str, str]) -> None:
    questions = [f"long question {number}" for number in range(4)]
    processes = [
        subprocess.Popen([*COMMAND, "ask", question], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for question in questions
    ]
    for process in processes:
        out, told = process.communicate(timeout=60)
        assert (process.returncode, told) == (0, b"")
        assert out.split()[-1] == b"word39"
    conversations = [said(shown(variables, number)) for number in range(1, 5)]
    assert sorted(messages[0][2] for messages in conversations) == questions
    assert all(messages[1] == ("assistant", "complete", "".join(LONG.deltas).strip()) for messages in conversations)
    with closing(sqlite3.connect(Path(variables["KIREJI_HOME"]) / "kireji.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.display
def test_the_command_line_writes_beside_the_running_program(seat: Seat, service: ServiceProcess) -> None:
    variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        assert kireji(["ask", "Beside it"], variables).returncode == 0
        assert said(shown(variables))[0] == ("user", "complete", "Beside it")
        seat.tell("quit")
        assert process.wait(20) == 0
    assert "Traceback" not in seat.log + seat.printed
