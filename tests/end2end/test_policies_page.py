"""The page "Policies" of the real program by keyboard: an action is changed, tried and saved; a broken line is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import MAIN, Seat
from tests.support.program import running
from tests.support.reading import words_on
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

PAGE = (455, 52, 545, 740)
"""Beside the list of pages."""
ENTRY = (304, 302)
"""Where the page's name stands in the list of pages."""
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
    wait_until(lambda: words in words_on(seat.client, *PAGE), f"{words!r} on the page", 60, every=0.3)


def judged(service: ServiceProcess) -> int:
    return sum(item["path"] == "/v1/messages" for item in service.requests)


def open_policy(seat: Seat) -> None:
    """Open the only policy of one's own, with the keyboard in its text."""
    seat.wait_until_open()
    window = seat.wait_for(MAIN)
    wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
    seat.xdotool("search", "--name", "^Kireji$", "windowmove", "%@", "0", "0", "windowsize", "%@", "1000", "800")
    press(seat, "ctrl+comma")
    wait_for_words(seat, "Who answers")
    seat.client.click(*ENTRY)  # the page of keys, which tests one, takes the keyboard from the list of pages
    wait_for_words(seat, "A house of rules")
    press(seat, *["Tab"] * 4, "Return")
    wait_for_words(seat, "Unasked advertising")


@pytest.fixture
def policy(seat: Seat) -> Path:
    """The file of a policy of one's own."""
    (seat.home / "settings.toml").write_text(
        '[general]\nwelcomed = true\n[appearance]\ntheme = "light"\n[local]\ndiscover = false\n'
        '[privacy]\nanthropic = "never"\n'
    )
    path = seat.home / "policies" / "house.toml"
    path.parent.mkdir(mode=0o700)
    path.write_text(HOUSE)
    return path


def test_an_action_is_changed_the_verdict_follows_and_the_next_version_is_saved(seat: Seat, policy: Path) -> None:
    with ServiceProcess(Rule(Text([json.dumps(VERDICT)]), contains="watches", times=None)) as service:
        seat.variables.update(ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY)
        with running(seat.variables, output=seat.output):
            open_policy(seat)
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
        assert "Traceback" not in seat.printed + seat.log


def test_a_broken_line_shows_its_reason_and_is_not_saved(seat: Seat, policy: Path) -> None:
    with running(seat.variables, output=seat.output):
        open_policy(seat)
        press(seat, "ctrl+Home")
        seat.xdotool("type", "x")
        wait_for_words(seat, "Line 1")
        press(seat, "ctrl+s")
        wait_for_words(seat, "It cannot be saved")
        assert policy.read_text() == HOUSE
    assert "Traceback" not in seat.printed + seat.log
