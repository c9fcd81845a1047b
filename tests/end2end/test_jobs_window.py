"""A job from its file to its results, in the real window with keys alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service import KEY, Orders, ServiceProcess
from tests.support.outside import MAIN, Seat
from tests.support.program import kireji, running
from tests.support.reading import words_on
from tests.support.x11 import pause, wait_until

pytestmark = [pytest.mark.display, pytest.mark.timeout(300)]

ROWS = 6
WIDTH, HEIGHT = 1280, 800


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    """Two rows of every batch fail until it is told otherwise."""
    with ServiceProcess(batches=Orders(hint=1.0, fail=2)) as process:
        yield process


@pytest.fixture
def variables(seat: Seat, service: ServiceProcess) -> dict[str, str]:
    seat.paths.settings.write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
    return seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """A file of six questions, with a line that is broken."""
    path = tmp_path / "questions.jsonl"
    lines = [json.dumps({"prompt": f"question {number}"}) for number in range(1, ROWS + 1)]
    path.write_text("\n".join([*lines[:3], '{"prompt": "half a', *lines[3:]]) + "\n")
    return path


def shown(variables: dict[str, str]) -> dict[str, Any]:
    """What the command line says of the job, which works on the same queue."""
    done = kireji(["batch", "show", "1", "--json"], variables)
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}


def turn_to_window(seat: Seat) -> int:
    """The main window at the corner of the screen, with the keyboard; its id."""
    window = seat.wait_for(MAIN)
    wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
    seat.xdotool("windowmove", str(window.id), "0", "0", "windowsize", str(window.id), str(WIDTH), str(HEIGHT))
    pause(1)
    return int(window.id)


def reads(seat: Seat, *words: str) -> bool:
    """Whether all of these words stand on the screen."""
    text = words_on(seat.client, 0, 0, WIDTH, HEIGHT)
    return all(each in text for each in words)


def answer(seat: Seat, others: Collection[int], path: Path) -> None:
    """Type a path into the window that asks for a file.

    Args:
        seat: Where.
        others: Windows that do not ask.
        path: What is typed.
    """
    wait_until(lambda: seat.client.active_window() not in {0, None, *others}, "a window that asks for a file")
    asking = seat.client.active_window()
    pause(1)
    seat.xdotool("key", "ctrl+a")
    seat.xdotool("type", str(path))
    seat.xdotool("key", "Return")
    wait_until(lambda: seat.client.active_window() != asking, "it goes")


def test_a_job_is_imported_estimated_run_retried_and_exported(
    seat: Seat, variables: dict[str, str], service: ServiceProcess, questions: Path, tmp_path: Path
) -> None:
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        main = turn_to_window(seat)

        seat.xdotool("key", "ctrl+j")
        pause(2)  # nobody has jobs yet; the keyboard is on the first of two buttons
        seat.xdotool("key", "Tab", "Return")  # from "New job" to the import
        pause(0.5)
        seat.xdotool("key", "Return")  # a file of lines
        form = seat.wait_for("New job").id
        answer(seat, {main, form}, questions)
        wait_until(lambda: seat.client.active_window() == form, "keys go to the new job")
        pause(1)
        seat.xdotool("key", "ctrl+Return")
        checked = ("1 line cannot be used", "What it will take")
        wait_until(lambda: reads(seat, *checked), "bad lines and the estimate", seconds=60)
        assert service.control()["batches"]["made"] == 0  # nothing has left yet
        seat.xdotool("key", "ctrl+Return")
        seat.wait_until_gone("New job")

        wait_until(lambda: shown(variables).get("state") == "finished", "the job has ended", seconds=60)
        wait_until(lambda: reads(seat, "2 failed"), "what failed is said", seconds=60)

        service.control(batches={"fail": 0})
        seat.xdotool("key", "shift+F10")
        pause(0.5)
        seat.xdotool("key", "Down", "Return")  # retry what failed
        wait_until(lambda: shown(variables).get("rows", {}).get("succeeded") == ROWS, "all have an answer", seconds=60)
        pause(1)

        seat.xdotool("key", "Return")
        wait_until(lambda: reads(seat, "question 6"), "the results", seconds=60)
        seat.xdotool("key", "Escape")
        pause(1)

        seat.xdotool("key", "shift+F10")
        pause(0.5)
        seat.xdotool("key", "Down", "Return")  # export
        answer(seat, {main}, tmp_path / "answers.jsonl")
        wait_until(lambda: (tmp_path / "answers.jsonl").exists(), "the file is written", seconds=30)

        seat.tell("quit")
        assert process.wait(30) == 0
    lines = [json.loads(line) for line in (tmp_path / "answers.jsonl").read_text().splitlines()]
    assert [line["status"] for line in lines] == ["succeeded"] * 3 + ["errored"] + ["succeeded"] * 3
    assert "JSON" in lines[3]["error"]
    counted = service.control(batches={"answered": True})["batches"]
    assert [counted[name] for name in ("twice", "paid", "distinct", "most", "orphaned")] == [0, ROWS, ROWS, 1, 0]
    assert "Traceback" not in seat.log + seat.printed
