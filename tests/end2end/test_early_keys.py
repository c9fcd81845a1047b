"""What is typed right after the shortcut, before the overlay can be seen, is the beginning of the question."""

from __future__ import annotations

import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import OVERLAY, Seat
from tests.support.program import running, wait_until_up
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display


def asked(service: ServiceProcess) -> list[str]:
    """The words of all questions that were asked."""
    messages = [item["body"]["messages"][-1] for item in service.requests if item["path"] == "/v1/messages"]
    return [next(block["text"] for block in message["content"] if block["type"] == "text") for message in messages]


def type_at_once(seat: Seat, words: str, *, held: bool) -> None:
    """Press the shortcut and type, without a look at the screen."""
    chord = ["keydown", "ctrl", "keydown", "shift", "keydown", "F9", "keyup", "ctrl", "keyup", "shift"]
    seat.xdotool(*chord, *([] if held else ["keyup", "F9"]), "type", "--delay", "40", words)
    seat.xdotool("keyup", "F9")


@pytest.mark.parametrize("held", [True, False], ids=["the key still held", "the chord let go"])
def test_keys_typed_early_are_the_question(seat: Seat, held: bool) -> None:
    settings = seat.home / "settings.toml"
    shortcuts = '[shortcuts]\nscreen = "Ctrl+Shift+F9"\n'
    settings.write_text(f"[general]\nwelcomed = true\n[local]\ndiscover = false\n{shortcuts}")
    with ServiceProcess(Rule(Text(["yes"]), times=None)) as service:
        variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        with running(variables, ["--hidden"], output=seat.output) as process:
            wait_until_up(seat.home, process)
            wait_until(lambda: seat.client.chord_is_held("F9", 5), "the shortcut is held")
            wanted, found = "why is it red", []
            for attempt in range(1, 4):  # on a busy machine the overlay may come later than a person would type
                type_at_once(seat, wanted, held=held)
                seat.wait_for(OVERLAY)
                seat.xdotool("key", "Return")
                wait_until(lambda attempt=attempt: len(asked(service)) == attempt, "the question")
                seat.xdotool("key", "Escape", "key", "Escape", "key", "Escape")
                seat.wait_until_gone(OVERLAY)
                found = asked(service)
                if wanted in found:
                    break
            assert wanted in found
