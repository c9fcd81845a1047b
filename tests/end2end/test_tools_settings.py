"""The page "Tools" of the real program by keyboard: a plugin is started, a server added, tested and removed."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.outside import MAIN, Seat, alive, command_line, descendants
from tests.support.program import kireji, running
from tests.support.x11 import pause, wait_until

pytestmark = pytest.mark.display

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "resources" / "examples" / "plugins" / "word_count.py"
SERVER = ROOT / "tests" / "support" / "modern_tool_server.py"
WINDOW = (1000, 700)


@pytest.fixture
def prepared(seat: Seat) -> Seat:
    """Somebody with one plugin."""
    (seat.home / "settings.toml").write_text(
        '[general]\nwelcomed = true\n[appearance]\ntheme = "light"\n[local]\ndiscover = false\n'
    )
    (seat.home / "plugins").mkdir(mode=0o700)
    shutil.copyfile(PLUGIN, seat.home / "plugins" / PLUGIN.name)
    return seat


def still(seat: Seat) -> None:
    """Wait until nothing changes on the screen any more; no field with a caret has the keyboard."""

    def unchanged() -> bool:
        before = seat.client.pixels(0, 0, *WINDOW)
        pause(0.7)
        return seat.client.pixels(0, 0, *WINDOW) == before

    wait_until(unchanged, "the window to come to rest")


def wait_for_page(seat: Seat, before: bytes) -> None:
    """Wait until much of the screen is another one: more than what a caret changes."""

    def is_another() -> bool:
        now = seat.client.pixels(0, 0, *WINDOW)
        return sum(one != other for one, other in zip(now[::1001], before[::1001], strict=True)) > 40

    wait_until(is_another, "another page", 30)


def press(seat: Seat, *keys: str) -> None:
    for key in keys:
        seat.xdotool("key", key)


def settings(seat: Seat) -> str:
    return (seat.home / "settings.toml").read_text()


def servers(seat: Seat) -> dict[str, object]:
    """What stands in the file of servers."""
    file = seat.home / "mcp.json"
    return dict(json.loads(file.read_text())["mcpServers"]) if file.exists() else {}


def processes(pid: int, word: str) -> Iterator[int]:
    """Processes below one whose command line has a word in it."""
    for each in descendants(pid):
        try:
            if word.encode() in command_line(each):
                yield each
        except OSError:
            continue


def listed(seat: Seat) -> bytes:
    """What another process knows of the tools, without starting anything."""
    return kireji(["tools", "list", "--json"], seat.variables).stdout


def test_a_plugin_and_a_server_are_looked_after_by_keyboard_and_leave_nothing_behind(prepared: Seat) -> None:
    seat = prepared
    with running(seat.variables, output=seat.output) as process:
        seat.wait_until_open()
        window = seat.wait_for(MAIN)
        wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
        seat.xdotool("search", "--name", "^Kireji$", "windowmove", "%@", "0", "0")
        before = seat.client.pixels(0, 0, *WINDOW)
        press(seat, "ctrl+comma")
        wait_for_page(seat, before)
        press(seat, "Down", "Down", "Down", "Tab", "space")
        wait_until(lambda: "enabled = false" in settings(seat), "tools to be switched off")
        press(seat, "space")
        wait_until(lambda: "enabled = true" in settings(seat), "tools to be switched on")
        still(seat)

        # Past the built-in tools, and what is done with plugins: "Reload" of the plugin.
        press(seat, *["Tab"] * 4, "Return")
        wait_until(lambda: list((seat.home / "log").rglob("word_count*.log")), "the plugin to be started")

        # Past the plugin's menu and its tools: "Add server…".
        press(seat, *["Tab"] * 3, "Return")
        seat.xdotool("type", "modern")
        press(seat, "Tab", "Tab")
        seat.xdotool("type", f"{sys.executable} {SERVER} stdio")
        press(seat, "Return")
        wait_until(lambda: servers(seat), "the server to be added")
        assert servers(seat) == {"modern": {"command": sys.executable, "args": [str(SERVER), "stdio"]}}
        wait_until(lambda: list(processes(process.pid, SERVER.name)), "the server to be started by the test")
        wait_until(lambda: b"modern__add" in listed(seat), "the server's tools to be known", 40, every=0.5)
        assert b"word_count__word_count" in listed(seat)

        # From "Test", which has the keyboard, to the menu; its last entry removes, and asks first.
        press(seat, "Tab", "Return", "Up", "Return")
        assert servers(seat)
        press(seat, "shift+Tab", "Return")
        wait_until(lambda: not servers(seat), "the server to be removed")
        wait_until(lambda: not list(processes(process.pid, SERVER.name)), "the server to be ended")
        left = descendants(process.pid)
    wait_until(lambda: not any(map(alive, left)), "everything that was started to be gone")
    assert "Traceback" not in seat.printed + seat.log
