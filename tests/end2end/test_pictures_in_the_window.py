"""Pictures that other programs hold, asked about in the window of the real program."""

from __future__ import annotations

import base64
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support import drag_window
from tests.support.outside import MAIN, Seat
from tests.support.pictures import png
from tests.support.program import environment, running, wait_until_up
from tests.support.reading import words_on
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

HANGING_SECONDS = 8.0
"""Less than Qt would wait for a hanging owner in the window's thread: 15 seconds for each form."""


@contextmanager
def copied(seat: Seat, data: bytes, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """What another program, xclip, has copied."""
    command = ["xclip", "-quiet", "-selection", "clipboard", *arguments]
    with subprocess.Popen(command, env=seat.variables, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write(data)
        process.stdin.close()
        display = seat.client._display
        wait_until(lambda: display.get_selection_owner(display.intern_atom("CLIPBOARD")), "xclip owns the clipboard")
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def window_of(seat: Seat, service: ServiceProcess) -> Iterator[None]:
    """The program with its window before everything else, and a key for the service."""
    (seat.home / "settings.toml").write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
    home = str(seat.home)
    variables = environment(seat.desktop, KIREJI_HOME=home, ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY)
    with running(variables, output=seat.output) as process:
        wait_until_up(seat.home, process)
        window = seat.wait_for(MAIN)
        wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
        yield
    assert "Traceback" not in seat.printed


def asked(service: ServiceProcess) -> list[dict[str, object]]:
    """The blocks of the first question; empty while there is none."""
    sent = (item for item in service.requests if item["path"] == "/v1/messages")
    content = next((item["body"]["messages"][-1]["content"] for item in sent), [])
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def words_in(seat: Seat, x: int, y: int, width: int, height: int) -> str:
    """What is written in a piece of the main window; a `y` below zero counts from its end."""
    window = seat.wait_for(MAIN)
    place, size = window.translate_coords(window.query_tree().root, 0, 0), window.get_geometry()
    top = y if y >= 0 else size.height + y
    return words_on(seat.client, x - place.x, top - place.y, width, height)


def below_the_field(seat: Seat) -> str:
    return words_in(seat, 345, -130, 120, 60)


def hint(seat: Seat) -> str:
    return words_in(seat, 400, 320, 400, 140)


def test_a_picture_that_another_program_copied_is_pasted_and_goes_out(seat: Seat) -> None:
    picture = png(640, 400)
    with ServiceProcess(Rule(Text(["Seen."]), times=None)) as service, window_of(seat, service):
        with copied(seat, picture, "-t", "image/png"):
            seat.xdotool("type", "What is this?")
            seat.xdotool("key", "ctrl+v")
            wait_until(lambda: "400" in below_the_field(seat), "the picture below the field")
        seat.xdotool("key", "Return")
        wait_until(lambda: asked(service), "the question")
        blocks = asked(service)
        assert [block["type"] for block in blocks] == ["image", "text"]
        source = blocks[0]["source"]
        assert isinstance(source, dict)
        assert base64.b64decode(source["data"]) == picture
        assert blocks[1]["text"] == "What is this?"


def test_a_program_that_hangs_with_the_clipboard_does_not_hang_the_window(seat: Seat) -> None:
    with ServiceProcess(Rule(Text(["Seen."]), times=None)) as service, window_of(seat, service):
        with copied(seat, b"never told") as owner:
            os.kill(owner.pid, signal.SIGSTOP)
            seat.xdotool("key", "ctrl+v")
            seat.xdotool("type", "Still here?")
            seat.xdotool("key", "Return")
            wait_until(lambda: asked(service), "the question, while the other program hangs", HANGING_SECONDS)
        assert asked(service) == [{"type": "text", "text": "Still here?"}]


def test_a_file_is_dragged_from_another_program_onto_the_window(seat: Seat, tmp_path: Path) -> None:
    file = tmp_path / "dragged.png"
    file.write_bytes(png(640, 400))
    with ServiceProcess(Rule(Text(["Seen."]), times=None)) as service, window_of(seat, service):
        window = seat.wait_for(MAIN)
        place = window.query_tree().parent.get_geometry()
        x, y = place.x + 600, place.y + 300
        source = ["1700", "900", "120", "100"]
        command = [sys.executable, "-m", "tests.support.drag_window", *source, str(file)]
        with subprocess.Popen(command, env=seat.variables) as other:
            try:
                seat.wait_for(drag_window.TITLE)
                wait_until(lambda: seat.client.pixel(1740, 940) == drag_window.COLOUR, "its own colour")
                seat.xdotool("mousemove", "1740", "940", "mousedown", "1", "mousemove", "1720", "930")
                over = itertools.cycle((0, 6))

                def told() -> bool:
                    seat.xdotool("mousemove", str(x + next(over)), str(y))  # a drag that has begun is told by moves
                    return "Drop to ask" in hint(seat)

                wait_until(told, "what the window says while something is over it")
                seat.xdotool("mousemove", str(x + 9), str(y + 9), "mouseup", "1")
                wait_until(lambda: "400" in below_the_field(seat), "the picture below the field")
            finally:
                other.kill()
        assert "Drop to ask" not in hint(seat)
