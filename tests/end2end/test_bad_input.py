"""What can be wrong around the program, from outside: one sentence with the next step, and what was there stays."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tests.service import KEY, Body, Delivery, Rule, ServiceProcess, Text
from tests.support.desktop import secret_service, session_bus
from tests.support.outside import FAILURE, OVERLAY, Seat
from tests.support.program import COMMAND, kireji, running
from tests.support.reading import words_on
from tests.support.scarce_disk import with_disk_that_fills_up, with_folder_read_only, with_full_disk
from tests.support.x11 import wait_until

PICTURE = "resources/examples/error.png"
WRONG = "sk-ant-wrong-0123456789"
CUT = Text(["Half of ", "this ", "answer."], delivery=Delivery(break_after=2))
PAGE = Body("<html><title>Log in to the hotel</title></html>")
ONE_PIECE = Body('{"type": "message", "content": []}', content_type="application/json")


def sentence(result: subprocess.CompletedProcess[bytes]) -> str:
    """What a failed command says: one line that has a next step after what happened."""
    told = result.stderr.decode()
    assert (result.returncode, told.count("\n"), told[-1:]) == (1, 1, "\n"), told
    assert told.startswith("kireji: ")
    assert "Traceback" not in told
    assert re.search(r"[.] [A-Z]\S* ", told), told  # after what happened, what to do
    return told


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """A server: no display, no bus, no key."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "KIREJI_HOME": str(tmp_path / "kireji"),
    }


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceProcess]:
    rules = [
        Rule(CUT, contains="cut", times=None),  # first: a question without an answer is sent again with the next one
        Rule(PAGE, contains="page", times=None),
        Rule(ONE_PIECE, contains="one piece", times=None),
    ]
    with ServiceProcess(*rules) as process:
        yield process


def asking(service: ServiceProcess, variables: Mapping[str, str], key: str = KEY) -> dict[str, str]:
    return dict(variables) | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": key}


def last_answer(variables: Mapping[str, str]) -> tuple[str, str, str]:
    """State, text and error of the newest answer in the history."""
    last = json.loads(kireji(["history", "show", "--json"], variables).stdout)["messages"][-1]
    return last["state"], last["text"], last["error"]


def stored_answer(seat: Seat) -> tuple[str, str]:
    """State and error of the newest answer, read beside the running program; empty when a question stands last."""
    with closing(sqlite3.connect(f"{seat.paths.database.as_uri()}?mode=ro", uri=True)) as database:
        row = database.execute("SELECT role, state, error FROM messages ORDER BY id DESC LIMIT 1").fetchone()
    return (row[1], row[2]) if row and row[0] == "assistant" else ("", "")


# --- keys and the network, on the command line ---------------------------------------------------------------------


@pytest.mark.parametrize("command", [["ask", "Hello?"], ["keys", "test", "anthropic"]], ids=" ".join)
def test_a_wrong_key_is_refused_and_named(service: ServiceProcess, bare: dict[str, str], command: list[str]) -> None:
    told = sentence(kireji(command, asking(service, bare, WRONG)))
    assert "refused" in told
    assert "ANTHROPIC_API_KEY" in told
    assert WRONG not in told


def test_a_key_that_cannot_be_one_is_not_sent(service: ServiceProcess, bare: dict[str, str]) -> None:
    before = len(service.requests)
    told = sentence(kireji(["ask", "Hello?"], asking(service, bare, "kéy with spaces")))
    assert "characters that no key has" in told
    assert len(service.requests) == before


