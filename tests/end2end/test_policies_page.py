"""The page "Policies" of the real program by keyboard: an action is changed, tried and saved; a broken line is told."""

from __future__ import annotations

import json

import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import MAIN, Seat
from tests.support.program import running
from tests.support.reading import words_on
from tests.support.x11 import pause, wait_until

pytestmark = pytest.mark.display

WINDOW = (1000, 800)
PAGES_ABOVE = 6
"""Pages of the settings before this one."""
HOUSE = """# Ours, with care.
title = "A house of rules"
version = 1

[[categories]]
name = "spam"
title = "Spam"
definition = "Unasked advertising."

[[categories.levels]]
name = "any"
definition = "All of it."
action = "review"   # a person looks
"""
VERDICT = {
    "findings": [
        {
            "category": "spam",
            "evidence": [{"where": "text", "quote": "watches", "picture": 0}],
            "reason": "It sells.",
            "level": "any",
            "confidence": 0.9,
        }
    ],
    "reason": "It sells.",
    "rewrite": None,
}


def press(seat: Seat, *keys: str) -> None:
    for key in keys:
        seat.xdotool("key", key)


def wait_for_words(seat: Seat, words: str) -> None:
    wait_until(lambda: words in words_on(seat.client, 0, 0, *WINDOW), f"{words!r} on the screen", 60, every=0.5)


def judged(service: ServiceProcess) -> int:
    return sum(item["path"] == "/v1/messages" for item in service.requests)


def test_an_action_is_changed_tried_and_saved_and_a_broken_line_is_explained(seat: Seat) -> None:
    (seat.home / "settings.toml").write_text(
        '[general]\nwelcomed = true\n[appearance]\ntheme = "light"\n[local]\ndiscover = false\n'
        '[privacy]\nanthropic = "never"\n'
    )
    policy = seat.home / "policies" / "house.toml"
    policy.parent.mkdir(mode=0o700)
    policy.write_text(HOUSE)
    with ServiceProcess(Rule(Text([json.dumps(VERDICT)]), contains="watches", times=None)) as service:
        seat.variables.update(ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY)
        with running(seat.variables, output=seat.output):
            seat.wait_until_open()
            window = seat.wait_for(MAIN)
            wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
            seat.xdotool(
                "search", "--name", "^Kireji$", "windowmove", "%@", "0", "0", "windowsize", "%@", "1000", "800"
            )
            press(seat, "ctrl+comma")
            wait_for_words(seat, "Keys & models")
            press(seat, *["Down"] * PAGES_ABOVE)
            wait_for_words(seat, "A house of rules")
            press(seat, *["Tab"] * 4, "Return")
            wait_for_words(seat, "Unasked advertising")

            # From the text to the parts: the trial judges by what stands in the file.
            press(seat, "shift+Tab", "Right", "Right", "Tab")
            seat.xdotool("type", "Cheap watches")
            press(seat, "ctrl+Return")
            wait_for_words(seat, "Review: 1 finding")

            # The overview: past the version to the level's action, which becomes the next one.
            press(seat, "shift+Tab", "Left", "Tab", "Tab", "Down")
            wait_for_words(seat, "Save as version 2")
            press(seat, *["shift+Tab"] * 2, "Right", "Tab", "ctrl+Return")
            wait_for_words(seat, "Block: 1 finding")
            assert judged(service) == 2
            assert policy.read_text() == HOUSE

            press(seat, "ctrl+s")
            changed = HOUSE.replace('"review"', '"block"').replace("version = 1", "version = 2")
            wait_until(lambda: policy.read_text() == changed, "the next version to be saved")

            press(seat, "shift+Tab", "Left", "Left", "Tab", "ctrl+Home")
            seat.xdotool("type", "x")
            wait_for_words(seat, "Line 1")
            pause(0.2)
            press(seat, "ctrl+s")
            wait_for_words(seat, "It cannot be saved")
            assert policy.read_text() == changed
        assert "Traceback" not in seat.printed + seat.log
