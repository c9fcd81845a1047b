"""A capture as a table, translated in place, and checked, from outside: the real program with its real reader."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.service import KEY, Delivery, Rule, ServiceProcess, Status, Text
from tests.support.outside import OVERLAY, Seat
from tests.support.program import kireji, running, showing, wait_until_up
from tests.support.reading import words_on
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

LINES = ("Item          Price", "Green tea      3.20", "Rye bread      4.50", "Mail: anna.meier@example.com")
WINDOW = (100, 80, 520, 150)
FROM, TO = (106, 86), (610, 224)
CARD = (630, 60, 650, 740)
"""Where the card is."""
COLUMNS = [
    {"name": "Item", "type": "text", "unit": "", "choices": []},
    {"name": "Price", "type": "currency", "unit": "", "choices": []},
]
ROWS = [["Green tea", "3.20"], ["Rye bread", "4.50"]]
TABLE = json.dumps({"tables": [{"title": "", "columns": COLUMNS, "rows": ROWS}]})
VERDICT = json.dumps(
    {
        "findings": [
            {
                "category": "others-data",
                "evidence": [{"where": "picture", "picture": 1, "quote": "anna.meier@example.com"}],
                "reason": "A private address can be read.",
                "level": "records",
                "confidence": 0.9,
            }
        ],
        "reason": "An address of a person stands there.",
        "rewrite": None,
    }
)


def translated(count: int = 12) -> str:
    """Every block as the same words; those of numbers that are not asked are passed over."""
    return json.dumps({"source_language": "English", "blocks": [{"id": n, "text": "Zebra"} for n in range(1, count)]})


class Capturing:
    """A capture of the lines."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat

    def cut_out(self) -> None:
        client = self.seat.client
        before = client.pixel(WINDOW[0] + 400, WINDOW[1] + 4)
        client.press_chord("Control_L", "Shift_L", "space")
        wait_until(lambda: client.pixel(WINDOW[0] + 400, WINDOW[1] + 4) != before, "the frozen screen")
        self.seat.xdotool("mousemove", *map(str, FROM), "mousedown", "1", "mousemove", "300", "150")
        self.seat.xdotool("mousemove", *map(str, TO), "mouseup", "1", "mousemove", "1200", "780")

    def card_says(self, words: str) -> None:
        wait_until(lambda: words in words_on(self.seat.client, *CARD), f"the card to say {words!r}", seconds=60)

    def picture_says(self) -> str:
        return words_on(self.seat.client, *WINDOW)

    def gone(self) -> None:
        self.seat.xdotool("key", "Escape")
        self.seat.wait_until_gone(OVERLAY)


@contextmanager
def capturing(seat: Seat, *rules: Rule) -> Iterator[tuple[Capturing, ServiceProcess]]:
    (seat.home / "settings.toml").write_text(
        '[general]\nwelcomed = true\n[local]\ndiscover = false\n[privacy]\nanthropic = "never"\n'
    )
    with ServiceProcess(*rules) as service:
        seat.variables.update(ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY)
        window = [*map(str, WINDOW), *LINES]
        with (
            showing(seat.variables, "tests.support.lines_window", *window),
            running(seat.variables, ["--hidden"], output=seat.output) as process,
        ):
            wait_until_up(seat.home, process)
            yield Capturing(seat), service
        assert "Traceback" not in seat.printed
        assert "Traceback" not in seat.log


def shown(seat: Seat) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kireji(["history", "show", "--json"], seat.variables).stdout or b"{}")
    return found


def last_answer(seat: Seat) -> str:
    """How it stands in the history; empty while there is none."""
    messages = shown(seat).get("messages", [])
    return str(messages[-1].get("state", "")) if messages and messages[-1]["role"] == "assistant" else ""


def clipboard(seat: Seat) -> str:
    command = ["xclip", "-o", "-selection", "clipboard"]
    result = subprocess.run(command, env=seat.variables, check=False, capture_output=True, timeout=10)
    return result.stdout.decode()


def sent(service: ServiceProcess) -> Callable[[], int]:
    return lambda: sum(item["path"] == "/v1/messages" for item in service.requests)


def test_a_capture_becomes_a_table_whose_cells_go_to_a_spreadsheet(seat: Seat) -> None:
    with capturing(seat, Rule(Text([TABLE]), times=None)) as (capture, _):
        capture.cut_out()
        seat.xdotool("key", "ctrl+shift+t")
        capture.card_says("2 columns")
        assert "Rye bread" in words_on(seat.client, *CARD)
        seat.xdotool("key", "ctrl+c")
        wait_until(lambda: clipboard(seat) == "Item\tPrice\nGreen tea\t3.2\nRye bread\t4.5\n", "the table as TSV")
        capture.gone()
        assert [message["role"] for message in shown(seat)["messages"]] == ["user", "assistant"]
        assert "Rye bread" in json.dumps(shown(seat))


def test_a_capture_is_translated_where_it_stands_and_space_shows_the_original(seat: Seat) -> None:
    with capturing(seat, Rule(Text([translated()]), times=None)) as (capture, _):
        capture.cut_out()
        seat.xdotool("key", "ctrl+shift+l")
        capture.card_says("Space shows the original")
        wait_until(lambda: "Zebra" in capture.picture_says(), "the translation on the picture")
        assert "Green" not in capture.picture_says()
        seat.xdotool("key", "space")
        wait_until(lambda: "Green tea" in capture.picture_says(), "the original")
        seat.xdotool("key", "space")
        wait_until(lambda: "Zebra" in capture.picture_says(), "the translation again")
        seat.xdotool("key", "ctrl+c")
        wait_until(lambda: clipboard(seat).startswith("Zebra\n\nZebra"), "the translated text")
        capture.gone()


def test_a_capture_is_checked_before_it_is_shared(seat: Seat) -> None:
    with capturing(seat, Rule(Text([VERDICT]), times=None)) as (capture, _):
        capture.cut_out()
        seat.xdotool("key", "ctrl+shift+k")
        capture.card_says("A private address can be read")
        mark = (229, 67, 42)
        row = range(WINDOW[1] + 90, WINDOW[1] + 140)
        wait_until(lambda: any(_colour(seat, 180, y) == mark for y in row), "the address, marked on the picture")
        capture.gone()


def test_it_can_be_stopped_in_the_middle(seat: Seat) -> None:
    pieces = [TABLE[:60], TABLE[60:]]  # no row has come, so that nothing stands between Stop and the field
    slow = Text(pieces, delivery=Delivery(hold_after=1))
    with capturing(seat, Rule(slow, times=None)) as (capture, service):
        capture.cut_out()
        seat.xdotool("key", "ctrl+shift+t")
        wait_until(lambda: any(item["held"] for item in service.control()["requests"]), "the answer to pause")
        capture.card_says("Stop")
        seat.xdotool("key", "shift+Tab", "shift+Tab", "Return")
        wait_until(lambda: last_answer(seat) == "stopped", "its end")


def test_a_service_that_fails_is_a_sentence_with_the_next_step(seat: Seat) -> None:
    failing = Status(400, "invalid_request_error", "messages.0: the picture is too strange")
    with capturing(seat, Rule(failing, times=None)) as (capture, _):
        capture.cut_out()
        seat.xdotool("key", "ctrl+shift+t")
        capture.card_says("Ask again")
        capture.gone()


def _colour(seat: Seat, x: int, y: int) -> tuple[int, int, int]:
    pixel = seat.client.pixel(x, y)
    return (pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255)
