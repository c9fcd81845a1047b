"""Start and end of the real program: one instance, every way to quit, and what can be missing or go away."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from Xlib import X

from tests.support.outside import FAILURE, MAIN, OVERLAY, Seat, alive, descendants
from tests.support.program import COMMAND, kireji, running, wait_until_up
from tests.support.tray_host import tray_host
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

CONTROL_SHIFT = X.ControlMask | X.ShiftMask


def ends(process: subprocess.Popen[bytes], seat: Seat, code: int = 0) -> None:
    """The program ends with this code, having reported no fault and left nothing running or listening."""
    started = descendants(process.pid)
    assert process.wait(20) == code
    assert "Traceback" not in seat.printed + seat.log
    assert "internal error" not in seat.printed
    wait_until(lambda: not any(map(alive, started)), "its children end")
    assert not seat.paths.socket.exists()
    assert not (seat.paths.logs / "crash.txt").exists()


# --- one instance ---------------------------------------------------------------------------------------------------


def test_a_second_start_raises_the_window_of_the_first_and_ends(seat: Seat) -> None:
    with tray_host(seat.client, seat.variables), running(seat.variables, ["--hidden"], output=seat.output) as process:
        wait_until_up(seat.home, process)
        assert seat.window(MAIN) is None
        second = kireji([], seat.variables)
        assert (second.returncode, second.stdout, second.stderr) == (0, b"", b"")
        seat.wait_for(MAIN)
        assert process.poll() is None
        assert _finding(seat, "shortcut")["sentence"] == "Ctrl+Shift+Space is held by the running app."


def test_two_starts_at_the_same_moment_are_one_instance(seat: Seat) -> None:
    starts = [subprocess.Popen(COMMAND, env=seat.variables, stderr=subprocess.PIPE) for _ in range(2)]
    try:
        wait_until(lambda: any(start.poll() is not None for start in starts), "one of them hands over")
        second = next(start for start in starts if start.poll() is not None)
        first = next(start for start in starts if start is not second)
        assert second.communicate() == (None, b"")
        assert second.returncode == 0
        seat.wait_until_open()
        assert first.poll() is None
        seat.tell("quit")
        assert first.communicate(timeout=20) == (None, b"")
        assert first.returncode == 0
    finally:
        for start in starts:
            start.kill()
            start.wait()


def test_capture_opens_the_overlay_of_the_running_program_without_loading_qt_or_a_network_library(seat: Seat) -> None:
    with running(seat.variables, output=seat.output) as process:
        seat.wait_until_open()
        command = [sys.executable, "-X", "importtime", "-m", "kireji", "capture"]
        client = subprocess.run(command, env=seat.variables, capture_output=True, text=True, timeout=20, check=False)
        assert client.returncode == 0
        seat.wait_for(OVERLAY)
        assert process.poll() is None
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in client.stderr.splitlines()}
    assert "kireji" in imported
    assert not imported & {"PySide6", "shiboken6", "qasync", "asyncio", "httpx", "keyring", "sqlite3", "argparse"}


def test_capture_starts_the_program_where_none_runs(seat: Seat) -> None:
    with running(seat.variables, ["capture"], output=seat.output) as process:
        seat.wait_for(OVERLAY)
        seat.xdotool("key", "Escape")
        seat.wait_until_gone(OVERLAY)
        seat.tell("quit")
        ends(process, seat)


# --- every way to end -----------------------------------------------------------------------------------------------


def quit_command(_: subprocess.Popen[bytes], seat: Seat) -> None:
    assert seat.tell("quit") == (True, "")


def signalled(number: int) -> Callable[[subprocess.Popen[bytes], Seat], None]:
    def send(process: subprocess.Popen[bytes], _: Seat) -> None:
        process.send_signal(number)

    return send


WAYS = {"quit": quit_command, **{name: signalled(getattr(signal, name)) for name in ("SIGINT", "SIGTERM", "SIGHUP")}}


@pytest.mark.parametrize("way", WAYS)
def test_the_program_ends_in_order_with_an_overlay_and_a_reader_open(seat: Seat, way: str) -> None:
    with running(seat.variables, ["--hidden"], output=seat.output) as process:
        seat.wait_until_open()
        seat.tell("capture")
        seat.wait_for(OVERLAY)
        wait_until(lambda: descendants(process.pid), "the reader's process")
        WAYS[way](process, seat)
        ends(process, seat)
        assert not seat.client.chord_is_held("space", CONTROL_SHIFT)


def test_the_command_quit_comes_back_when_the_program_has_ended(seat: Seat) -> None:
    with running(seat.variables, ["--hidden"], output=seat.output) as process:
        seat.wait_until_open()
        command = [sys.executable, "-P", "-m", "kireji", "quit"]
        done = subprocess.run(command, env=seat.variables, capture_output=True, timeout=60, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        assert seat.tell("raise") is None
        ends(process, seat)


def test_the_command_quit_says_when_nothing_runs(seat: Seat) -> None:
    command = [sys.executable, "-P", "-m", "kireji", "quit"]
    done = subprocess.run(command, env=seat.variables, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "kireji: It does not run.\n")


def test_quit_in_the_tray_menu_ends_the_program(seat: Seat) -> None:
    with tray_host(seat.client, seat.variables), running(seat.variables, ["--hidden"], output=seat.output) as process:
        wait_until(lambda: seat.client.tray_icons() == 1, "the tray icon")
        wait_until_up(seat.home, process)
        x, y = seat.client.tray_icon_place()
        before = _override_windows(seat)
        seat.xdotool("mousemove", str(x), str(y), "click", "3")
        wait_until(lambda: _override_windows(seat) - before, "the menu")
        seat.xdotool("key", "Up", "key", "Return")  # Quit is its last entry
        ends(process, seat)


def _override_windows(seat: Seat) -> set[int]:
    """Menus: windows that the window manager leaves alone."""
    return {window.id for window in seat.client.windows() if _is_menu(window)}


def _is_menu(window: Any) -> bool:
    return bool(window.get_attributes().override_redirect) and window.get_wm_class() == ("kireji", "kireji")


def test_with_a_tray_closing_the_window_hides_it_and_the_program_goes_on(seat: Seat) -> None:
    with tray_host(seat.client, seat.variables), running(seat.variables, output=seat.output) as process:
        seat.close_window(MAIN)
        seat.wait_until_gone(MAIN)
        seat.tell("raise")
        seat.wait_for(MAIN)
        seat.tell("quit")
        ends(process, seat)


def test_without_a_tray_closing_the_window_ends_the_program(seat: Seat) -> None:
    with running(seat.variables, output=seat.output) as process:
        seat.close_window(MAIN)
        ends(process, seat)


def test_when_the_display_goes_the_program_says_so_and_ends(seat_of_its_own: Seat) -> None:
    seat = seat_of_its_own
    with running(seat.variables, output=seat.output) as process:
        seat.wait_until_open()
        seat.tell("capture")
        seat.wait_for(OVERLAY)
        wait_until(lambda: descendants(process.pid), "the reader's process")
        os.kill(seat.client.server_process(), signal.SIGKILL)
        ends(process, seat, code=1)
    assert seat.printed.splitlines()[-1].startswith("kireji: The display is gone")


# --- the shortcut ---------------------------------------------------------------------------------------------------


def test_presses_before_the_program_can_answer_open_one_overlay_when_it_can(seat: Seat) -> None:
    kireji(["history", "list"], seat.variables)  # makes the database
    with closing(sqlite3.connect(seat.paths.database, isolation_level=None)) as database:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN EXCLUSIVE")  # the services open only when this ends
        with running(seat.variables, ["--hidden"], output=seat.output) as process:
            wait_until_up(seat.home, process)  # its loop runs
            for _ in range(2):
                seat.client.press_chord("Control_L", "Shift_L", "space")
            assert seat.window(OVERLAY) is None
            database.execute("COMMIT")
            database.close()
            seat.wait_for(OVERLAY)
            seat.xdotool("key", "Escape")
            seat.wait_until_gone(OVERLAY)
            seat.tell("raise")  # answered after all that came before
            seat.wait_for(MAIN)
            assert seat.window(OVERLAY) is None


def test_a_shortcut_that_another_program_holds_is_told_and_the_program_runs(seat: Seat) -> None:
    other = seat.client.hold_chord("space", CONTROL_SHIFT)
    with running(seat.variables, output=seat.output):
        seat.wait_until_open()
        reply = seat.tell("shortcut")
        assert reply is not None
        assert (reply.ok, "already used by another program" in reply.message) == (False, True)
        found = _finding(seat, "shortcut")
        assert (found["verdict"], "already used by another program" in found["sentence"]) == ("warning", True)
        assert kireji(["capture"], seat.variables).returncode == 0
        seat.wait_for(OVERLAY)
    other()


def _finding(seat: Seat, name: str) -> dict[str, Any]:
    checks = json.loads(kireji(["doctor", "--json"], seat.variables).stdout)["checks"]
    return next(check for check in checks if check["name"] == name)


# --- nothing to start on --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("display", ["", ":4711"], ids=["no display", "a display where nobody answers"])
@pytest.mark.parametrize("command", [[], ["capture"]], ids=["start", "capture"])
def test_without_a_display_the_program_says_so_in_one_sentence(seat: Seat, display: str, command: list[str]) -> None:
    result = kireji(command, seat.variables | {"DISPLAY": display})
    assert (result.returncode, result.stdout) == (1, b"")
    (sentence,) = result.stderr.decode().splitlines()
    assert "no window can be shown" in sentence
    assert "kireji ask -i FILE" in sentence


def test_while_the_program_cannot_start_other_starts_are_told_why_and_quit_works(seat: Seat) -> None:
    seat.paths.database.write_bytes(b"not a database" * 1000)
    with running(seat.variables, output=seat.output) as process:
        seat.wait_for(FAILURE)
        second = kireji(["capture"], seat.variables)
        assert second.returncode == 1
        assert b"is damaged" in second.stderr
        seat.tell("quit")
        ends(process, seat, code=1)


def test_a_start_after_a_kill_finds_neither_lock_nor_socket_in_its_way(seat: Seat) -> None:
    with running(seat.variables, output=seat.output) as process:
        wait_until_up(seat.home, process)
        process.kill()
        process.wait()
    assert seat.paths.socket.exists()
    with running(seat.variables, output=seat.output) as process:
        seat.wait_until_open()
        seat.tell("quit")
        ends(process, seat)


def test_many_presses_and_starts_at_once_leave_one_overlay(seat: Seat) -> None:
    with running(seat.variables, output=seat.output) as process:
        seat.wait_until_open()
        starts = [threading.Thread(target=kireji, args=(["capture"], seat.variables)) for _ in range(3)]
        for start in starts:
            start.start()
        seat.client.press_chord("Control_L", "Shift_L", "space")
        for start in starts:
            start.join()
        seat.wait_for(OVERLAY)
        seat.xdotool("key", "Escape")
        seat.wait_until_gone(OVERLAY)
        seat.tell("quit")
        ends(process, seat)
