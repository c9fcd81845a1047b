"""The program is killed at any moment while an answer streams: what had been shown half a second before is there."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO, Any

import pytest

from tests.service import KEY, Blocks, Call, Delivery, Reasoning, Rule, ServiceProcess, Words
from tests.support.outside import Seat
from tests.support.program import COMMAND, running
from tests.support.x11 import wait_until

_LOST_AT_MOST = 0.5
"""Seconds of an answer."""
_ON_ITS_WAY = 0.1
"""Seconds that a piece may take from the service's socket to the window."""

THOUGHT = [f"thought{number} " for number in range(60)]
SAID = [f"word{number} " for number in range(60)]
MORE = [f"more{number} " for number in range(120)]
ANSWER = Blocks(
    [
        Reasoning(THOUGHT),
        Words([*SAID]),
        Call("look_up", {"path": "x" * 400}, size=8),
        Words([*MORE]),
    ],
    stop_reason="end_turn",
    delivery=Delivery(delay=0.01),
)
SEED = int(os.environ.get("KIREJI_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess(Rule(ANSWER, times=None)) as process:
        yield process


def stored(home: Path) -> dict[str, str]:
    """What the file holds of the last answer, by kind of part, read by another program."""
    with closing(sqlite3.connect(f"{(home / 'kireji.db').as_uri()}?mode=ro", uri=True)) as database:
        row = database.execute(
            "SELECT parts FROM messages WHERE role = 'assistant' ORDER BY id DESC LIMIT 1"
        ).fetchone()
    found = {"thinking": "", "text": "", "tool_input": ""}
    for part in json.loads(row[0]) if row else ():
        kind = {"tool_call": "tool_input"}.get(part["kind"], part["kind"])
        found[kind] += part["arguments"] if kind == "tool_input" else part["text"]
    return found


class Shown:
    """What a command printed, and when."""

    def __init__(self, out: IO[bytes]) -> None:
        self._lines: list[tuple[float, dict[str, Any]]] = []
        self._thread = threading.Thread(target=self._read, args=(out,), daemon=True)
        self._thread.start()

    def _read(self, out: IO[bytes]) -> None:
        for line in out:
            if line.endswith(b"\n"):  # the last one may be cut
                self._lines.append((time.monotonic(), json.loads(line)))

    @property
    def begun(self) -> bool:
        return any(line["type"] in ("thinking", "text") for _, line in self._lines)

    def until(self, moment: float) -> dict[str, str]:
        """What stood there then, by kind of part."""
        self._thread.join(10)
        found = {"thinking": "", "text": "", "tool_input": ""}
        for time_shown, line in self._lines:
            if time_shown <= moment and line["type"] in found:
                found[line["type"]] += line["text"]
        return found


def lost(shown: dict[str, str], kept: dict[str, str]) -> list[str]:
    """What had been shown and is not there, by kind."""
    return [
        f"{kind}: {text[-40:]!r} after {kept[kind][-40:]!r}"
        for kind, text in shown.items()
        if not kept[kind].replace("\n", "").startswith(text.rstrip().replace("\n", ""))
    ]


def pass_until(moment: float) -> None:
    wait_until(lambda: time.monotonic() >= moment, "the moment has come")


def test_killed_commands_lose_less_than_half_a_second(service: ServiceProcess, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    moments = [chance.uniform(_LOST_AT_MOST, 3.0) for _ in range(4)]
    with ThreadPoolExecutor(len(moments)) as pool:
        list(pool.map(partial(check_killed, service, tmp_path), range(len(moments)), moments))


def check_killed(service: ServiceProcess, folder: Path, number: int, after: float) -> None:
    """Ask, kill, and compare.

    Args:
        service: Who answers.
        folder: For the program's data.
        number: Tells this program from the others.
        after: Seconds from the first word to the end.
    """
    home = folder / f"kireji-{number}"
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "KIREJI_HOME": str(home),
        "ANTHROPIC_BASE_URL": service.base_url,
        "ANTHROPIC_API_KEY": KEY,
    }
    command = [*COMMAND, "ask", "--json", "tell me"]
    with subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        shown = Shown(process.stdout)
        wait_until(lambda: shown.begun, "the first words")
        pass_until(time.monotonic() + after)
        process.kill()
        killed = time.monotonic()
        process.wait()
        told = shown.until(killed - _LOST_AT_MOST)
    assert lost(told, stored(home)) == [], f"seed {SEED}, killed {after:.2f} s after the first word"


@pytest.mark.display
def test_the_killed_window_loses_less_than_half_a_second(seat: Seat, service: ServiceProcess) -> None:
    seat.paths.settings.write_text("[general]\nwelcomed = true\n")
    variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    after = random.Random(SEED).uniform(1.2, 2.5)
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        seat.ask_in_window("tell me")
        wait_until(lambda: delivered(service), "the first words")
        sent = Sent(service)
        moment = time.monotonic() + after
        seat.xdotool("type", "and then")
        seat.xdotool("key", "Return")
        sent.watch(moment)
        process.kill()
        killed = time.monotonic()
        process.wait()
    # What the service had sent by then is at least what the window showed.
    told = by_kind(sent.until(killed - _LOST_AT_MOST - _ON_ITS_WAY))
    assert lost(told, stored(seat.home)) == [], f"seed {SEED}, killed {after:.2f} s after the first word"
    assert waiting(seat.home) == ["and then"]


def waiting(home: Path) -> list[str]:
    """The questions that wait for this answer, read by another program."""
    with closing(sqlite3.connect(f"{(home / 'kireji.db').as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT parts FROM queued_questions ORDER BY id").fetchall()
    return [json.loads(parts)[0]["text"] for (parts,) in rows]


def delivered(service: ServiceProcess) -> int:
    """How many pieces of the answer the service has written."""
    return sum(int(item["delivered"]) for item in service.control()["requests"])


class Sent:
    """How much of an answer the service had written, and when."""

    def __init__(self, service: ServiceProcess) -> None:
        self._service = service
        self._counts = [(time.monotonic(), 0)]

    def watch(self, until: float) -> None:
        """Look again and again."""

        def look() -> bool:
            count = delivered(self._service)
            self._counts.append((time.monotonic(), count))
            return time.monotonic() >= until

        wait_until(look, "the moment has come")

    def until(self, moment: float) -> int:
        """How many pieces were certainly written then."""
        return max(count for at, count in self._counts if at <= moment or count == 0)


def by_kind(pieces: int) -> dict[str, str]:
    """The first so many pieces of the answer; the pieces of signature and arguments are looked at elsewhere."""
    thought, said = THOUGHT[:pieces], SAID[: max(0, pieces - len(THOUGHT) - 1)]
    return {"thinking": "".join(thought), "text": "".join(said), "tool_input": ""}
