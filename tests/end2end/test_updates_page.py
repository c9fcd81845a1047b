"""The page "Updates" of the real program by keyboard: nothing is asked before the yes, and what is found is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.test_tools_settings import press, settings, still, wait_for_page
from tests.end2end.test_updates import Release, served
from tests.support.outside import MAIN, Seat
from tests.support.program import kireji, running
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    made = Release(tmp_path)
    made.publish()
    with served(made):
        yield made


def test_a_newer_version_is_looked_for_once_that_is_allowed(seat: Seat, release: Release) -> None:
    (seat.home / "settings.toml").write_text(
        '[general]\nwelcomed = true\n[appearance]\ntheme = "light"\n[local]\ndiscover = false\n'
        f'[updates]\naddress = "{release.url}"\nkeys = ["{release.public}"]\n'
    )
    with running(seat.variables, output=seat.output):
        seat.wait_until_open()
        window = seat.wait_for(MAIN)
        wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
        seat.xdotool("search", "--name", "^Kireji$", "windowmove", "%@", "0", "0")
        still(seat)
        before = seat.client.pixels(0, 0, 1000, 700)
        press(seat, "ctrl+comma")
        wait_for_page(seat, before)
        still(seat)
        press(seat, *["Down"] * 16, "Up")  # the last but one
        still(seat)
        assert release.heads == []

        # Past "Check now": the switch. The yes is for now, too.
        press(seat, "Tab", "Tab", "space")
        wait_until(lambda: "check = true" in settings(seat), "the yes to be kept")
        wait_until(lambda: len(release.heads) == 1, "the list to be asked for")
        wait_until(lambda: known(seat) == "9.0.0", "what was found to be kept")
        still(seat)

        # Back to "Check now".
        press(seat, "shift+Tab", "Return")
        wait_until(lambda: len(release.heads) == 2, "it to be asked for by hand")
        press(seat, "Tab", "space")
        wait_until(lambda: "check = false" in settings(seat), "the no to be kept")
    assert "Traceback" not in seat.printed + seat.log


def known(seat: Seat) -> str | None:
    """The version that another process knows to be there."""
    newest = json.loads(kireji(["updates", "--json"], seat.variables).stdout)["newest"]
    return None if newest is None else str(newest["version"])
