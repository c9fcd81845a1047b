#!/usr/bin/env python3
"""Takes the README's pictures from the running program: `.venv/bin/python packaging/screenshots.py`.

The real program on a virtual screen, driven by mouse and keys, with the test service in the place of the model's.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from PIL import Image as Picture

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "app"), str(ROOT)]

from kireji.bootstrap.services import Overrides, open_services  # noqa: E402 # the path comes first
from kireji.core.geometry import Rect, ScreenImage  # noqa: E402
from kireji.core.history import StoredDraft  # noqa: E402
from kireji.core.sources import Source, SourceKind  # noqa: E402
from kireji.desktop.keystore import SessionKeyStore  # noqa: E402
from kireji.desktop.paths import Paths  # noqa: E402
from kireji.imaging.codec import PillowCodec  # noqa: E402
from kireji.storage.conversations import SqliteConversationStore  # noqa: E402
from kireji.storage.database import Database  # noqa: E402
from tests.service import KEY, Blocks, Delivery, Orders, Rule, ServiceProcess, Text  # noqa: E402
from tests.service.answers import Call, Words  # noqa: E402
from tests.support.demo import Calendar, fill, terminal_picture  # noqa: E402
from tests.support.demo_jobs import OF_THE_MOCK_UP, WAITING, fill_jobs, named  # noqa: E402
from tests.support.demo_repository import lay_out  # noqa: E402
from tests.support.demo_rows import PROMPT, SCHEMA, answers, write_mails, write_receipts  # noqa: E402
from tests.support.demo_verdicts import verdicts, write_comments  # noqa: E402
from tests.support.desktop import Desktop, desktop  # noqa: E402
from tests.support.known_secrets import KEYS  # noqa: E402
from tests.support.lines_window import ink_of  # noqa: E402
from tests.support.program import environment, kireji, running, showing, wait_until_up  # noqa: E402
from tests.support.x11 import XClient, pause, wait_until, x_client  # noqa: E402

OUTPUT = ROOT / "packaging" / "screenshots"
WIDTH, HEIGHT = 1280, 800
TERMINAL = (120, 96, 760, 420)
REGION = ((136, 150), (722, 352))
ANSWER = [
    "`REGION` is not set, and line 41 reads it with no default. Set it, or give a default:\n\n",
    '```python\nos.environ.get("REGION", "eu-west-1")\n```\n\n',
    "The same happens ", "for two more names in ", "this file: `SHOP_ID` and ", "`BUCKET`.",
]  # fmt: skip
ASKING = [
    "## The deploy script reads a variable that is not set\n\n",
    "Python raises `KeyError` where `deploy.py` looks up `REGION` in the environment with no default. ",
    "I look at that place before I propose a change.",
]
SECRETS_AT = (120, 96, 760, 240)
SECRETS = [
    "$ cat .env",
    "# the shop's own keys",
    f"GITHUB_TOKEN={KEYS['github'](Random(3))}",
    "SUPPORT_MAIL=anna.meier@example.org",
    "TEST_CARD=4012 8888 8888 1881",
    "REGION=eu-west-1",
    "$ python deploy.py --stage test   # fails with a KeyError since Monday",
]
ARABIC_JOBS = ("تعليقات", "رسائل الدعم", "نص بديل للوثائق", "إيصالات 2026")
JAPANESE_JOBS = ("コメントの審査", "サポートメールの仕分け", "ドキュメントの代替テキスト", "領収書 2026")
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include>/etc/fonts/fonts.conf</include>
<alias binding="strong"><family>sans-serif</family><prefer><family>Inter</family></prefer></alias>
<alias binding="strong"><family>Sans Serif</family><prefer><family>Inter</family></prefer></alias>
</fontconfig>
"""


def main() -> None:
    """Take all of them."""
    OUTPUT.mkdir(exist_ok=True)
    with desktop(WIDTH, HEIGHT) as place, x_client(place.display) as client:
        _overlay(place, client)
        _redaction(place, client)
        for theme in ("light", "dark"):
            _windows(place, client, theme)
            _permission(place, client, theme)
            _context(place, client, theme)
        _jobs(place, client)
        _rows(place, client)
        _review(place, client)
        for theme in ("light", "dark"):
            _help(place, client, theme)
    _for_help()