@pytest.mark.parametrize("address", ["http://127.0.0.1:{closed}", "https://nowhere.invalid"])
def test_without_a_connection_the_host_is_named_and_the_question_is_kept(bare: dict[str, str], address: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, not listening: nobody answers, and nobody else gets it
        url = address.format(closed=closed.getsockname()[1])
        told = sentence(
            kireji(["ask", "Is anybody there?"], bare | {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY})
        )
    assert f"No connection to {url.partition('//')[2]}" in told
    state, _, error = last_answer(bare)
    assert (state, error in told) == ("failed", True)
    assert b"Is anybody there?" in kireji(["history", "list"], bare).stdout


def test_without_a_connection_a_picture_is_still_read_on_this_computer(bare: dict[str, str]) -> None:
    variables = bare | {"ANTHROPIC_BASE_URL": "https://nowhere.invalid", "ANTHROPIC_API_KEY": KEY}
    result = kireji(["ask", "-i", PICTURE], variables)
    assert result.returncode == 0
    assert result.stderr.decode().startswith("Anthropic: No connection to nowhere.invalid: ")
    assert b"KeyError" in result.stdout
    assert b"Read on this computer" in result.stdout


@pytest.mark.parametrize(
    ("question", "words"),
    [("page", "A web page came from"), ("one piece", "instead of as a stream")],
)
def test_an_answer_that_is_no_stream_is_told_and_kept_as_failed(
    service: ServiceProcess, bare: dict[str, str], question: str, words: str
) -> None:
    variables = asking(service, bare)
    told = sentence(kireji(["ask", question], variables))
    assert words in told
    state, text, error = last_answer(variables)
    assert (state, text, error in told) == ("failed", "", True)


def test_a_stream_that_is_cut_leaves_its_beginning_in_the_history(
    service: ServiceProcess, bare: dict[str, str]
) -> None:
    variables = asking(service, bare)
    result = kireji(["ask", "cut"], variables)
    assert "broke off" in sentence(result)
    assert result.stdout == b"Half of this \n"
    state, text, _ = last_answer(variables)
    assert (state, text.strip()) == ("interrupted", "Half of this")


# --- keychain ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["keys", "set", "anthropic"], ["keys", "test", "anthropic"]], ids=" ".join)
def test_without_a_keychain_the_environment_is_named(bare: dict[str, str], command: list[str]) -> None:
    told = sentence(kireji(command, bare, stdin=b"sk-ant-0123456789\n"))
    assert "no keychain" in told
    assert "Set ANTHROPIC_API_KEY in the environment instead." in told
    assert "session" not in told


def test_a_locked_keychain_says_to_unlock_it(
    bare: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)  # the bus would start a prompt on the display of other tests
    with session_bus() as bus, secret_service(bus, tmp_path / "keychain"):
        variables = bare | {"DBUS_SESSION_BUS_ADDRESS": bus}
        lock = "import secretstorage as s; c = s.dbus_init(); s.get_default_collection(c).lock(); c.close()"
        subprocess.run([sys.executable, "-c", lock], env=variables, check=True)
        for command in (["ask", "-p", "anthropic", "Hello?"], ["keys", "set", "anthropic"]):
            told = sentence(kireji(command, variables, stdin=b"sk-ant-0123456789\n"))
            assert "The keychain is locked." in told
            assert "Unlock it" in told


# --- regions -------------------------------------------------------------------------------------------------------


@pytest.mark.display
def test_regions_outside_and_of_one_pixel(seat: Seat, service: ServiceProcess, tmp_path: Path) -> None:
    target = tmp_path / "picture.png"
    outside = ["capture", "--region", "5000,5000,20,20", "-o", str(target)]
    told = sentence(kireji(outside, seat.variables))
    assert "outside every screen" in told
    assert "0,0,1920,1080" in told
    assert not target.exists()
    assert "outside every screen" in sentence(kireji(["ask", "--screen", "-50,-50,20,20"], seat.variables))

    result = kireji(["capture", "--region", "1919,1079,1,1", "-o", str(target)], seat.variables)
    assert (result.returncode, size_of(target)) == (0, (1, 1))
    result = kireji(["ask", "--screen", "5,5,1,1", "What?"], asking(service, seat.variables))
    assert (result.returncode, b"received 1 picture" in result.stdout) == (0, True)


def size_of(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size


@pytest.mark.display
def test_a_picture_of_the_screen_needs_a_display(bare: dict[str, str], tmp_path: Path) -> None:
    assert "no display" in sentence(kireji(["capture", "--all", "-o", str(tmp_path / "x.png")], bare))
    assert "no display" in sentence(kireji(["ask", "--screen", "0,0,9,9"], bare))


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "x.png"), (b"<svg/>", "x.png"), (b"\x89PNG\r\n\x1a\n" + bytes(40), "x.png")],
    ids=["empty", "another kind", "damaged"],
)
def test_files_that_are_no_pictures_are_named(bare: dict[str, str], tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "x.png").write_bytes(data)
    assert words in sentence(kireji(["ask", "-i", str(tmp_path / "x.png")], bare))
    assert kireji(["history", "list"], bare).stdout == b""


# --- data folder, database, settings: command line -----------------------------------------------------------------


@pytest.fixture
def history(service: ServiceProcess, bare: dict[str, str]) -> Path:
    """A folder with one question in its history."""
    assert kireji(["ask", "What was before"], asking(service, bare)).returncode == 0
    return Path(bare["KIREJI_HOME"])


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def make_newer(home: Path) -> None:
    with closing(sqlite3.connect(home / "kireji.db", isolation_level=None)) as database:
        database.execute("PRAGMA user_version = 999")


