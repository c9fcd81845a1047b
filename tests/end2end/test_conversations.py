"""Finding, naming, deleting and taking back conversations, with keys alone."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import MAIN, Seat
from tests.support.program import kireji, running
from tests.support.reading import words_on
from tests.support.x11 import pause, wait_until

pytestmark = pytest.mark.display

LANTERN = "The violet lantern hangs here."


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess(Rule(Text([LANTERN]), contains="网络"), Rule(Text(["Nothing else."]), times=None)) as process:
        yield process


@pytest.fixture
def variables(seat: Seat, service: ServiceProcess) -> dict[str, str]:
    """A history of three conversations, the newest one last."""
    seat.paths.settings.write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
    variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    for question in ("这个屏幕是网络设置吗", "Second question", "Third question"):
        assert kireji(["ask", question], variables).returncode == 0
    return variables


def listed(variables: dict[str, str]) -> list[str]:
    found = json.loads(kireji(["history", "list", "--json"], variables).stdout)["conversations"]
    return [str(each["title"]) for each in found]


def turn_to_window(seat: Seat) -> None:
    window = seat.wait_for(MAIN)
    wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
    pause(1)  # the list is read after the window has come


def test_conversations_are_deleted_taken_back_renamed_and_found_by_keys(seat: Seat, variables: dict[str, str]) -> None:
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        turn_to_window(seat)

        seat.xdotool("key", "ctrl+l")
        seat.xdotool("key", "Delete")
        wait_until(lambda: "Third question" not in listed(variables), "the newest conversation is deleted")
        seat.xdotool("key", "ctrl+z")
        wait_until(lambda: "Third question" in listed(variables), "it is taken back")

        seat.xdotool("key", "ctrl+l")
        seat.xdotool("key", "F2")
        seat.xdotool("type", "Renamed here")
        seat.xdotool("key", "Return")
        wait_until(lambda: "Renamed here" in listed(variables), "a conversation is renamed")

        seat.xdotool("key", "ctrl+k")
        seat.xdotool("type", "--delay", "60", "设置")
        pause(1)
        seat.xdotool("key", "Return")
        wait_until(lambda: LANTERN in words_on(seat.client, 630, 200, 680, 600), "the hit is open")

        seat.tell("quit")
        assert process.wait(20) == 0
    assert "Traceback" not in seat.log + seat.printed
