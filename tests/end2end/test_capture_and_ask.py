"""The main job from outside: the real program on a real display, driven by mouse and keys like a person does."""

from __future__ import annotations

import base64
import io
import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from PIL import Image

from tests.service import KEY, Delivery, Rule, ServiceProcess, Text
from tests.support.desktop import Desktop, desktop
from tests.support.pattern_window import pattern
from tests.support.program import COMMAND, environment, kireji, running, showing, wait_until_up
from tests.support.reading import words_on
from tests.support.x11 import XClient, wait_until, x_client

pytestmark = pytest.mark.display

WIDTH, HEIGHT = 1280, 800
WINDOW = (100, 80, 500, 400)
FROM, TO = (160, 140), (480, 360)
ANSWER = ["The violet ", "lantern ", "hangs over ", "the quiet harbour."]


@contextmanager
def _pattern_on_screen(variables: dict[str, str]) -> Iterator[None]:
    with showing(variables, "tests.support.pattern_window", *WINDOW):
        yield


@pytest.fixture
def place() -> Iterator[Desktop]:
    with desktop(WIDTH, HEIGHT) as result:
        yield result


def _xdotool(variables: dict[str, str], *commands: str) -> None:
    subprocess.run(["xdotool", *commands], env=variables, check=True)


def _dimmed(client: XClient) -> bool:
    """Whether the frozen screen lies over the pattern: its pixels are there, but darker."""
    return client.pixel(WINDOW[0] + 200, WINDOW[1] + 100) != _pattern_pixel(200, 100)


def _pattern_pixel(x: int, y: int) -> int:
    return (x >> 8) << 20 | (y >> 8) << 16 | (y & 0xFF) << 8 | (x & 0xFF)


def _cut_out(client: XClient, variables: dict[str, str]) -> None:
    client.press_chord("Control_L", "Shift_L", "space")
    wait_until(lambda: _dimmed(client), "the frozen screen")
    _xdotool(variables, "mousemove", *map(str, FROM), "mousedown", "1")
    _xdotool(variables, "mousemove", "300", "250", "mousemove", *map(str, TO), "mouseup", "1")
    wait_until(lambda: not _dimmed(client), "the selection, bright again")


def _sent_picture(service: ServiceProcess) -> tuple[Image.Image, str]:
    asked = next(item for item in service.requests if item["path"] == "/v1/messages")
    content = asked["body"]["messages"][-1]["content"]
    picture = next(block for block in content if block["type"] == "image")
    text = next(block["text"] for block in content if block["type"] == "text")
    return Image.open(io.BytesIO(base64.b64decode(picture["source"]["data"]))).convert("RGB"), text


def _expected_picture() -> Image.Image:
    width, height = WINDOW[2], WINDOW[3]
    whole = Image.frombytes("RGB", (width, height), pattern(width, height), "raw", "BGRX")
    left, top = FROM[0] - WINDOW[0], FROM[1] - WINDOW[1]
    return whole.crop((left, top, TO[0] - WINDOW[0], TO[1] - WINDOW[1]))


def test_a_region_is_cut_out_asked_about_answered_on_the_screen_and_kept(place: Desktop, tmp_path: Path) -> None:
    home = place.home / "kireji"
    answer = Text(ANSWER, delivery=Delivery(delay=0.05))
    with ExitStack() as stack:
        client = stack.enter_context(x_client(place.display))
        service = stack.enter_context(ServiceProcess(Rule(answer, times=None)))
        variables = environment(
            place, KIREJI_HOME=str(home), ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY
        )
        stack.enter_context(_pattern_on_screen(variables))
        log = tmp_path / "output"
        home.mkdir(mode=0o700)
        (home / "settings.toml").write_text("[general]\nwelcomed = true\n")
        with running(variables, ["--hidden"], output=log) as process:
            wait_until_up(home, process)
            _cut_out(client, variables)
            _xdotool(variables, "type", "What hangs over the harbour?")
            _xdotool(variables, "key", "Return")
            wait_until(lambda: any(item["path"] == "/v1/messages" for item in service.requests), "the question")

            picture, question = _sent_picture(service)
            assert question == "What hangs over the harbour?"
            assert picture.size == (TO[0] - FROM[0], TO[1] - FROM[1])
            assert picture.tobytes() == _expected_picture().tobytes()

            wait_until(lambda: "harbour." in words_on(client, 490, 80, WIDTH - 490, 500), "the answer on the screen")
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert b"Traceback" not in log.read_bytes()

        listed = kireji(["history", "list"], variables)
        assert b"What hangs over the harbour?" in listed.stdout
        shown = kireji(["history", "show"], variables)
        assert "".join(ANSWER).encode() in shown.stdout

        with running(variables, output=log) as process:
            wait_until_up(home, process)
            wait_until(lambda: "hangs over" in words_on(client, 0, 0, 300, HEIGHT), "the question in the list")
        assert b"Traceback" not in log.read_bytes()


def test_without_key_and_network_the_text_on_the_screen_is_read(place: Desktop, tmp_path: Path) -> None:
    home = place.home / "kireji"
    variables = environment(place, KIREJI_HOME=str(home))
    window = ["100", "80", "600", "200"]
    text = (*window, "The copper kettle sings at noon")
    with x_client(place.display) as client, showing(variables, "tests.support.text_window", *text):
        command = [*_without_network(), *COMMAND, "--hidden"]
        process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_up(home, process)
            before = client.pixel(650, 120)
            client.press_chord("Control_L", "Shift_L", "space")
            wait_until(lambda: client.pixel(650, 120) != before, "the frozen screen")
            _xdotool(variables, "mousemove", "105", "85", "mousedown", "1", "mousemove", "300", "200")
            _xdotool(variables, "mousemove", "695", "275", "mouseup", "1")
            wait_until(lambda: client.pixel(650, 120) == before, "the selection, bright again")
            _xdotool(variables, "key", "Return")
            wait_until(lambda: _is_answered(variables), "the reading in the history")
            shown = kireji(["history", "show", "--json"], variables).stdout.decode()
            assert "The copper kettle sings at noon" in shown
            assert '"provider": "device"' in shown
            seen = words_on(client, 0, 280, WIDTH, HEIGHT - 280) + words_on(client, 700, 0, WIDTH - 700, 400)
            assert "copper kettle" in seen
            assert "this computer" in seen.lower()
        finally:
            process.terminate()
            process.wait(10)


def _is_answered(variables: dict[str, str]) -> bool:
    conversation = json.loads(kireji(["history", "show", "--json"], variables).stdout or b"{}")
    last = conversation.get("messages", [{}])[-1]
    return (last.get("role"), last.get("state")) == ("assistant", "complete")


def _without_network() -> list[str]:
    """A network namespace with nothing in it, where the system lets us make one."""
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "-rn", "true"], check=False, capture_output=True).returncode == 0:
        return [unshare, "-rn"]
    return []
