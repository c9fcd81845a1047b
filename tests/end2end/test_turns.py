"""Turns by the keyboard in the real program: queued, edited, asked again, walked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.service import KEY, Delivery, Rule, ServiceProcess, Text
from tests.support.outside import Seat
from tests.support.program import kireji, running
from tests.support.reading import words_on
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    held = Text(["The violet ", "lantern."], delivery=Delivery(hold_after=1))
    rules = [
        Rule(held, contains="lantern"),
        Rule(Text(["Green."]), contains="grass"),
        Rule(Text(["Blue."]), contains="sky"),
        Rule(Text(["Azure."]), contains="sky"),
    ]
    with ServiceProcess(*rules) as process:
        yield process


@pytest.fixture
def variables(seat: Seat, service: ServiceProcess) -> dict[str, str]:
    seat.paths.settings.write_text("[general]\nwelcomed = true\n")
    return seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}


def queued(home: Path) -> list[str]:
    """What waits, as the file has it, read by another program."""
    with closing(sqlite3.connect(f"{(home / 'kireji.db').as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT parts FROM queued_questions ORDER BY id").fetchall()
    return [json.loads(parts)[0]["text"] for (parts,) in rows]


def words_in_window(seat: Seat) -> str:
    """What stands in reading column and composer."""
    return words_on(seat.client, 630, 500, 680, 420)


def path(home: Path) -> list[str]:
    """The words on the current path of the only conversation; an answer that is not whole has its state instead."""
    with closing(sqlite3.connect(f"{(home / 'kireji.db').as_uri()}?mode=ro", uri=True)) as database:
        number = database.execute("SELECT head FROM conversations").fetchone()[0]
        found: list[str] = []
        while number is not None:
            question = "SELECT parent, parts, state FROM messages WHERE id = ?"
            number, parts, state = database.execute(question, (number,)).fetchone()
            found.append(json.loads(parts)[-1]["text"] if state == "complete" else state)
    return found[::-1]


def test_questions_are_queued_edited_asked_again_and_walked_by_keys(
    seat: Seat, service: ServiceProcess, variables: dict[str, str]
) -> None:
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        seat.ask_in_window("where is the lantern")
        wait_until(lambda: any(item["held"] for item in service.control()["requests"]), "half an answer")
        seat.xdotool("type", "what colour is grass")
        seat.xdotool("key", "Return")
        wait_until(lambda: queued(seat.home) == ["what colour is grass"], "the question waits")
        service.release()
        first = ["where is the lantern", "The violet lantern."]
        wait_until(lambda: path(seat.home) == [*first, "what colour is grass", "Green."], "it was asked")
        assert queued(seat.home) == []

        seat.xdotool("key", "ctrl+shift+e")
        wait_until(lambda: "Editing" in words_in_window(seat), "the question in the field")
        seat.xdotool("key", "ctrl+a")
        seat.xdotool("type", "what colour is the sky")
        seat.xdotool("key", "Return")
        edited = [*first, "what colour is the sky"]
        wait_until(lambda: path(seat.home) == [*edited, "Blue."], "the other question is answered")

        seat.xdotool("key", "ctrl+shift+r")
        wait_until(lambda: path(seat.home) == [*edited, "Azure."], "it is answered again")

        def walked() -> bool:
            seat.xdotool("key", "ctrl+shift+Prior")  # refused as long as the answer before is being written
            return path(seat.home) == [*edited, "Blue."]

        wait_until(walked, "the first answer again", every=0.2)
        shown = json.loads(kireji(["history", "show", "--json"], variables).stdout)["messages"]
        assert [message["text"] for message in shown] == [*edited, "Blue."]
        seat.tell("quit")
        assert process.wait(20) == 0
    assert "Traceback" not in seat.log + seat.printed