def _overlay(place: Desktop, client: XClient) -> None:
    answer = Text(ANSWER, delivery=Delivery(delay=0.05, hold_after=4))
    with ServiceProcess(Rule(answer, times=None)) as service, ExitStack() as stack:
        for theme in ("dark", "light"):
            variables = _home(place, f"overlay-{theme}", theme)
            variables |= _reached(service)
            subprocess.run(["xsetroot", "-solid", "#2b3744"], env=variables, check=True)
            stack.enter_context(_terminal(variables))
            with running(variables, ["--hidden"]) as process:
                wait_until_up(Path(variables["KIREJI_HOME"]), process)
                pause(2)
                client.press_chord("Control_L", "Shift_L", "space")
                pause(0.6)
                _xdotool(variables, "mousemove", *map(str, REGION[0]), "mousedown", "1", "mousemove", "400", "250")
                _xdotool(variables, "mousemove", *map(str, REGION[1]), "mouseup", "1")
                pause(0.4)
                _xdotool(variables, "type", "Why does this fail?")
                pause(0.4)
                _save(client, f"ask-{theme}")
                _xdotool(variables, "key", "Return")
                wait_until(lambda: any(item["held"] for item in service.control()["requests"]), "the answer to pause")
                pause(0.6)
                _save(client, f"answer-{theme}")


def _redaction(place: Desktop, client: XClient) -> None:
    """What will be painted over, before it is sent: one box is pointed at, one is undone."""
    with ServiceProcess() as service:
        for theme in ("dark", "light"):
            variables = _home(place, f"redaction-{theme}", theme) | _reached(service)
            subprocess.run(["xsetroot", "-solid", "#2b3744"], env=variables, check=True)
            window = [*map(str, SECRETS_AT), *SECRETS]
            with (
                showing(variables, "tests.support.lines_window", *window),
                running(variables, ["--hidden"]) as process,
            ):
                wait_until_up(Path(variables["KIREJI_HOME"]), process)
                pause(2)
                _show_boxes(client, variables)
                _save(client, f"redaction-{theme}")


def _show_boxes(client: XClient, variables: dict[str, str]) -> None:
    client.press_chord("Control_L", "Shift_L", "space")
    pause(0.6)
    _xdotool(variables, "mousemove", "136", "104", "mousedown", "1", "mousemove", "400", "250")
    _xdotool(variables, "mousemove", "870", "330", "mouseup", "1")
    _xdotool(variables, "type", "Why does the deployment fail?")
    left, top = SECRETS_AT[0] + 40, SECRETS_AT[1] + 8
    key, mail = (ink_of(SECRETS[row], row, part) for row, part in ((2, "ghp_"), (3, "anna")))
    wait_until(lambda: client.pixel(left + key.x, top + key.y) == 0, "the boxes", seconds=60)
    _xdotool(variables, "mousemove", str(left + mail.x), str(top + mail.y), "click", "1")
    _xdotool(variables, "mousemove", str(left + key.x), str(top + key.y))
    pause(0.4)


def _windows(place: Desktop, client: XClient, theme: str) -> None:
    variables = _home(place, f"window-{theme}", theme)
    asyncio.run(_history(Paths.find(variables)))
    with ServiceProcess() as service, running(variables | _reached(service)) as process:
        wait_until_up(Path(variables["KIREJI_HOME"]), process)
        pause(2)
        _place(variables)
        pause(0.5)
        _xdotool(variables, "mousemove", "120", "206", "click", "1")
        pause(1.5)
        _xdotool(variables, "mousemove", "640", "790")
        pause(0.3)
        _save(client, f"window-{theme}", 778)
        _xdotool(variables, "mousemove", "563", "24", "click", "1")
        pause(1)
        _save(client, f"models-{theme}", 778)
        _xdotool(variables, "key", "Escape")
        pause(0.5)
        before = client.pixels(0, 0, WIDTH, HEIGHT)
        _xdotool(variables, "key", "ctrl+comma")
        wait_until(lambda: _is_another(client, before), "the settings, which are loaded when they are first opened", 60)
        pause(3)
        _save(client, f"settings-{theme}", 778)
        _xdotool(variables, "key", *["Down"] * 4)
        pause(1)
        _save(client, f"privacy-{theme}", 778)


