"""Every kind of capture from the command line: into a file, and handed over to the running program."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import closing

import pytest
from PIL import Image
from Xlib.display import Display

from tests.support.outside import OVERLAY, Seat
from tests.support.pattern_window import pattern
from tests.support.program import kireji, running, showing
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

WINDOW = (100, 80, 500, 400)


def point_at(seat: Seat, x: int, y: int) -> None:
    with closing(Display(seat.desktop.display)) as display:
        display.screen().root.warp_pointer(x, y)
        display.sync()


def taken(seat: Seat, *arguments: str) -> Image.Image:
    result = kireji(["capture", *arguments, "-o", "-"], seat.variables)
    assert (result.returncode, result.stderr) == (0, b"")
    return Image.open(io.BytesIO(result.stdout)).convert("RGB")


def pattern_part(left: int, top: int, right: int, bottom: int) -> bytes:
    whole = Image.frombytes("RGB", WINDOW[2:], pattern(*WINDOW[2:]), "raw", "BGRX")
    return whole.crop((left, top, right, bottom)).tobytes()


def test_the_window_under_the_pointer_is_written_to_its_last_pixel(seat: Seat) -> None:
    with showing(seat.variables, "tests.support.pattern_window", *WINDOW):
        point_at(seat, 300, 200)
        picture = taken(seat, "--window")
    assert (picture.size, picture.tobytes()) == (WINDOW[2:], pattern_part(0, 0, *WINDOW[2:]))


def test_the_screen_under_the_pointer_and_all_screens_are_written(seat: Seat) -> None:
    with showing(seat.variables, "tests.support.pattern_window", *WINDOW):
        point_at(seat, 300, 200)
        pointed, everything = taken(seat, "--pointer"), taken(seat, "--all")
    assert pointed.tobytes() == everything.tobytes()
    box = (WINDOW[0], WINDOW[1], WINDOW[0] + WINDOW[2], WINDOW[1] + WINDOW[3])
    assert pointed.crop(box).tobytes() == pattern_part(0, 0, *WINDOW[2:])


def test_the_same_region_again_is_the_one_that_was_cut_out_in_the_overlay(seat: Seat) -> None:
    assert b"Nothing was captured before." in kireji(["capture", "--last", "-o", "-"], seat.variables).stderr
    (seat.paths.state / "region").write_text("110,90,40,30")
    with showing(seat.variables, "tests.support.pattern_window", *WINDOW):
        assert taken(seat, "--last").tobytes() == pattern_part(10, 10, 50, 40)


@pytest.mark.parametrize(
    "words",
    [["--window"], ["--pointer"], ["--all"], ["--last"], ["--add"], ["--delay", "0.2"], ["--prompt=explain"]],
    ids=" ".join,
)
def test_every_kind_is_handed_over_at_once_and_opens_the_overlay(seat: Seat, words: list[str]) -> None:
    with running(seat.variables, ["--hidden"], output=seat.output) as process:
        seat.wait_until_open()
        command = [sys.executable, "-X", "importtime", "-m", "kireji", "capture", *words]
        client = subprocess.run(command, env=seat.variables, capture_output=True, text=True, timeout=20, check=False)
        assert client.returncode == 0, client.stderr.splitlines()[-1]
        seat.wait_for(OVERLAY)
        assert process.poll() is None
        seat.xdotool("key", "Escape")
        seat.wait_until_gone(OVERLAY)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in client.stderr.splitlines()}
    assert "kireji" in imported
    assert not imported & {"PySide6", "asyncio", "httpx", "sqlite3", "msgspec", "argparse"}
    assert "Traceback" not in seat.printed + seat.log


def test_a_kind_of_capture_starts_the_program_where_none_runs(seat: Seat) -> None:
    with running(seat.variables, ["capture", "--all"], output=seat.output) as process:
        seat.wait_for(OVERLAY)
        seat.tell("quit")
        wait_until(lambda: process.poll() == 0, "the program ends")


def test_a_prompt_that_is_not_there_is_no_secret(seat: Seat) -> None:
    result = kireji(["ask", "--prompt", "nothing"], seat.variables)
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr == b"kireji: There is no quick prompt nothing. List them with: kireji prompts list\n"


def test_prompts_of_a_folder_are_listed(seat: Seat) -> None:
    (seat.home / "prompts").mkdir()
    (seat.home / "prompts" / "mine.md").write_text("Mine.")
    listed = kireji(["prompts", "list"], seat.variables).stdout.decode()
    names = [line.split()[0] for line in listed.splitlines()]
    assert names[:3] == ["NAME", "explain", "explain-error"]
    assert {"extract-text", "table", "translate", "mine"} <= set(names)
