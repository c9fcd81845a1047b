"""The real program among other programs: chords that others hold, open menus, panels that come late or restart."""

from __future__ import annotations

import subprocess
import sys

import pytest
from Xlib import X

from tests.support.bus_service import in_thread
from tests.support.fake_watcher import FakeWatcher
from tests.support.menu_window import COLOUR
from tests.support.outside import MAIN, OVERLAY, Seat
from tests.support.program import kireji, running, wait_until_up
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

CONTROL_ALT = X.ControlMask | X.Mod1Mask
COUNTDOWN = "Kireji: capturing soon"
MENU = (300, 200, 220, 260)


def test_actions_have_chords_of_their_own_beside_the_capture_chord(seat: Seat) -> None:
    (seat.home / "settings.toml").write_text('[shortcuts]\nopen = "Ctrl+Alt+K"\n[local]\ndiscover = false\n')
    with running(seat.variables, ["--hidden"], output=seat.output) as process:
        wait_until_up(seat.home, process)
        wait_until(lambda: seat.client.chord_is_held("k", CONTROL_ALT), "the second chord is held")
        assert seat.window(MAIN) is None
        seat.client.press_chord("Control_L", "Alt_L", "k")
        seat.wait_for(MAIN)


def test_a_minimised_window_comes_to_the_front_when_another_start_asks_for_it(seat: Seat) -> None:
    with running(seat.variables, output=seat.output) as process:
        window = seat.wait_for(MAIN)
        wait_until_up(seat.home, process)
        seat.xdotool("windowminimize", "--sync", str(window.id))
        seat.wait_until_gone(MAIN)
        assert kireji([], seat.variables).returncode == 0
        raised = seat.wait_for(MAIN)
        wait_until(lambda: seat.client.active_window() == raised.id, "it has the keyboard")


def test_a_menu_that_is_open_stays_open_through_the_delay_and_is_in_the_picture(seat: Seat) -> None:
    x, y, width, height = MENU
    with running(seat.variables, ["--hidden"], output=seat.output) as process:
        wait_until_up(seat.home, process)
        command = [sys.executable, "-m", "tests.support.menu_window", *map(str, MENU)]
        with subprocess.Popen(command, env=seat.variables, stdout=subprocess.PIPE, text=True) as menu:
            try:
                assert menu.stdout is not None
                assert menu.stdout.readline() == "open\n"
                assert kireji(["capture", "--pointer", "--delay", "1.5"], seat.variables).returncode == 0
                seat.wait_for(COUNTDOWN)
                seat.wait_for(OVERLAY)
                assert seat.window(COUNTDOWN) is None
                assert menu.poll() is None
                middle = x + width // 2, y + height // 2
                wait_until(lambda: seat.client.pixel(*middle) == COLOUR, "the menu's own colour in the picture")
            finally:
                menu.kill()


def test_a_panel_that_comes_after_the_program_and_one_that_restarts_get_its_icon(seat_of_its_own: Seat) -> None:
    seat = seat_of_its_own
    panel = FakeWatcher()
    with running(seat.variables, output=seat.output) as process:
        seat.wait_for(MAIN)
        wait_until_up(seat.home, process)
        with in_thread(panel, seat.desktop.bus) as run:
            wait_until(lambda: panel.items, "the icon in the panel that came late")
            run(panel.restart())
            wait_until(lambda: panel.items, "the icon in the panel that was restarted")
            assert len({item.partition("/")[0] for item in panel.items}) == 1
            seat.close_window(MAIN)
            seat.wait_until_gone(MAIN)
            assert process.poll() is None  # there is a tray now, so the program goes on in it


def test_a_start_with_the_session_shows_the_window_where_no_tray_comes(seat: Seat) -> None:
    with running(seat.variables, ["--hidden"], output=seat.output):
        seat.wait_for(MAIN)