def _place(variables: dict[str, str], width: int = 1278) -> None:
    """Put the main window into the corner, as soon as it is there."""
    window = ("search", "--sync", "--onlyvisible", "--name", "^Kireji$")
    _xdotool(variables, *window, "windowmove", "%@", "0", "0", "windowsize", "%@", str(width), "778")


def _is_another(client: XClient, before: bytes) -> bool:
    """Whether much of the screen is another one: more than what a caret changes."""
    now = client.pixels(0, 0, WIDTH, HEIGHT)
    return sum(one != other for one, other in zip(now[::1001], before[::1001], strict=True)) > 40


def _help(place: Desktop, client: XClient, theme: str) -> None:
    """The help, opened by F1, with a search in it."""
    variables = _home(place, f"help-{theme}", theme)
    with ServiceProcess() as service, running(variables | _reached(service)) as process:
        wait_until_up(Path(variables["KIREJI_HOME"]), process)
        _xdotool(variables, "search", "--sync", "--onlyvisible", "--name", "^Kireji$")
        pause(2)
        _xdotool(variables, "key", "F1")
        window = ("search", "--sync", "--onlyvisible", "--name", "Kireji help$")
        _xdotool(variables, *window, "windowmove", "%@", "0", "0", "windowsize", "%@", "1278", "778")
        pause(1)
        _xdotool(variables, "key", "ctrl+f", "type", "hidden")
        pause(1)
        _xdotool(variables, "key", "Return", "mousemove", "640", "790")
        pause(1)
        _save(client, f"help-{theme}", 778)


def _for_help() -> None:
    """The pictures that stand in pages of the help: fewer colours take a fifth of the room."""
    for theme, name in (("light", "answer"), ("dark", "answer-dark")):
        with Picture.open(OUTPUT / f"answer-{theme}.png") as picture:
            few = picture.convert("RGB").quantize(128, dither=Picture.Dither.NONE)
            few.save(ROOT / "resources" / "help" / "pictures" / f"{name}.png", optimize=True)


def _permission(place: Desktop, client: XClient, theme: str) -> None:
    """A call of a tool that waits for the person."""
    variables = _home(place, f"permission-{theme}", theme)
    asyncio.run(_history(Paths.find(variables)))
    call = Call("read_file", {"path": "/home/you/shop/deploy.py", "first_line": 30, "lines": 20})
    rule = Rule(Blocks([Words(ASKING), call]), times=None)
    with ServiceProcess(rule) as service, running(variables | _reached(service)) as process:
        wait_until_up(Path(variables["KIREJI_HOME"]), process)
        pause(2)
        _place(variables)
        pause(0.5)
        _xdotool(variables, "mousemove", "640", "740", "click", "1")
        _xdotool(variables, "type", "Why does the deployment fail, and what is the smallest fix?")
        _xdotool(variables, "key", "Return")
        pause(2.5)
        _xdotool(variables, "mousemove", "640", "790")
        pause(0.3)
        _save(client, f"permission-{theme}", 778)


def _context(place: Desktop, client: XClient, theme: str) -> None:
    """What goes along with a question, and what there is no room for."""
    variables = _home(place, f"context-{theme}", theme)
    paths = Paths.find(variables)
    asyncio.run(_history(paths))
    asyncio.run(_prepared(paths, lay_out(place.home / f"repository-{theme}" / "shop")))
    with ServiceProcess() as service, running(variables | _reached(service)) as process:
        wait_until_up(Path(variables["KIREJI_HOME"]), process)
        pause(2)
        _place(variables)
        pause(1.5)
        _xdotool(variables, "key", "Tab", "Return")
        pause(1)
        _xdotool(variables, "key", "Down", "Down")
        pause(1)
        _save(client, f"context-{theme}", 778)


async def _prepared(paths: Paths, folder: Path) -> None:
    """A question that is being written, with a repository and an earlier conversation."""
    sources = (
        Source(SourceKind.FOLDER, str(folder), folder.name, pins=("deploy.py",), off=("tests/",)),
        Source(SourceKind.CONVERSATION, "1", "Why does the deploy fail?"),
    )
    async with open_services(paths, {}, overrides=Overrides(keychain=SessionKeyStore())) as services:
        words = "Why does the deployment fail, and which regions are affected?"
        await services.drafts.save(None, StoredDraft(words, sources=sources))


