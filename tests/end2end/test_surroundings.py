"""What a computer around the program may lack: homes, locales, fonts, short paths. It says so, or it just works."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.fonts import DEJAVU, with_fonts_of
from tests.support.outside import Seat
from tests.support.program import COMMAND, kireji, running
from tests.support.reading import words_on
from tests.support.scarce_disk import with_folder_read_only
from tests.support.x11 import wait_until

WELCOMED = "[general]\nwelcomed = true\n[local]\ndiscover = false\n"
ODD = ["with spaces", "Größe-日本-\u202eعربي", "/".join(["a-long-name-of-a-folder"] * 12)]
ODD_NAMES = ["spaces", "other letters", "very long"]


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """A server: no display, no bus, no key, and no folder that was named for the program."""
    home = tmp_path / "home"
    home.mkdir()
    return {"PATH": os.environ["PATH"], "HOME": str(home)}


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


# --- the home folder -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["history", "list"], ["keys", "list"], ["batch", "list"]], ids=" ".join)
def test_in_a_home_that_cannot_be_written_one_line_says_so(bare: dict[str, str], command: list[str]) -> None:
    home = Path(bare["HOME"])
    called = [*with_folder_read_only(home), *COMMAND, *command]
    result = subprocess.run(called, env=bare, capture_output=True, text=True, timeout=60, check=False)
    (told,) = result.stderr.splitlines()
    assert result.returncode == 1
    assert "cannot be written" in told
    assert "KIREJI_HOME" in told
    assert files(home) == set()


def test_the_doctor_looks_at_the_rest_in_a_home_that_cannot_be_written(bare: dict[str, str]) -> None:
    called = [*with_folder_read_only(Path(bare["HOME"])), *COMMAND, "doctor", "--json"]
    result = subprocess.run(called, env=bare, capture_output=True, timeout=60, check=False)
    found = {each["name"]: each for each in json.loads(result.stdout)["checks"]}
    assert (result.returncode, found["data"]["verdict"], found["tls"]["verdict"]) == (1, "failed", "ok")
    assert "KIREJI_HOME" in found["data"]["hint"]


def test_without_the_variable_home_the_folder_of_the_user_is_taken(bare: dict[str, str]) -> None:
    del bare["HOME"]
    assert kireji(["--self-test", "versions"], bare).returncode == 0


@pytest.mark.display
@pytest.mark.parametrize("name", ODD, ids=ODD_NAMES)
def test_the_program_runs_whatever_its_folder_is_called(seat: Seat, name: str) -> None:
    home = seat.home / name
    home.mkdir(parents=True)
    (home / "settings.toml").write_text(WELCOMED)
    (home / "plugins").mkdir()
    example = Path("resources/examples/plugins/word_count.py")
    (home / "plugins" / "word_count.py").write_text(example.read_text(encoding="utf-8"))
    variables = seat.variables | {"KIREJI_HOME": str(home)}
    with running(variables, output=seat.output) as process:
        replace(seat, home=home, variables=variables).wait_until_open()
        assert kireji(["quit"], variables).stderr == b""
        assert process.wait(20) == 0
    listed = kireji(["tools", "list"], variables)
    assert (listed.returncode, b"word_count" in listed.stdout) == (0, True)
    assert (home / "kireji.db").exists()
    assert seat.printed == ""


@pytest.mark.parametrize("name", ["/".join(["b" * 200] * 3), "b" * 300], ids=["the whole", "one part"])
def test_a_path_that_no_database_can_have_is_said_to_be_too_long(bare: dict[str, str], name: str) -> None:
    result = kireji(["history", "list"], bare | {"KIREJI_HOME": f"{bare['HOME']}/{name}"})
    (told,) = result.stderr.decode().splitlines()
    assert (result.returncode, "is too long" in told, name in told) == (1, True, False)


# --- databases of a newer version ----------------------------------------------------------------------------------


def test_a_queue_of_a_newer_version_is_refused_and_left_as_it_is(bare: dict[str, str]) -> None:
    data = Path(bare["HOME"], ".local", "share", "kireji")
    assert kireji(["history", "list"], bare).returncode == 0
    with closing(sqlite3.connect(data / "jobs.db")) as database:
        database.execute("PRAGMA user_version = 999")
    before = (data / "jobs.db").read_bytes()
    result = kireji(["batch", "list"], bare)
    (told,) = result.stderr.decode().splitlines()
    assert (result.returncode, "newer version" in told) == (1, True)
    assert (data / "jobs.db").read_bytes() == before


# --- no tray -------------------------------------------------------------------------------------------------------


@pytest.mark.display
def test_where_there_is_no_tray_the_window_says_what_closing_it_does(seat: Seat) -> None:
    seat.paths.settings.write_text(WELCOMED)
    with running(seat.variables, output=seat.output) as process:
        seat.wait_until_open()
        wait_until(lambda: "shows no tray" in words_on(seat.client, 600, 740, 750, 90), "the notice", every=1)
        seat.tell("quit")
        assert process.wait(20) == 0


# --- locales -------------------------------------------------------------------------------------------------------


def shown(seat: Seat, variables: Mapping[str, str]) -> str:
    """What the program prints from its start to its end on that desktop."""
    seat.paths.settings.write_text(WELCOMED)
    with running(dict(variables), output=seat.output) as process:
        seat.wait_until_open()
        seat.tell("quit")
        assert process.wait(20) == 0
    return seat.printed


@pytest.mark.display
@pytest.mark.parametrize(
    "locale", [{}, {"LANG": "xx_YY.UTF-8"}, {"LC_ALL": "C"}, {"LANG": "", "LANGUAGE": "::"}], ids=str
)
def test_a_locale_that_is_none_is_no_trouble(seat: Seat, locale: dict[str, str]) -> None:
    variables = {name: value for name, value in seat.variables.items() if not name.startswith(("LANG", "LC_"))}
    assert shown(seat, variables | locale) == ""


@pytest.mark.display
@pytest.mark.skipif(not os.path.isdir(DEJAVU), reason="these fonts are not installed")
def test_where_no_font_has_the_letters_of_the_person_the_window_says_so(seat: Seat, tmp_path: Path) -> None:
    variables = seat.variables | with_fonts_of(tmp_path, DEJAVU) | {"LANG": "ja_JP.UTF-8", "LC_ALL": ""}
    seat.paths.settings.write_text(WELCOMED)
    with running(variables, output=seat.output) as process:
        seat.wait_until_open()
        wait_until(lambda: "no font has these letters: Japanese" in seat.log, "the fonts were looked at")
        wait_until(
            lambda: "letters of your language" in words_on(seat.client, 600, 740, 750, 90), "the notice", every=1
        )
        seat.tell("quit")
        assert process.wait(20) == 0


@pytest.mark.display
def test_where_there_is_no_font_at_all_the_terminal_says_so(seat: Seat, tmp_path: Path) -> None:
    variables = seat.variables | with_fonts_of(tmp_path)
    seat.paths.settings.write_text(WELCOMED)
    with running(variables, output=seat.output) as process:
        wait_until(lambda: "There is no font here" in seat.printed, "the sentence")
        assert kireji(["quit"], seat.variables).returncode == 0
        assert process.wait(20) == 0
    told = [line for line in seat.printed.splitlines() if line.startswith("kireji: ")]
    assert len(told) == 1
    assert "fonts-dejavu-core" in told[0]
