"""A watched region of a real screen, with the test service behind it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import Seat
from tests.support.program import COMMAND, kireji, showing

pytestmark = pytest.mark.display

REGION = "100,80,400,300"


@contextmanager
def watching(seat: Seat, service: ServiceProcess, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    command = [*COMMAND, "watch", "--region", REGION, "What stands there?", "--every", "1", *options]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(stream: IO[bytes] | None, kind: str) -> dict[str, Any]:
    """The next event of that kind."""
    assert stream is not None
    while line := stream.readline():
        event: dict[str, Any] = json.loads(line)
        if event["type"] == kind:
            return event
    raise AssertionError(f"it ended before any {kind}")


def test_a_region_is_asked_about_once_while_it_rests_and_an_interrupt_ends_it(seat: Seat) -> None:
    rule = Rule(Text(["A pattern."]), times=None)
    with (
        ServiceProcess(rule) as service,
        showing(seat.variables, "tests.support.pattern_window", *REGION.split(",")),
        watching(seat, service, "--json") as process,
    ):
        assert until(process.stdout, "end")["text"] == "A pattern."
        seat.xdotool("mousemove", "0", "0")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (130, b"", b"")
        assert len([item for item in service.requests if item["path"] == "/v1/messages"]) == 1
    shown_ = json.loads(kireji(["history", "show", "--json"], seat.variables).stdout)
    assert [message["text"] for message in shown_["messages"]] == ["What stands there?", "A pattern."]
    assert shown_["messages"][0]["images"][0]["width"] == 400


def test_a_limit_on_cost_ends_it_when_the_region_really_changes(seat: Seat) -> None:
    rule = Rule(Text(["Nothing."], usage={"output_tokens": 100_000}), times=None)
    with ServiceProcess(rule) as service, watching(seat, service, "--max-cost", "0.08", "--json") as process:
        assert until(process.stdout, "end")["text"] == "Nothing."
        with showing(seat.variables, "tests.support.pattern_window", *REGION.split(",")):
            ended = until(process.stdout, "ended")
        assert process.wait(20) == 0
        assert ended["sentence"].startswith("Another answer would pass the limit of $0.08")
        assert ended["answers"] == 1
        assert 0.05 < ended["cost"] < 0.08
