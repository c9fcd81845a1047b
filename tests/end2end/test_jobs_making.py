"""A job from a file in our own data folder to a table there, by keys alone, while another process looks at the queue.

A dialog that shows the folder must not touch what lies in it: the queue would be lost to the other process.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service import KEY, Orders, ServiceProcess
from tests.support.outside import MAIN, Seat
from tests.support.program import kireji, running
from tests.support.x11 import pause, wait_until

pytestmark = pytest.mark.display

NEW_JOB = "New job"
OPEN = "What is asked about"


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess(batches=Orders(hint=1.0, expire=1)) as process:
        yield process


@pytest.fixture
def variables(seat: Seat, service: ServiceProcess) -> dict[str, str]:
    seat.paths.settings.write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
    return seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}


def job(variables: dict[str, str]) -> dict[str, Any] | None:
    found = json.loads(kireji(["batch", "list", "--json"], variables).stdout)["jobs"]
    return dict(found[0]) if found else None


def state(variables: dict[str, str]) -> str:
    return str((job(variables) or {}).get("state", ""))


def turn_to(seat: Seat, title: str) -> None:
    """Wait until keys go to a window."""
    window = seat.wait_for(title)
    wait_until(lambda: seat.client.active_window() == window.id, f"keys go to {title!r}")
    pause(0.5)  # what it shows comes after the window itself


def test_a_file_in_our_own_folder_becomes_a_table_in_it(
    seat: Seat, service: ServiceProcess, variables: dict[str, str]
) -> None:
    rows = seat.home / "rows.jsonl"
    lines = [json.dumps({"prompt": f"question {number}"}) for number in range(1, 6)]
    rows.write_text("\n".join([*lines, "{broken"]) + "\n")
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        turn_to(seat, MAIN)
        seat.xdotool("key", "ctrl+j")
        pause(2)

        # A new job: the file is chosen, all of it is read, and nothing has left before it is started.
        seat.xdotool("key", "Return")
        turn_to(seat, NEW_JOB)
        seat.xdotool("key", "Return")
        turn_to(seat, OPEN)
        seat.xdotool("type", str(rows))
        seat.xdotool("key", "Return")
        seat.wait_until_gone(OPEN)
        turn_to(seat, NEW_JOB)
        seat.xdotool("key", "ctrl+Return")
        wait_until(lambda: state(variables) == "ready", "all rows are read")
        read = job(variables)
        assert read is not None
        assert (read["rows"]["pending"], read["rows"]["invalid"]) == (5, 1)
        assert service.control(batches={})["batches"]["made"] == 0
        pause(1)
        seat.xdotool("key", "ctrl+Return")
        seat.wait_until_gone(NEW_JOB)
        wait_until(lambda: state(variables) == "finished", "the job ends")

        # Its results: one row was not answered in time, and it alone is asked again.
        turn_to(seat, MAIN)
        seat.xdotool("key", "Return")
        pause(1.5)
        service.control(batches={"expire": 0})
        seat.xdotool("key", "shift+Tab", "shift+Tab", "Return")
        wait_until(lambda: (job(variables) or {})["rows"]["succeeded"] == 5, "the row that failed is answered")
        counted = service.control(batches={})["batches"]
        assert (counted["made"], counted["twice"]) == (2, 0)

        seat.xdotool("key", "ctrl+s")
        main = seat.wait_for(MAIN).id
        wait_until(lambda: seat.client.active_window() not in (0, main), "it is asked where to")
        pause(0.5)
        table = seat.home / "answers.csv"
        seat.xdotool("key", "ctrl+a")
        seat.xdotool("type", str(table))
        seat.xdotool("key", "Return")
        wait_until(table.exists, "the answers are written")
        seat.tell("quit")
        assert process.wait(20) == 0
    with table.open(encoding="utf-8-sig", newline="") as file:
        answered = [row["status"] for row in csv.DictReader(file)]
    assert answered == ["succeeded"] * 5 + ["errored"]
    assert "Traceback" not in seat.log + seat.printed