LOOKS = (
    ("light", 'theme = "light"', 1278),
    ("dark", 'theme = "dark"', 1278),
    ("contrast", 'theme = "dark"\ncontrast = "high"', 1278),
    ("narrow", 'theme = "light"', 480),
    ("large", 'theme = "light"\ntext_scale = 1.5', 1278),
    ("arabic", 'theme = "light"\nlanguage = "ar"', 1278),
)


def _rows(place: Desktop, client: XClient) -> None:
    """The answers of a job, one row in full, and a job that is about to be started."""
    for name, settings, width in LOOKS:
        variables = _home(place, f"rows-{name}", "light")
        Paths.find(variables).settings.write_text(f"[general]\nwelcomed = true\n[appearance]\n{settings}\n")
        folder = place.home / f"rows-{name}-files"
        folder.mkdir()
        table, schema, mails = folder / "Receipts.csv", folder / "schema.json", folder / "Support mail.jsonl"
        write_receipts(table)
        schema.write_text(json.dumps(SCHEMA))
        write_mails(mails)
        with ServiceProcess(*answers(), batches=Orders(hint=1.0, fail=1)) as service:
            variables |= _reached(service)
            kireji(["batch", "add", str(table), "--prompt", PROMPT, "--schema", str(schema), "--yes"], variables)
            kireji(["batch", "run", "1"], variables)
            with running(variables) as process:
                _show_rows(variables, process, client, name, width)
                _show_check(variables, client, mails, f"check-{name}")


def _show_rows(
    variables: dict[str, str], process: subprocess.Popen[bytes], client: XClient, name: str, width: int
) -> None:
    wait_until_up(Path(variables["KIREJI_HOME"]), process)
    pause(2)
    _place(variables, width)
    pause(0.5)
    right = width + 2 if width < WIDTH - 2 else WIDTH
    _xdotool(variables, "key", "ctrl+j")
    pause(1.5)
    _xdotool(variables, "mousemove", "640", "790", "key", "Return")
    pause(1.5)
    _save(client, f"results-{name}", 778, right)
    _xdotool(variables, "key", "Down", "Return")
    pause(1.5)
    _save(client, f"row-{name}", 778, right)
    _xdotool(variables, "key", "Escape", "Escape")
    pause(1)


def _show_check(variables: dict[str, str], client: XClient, mails: Path, name: str) -> None:
    """Asked for by the keyboard: from the list back to the button above it."""
    _xdotool(variables, "key", "shift+Tab", "Return")
    pause(1)
    _xdotool(variables, "key", "Return")
    pause(1)
    _xdotool(variables, "type", str(mails))
    _xdotool(variables, "key", "Return")
    pause(1)
    _save(client, name.replace("check", "new-job"))
    _xdotool(variables, "key", "ctrl+Return")
    pause(3)
    _save(client, name)


def _review(place: Desktop, client: XClient) -> None:
    """The reviewer's page: a verdict, and what is asked of who overrules it."""
    for name, settings, width in LOOKS:
        variables = _home(place, f"review-{name}", "light")
        Paths.find(variables).settings.write_text(f"[general]\nwelcomed = true\n[appearance]\n{settings}\n")
        comments = place.home / f"Comments {name}.jsonl"
        write_comments(comments)
        with ServiceProcess(*verdicts(), batches=Orders(hint=1.0)) as service:
            variables |= _reached(service)
            kireji(["batch", "add", str(comments), "--policy", "community", "--yes"], variables)
            kireji(["batch", "run", "1"], variables)
            with running(variables) as process:
                wait_until_up(Path(variables["KIREJI_HOME"]), process)
                pause(2)
                _place(variables, width)
                pause(0.5)
                right = width + 2 if width < WIDTH - 2 else WIDTH
                _xdotool(variables, "key", "ctrl+j")
                pause(1.5)
                _xdotool(variables, "key", "shift+F10")
                pause(0.5)
                _xdotool(variables, "key", "Down", "Return")
                pause(2)
                _xdotool(variables, "mousemove", "640", "790", "key", "a")
                pause(1)
                _save(client, f"review-{name}", 778, right)
                _xdotool(variables, "key", "Return", "o")
                pause(1)
                _save(client, f"overrule-{name}", 778, right)


