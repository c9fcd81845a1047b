"""What is hidden in a picture, from outside: the box on the screen, the pixels that the service gets, and the undo."""

from __future__ import annotations

import base64
import io
import random
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image

from kireji.core.geometry import Rect
from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.desktop import Desktop, desktop
from tests.support.known_secrets import KEYS
from tests.support.lines_window import ink_of, picture_of
from tests.support.program import environment, running, showing, wait_until_up
from tests.support.x11 import XClient, wait_until, x_client

pytestmark = pytest.mark.display

SECRET = KEYS["github"](random.Random(3))
LINES = [
    "$ cat .env",
    f"GITHUB_TOKEN={SECRET}",
    "REGION=eu-west-1",
    "$ python deploy.py --stage test  # which fails with a KeyError since Monday",
]
WINDOW = Rect(100, 80, 860, 160)
FROM, TO = (110, 90), (940, 230)


@pytest.fixture
def place() -> Iterator[Desktop]:
    with desktop(1280, 800) as result:
        yield result


class Seat:
    """Mouse and keys, and what is on the screen."""

    def __init__(self, variables: dict[str, str], client: XClient, service: ServiceProcess) -> None:
        self._variables, self._client, self._service = variables, client, service
        ink = ink_of(LINES[1], 1, SECRET)
        self.ink = ink.moved(WINDOW.x, WINDOW.y)

    def do(self, *commands: str) -> None:
        subprocess.run(["xdotool", *commands], env=self._variables, check=True)

    def _pixels(self, x: int, y: int, width: int, height: int) -> set[bytes]:
        data = self._client.pixels(x, y, width, height)
        return {bytes(data[at : at + 3]) for at in range(0, len(data), 4)}

    @property
    def is_covered(self) -> bool:
        """Whether the key is painted over on the screen, but for what says what it is."""
        ink = self.ink
        return self._pixels(ink.x + 40, ink.y + 4, ink.width - 80, ink.height - 8) == {b"\0\0\0"}

    def capture(self, question: str) -> None:
        """Cut the window out and begin to ask; the pointer goes out of the way."""
        before = self._client.pixel(WINDOW.x + 400, WINDOW.y + 5)
        self._client.press_chord("Control_L", "Shift_L", "space")
        wait_until(lambda: self._client.pixel(WINDOW.x + 400, WINDOW.y + 5) != before, "the frozen screen")
        self.do("mousemove", *map(str, FROM), "mousedown", "1", "mousemove", "400", "150")
        self.do("mousemove", *map(str, TO), "mouseup", "1", "mousemove", "1200", "700")
        self.do("type", question)
        wait_until(lambda: self.is_covered, "the box over the key", seconds=60)

    def sent(self, number: int) -> Image.Image:
        """The picture of a question as the service got it."""
        asked = [item for item in self._service.requests if item["path"] == "/v1/messages"]
        (block,) = [block for block in asked[number]["body"]["messages"][0]["content"] if block["type"] == "image"]
        return Image.open(io.BytesIO(base64.b64decode(block["source"]["data"]))).convert("RGB")

    def key_in(self, picture: Image.Image) -> Image.Image:
        """The place of the key in a picture of the region."""
        left, top = self.ink.x - FROM[0], self.ink.y - FROM[1]
        return picture.crop((left, top, left + self.ink.width, top + self.ink.height))


def test_what_is_hidden_on_the_screen_is_solid_where_it_arrives_until_the_person_undoes_it(
    place: Desktop, tmp_path: Path
) -> None:
    home = place.home / "kireji"
    home.mkdir(mode=0o700)
    (home / "settings.toml").write_text("[general]\nwelcomed = true\n")
    window = [*map(str, (WINDOW.x, WINDOW.y, WINDOW.width, WINDOW.height)), *LINES]
    with ExitStack() as stack:
        client = stack.enter_context(x_client(place.display))
        service = stack.enter_context(ServiceProcess(Rule(Text(["Yes."]), times=None)))
        variables = environment(
            place, KIREJI_HOME=str(home), ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY
        )
        stack.enter_context(showing(variables, "tests.support.lines_window", *window))
        log = tmp_path / "output"
        process = stack.enter_context(running(variables, ["--hidden"], output=log))
        wait_until_up(home, process)
        seat = Seat(variables, client, service)

        seat.capture("What is it?")
        seat.do("key", "Return")
        wait_until(lambda: _questions(service) == 1, "the question")
        assert seat.key_in(seat.sent(0)).getcolors() == [(seat.ink.width * seat.ink.height, (0, 0, 0))]
        seat.do("key", "Escape")
        wait_until(lambda: not seat.is_covered, "the screen")

        seat.capture("And now?")
        seat.do("mousemove", str(seat.ink.x + seat.ink.width // 2), str(seat.ink.y + seat.ink.height // 2))
        seat.do("click", "1")
        wait_until(lambda: not seat.is_covered, "the key, seen again")
        seat.do("key", "Return")
        wait_until(lambda: _questions(service) == 2, "the second question")
        assert seat.key_in(seat.sent(1)).tobytes() == seat.key_in(_shown()).tobytes()
        assert b"Traceback" not in log.read_bytes()


def _questions(service: ServiceProcess) -> int:
    return sum(item["path"] == "/v1/messages" for item in service.requests)


def _shown() -> Image.Image:
    """The region as it is on the screen."""
    pixels = picture_of(LINES, WINDOW.width, WINDOW.height)
    whole = Image.frombytes("RGB", (WINDOW.width, WINDOW.height), pixels, "raw", "BGRX")
    left, top = FROM[0] - WINDOW.x, FROM[1] - WINDOW.y
    return whole.crop((left, top, TO[0] - WINDOW.x, TO[1] - WINDOW.y))
