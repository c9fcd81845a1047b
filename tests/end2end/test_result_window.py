"""A picture becomes a table in the real window, with keys alone: pasted, asked about, walked through, copied, saved."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import MAIN, Seat
from tests.support.program import environment, running, wait_until_up
from tests.support.reading import words_on
from tests.support.table_picture import table_picture
from tests.support.x11 import pause, wait_until

pytestmark = [pytest.mark.display, pytest.mark.timeout(300)]

WIDTH, HEIGHT = 1280, 800
ROWS = (
    ("Item", "Quantity", "Price"),
    ("Green tea", "12", "3.50"),
    ("Lemon cake", "4", "14.25"),
    ("Water", "7", "1.00"),
)
PICTURE = table_picture(ROWS, (220, 160, 140), "Northwind")
TYPES = ("text", "number", "currency")
COLUMNS = [{"name": n, "type": t, "unit": "", "choices": []} for n, t in zip(ROWS[0], TYPES, strict=True)]
ANSWER = json.dumps({"tables": [{"title": "Northwind", "columns": COLUMNS, "rows": ROWS[1:]}]})


@contextmanager
def copied(seat: Seat, picture: bytes) -> Iterator[None]:
    """A picture that another program, xclip, has copied."""
    command = ["xclip", "-quiet", "-selection", "clipboard", "-t", "image/png"]
    with subprocess.Popen(command, env=seat.variables, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write(picture)
        process.stdin.close()
        display = seat.client._display
        wait_until(lambda: display.get_selection_owner(display.intern_atom("CLIPBOARD")), "xclip owns the clipboard")
        try:
            yield
        finally:
            process.kill()


def clipboard(seat: Seat) -> str:
    """What any program could paste now."""
    command = ["xclip", "-selection", "clipboard", "-o"]
    return subprocess.run(command, env=seat.variables, capture_output=True, timeout=20, check=False).stdout.decode()


BELOW, MIDDLE = (288, 500, 740, 290), (264, 52, 1016, 640)
"""Pieces of the screen: around the field, and the page with what is in it."""


def reads(seat: Seat, words: str, area: tuple[int, int, int, int]) -> bool:
    """Whether words stand in a piece of the screen."""
    return words in words_on(seat.client, *area)


def save_as(seat: Seat, main: int, path: Path) -> None:
    """Type a path into the window that asks for a file."""
    wait_until(lambda: seat.client.active_window() not in {0, None, main}, "a window that asks for a file")
    pause(1)
    seat.xdotool("key", "ctrl+a")
    seat.xdotool("type", str(path))
    seat.xdotool("key", "Return")


def test_a_picture_becomes_a_table_that_is_walked_through_copied_and_saved(seat: Seat, tmp_path: Path) -> None:
    (seat.home / "settings.toml").write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
    saved = tmp_path / "table.xlsx"
    with ServiceProcess(Rule(Text([ANSWER]), times=None)) as service:
        variables = environment(
            seat.desktop, KIREJI_HOME=str(seat.home), ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY
        )
        with running(variables, output=seat.output) as process:
            wait_until_up(seat.home, process)
            window = seat.wait_for(MAIN)
            main = int(window.id)
            wait_until(lambda: seat.client.active_window() == main, "keys go to the main window")
            seat.xdotool("windowmove", str(main), "0", "0", "windowsize", str(main), str(WIDTH), str(HEIGHT))
            pause(1)
            with copied(seat, PICTURE):
                seat.xdotool("key", "ctrl+v")
                wait_until(lambda: reads(seat, "Pasted", BELOW), "the picture below the field", seconds=30)
            seat.xdotool("type", "/table")
            wait_until(lambda: reads(seat, "As a table", BELOW), "the prompt", seconds=30)
            seat.xdotool("key", "Return")
            pause(1)
            seat.xdotool("key", "Return")
            wait_until(lambda: reads(seat, "3 rows", MIDDLE), "the table is open", seconds=90)
            pause(1)
            seat.xdotool("key", "Down", "ctrl+c")
            wait_until(lambda: clipboard(seat) == "Lemon cake", "the cell is copied", seconds=30)
            seat.xdotool("key", "Right", "shift+Right", "ctrl+c")
            wait_until(lambda: clipboard(seat) == "4\t14.25", "the selection is copied", seconds=30)
            seat.xdotool("key", "ctrl+s")
            save_as(seat, main, saved)
            wait_until(saved.exists, "the file is written", seconds=30)
            seat.xdotool("key", "Escape")
            wait_until(lambda: reads(seat, "Open table", MIDDLE), "the row below the answer", seconds=30)
            seat.tell("quit")
            assert process.wait(30) == 0
    sheet = openpyxl.load_workbook(saved).worksheets[0]
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["Lemon cake", 4, 14.25] in [row[:3] for row in values]
    assert "Traceback" not in seat.log + seat.printed
