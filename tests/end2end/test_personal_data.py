"""All that is kept about a person, with the real program: taken along, brought elsewhere, and deleted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kireji.core.personal_data import Roots
from kireji.storage.personal.looking import own_files
from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import MAIN, Seat
from tests.support.program import COMMAND, kireji, running
from tests.support.scarce_disk import with_disk_that_fills_up
from tests.support.x11 import pause, wait_until

SECRET = "tok-canary-1234567890"
ABOUT, DELETE = (290, 552), (742, 725)
"""Where the entry of that page, and the button, are in a window at the corner of the screen."""


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess(Rule(Text(["High at four."]), times=None)) as process:
        yield process


@pytest.fixture
def variables(service: ServiceProcess, tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "KIREJI_HOME": str(tmp_path / "kireji"),
        "ANTHROPIC_BASE_URL": service.base_url,
        "ANTHROPIC_API_KEY": KEY,
    }


def done(arguments: list[str], variables: dict[str, str], code: int = 0) -> str:
    result = kireji(arguments, variables)
    assert result.returncode == code, result.stderr.decode()
    return result.stdout.decode()


def live_a_little(variables: dict[str, str]) -> Path:
    """A history with a picture, a prompt, a plugin, a server with a secret; returns the home."""
    home = Path(variables["KIREJI_HOME"])
    picture = Path(__file__).resolve().parents[2] / "resources" / "icons" / "kireji-256.png"
    done(["ask", "When is the tide?", "-i", str(picture)], variables)
    done(["ask", "And tomorrow?"], variables)
    for name, text in {
        "prompts/mine.md": "Say it in two words.",
        "plugins/mine.py": "from kireji.plugins import tool\n",
        "mcp.json": json.dumps({"mcpServers": {"one": {"command": "true", "env": {"TOKEN": SECRET}}}}),
        "settings.toml": f'[network]\nproxy = "http://ada:{SECRET}@127.0.0.1:9"\n',
    }.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text)
    return home


def begun(variables: dict[str, str]) -> Path:
    """The home of somebody who has asked nothing yet."""
    done(["history", "list"], variables)
    return Path(variables["KIREJI_HOME"])


def history(variables: dict[str, str], target: Path) -> dict[str, Any]:
    """All conversations in the program's own form, without the moment of the export."""
    done(["history", "export", "--all", "--format", "json", "-o", str(target)], variables)
    with zipfile.ZipFile(target) as archive:
        found: dict[str, Any] = json.loads(archive.read("kireji.json"))
        found["pictures"] = sorted(name for name in archive.namelist() if name.startswith("pictures/"))
    del found["exported"]
    return found


# --- taken along ----------------------------------------------------------------------------------------------------


def test_what_was_exported_is_all_there_in_an_empty_home(variables: dict[str, str], tmp_path: Path) -> None:
    live_a_little(variables)
    target = tmp_path / "everything.zip"
    told = json.loads(done(["data", "export", str(target), "--json"], variables))
    assert (told["conversations"], told["messages"], told["pictures"], told["problems"]) == (2, 4, 1, [])
    elsewhere = variables | {"KIREJI_HOME": str(tmp_path / "elsewhere")}
    done(["history", "import", str(target)], elsewhere)
    assert history(elsewhere, tmp_path / "b.zip") == history(variables, tmp_path / "a.zip")


def test_an_export_holds_what_the_person_wrote_and_no_secret(variables: dict[str, str], tmp_path: Path) -> None:
    live_a_little(variables)
    target = tmp_path / "everything.zip"
    done(["data", "export", str(target)], variables)
    with zipfile.ZipFile(target) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held["prompts/mine.md"] == b"Say it in two words."
    assert {"README.txt", "plugins/mine.py", "settings/settings.toml", "settings/mcp.json"} <= set(held)
    assert len(held["activity/ledger.jsonl"].splitlines()) >= 2
    assert [name for name, data in held.items() if SECRET.encode() in data or KEY.encode() in data] == []


