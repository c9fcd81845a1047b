"""What a built program says of itself, and that Qt can be replaced in it, as its licence grants."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.outside import MAIN, Seat
from tests.support.x11 import wait_until

pytestmark = pytest.mark.installed

STAMP = b"Qt 6."
OWN_STAMP = b"qT 6."


def said(program: Path, variables: dict[str, str], *arguments: str) -> dict[str, Any]:
    done = subprocess.run([program, *arguments, "--json"], env=variables, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_knows_from_what_it_was_built(built: Path, variables: dict[str, str]) -> None:
    facts = said(built / "kireji", variables, "about")
    assert {"Kireji", "Build", "Python", "Qt", "PySide6", "SQLite", "OpenSSL", "Reader"} <= set(facts)


def test_every_part_has_a_licence_and_a_text(built: Path, variables: dict[str, str]) -> None:
    about = said(built / "kireji", variables, "about", "--licences")
    assert about["collected"] is True
    assert len(about["parts"]) > 60
    assert [part["name"] for part in about["parts"] if not part.get("licence") or not part.get("texts")] == []
    (folder,) = built.rglob("licences/texts")
    there = {path.stem for path in folder.iterdir()}
    assert {text for part in about["parts"] for text in part["texts"]} == there


def test_nothing_of_gnu_readline_is_in_it(built: Path) -> None:
    assert [path.name for path in built.rglob("*readline*")] == []


@pytest.mark.display
def test_it_starts_with_another_build_of_qt(elsewhere: Callable[[str], Path], seat: Seat) -> None:
    program = elsewhere("swapped")
    (core,) = program.parent.rglob("PySide6/Qt/lib/libQt6Core.so.6")
    data = core.read_bytes()
    core.unlink()  # the other name of the same file keeps its content
    core.write_bytes(data.replace(STAMP, OWN_STAMP, 1))
    assert core.read_bytes() != data
    seat.paths.settings.write_text("[general]\nwelcomed = true\n")
    with seat.output.open("wb") as output:
        process = subprocess.Popen([program], env=seat.variables, stdout=output, stderr=output)
    try:
        wait_until(lambda: seat.window(MAIN) or process.poll() is not None, "the window", 60)
        assert process.poll() is None, seat.printed
        assert str(core) in Path(f"/proc/{process.pid}/maps").read_text()
        seat.tell("quit")
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
