"""A prompt of one's own, from outside: its keys, what it asks for, and what was copied."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.service import KEY, ServiceProcess
from tests.support.outside import OVERLAY, Seat
from tests.support.program import kireji, running, showing, wait_until_up
from tests.support.reading import words_on
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

WINDOW = (100, 80, 520, 150)
BELOW = (100, 226, 700, 120)
"""Where the bar is: its first line is the field, and below it stands the form."""
PROMPT = """+++
title = "Answer the copied"
shortcut = "Ctrl+Alt+R"
[variables.tone]
type = "choice"
choices = ["warm", "cold"]
[variables.text]
type = "clipboard"
[variables.shot]
type = "capture"
+++
{{shot}}In a {{tone}} tone, answer: {{text}}
"""


def copied(seat: Seat, text: str) -> None:
    subprocess.run(
        ["xclip", "-i", "-selection", "clipboard"], env=seat.variables, input=text.encode(), check=True, timeout=10
    )


def asked(service: ServiceProcess) -> list[str]:
    """The words of every question that was sent."""
    found = []
    for item in service.requests:
        if item["path"] == "/v1/messages":
            content = (
                json.loads(item["body"])["messages"][-1]["content"]
                if isinstance(item["body"], str)
                else (item["body"]["messages"][-1]["content"])
            )
            found += [content] if isinstance(content, str) else [part["text"] for part in content if "text" in part]
    return found


def test_keys_of_a_prompt_capture_ask_for_a_choice_and_send_what_was_copied(seat: Seat) -> None:
    (seat.home / "settings.toml").write_text(
        '[general]\nwelcomed = true\n[local]\ndiscover = false\n[privacy]\nanthropic = "never"\n'
    )
    (seat.home / "prompts").mkdir(mode=0o700)
    (seat.home / "prompts" / "answer.md").write_text(PROMPT)
    copied(seat, "Are you coming?\n{{tone}}")
    with ServiceProcess() as service:
        seat.variables.update(ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY)
        with (
            showing(seat.variables, "tests.support.lines_window", *map(str, WINDOW), "Some words"),
            running(seat.variables, ["--hidden"], output=seat.output) as process,
        ):
            wait_until_up(seat.home, process)
            client = seat.client
            before = client.pixel(WINDOW[0] + 400, WINDOW[1] + 4)

            def is_frozen() -> bool:
                # The keys are held a moment after the start, when the files of prompts have been read.
                client.press_chord("Control_L", "Alt_L", "r")
                return client.pixel(WINDOW[0] + 400, WINDOW[1] + 4) != before

            wait_until(is_frozen, "the frozen screen", 20)
            seat.xdotool("mousemove", "106", "86", "mousedown", "1", "mousemove", "300", "150")
            seat.xdotool("mousemove", "610", "224", "mouseup", "1")

            wait_until(lambda: "Answer the copied" in words_on(client, *BELOW), "the form of the prompt", 60)
            seat.xdotool("key", "Down", "Return")  # the second choice
            wait_until(lambda: asked(service), "the question", 30)
            assert asked(service)[0] == "In a cold tone, answer:\n\n> Are you coming?\n> {{tone}}"
            seat.xdotool("key", "Escape")
            seat.wait_until_gone(OVERLAY)
        assert "Traceback" not in seat.printed
        assert "Traceback" not in seat.log


def test_prompts_are_added_exported_and_imported_by_the_program(seat: Seat) -> None:
    (seat.home / "mine.md").write_text(PROMPT)
    assert kireji(["prompts", "add", str(seat.home / "mine.md")], seat.variables).returncode == 0
    archive = seat.home / "all.zip"
    assert kireji(["prompts", "export", "--all", "-o", str(archive)], seat.variables).returncode == 0
    assert kireji(["prompts", "remove", "mine"], seat.variables).stdout == b"Removed mine.\n"
    brought = kireji(["prompts", "import", str(archive), "--json"], seat.variables)
    assert json.loads(brought.stdout) == {"imported": ["mine"], "problems": []}
    assert b"were left out" in brought.stderr
    shown = json.loads(kireji(["prompts", "show", "mine", "--json"], seat.variables).stdout)
    assert (shown["shortcut"], shown["variables"]["tone"]["choices"]) == ("", ["warm", "cold"])
