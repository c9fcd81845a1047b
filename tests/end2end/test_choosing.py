"""Choosing who answers, and stopping an answer, from outside: the real program, driven by keys and mouse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service import KEY, Delivery, Rule, ServiceProcess, Text
from tests.support.outside import OVERLAY, Seat
from tests.support.program import running, showing, wait_until_up
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

WINDOW = (100, 80, 500, 400)
FROM, TO = (160, 140), (480, 360)
WORDS = ["The copper ", "kettle ", "sings ", "at noon."]
SETTINGS = '[general]\nwelcomed = true\n[models]\nanthropic = "claude-haiku-5-5"\nfallback = []\n'


def variables(seat: Seat, service: ServiceProcess) -> dict[str, str]:
    seat.home.mkdir(mode=0o700, exist_ok=True)
    (seat.home / "settings.toml").write_text(SETTINGS)
    return seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}


def cut_out(seat: Seat) -> None:
    """Press the shortcut and draw a selection; the field for the question then has the keyboard."""
    place = WINDOW[0] + 200, WINDOW[1] + 100
    bright = seat.client.pixel(*place)
    seat.client.press_chord("Control_L", "Shift_L", "space")
    seat.wait_for(OVERLAY)
    wait_until(lambda: seat.client.pixel(*place) != bright, "the frozen screen")
    seat.xdotool("mousemove", *map(str, FROM), "mousedown", "1", "mousemove", "300", "250")
    seat.xdotool("mousemove", *map(str, TO), "mouseup", "1")
    wait_until(lambda: seat.client.pixel(*place) == bright, "the selection, bright again")


def questions(service: ServiceProcess) -> list[dict[str, Any]]:
    """The bodies of the questions that the service received."""
    return [item["body"] for item in service.requests if item["path"] == "/v1/messages"]


def test_a_model_chosen_in_the_overlay_by_keyboard_is_the_one_that_is_asked(seat: Seat) -> None:
    with (
        ServiceProcess(Rule(Text(WORDS), times=None)) as service,
        showing(seat.variables, "tests.support.pattern_window", *WINDOW),
    ):
        with running(variables(seat, service), ["--hidden"], output=seat.output) as process:
            wait_until_up(seat.home, process)
            cut_out(seat)
            seat.xdotool("key", "Tab", "key", "Return")
            seat.xdotool("type", "opus 5.5")
            seat.xdotool("key", "Return")
            seat.xdotool("type", "What sings?")
            seat.xdotool("key", "Return")
            wait_until(lambda: questions(service), "the question")
            [question] = questions(service)
            assert question["model"] == "claude-opus-5-5"
            assert question["messages"][-1]["content"][-1]["text"] == "What sings?"
        assert "Traceback" not in seat.printed + seat.log


@pytest.mark.parametrize("words", [0, 2])
def test_stop_closes_the_connection_before_and_after_the_first_word(seat: Seat, words: int) -> None:
    held = Rule(Text(WORDS, delivery=Delivery(hold_after=words)), times=None)
    with ServiceProcess(held) as service:
        with running(variables(seat, service), output=seat.output):
            seat.wait_until_open()
            seat.ask_in_window("What sings?")

            def asked() -> dict[str, Any] | None:
                return next((item for item in service.control()["requests"] if item["path"] == "/v1/messages"), None)

            wait_until(lambda: (request := asked()) and request["held"], "the answer to pause")
            seat.xdotool(*(("key", "Tab") * 5), "key", "space")  # past "Attach", "Capture", forms and "Tools"
            wait_until(lambda: (request := asked()) and request["disconnected"], "the connection to be closed")
        assert "Traceback" not in seat.printed + seat.log