def make_corrupt(home: Path) -> None:
    with open(home / "kireji.db", "r+b") as file:
        file.write(os.urandom(2000))


@pytest.mark.parametrize(("spoil", "words"), [(make_newer, "newer version"), (make_corrupt, "is damaged")])
def test_a_database_that_cannot_be_used_is_left_byte_for_byte(
    service: ServiceProcess, bare: dict[str, str], history: Path, spoil: object, words: str
) -> None:
    assert callable(spoil)
    spoil(history)
    before = (history / "kireji.db").read_bytes()
    asked = len(service.requests)
    for command in (["ask", "Hello?"], ["history", "list"]):
        assert words in sentence(kireji(command, asking(service, bare)))
    assert (history / "kireji.db").read_bytes() == before
    assert len(service.requests) == asked


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_sent(
    service: ServiceProcess, bare: dict[str, str], history: Path
) -> None:
    asked, before = len(service.requests), files(history)
    told = sentence(prefixed(with_folder_read_only(history), ["ask", "Hello?"], asking(service, bare)))
    assert "cannot be written" in told
    assert "KIREJI_HOME" in told
    assert files(history) == before
    assert len(service.requests) == asked


def prefixed(
    prefix: list[str], arguments: list[str], variables: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    command = [*prefix, *COMMAND, *arguments]
    return subprocess.run(
        command, env=dict(variables), stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )


def test_a_question_that_does_not_fit_on_the_disk_is_not_sent(
    service: ServiceProcess, bare: dict[str, str], history: Path
) -> None:
    asked = len(service.requests)
    told = sentence(prefixed(with_full_disk(history), ["ask", "Hello?"], asking(service, bare)))
    assert "no room left on the disk" in told
    assert len(service.requests) == asked


def test_when_the_disk_fills_up_what_was_saved_is_there_once_there_is_room(
    service: ServiceProcess, bare: dict[str, str], tmp_path: Path
) -> None:
    home = Path(bare["KIREJI_HOME"])
    home.mkdir()
    script = (
        '"$@" ask First >/dev/null; cat /dev/zero >"$KIREJI_HOME/ballast" 2>/dev/null; '
        '"$@" ask Second; echo "code $?"; rm "$KIREJI_HOME/ballast"; "$@" ask Third >/dev/null; "$@" history list'
    )
    command = [*with_disk_that_fills_up(home), "sh", "-c", script, "sh", *COMMAND]
    result = subprocess.run(command, env=asking(service, bare), capture_output=True, text=True, timeout=60, check=True)
    assert "code 1\n" in result.stdout
    titles = [line.split()[-1] for line in result.stdout.splitlines()[2:]]
    assert titles == ["Third", "First"]
    assert result.stderr.count("\n") == 1
    assert "no room left on the disk" in result.stderr


BROKEN_SETTINGS = '# mine\n[models\nprovider = "anthropic"\n'


def test_a_broken_settings_file_is_told_and_left_and_the_defaults_hold(
    service: ServiceProcess, bare: dict[str, str]
) -> None:
    file = Path(bare["KIREJI_HOME"]) / "settings.toml"
    file.parent.mkdir()
    file.write_text(BROKEN_SETTINGS)
    result = kireji(["ask", "Hello?"], asking(service, bare))
    assert (result.returncode, b"claude-haiku-5-5 received" in result.stdout) == (0, True)
    (told,) = result.stderr.decode().splitlines()
    assert "line 2" in told
    assert "the defaults hold" in told
    checks = json.loads(kireji(["doctor", "--json"], bare).stdout)["checks"]
    assert next(check["verdict"] for check in checks if check["name"] == "settings") == "warning"
    assert file.read_text() == BROKEN_SETTINGS


# --- in the windows ------------------------------------------------------------------------------------------------


def welcomed(seat: Seat, more: str = "") -> None:
    """Settings of somebody who has seen the first-start page."""
    seat.home.mkdir(exist_ok=True)
    seat.paths.settings.write_text(f"[general]\nwelcomed = true\n{more}")


def _has_become(seat: Seat, state: str) -> bool:
    """Whether the newest answer is in that state; if not, Enter once more, as a person does.

    An answer is in the history a moment before the window takes the next question, and Enter is left alone until then.
    """
    if stored_answer(seat)[0] == state:
        return True
    seat.xdotool("key", "Return")
    return False


@pytest.mark.display
def test_failures_stand_in_the_window_and_the_program_goes_on(seat: Seat, service: ServiceProcess) -> None:
    welcomed(seat, '[models]\nprovider = "nobody"\n')
    settings = seat.paths.settings.read_bytes()
    variables = asking(service, seat.variables)
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        wait_until(lambda: "models.provider must be one of" in words_on(seat.client, 600, 740, 750, 90), "the notice")
        for question, state in (("page", "failed"), ("cut", "interrupted"), ("Hello?", "complete")):
            seat.ask_in_window(question)
            wait_until(lambda state=state: _has_become(seat, state), f"the answer to {question}", every=1)
        seen = words_on(seat.client, 600, 130, 750, 820)
        for words in ("A web page came from", "Half of this", "broke off", "these words: Hello?"):
            assert words in seen
        seat.tell("quit")
        assert process.wait(20) == 0
    assert "Traceback" not in seat.log + seat.printed
    assert seat.paths.settings.read_bytes() == settings


@pytest.mark.display
@pytest.mark.parametrize("trouble", ["refused the key", "no keychain"])
def test_a_question_that_nobody_can_answer_leaves_the_program_up(
    seat: Seat, service: ServiceProcess, trouble: str
) -> None:
    welcomed(seat, '[models]\nprovider = "anthropic"\n')
    variables = {
        "refused the key": asking(service, seat.variables, WRONG),
        "no keychain": seat.variables | {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={seat.home}/nobody"},
    }[trouble]
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        seat.ask_in_window("Hello?")
        wait_until(lambda: trouble in stored_answer(seat)[1], trouble)
        seat.tell("quit")
        assert process.wait(20) == 0
    assert "Traceback" not in seat.log + seat.printed


@pytest.mark.display
def test_a_click_and_a_region_of_one_pixel_are_answered_like_any_other(seat: Seat, service: ServiceProcess) -> None:
    variables = asking(service, seat.variables)
    with running(variables, ["--hidden"], output=seat.output):
        seat.wait_until_open()
        seat.tell("capture")
        seat.wait_for(OVERLAY)
        seat.xdotool("mousemove", "500", "500", "mousedown", "1", "mousemove", "501", "501", "mouseup", "1")
        seat.xdotool("type", "One pixel?")
        seat.xdotool("key", "Return")
        wait_until(lambda: stored_answer(seat)[0] == "complete", "the answer")
        assert "received 1 picture" in last_answer(variables)[1]
    assert "Traceback" not in seat.log + seat.printed


def spoiled(seat: Seat, spoil: object) -> bytes:
    """A history that cannot be used; its bytes."""
    kireji(["history", "list"], seat.variables)
    assert callable(spoil)
    spoil(seat.home)
    return seat.paths.database.read_bytes()


@pytest.mark.display
@pytest.mark.parametrize(("spoil", "words"), [(make_newer, "newer version"), (make_corrupt, "is damaged")])
def test_a_start_on_a_database_that_cannot_be_used_shows_why(seat: Seat, spoil: object, words: str) -> None:
    before = spoiled(seat, spoil)
    with running(seat.variables, output=seat.output) as process:
        seat.wait_for(FAILURE)
        if spoil is make_newer:  # reading takes a second, and the window is the same
            wait_until(lambda: words in words_on(seat.client, 560, 300, 800, 480).replace("\n", " "), "the sentence")
        seat.xdotool("key", "Escape")
        assert process.wait(20) == 1
    (told,) = seat.printed.splitlines()
    assert told.startswith("kireji: ")
    assert words in told
    assert words in seat.log
    assert seat.paths.database.read_bytes() == before


@pytest.mark.display
@pytest.mark.parametrize(
    ("prefix", "words"), [(with_folder_read_only, "read-only"), (with_full_disk, "no room left on the disk")]
)
def test_a_start_where_nothing_can_be_written_shows_why(seat: Seat, prefix: object, words: str) -> None:
    kireji(["history", "list"], seat.variables)
    assert callable(prefix)
    command = [*prefix(seat.home), *COMMAND]
    process = subprocess.Popen(command, env=seat.variables, stderr=subprocess.PIPE)
    try:
        seat.wait_for(FAILURE)
        seat.xdotool("key", "Escape")
        _, told = process.communicate(timeout=20)
        assert process.returncode == 1
        (line,) = told.decode().splitlines()
        assert words in line
    finally:
        process.kill()
        process.wait()