def _jobs(place: Desktop, client: XClient) -> None:
    """Jobs that run, that have ended, and what they need; in every look that is compared with the mock-up."""
    for name, settings, width, names in (
        ("light", 'theme = "light"', 1278, ()),
        ("dark", 'theme = "dark"', 1278, ()),
        ("contrast", 'theme = "dark"\ncontrast = "high"', 1278, ()),
        ("narrow", 'theme = "light"', 480, ()),
        ("large", 'theme = "light"\ntext_scale = 1.5', 1278, ()),
        ("arabic", 'theme = "light"\nlanguage = "ar"', 1278, ARABIC_JOBS),
        ("japanese", 'theme = "light"', 1278, JAPANESE_JOBS),
    ):
        variables = _home(place, f"jobs-{name}", "light")
        paths = Paths.find(variables)
        paths.settings.write_text(f"[general]\nwelcomed = true\n[appearance]\n{settings}\n")
        asyncio.run(_history(paths))
        fill_jobs(paths.jobs_database, named((*OF_THE_MOCK_UP, WAITING) if name == "narrow" else OF_THE_MOCK_UP, names))
        with ServiceProcess() as service, running(variables | _reached(service)) as process:
            wait_until_up(Path(variables["KIREJI_HOME"]), process)
            pause(2)
            _place(variables, width)
            pause(0.5)
            _xdotool(variables, "key", "ctrl+j")
            pause(1.5)
            _xdotool(variables, "mousemove", "640", "770")
            pause(0.3)
            _save(client, f"jobs-{name}", 778, width + 2 if width < WIDTH - 2 else WIDTH)


def _reached(service: ServiceProcess) -> dict[str, str]:
    """What leads the program to the test service in the place of Anthropic's."""
    return {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": service.base_url}


async def _history(paths: Paths) -> int:
    """The demo's conversations, written with the program's own storage."""
    calendar = Calendar()
    database = await Database.open(paths.database)
    try:
        async with open_services(paths, {}, overrides=Overrides(keychain=SessionKeyStore())) as services:
            picture = await services.capture.store(terminal_picture())
        store = SqliteConversationStore(database, lambda _origin: True, calendar)
        return await fill(store, calendar, picture)
    finally:
        await database.close()


def _home(place: Desktop, name: str, theme: str) -> dict[str, str]:
    home = place.home / name
    home.mkdir(mode=0o700)
    (home / "settings.toml").write_text(f'[general]\nwelcomed = true\n[appearance]\ntheme = "{theme}"\n')
    fonts = place.home / "fonts.conf"
    fonts.write_text(FONTS)
    return environment(place, KIREJI_HOME=str(home), FONTCONFIG_FILE=str(fonts))


@contextmanager
def _terminal(variables: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, __file__, "terminal"]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.communicate()


def _show_terminal() -> None:
    """The window behind the overlay: the example that the README asks about."""
    from PIL import Image

    from tests.support.plain_window import show

    left, top, width, height = TERMINAL
    example = Image.open(ROOT / "resources" / "examples" / "error.png").convert("RGB")
    whole = Image.new("RGB", (width, height), example.getpixel((5, example.height - 5)))
    whole.paste(example, (0, 0))
    show(left, top, width, height, whole.convert("RGBA").tobytes("raw", "BGRA"))


def _save(client: XClient, name: str, height: int = HEIGHT, width: int = WIDTH) -> None:
    data = client.pixels(0, 0, width, height)
    frame = ScreenImage(memoryview(data), width, height, width * 4, Rect(0, 0, width, height))
    (OUTPUT / f"{name}.png").write_bytes(PillowCodec().encode_region(frame, frame.native).data)


def _xdotool(variables: dict[str, str], *commands: str) -> None:
    subprocess.run(["xdotool", *commands], env=variables, check=True)


if __name__ == "__main__":
    _show_terminal() if sys.argv[1:] == ["terminal"] else main()