def test_an_export_that_is_ended_leaves_nothing(variables: dict[str, str], tmp_path: Path) -> None:
    home = begun(variables)
    for number in range(600):
        file = home / "sent" / "00" / f"{number:064x}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.urandom(20_000))
    folder = tmp_path / "out"
    process = subprocess.Popen([*COMMAND, "data", "export", str(folder / "all.zip")], env=variables)
    wait_until(lambda: folder.exists() and list(folder.iterdir()), "the export to begin")
    process.send_signal(signal.SIGINT)
    code = process.wait(30)
    assert list(folder.iterdir()) == ([] if code else [folder / "all.zip"])


def test_on_a_full_disk_an_export_is_told_and_leaves_nothing(variables: dict[str, str], tmp_path: Path) -> None:
    home = begun(variables)
    file = home / "sent" / "00" / f"{0:064x}"
    file.parent.mkdir(parents=True)
    file.write_bytes(os.urandom(3_000_000))
    disk = tmp_path / "disk"
    disk.mkdir()
    script = '"$@"; code=$?; ls -A "$0"; exit $code'
    command = [*COMMAND, "data", "export", str(disk / "all.zip")]
    result = subprocess.run(
        [*with_disk_that_fills_up(disk), "sh", "-c", script, str(disk), *command],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "There is no room left on the disk" in result.stderr
    assert result.stdout == ""  # no file is left there


# --- deleted --------------------------------------------------------------------------------------------------------


def test_after_deleting_nothing_is_left(variables: dict[str, str]) -> None:
    home = live_a_little(variables)
    out = done(["data", "delete", "--yes", "--keep-keys"], variables)
    assert out.startswith("Deleted: ")
    assert not home.exists()
    assert "empty" in kireji(["history", "list"], variables).stderr.decode()


def test_what_is_not_the_programs_stays(variables: dict[str, str]) -> None:
    home = begun(variables)
    (home / "captures").mkdir(exist_ok=True)
    (home / "captures" / "holiday.png").write_bytes(b"mine")
    (home / "diary.txt").write_text("mine")
    out = done(["data", "delete", "--yes", "--keep-keys"], variables)
    assert {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()} == {
        "captures/holiday.png",
        "diary.txt",
    }
    assert "Left alone, because it is not Kireji's: 2" in out


@pytest.mark.parametrize("moment", ["first", "many"])
def test_what_was_killed_in_the_middle_is_taken_up(variables: dict[str, str], moment: str) -> None:
    home = begun(variables)
    (home / "prompts").mkdir()
    (home / "prompts" / "mine.md").write_text("Say it in two words.")
    files = []
    for number in range(3_000):
        name = f"{number:064x}"
        file = home / "captures" / name[-2:] / f"{name[-2:]}{name[2:]}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        files.append(file)
    process = subprocess.Popen(
        [*COMMAND, "data", "delete", "--yes", "--keep-keys"],
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    database = home / "kireji.db"
    watched = database if moment == "first" else files[700]
    while watched.exists() and process.poll() is None:
        pass
    process.kill()
    process.wait()
    killed_in_the_middle = (home / "deleting").exists()
    assert "empty" in kireji(["history", "list"], variables).stderr.decode()
    if killed_in_the_middle:
        assert not any(file.exists() for file in files)
        assert not (home / "prompts").exists()
        assert not (home / "deleting").exists()


@pytest.mark.display
def test_while_the_app_runs_the_command_deletes_nothing(seat: Seat) -> None:
    seat.paths.settings.write_text("[general]\nwelcomed = true\n")
    with running(seat.variables, output=seat.output) as process:
        seat.wait_until_open()
        result = kireji(["data", "delete", "--yes"], seat.variables)
        assert result.returncode == 1
        assert f"process {process.pid}" in result.stderr.decode()
        assert seat.paths.database.exists()
        seat.tell("quit")
        assert process.wait(20) == 0


@pytest.mark.display
def test_every_file_that_the_program_writes_is_known_as_its_own(seat: Seat) -> None:
    seat.paths.settings.write_text("[general]\nwelcomed = true\n")
    with running(seat.variables, output=seat.output) as process:
        seat.wait_until_open()
        home = seat.home
        roots = Roots(home, home, home, home / "cache", home / "run")
        ours = {file.path for file in own_files(roots)} | {home / "instance.lock", home / "run" / "instance.sock"}
        assert {path for path in home.rglob("*") if not path.is_dir()} - ours == set()
        seat.tell("quit")
        assert process.wait(20) == 0
    assert {path for path in home.rglob("*") if not path.is_dir()} - {
        *(file.path for file in own_files(roots)),
        home / "instance.lock",
    } == set()


def stored(seat: Seat, provider: str) -> str:
    """Where the key of a provider is."""
    keys = json.loads(kireji(["keys", "list", "--json"], seat.variables).stdout)["keys"]
    return next(str(key["source"]) for key in keys if key["provider"] == provider)


def turn_to(seat: Seat, *commands: str) -> None:
    """Do what brings another page, and wait until it is there and at rest."""
    before = seat.client.pixels(0, 0, 1920, 1080)
    seat.xdotool(*commands)

    def is_another() -> bool:
        now = seat.client.pixels(0, 0, 1920, 1080)
        return sum(one != other for one, other in zip(now[::1001], before[::1001], strict=True)) > 40

    wait_until(is_another, "another page", 60)
    rest(seat)


def rest(seat: Seat) -> None:
    """Wait until nothing changes on the screen any more."""

    def unchanged() -> bool:
        before = seat.client.pixels(0, 0, 1920, 1080)
        pause(0.3)
        return seat.client.pixels(0, 0, 1920, 1080) == before

    wait_until(unchanged, "the window to come to rest")


@pytest.mark.display
def test_everything_is_deleted_from_the_window(seat: Seat, service: ServiceProcess) -> None:
    seat.paths.settings.write_text('[general]\nwelcomed = true\n[appearance]\ntheme = "light"\n')
    kireji(["keys", "set", "openrouter"], seat.variables, stdin=b"sk-or-v1-1234567890abcdef\n")
    assert stored(seat, "openrouter") == "keychain"
    variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    done(["ask", "When is the tide?"], variables)
    with running(seat.variables, output=seat.output) as process:
        seat.wait_until_open()
        window = seat.wait_for(MAIN)
        wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
        seat.xdotool("search", "--name", "^Kireji$", "windowmove", "%@", "0", "0")
        turn_to(seat, "key", "ctrl+comma")
        turn_to(seat, "mousemove", *map(str, ABOUT), "click", "1")
        for down in (*range(0, 80, 20), *range(0, 80, 20)):  # below the versions, which come late; a build knows more
            if seat.window("Delete everything") is None:
                seat.xdotool("mousemove", str(DELETE[0]), str(DELETE[1] + down), "click", "1")
                rest(seat)
        dialog = seat.wait_for("Delete everything")
        wait_until(lambda: seat.client.active_window() == dialog.id, "keys go to the dialog")
        seat.xdotool("key", "Return")  # without the word nothing happens
        assert process.poll() is None
        seat.xdotool("type", "delete")
        seat.xdotool("key", "Return")
        assert process.wait(30) == 0
    assert not seat.home.exists()
    assert "Traceback" not in seat.printed
    assert stored(seat, "openrouter") == ""


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(
    ("typed", "code", "stays"), [(b"\x03", 130, True), (b"no\n", 1, True), (b"delete\n", 0, False)]
)
def test_the_question_before_deleting_is_answered_or_left(
    variables: dict[str, str], typed: bytes, code: int, stays: bool
) -> None:
    home = begun(variables)
    near, far = os.openpty()
    seated = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-c", seated, *COMMAND, "data", "delete"]
    process = subprocess.Popen(command, env=variables, stdin=far, stdout=far, stderr=far, start_new_session=True)
    os.close(far)
    shown = b""
    while b"to delete:" not in shown:
        shown += os.read(near, 4096)
    os.write(near, typed)
    assert process.wait(60) == code
    os.close(near)
    assert (home / "kireji.db").exists() is stays
