"""A prompt of one's own by hand: made in the editor, asked beside a selection, from the tray, with keys of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

import pytest
from Xlib import X
from Xlib.error import XError

from tests.end2end.test_prompts import PROMPT, asked, copied
from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import MAIN, OVERLAY, Seat
from tests.support.program import kireji, running, showing, wait_until_up
from tests.support.reading import reading
from tests.support.table_picture import table_picture
from tests.support.tray_host import tray_host
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

WINDOW = (1250, 80, 520, 150)
"""Where the words to select are: beside the main window, which goes away before the screen is frozen."""
FROM, TO = (1256, 86), (1760, 224)
BELOW = (1200, 226, 720, 170)
"""Where the bar is."""
HEADING, BEGINNING, CHIPS, CARD = (470, 60, 400, 60), (470, 108, 400, 44), (480, 500, 420, 70), (480, 525, 300, 130)
"""Parts of the page of prompts, when the window is in the corner; reading all of it takes many seconds."""
CONTROL_ALT = X.ControlMask | X.Mod1Mask


@contextmanager
def a_service(seat: Seat) -> Iterator[ServiceProcess]:
    """Somebody who is asked nothing before pictures go out."""
    (seat.home / "settings.toml").write_text(
        '[general]\nwelcomed = true\n[appearance]\ntheme = "light"\n[local]\ndiscover = false\n'
        '[privacy]\nanthropic = "never"\n'
    )
    with ServiceProcess() as service:
        seat.variables.update(ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY)
        yield service
    assert "Traceback" not in seat.printed + seat.log


def own(seat: Seat, text: str) -> None:
    """Put a prompt behind all others."""
    (seat.home / "prompts").mkdir(mode=0o700)
    (seat.home / "prompts" / "answer.md").write_text(text)


Reads: TypeAlias = Callable[[str, tuple[int, int, int, int]], None]


@pytest.fixture
def reads(seat: Seat) -> Iterator[Reads]:
    """Wait until words stand at a place; what Tab goes through has its order long before they can be read."""
    with reading(seat.client) as words_at:
        yield lambda words, place: wait_until(lambda: words in words_at(*place), f"{words!r} on the screen", 60)


def select(seat: Seat, begin: Callable[[], None]) -> None:
    """Begin a capture, and drag over the words once the screen stands still."""
    before = seat.client.pixel(WINDOW[0] + 400, WINDOW[1] + 4)
    begin()
    wait_until(lambda: seat.client.pixel(WINDOW[0] + 400, WINDOW[1] + 4) != before, "the frozen screen", 20)
    seat.xdotool("mousemove", *map(str, FROM), "mousedown", "1", "mousemove", "1500", "150")
    seat.xdotool("mousemove", *map(str, TO), "mouseup", "1")


def menus(seat: Seat) -> set[int]:
    """Windows of the program that the window manager leaves alone."""
    found = set()
    with suppress(XError):
        for window in seat.client.windows():
            with suppress(XError):
                if _is_menu(window):
                    found.add(window.id)
    return found


def _is_menu(window: Any) -> bool:
    return bool(window.get_attributes().override_redirect) and window.get_wm_class() == ("kireji", "kireji")


def test_a_prompt_is_made_in_the_editor_and_asked_beside_a_selection(seat: Seat, reads: Reads) -> None:
    copied(seat, "Are you coming?")
    file = seat.home / "prompts" / "answer-copied.md"
    with (
        a_service(seat) as service,
        showing(seat.variables, "tests.support.lines_window", *map(str, WINDOW), "Some words"),
        running(seat.variables, output=seat.output),
    ):
        seat.wait_until_open()
        window = seat.wait_for(MAIN)
        wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
        seat.xdotool("search", "--name", f"^{MAIN}$", "windowmove", "%@", "0", "0")
        seat.xdotool("key", "ctrl+comma")
        reads("Keys", HEADING)
        seat.xdotool("key", *["Down"] * 5)
        reads("Prompts", HEADING)
        seat.xdotool("key", "Tab", "Return")
        reads("New prompt", BEGINNING)
        seat.xdotool("type", "Answer copied")
        seat.xdotool("key", "Tab", "Tab")
        seat.xdotool("type", "In a {{tone}} tone, answer: {{text}}")
        reads("Make tone a variable", CHIPS)

        # The keyboard comes to what belongs there; above it stands where the value comes from.
        seat.xdotool("key", "Tab", "space")
        reads("filled with", CARD)
        seat.xdotool("key", "shift+Tab", "Down")
        reads("Choices", CARD)
        seat.xdotool("key", "Tab")
        seat.xdotool("type", "Tone of it")
        seat.xdotool("key", "Tab")
        seat.xdotool("type", "warm, cold")
        seat.xdotool("key", "Tab", "Tab", "space", "shift+Tab", "Down", "Down")
        assert not file.exists()
        seat.xdotool("key", "ctrl+Return")
        wait_until(file.exists, "the prompt in its file")
        shown = json.loads(kireji(["prompts", "show", "answer-copied", "--json"], seat.variables).stdout)
        assert {name: each["type"] for name, each in shown["variables"].items()} == {
            "tone": "choice",
            "text": "clipboard",
        }

        select(seat, lambda: seat.client.press_chord("Control_L", "Shift_L", "space"))
        reads("More", BELOW)
        # From the field past who answers and five prompts to the menu of the others, where it is the last.
        before = menus(seat)
        seat.xdotool("key", *["Tab"] * 7, "space")
        wait_until(lambda: menus(seat) - before, "the menu")
        seat.xdotool("key", "Up", "Return")
        reads("Tone of it", BELOW)
        seat.xdotool("key", "Down", "Return")
        wait_until(lambda: asked(service), "the question", 30)
        assert asked(service)[0] == "In a cold tone, answer:\n\n> Are you coming?"
        seat.xdotool("key", "Escape")
        seat.wait_until_gone(OVERLAY)


def test_a_prompt_that_is_chosen_in_the_tray_is_asked_about_what_is_selected(seat: Seat, reads: Reads) -> None:
    own(seat, PROMPT.replace("title", "order = 900\ntitle"))
    copied(seat, "Are you coming?")
    with (
        a_service(seat) as service,
        tray_host(seat.client, seat.variables),
        showing(seat.variables, "tests.support.lines_window", *map(str, WINDOW), "Some words"),
        running(seat.variables, ["--hidden"], output=seat.output) as process,
    ):
        wait_until_up(seat.home, process)
        wait_until(lambda: seat.client.tray_icons() == 1, "the tray icon")
        wait_until(lambda: seat.client.chord_is_held("r", CONTROL_ALT), "the prompts are read")

        def choose() -> None:
            before = menus(seat)
            seat.xdotool("mousemove", *map(str, seat.client.tray_icon_place()), "click", "3")
            wait_until(lambda: menus(seat) - before, "the menu")
            menu = menus(seat)
            # Behind "Capture", the other captures, the clipboard and the selection stand the quick prompts.
            seat.xdotool("key", *["Down"] * 5, "Right")
            wait_until(lambda: menus(seat) - menu, "the menu of quick prompts")
            seat.xdotool("key", "Up", "Return")

        select(seat, choose)
        reads("Answer the copied", BELOW)
        seat.xdotool("key", "Return")
        wait_until(lambda: asked(service), "the question", 30)
        assert asked(service)[0] == "In a warm tone, answer:\n\n> Are you coming?"
        seat.xdotool("key", "Escape")
        seat.wait_until_gone(OVERLAY)


def test_keys_of_a_prompt_about_text_ask_it_in_the_window(seat: Seat) -> None:
    own(
        seat,
        '+++\ntitle = "Shorten"\nshortcut = "Ctrl+Alt+R"\n[variables.text]\ntype = "clipboard"\n+++\n'
        "Shorten this: {{text}}\n",
    )
    copied(seat, "A long story")
    with a_service(seat) as service, running(seat.variables, ["--hidden"], output=seat.output) as process:
        wait_until_up(seat.home, process)
        wait_until(lambda: seat.client.chord_is_held("r", CONTROL_ALT), "the keys of the prompt are held")
        seat.client.press_chord("Control_L", "Alt_L", "r")
        wait_until(lambda: asked(service), "the question", 30)
        assert asked(service)[0] == "Shorten this:\n\n> A long story"
        seat.wait_for(MAIN)


def test_a_prompt_whose_answer_is_a_table_prints_one(seat: Seat) -> None:
    rows = (("Item", "Price"), ("Green tea", "3.50"), ("Rye bread", "4.25"))
    (seat.home / "x.png").write_bytes(table_picture(rows, (220, 160), "Bill"))
    columns = [{"name": "Item", "type": "text"}, {"name": "Price", "type": "number"}]
    columns = [{**each, "unit": "", "choices": []} for each in columns]
    told = json.dumps({"tables": [{"title": "Bill", "columns": columns, "rows": rows[1:]}]})
    with ServiceProcess(Rule(Text([told]), times=None)) as service:
        seat.variables.update(ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY)
        result = kireji(["ask", "--prompt", "table", "-i", str(seat.home / "x.png")], seat.variables)
    assert result.returncode == 0, result.stderr
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in result.stdout.decode().splitlines()]
    printed = [line for line in lines if len(line) == 2 and set("".join(line)) - set(":- ")]
    assert printed == [["Item", "Price"], ["Green tea", "3.50"], ["Rye bread", "4.25"]]
