"""The page "Privacy" of the real program by keyboard, and what the command line makes of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service import KEY, Echo, Rule, ServiceThread
from tests.support.outside import MAIN, Seat
from tests.support.program import kireji, running
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

WINDOW = (1000, 700)


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread(Rule(Echo(), times=None)) as running_service:
        yield running_service


@pytest.fixture
def prepared(seat: Seat, service: ServiceThread) -> Seat:
    """Somebody with a key, whose model repeats what it has received."""
    (seat.home / "settings.toml").write_text(
        '# mine\n[general]\nwelcomed = true\n[appearance]\ntheme = "light"\n[local]\ndiscover = false\n'
        "[tools]\nenabled = false\n"
    )
    seat.variables.update({"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY})
    return seat


def press(seat: Seat, *keys: str) -> None:
    for key in keys:
        seat.xdotool("key", key)


def brightness(seat: Seat) -> float:
    """Of what the window shows, on average."""
    pixels = seat.client.pixels(0, 0, *WINDOW)[::997]
    return sum(pixels) / len(pixels)


def privacy(seat: Seat) -> dict[str, Any]:
    """[privacy] as it stands in the file."""
    return dict(tomllib.loads((seat.home / "settings.toml").read_text()).get("privacy", {}))


def stands(seat: Seat, **values: object) -> None:
    """Wait until these stand in the file."""
    wait_until(lambda: privacy(seat) | values == privacy(seat), f"the file to hold {values}")


def wait_for_page(seat: Seat, before: bytes) -> None:
    """Wait until much of the screen is another one: more than what a caret changes."""

    def is_another() -> bool:
        now = seat.client.pixels(0, 0, *WINDOW)
        return sum(one != other for one, other in zip(now[::1001], before[::1001], strict=True)) > 40

    wait_until(is_another, "another page", 30)


def test_what_is_set_by_keyboard_holds_for_the_command_line(prepared: Seat, service: ServiceThread) -> None:
    seat = prepared
    with running(seat.variables, output=seat.output) as process:
        seat.wait_until_open()
        window = seat.wait_for(MAIN)
        wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
        seat.xdotool("search", "--name", "^Kireji$", "windowmove", "%@", "0", "0")
        before = seat.client.pixels(0, 0, *WINDOW)
        press(seat, "ctrl+comma")
        wait_for_page(seat, before)
        press(seat, "Down", "Down", "Down", "Down", "Tab", "Tab", "Down")
        stands(seat, openrouter="ask")

        # Past the local server and six kinds: telephone numbers. Then past the last kind and the field to try in.
        press(seat, *["Tab"] * 8, "space")
        stands(seat, off=["phone"])
        press(seat, *["Tab"] * 4)
        seat.xdotool("type", "Nightingale")
        press(seat, "Return")
        stands(seat, words=["Nightingale"])

        # What is masked, and where answers stop; a pattern that is none is not written.
        press(seat, "Tab", "Tab")
        seat.xdotool("type", "/received/")
        press(seat, "Return")
        stands(seat, masks=["/received/"])
        seat.xdotool("type", "/(/")
        press(seat, "Return", "Tab", "Tab")
        seat.xdotool("type", "THE END")
        press(seat, "Return")
        stands(seat, stops=["THE END"], masks=["/received/"])
        assert process.poll() is None

        # What somebody else writes into the file holds at once.
        file, light = seat.home / "settings.toml", brightness(seat)
        file.write_text(file.read_text().replace('theme = "light"', 'theme = "dark"'))
        wait_until(lambda: brightness(seat) < light / 2, "the window to become dark")
    assert (seat.home / "settings.toml").read_text().startswith("# mine\n")
    question = "Nightingale, +49 30 1234567, ada@example.org THE END of it"
    done = kireji(["ask", "-p", "anthropic", question], seat.variables)
    asked = [request.raw.decode() for request in service.requests if request.path == "/v1/messages"]
    assert "[NAME_1], +49 30 1234567, [MAIL_1] THE END of it" in asked[-1]
    assert b"Nightingale" in done.stdout
    assert b"received" not in done.stdout
    assert b"THE END" not in done.stdout
    assert b"Your stop rule THE END ended the answer here." in done.stderr
    assert "Traceback" not in seat.printed + seat.log
