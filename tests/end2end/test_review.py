"""The reviewer's page in the real window, with keys alone: accepted, overruled, undone, filtered, exported, killed."""

from __future__ import annotations

import csv
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end2end.test_batch_forms import CLEAN, POLICY, SPAM, answers
from tests.end2end.test_jobs_window import answer, reads, turn_to_window
from tests.service import KEY, Orders, ServiceProcess
from tests.support.outside import Seat
from tests.support.program import kireji, running
from tests.support.x11 import pause, wait_until

pytestmark = [pytest.mark.display, pytest.mark.timeout(300)]

OFFERS = ("cheap pills one", "cheap pills two", "cheap pills three")


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    script = (answers("cheap pills", SPAM), answers("weather", CLEAN))
    with ServiceProcess(*script, batches=Orders(hint=1.0)) as process:
        yield process


@pytest.fixture
def variables(seat: Seat, service: ServiceProcess, tmp_path: Path) -> dict[str, str]:
    """A job that has judged four comments, three of which wait for a person."""
    seat.paths.settings.write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
    found = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    (tmp_path / "house.toml").write_text(POLICY)
    comments = tmp_path / "comments.jsonl"
    comments.write_text("".join(f"{json.dumps({'prompt': text})}\n" for text in (*OFFERS, "How is the weather?")))
    added = ["add", str(comments), "-m", "claude-haiku-4-5", "--policy", str(tmp_path / "house.toml"), "--yes"]
    for command in (added, ["run", "1"]):
        done = kireji(["batch", *command], found)
        assert done.returncode == 0, done.stderr
    return found


def decided(variables: dict[str, str]) -> dict[int, tuple[str, str]]:
    """What the command line says was decided, by row: action and note."""
    done = kireji(["batch", "review", "1", "--show", "decided", "--json"], variables)
    items: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    return {item["row"]: (item["review"]["action"], item["review"]["note"] or "") for item in items}


def to_review(seat: Seat) -> int:
    """From the start to the reviewer's page."""
    main = turn_to_window(seat)
    seat.xdotool("key", "ctrl+j")
    pause(2)
    seat.xdotool("key", "shift+F10")
    pause(0.5)
    seat.xdotool("key", "Down", "Return")  # review verdicts
    wait_until(lambda: reads(seat, "0 of 3 decided"), "the verdicts", seconds=60)
    return main


def test_verdicts_are_decided_about_and_exported_with_keys_alone(
    seat: Seat, variables: dict[str, str], tmp_path: Path
) -> None:
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        main = to_review(seat)

        seat.xdotool("key", "a")
        wait_until(lambda: decided(variables) == {1: ("review", "")}, "the first is accepted", seconds=30)
        seat.xdotool("key", "o")
        pause(0.5)
        seat.xdotool("type", "It is irony")
        seat.xdotool("key", "Return")
        wait_until(lambda: decided(variables).get(2) == ("allow", "It is irony"), "the second is overruled", seconds=30)
        seat.xdotool("key", "a")
        wait_until(lambda: 3 in decided(variables), "the third is accepted", seconds=30)
        seat.xdotool("key", "u")
        wait_until(lambda: 3 not in decided(variables), "that is undone", seconds=30)
        wait_until(lambda: reads(seat, "2 of 3 decided"), "how far it is", seconds=30)

        seat.xdotool("key", "shift+Tab", "shift+Tab", "Right", "Right")  # through the filters
        wait_until(lambda: reads(seat, "How is the weather"), "what is allowed is listed", seconds=30)

        seat.xdotool("key", "ctrl+s")
        answer(seat, {main}, tmp_path / "decisions.csv")
        wait_until(lambda: (tmp_path / "decisions.csv").exists(), "the file is written", seconds=30)
        seat.tell("quit")
        assert process.wait(30) == 0
    with (tmp_path / "decisions.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["model_action"], line["final_action"], line["decision"]) for line in lines] == [
        ("review", "review", "accepted"),
        ("review", "allow", "overruled"),
        ("review", "review", ""),
        ("allow", "allow", ""),
    ]
    assert lines[1]["note"] == "It is irony"
    assert "Traceback" not in seat.log + seat.printed


def test_what_was_decided_is_there_after_the_program_was_killed(seat: Seat, variables: dict[str, str]) -> None:
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        to_review(seat)
        seat.xdotool("key", "a")
        wait_until(lambda: 1 in decided(variables), "the first is accepted", seconds=30)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert decided(variables) == {1: ("review", "")}
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        turn_to_window(seat)
        seat.xdotool("key", "ctrl+j")
        pause(2)
        seat.xdotool("key", "shift+F10")
        pause(0.5)
        seat.xdotool("key", "Down", "Return")
        wait_until(lambda: reads(seat, "1 of 3 decided"), "what was decided", seconds=60)
        seat.tell("quit")
        assert process.wait(30) == 0
