#!/usr/bin/env python3
"""Takes the README's pictures of results beside a selection: `.venv/bin/python packaging/form_screenshots.py`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from screenshots import HEIGHT, ROOT, WIDTH, _reached, _save, _xdotool  # from beside this file; sets the path

from tests.service import Rule, ServiceProcess, Text
from tests.support import demo_forms as demo
from tests.support.desktop import Desktop, desktop
from tests.support.program import environment, running, showing, wait_until_up
from tests.support.reading import words_on
from tests.support.x11 import XClient, pause, wait_until, x_client

RECEIPT = (110, 90, 520, 370)
SETTINGS = (110, 90, 640, 380)
LOOKS = {
    "light": 'theme = "light"',
    "dark": 'theme = "dark"',
    "large": 'theme = "light"\ntext_scale = 2.0',
    "arabic": 'theme = "light"\nlanguage = "ar"',
}


def main() -> None:
    """Take all of them, or those of the looks that are named."""
    (ROOT / "packaging" / "screenshots").mkdir(exist_ok=True)
    with desktop(WIDTH, HEIGHT) as place, x_client(place.display) as client:
        for look in sys.argv[1:] or ("light", "dark"):
            _table(place, client, look)
            _translation(place, client, look)


def _table(place: Desktop, client: XClient, look: str) -> None:
    with ServiceProcess(Rule(Text([demo.table_answer()]), times=None)) as service:
        variables = _home(place, f"table-{look}", look) | _reached(service)
        window = [*map(str, RECEIPT), "receipt"]
        with (
            showing(variables, "tests.support.demo_forms", *window),
            running(variables, ["--hidden"]) as process,
        ):
            wait_until_up(Path(variables["KIREJI_HOME"]), process)
            _cut_out(client, variables, RECEIPT)
            _xdotool(variables, "key", "ctrl+shift+t")
            _card(client, "CSV")
            _xdotool(variables, "key", *["shift+Tab"] * 4, "Down", "Down", "Right", "Right")
            pause(0.6)
            _save(client, f"overlay-table-{look}")


def _translation(place: Desktop, client: XClient, look: str) -> None:
    theme = "dark" if look == "dark" else "settings"
    picture = demo.png(demo.settings(*SETTINGS[2:], dark=look == "dark"))
    answer = demo.translation_answer(picture, arabic=look == "arabic")
    with ServiceProcess(Rule(Text([answer]), times=None)) as service:
        variables = _home(place, f"translation-{look}", look) | _reached(service)
        window = [*map(str, SETTINGS), theme]
        with (
            showing(variables, "tests.support.demo_forms", *window),
            running(variables, ["--hidden"]) as process,
        ):
            wait_until_up(Path(variables["KIREJI_HOME"]), process)
            _cut_out(client, variables, SETTINGS)
            _xdotool(variables, "key", "ctrl+shift+l")
            _card(client, "SPACE SHOWS" if look != "arabic" else "")
            pause(1)
            _save(client, f"overlay-translation-{look}")


def _home(place: Desktop, name: str, look: str) -> dict[str, str]:
    home = place.home / name
    home.mkdir(mode=0o700)
    language = "Arabic" if look == "arabic" else "English"
    (home / "settings.toml").write_text(
        f'[general]\nwelcomed = true\n[appearance]\n{LOOKS[look]}\n[capture]\ntranslate_to = "{language}"\n'
    )
    variables = environment(place, KIREJI_HOME=str(home))
    subprocess.run(["xsetroot", "-solid", "#2b3744"], env=variables, check=True)
    return variables


def _cut_out(client: XClient, variables: dict[str, str], window: tuple[int, int, int, int]) -> None:
    """All of a window; the pointer goes out of the way."""
    left, top, wide, high = window
    pause(1)
    client.press_chord("Control_L", "Shift_L", "space")
    pause(1)
    _xdotool(variables, "mousemove", str(left), str(top), "mousedown", "1", "mousemove", "300", "200")
    _xdotool(variables, "mousemove", str(left + wide), str(top + high), "mouseup", "1", "mousemove", "1200", "780")
    pause(1)


def _card(client: XClient, words: str) -> None:
    """Wait until the result is whole."""
    if words:
        wait_until(lambda: words in words_on(client, 640, 60, WIDTH - 640, HEIGHT - 60).upper(), "the card", seconds=60)
    else:
        pause(12)


if __name__ == "__main__":
    main()
