"""`kireji --self-test`, from outside: on a whole desktop, on a bare server, and where something is wrong."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.fonts import DEJAVU, with_fonts_of
from tests.support.missing_libraries import without_libraries
from tests.support.outside import Seat
from tests.support.program import COMMAND, kireji
from tests.support.scarce_disk import with_folder_read_only
from tests.support.x11 import wait_until


def findings(
    variables: Mapping[str, str], *checks: str, prefix: Sequence[str] = ()
) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code, and the findings by their names."""
    command = [*prefix, *COMMAND, "--self-test", "--json", *checks]
    result = subprocess.run(command, env=dict(variables), capture_output=True, timeout=300, check=False)
    found = json.loads(result.stdout)
    assert found["ok"] == (result.returncode == 0)
    return result.returncode, {each["name"]: each for each in found["checks"]}


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """A server: no display, no bus, no folder yet."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KIREJI_HOME": str(tmp_path / "kireji")}


@pytest.mark.display
def test_on_a_whole_desktop_every_part_works_and_nothing_is_left(seat: Seat, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    before = files(seat.home)
    code, found = findings(seat.variables | {"TMPDIR": str(temporary)})
    assert (code, {name: each["sentence"] for name, each in found.items() if each["verdict"] != "ok"}) == (0, {})
    assert "seen on the screen" in found["windows"]["sentence"]
    assert "written, read and deleted" in found["keychain"]["sentence"]
    assert "1920 x 1080" in found["capture"]["sentence"]
    assert found["parts"]["data"]["modules"] > 500
    assert files(seat.home) == before
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(not os.path.isdir(DEJAVU), reason="these fonts are not installed")
def test_on_a_bare_server_what_is_missing_is_a_warning(bare: dict[str, str], tmp_path: Path) -> None:
    prefix = with_folder_read_only(tmp_path)
    code, found = findings(bare, "windows", "fonts", "keychain", "capture", "database", "versions", prefix=prefix)
    assert code == 0
    verdicts = {name: each["verdict"] for name, each in found.items()}
    assert {verdicts[name] for name in ("windows", "keychain", "capture")} == {"warning"}
    assert verdicts["database"] == "ok"
    assert "painted in memory" in found["windows"]["sentence"]
    assert "for one session only" in found["keychain"]["sentence"]
    assert files(tmp_path) == set()


def test_a_database_of_a_newer_version_is_a_failure_and_is_left_as_it_is(bare: dict[str, str]) -> None:
    home = Path(bare["KIREJI_HOME"])
    home.mkdir()
    with closing(sqlite3.connect(home / "kireji.db")) as database:
        database.execute("PRAGMA user_version = 999")
    before = (home / "kireji.db").read_bytes()
    result = kireji(["--self-test", "database"], bare)
    told = result.stdout.decode()
    assert result.returncode == 1
    assert told.startswith("failed   database     ")
    assert "newer version" in told
    assert (home / "kireji.db").read_bytes() == before
    assert files(home) == {"kireji.db"}


@pytest.mark.display
def test_a_missing_library_is_a_failure_with_its_package(seat: Seat) -> None:
    code, found = findings(seat.variables, "windows", "versions", prefix=without_libraries("libxcb-cursor.so.0"))
    assert (code, found["versions"]["verdict"]) == (1, "ok")
    assert found["windows"]["sentence"] == "The library libxcb-cursor.so.0 is missing."
    assert "libxcb-cursor0" in found["windows"]["hint"]


@pytest.mark.skipif(not os.path.isdir(DEJAVU), reason="these fonts are not installed")
@pytest.mark.parametrize(
    ("fonts", "language", "verdict", "words"),
    [
        ([DEJAVU], "ja_JP.UTF-8", "warning", "Japanese (yours), Chinese"),
        ([DEJAVU], "ar_EG.UTF-8", "warning", "Chinese, Japanese, emoji"),
        ([], "C.UTF-8", "failed", "no text can be shown"),
    ],
    ids=["Japanese", "Arabic", "none at all"],
)
def test_letters_without_a_font(
    bare: dict[str, str], tmp_path: Path, fonts: list[str], language: str, verdict: str, words: str
) -> None:
    variables = bare | with_fonts_of(tmp_path, *fonts) | {"LANG": language}
    _, found = findings(variables, "fonts")
    assert (found["fonts"]["verdict"], words in found["fonts"]["sentence"]) == (verdict, True)
    assert "fonts-" in found["fonts"]["hint"]


def test_the_doctor_shows_the_quick_ones_too(bare: dict[str, str]) -> None:
    shown = json.loads(kireji(["doctor", "--json"], bare).stdout)["checks"]
    assert [each["name"] for each in shown][-4:] == ["windows", "fonts", "database", "tls"]


def test_what_is_not_a_check_is_wrong_usage(bare: dict[str, str]) -> None:
    result = kireji(["--self-test", "everything"], bare)
    assert (result.returncode, b"choose from parts, reader" in result.stderr) == (2, True)


def test_without_a_place_for_temporary_files_one_line_says_so(bare: dict[str, str], tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    (tmp_path / "sitecustomize.py").write_text(f"import tempfile; tempfile.tempdir = {nowhere!r}")
    result = kireji(["--self-test", "versions"], bare | {"PYTHONPATH": str(tmp_path)})
    assert result.returncode == 1
    assert result.stderr.decode().startswith(f"kireji: {nowhere}")
    assert tempfile.gettempdir() != nowhere


@pytest.mark.skipif(sys.platform != "linux", reason="there is no such device elsewhere")
def test_on_a_full_disk_one_line_says_so(bare: dict[str, str]) -> None:
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [*COMMAND, "--self-test", "versions"], env=bare, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 1
    assert result.stderr == "kireji: The result could not be written: No space left on device. Free some space.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_ended_in_the_middle_nothing_is_left(bare: dict[str, str], tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [*COMMAND, "--self-test", "parts"], env=bare | {"TMPDIR": str(temporary)}, stdout=subprocess.DEVNULL
    )
    wait_until(lambda: list(temporary.iterdir()), "the folder of the self-test")
    process.terminate()
    assert process.wait(60) == 130
    assert list(temporary.iterdir()) == []
