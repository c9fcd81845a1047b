"""Where the built program may lie, and where it writes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import MAIN, Seat
from tests.support.pdf import pdf_of
from tests.support.reading import words_on
from tests.support.x11 import wait_until

pytestmark = pytest.mark.installed

PICTURE = Path(__file__).resolve().parents[2] / "resources" / "examples" / "error.png"
WAITING = '''
import pathlib, time
from kireji.plugins import tool

@tool(read_only=True)
def wait() -> str:
    """Wait."""
    pathlib.Path({here!r}).touch()
    time.sleep(600)
    return ""
'''


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess(Rule(Text(["The lamp ", "is green."]), times=None)) as process:
        yield process


def asking(variables: dict[str, str], service: ServiceProcess) -> dict[str, str]:
    return variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}


def said(command: list[str | Path], variables: dict[str, str]) -> str:
    done = subprocess.run(
        command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def processes_of(program: Path) -> list[int]:
    """Everything that runs this very program, however it was started."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "exe") == os.fspath(program):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_a_folder_with_blanks_and_letters_of_other_scripts(
    elsewhere: Callable[[str], Path], variables: dict[str, str], service: ServiceProcess, tmp_path: Path
) -> None:
    program = elsewhere("Neue Programme – 切り抜き")
    home = Path(variables["HOME"]) / "Meine Daten für später 日本"
    (home / "plugins").mkdir(parents=True, mode=0o700)
    (home / "settings.toml").write_text("[local]\ndiscover = false\n")
    (home / "plugins" / "greeting.py").write_text(
        'from kireji.plugins import tool\n\n@tool(read_only=True)\ndef greet() -> str:\n    "Hi."\n    return "はい"\n'
    )
    documents = tmp_path / "Berichte ä"
    documents.mkdir()
    (documents / "Küche.pdf").write_bytes(pdf_of("The copper kettle sings at noon"))
    here = asking(variables, service) | {"KIREJI_HOME": str(home)}
    assert said([program, "ask", "The lamp?"], here) == "The lamp is green.\n"
    assert "deploy.py" in said([program, "ask", "-p", "device", "-i", PICTURE, "?"], here)
    assert said([program, "tools", "call", "greeting__greet", "--yes"], here) == "はい\n"
    assert said([program, "ask", "--file", documents, "What sings?"], here) == "The lamp is green.\n"
    assert "copper kettle" in str(service.requests[-1]["body"])


def test_a_window_from_such_a_folder_in_another_language(elsewhere: Callable[[str], Path], seat: Seat) -> None:
    program = elsewhere("Neue Programme – 切り抜き")
    (seat.home / "settings.toml").write_text('[general]\nwelcomed = true\n[appearance]\nlanguage = "de"\n')
    with seat.output.open("ab") as sink:
        process = subprocess.Popen([program], env=seat.variables, stdout=sink, stderr=sink)
    try:
        seat.wait_until_open()
        seat.wait_for(MAIN)
        wait_until(lambda: "Neue Unterhaltung" in words_on(seat.client, 0, 0, 1920, 1080), "German", 60)
    finally:
        process.terminate()
        assert process.wait(20) == 0
    assert seat.printed == ""
    assert processes_of(program) == []


def test_when_it_is_killed_nothing_of_it_is_left(
    elsewhere: Callable[[str], Path], variables: dict[str, str], tmp_path: Path
) -> None:
    program, here = elsewhere("killed"), tmp_path / "here"
    plugins = Path(variables["KIREJI_HOME"]) / "plugins"
    plugins.mkdir()
    (plugins / "patience.py").write_text(WAITING.format(here=str(here)))
    command = [program, "tools", "call", "patience__wait", "--yes"]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(here.exists, "the plugin runs", 60)
    assert len(processes_of(program)) > 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: not processes_of(program), "all of it to go", 30)


# what is written

_CHANGES = (
    "openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,symlink,symlinkat,link,linkat"
)
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FOLDER = re.compile(r"(?:AT_FDCWD|\d+)<([^>]*)>")


def written(trace: Path) -> set[Path]:
    """What was changed by the processes that strace has watched."""
    found = set()
    for line in trace.read_text(errors="replace").splitlines():
        call = _CALL.match(line)
        if call is None or int(call[3]) < 0:
            continue
        name, arguments = call[1], call[2]
        if name in ("open", "openat") and not re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", arguments):
            continue
        folder = _FOLDER.search(arguments)
        for path in _PATH.findall(arguments):
            text = path.encode("latin-1", "replace").decode("unicode_escape").encode("latin-1", "replace").decode()
            found.add(Path(folder[1] if folder else "/", text))
    return found


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_it_writes_into_its_own_folders_only(
    elsewhere: Callable[[str], Path], seat: Seat, service: ServiceProcess, tmp_path: Path
) -> None:
    program, trace = elsewhere("watched"), tmp_path / "trace"
    # Where a person's folders are, without KIREJI_HOME.
    home = seat.desktop.home
    passing = home / "passing"  # files without a name, and what Python tries whether a folder for them can be written
    for folder in ("config", "share", "state", "cache", "passing"):
        (home / folder).mkdir(exist_ok=True)
    variables = asking(seat.variables, service) | {"TMPDIR": str(passing)}
    del variables["KIREJI_HOME"]
    watch = ["strace", "-f", "-qq", "-y", "--seccomp-bpf", "-e", f"trace={_CHANGES}", "-e", "signal=none"]
    said([*watch, "-o", trace, program, "ask", "The lamp?"], variables)
    changed = written(trace)
    said([*watch, "-o", trace, program, "ask", "-p", "device", "-i", PICTURE, "?"], variables)
    changed |= written(trace)
    process = subprocess.Popen([*watch, "-o", trace, program], env=variables)
    try:
        seat.wait_for(MAIN)
        said([program, "quit"], variables)
    finally:
        process.wait(30)
    changed |= written(trace)
    own = [home / folder / "kireji" for folder in ("config", "share", "state", "cache", "run")]
    shared = [Path("/dev"), Path("/proc"), passing, home / "cache" / "fontconfig"]  # the last is all programs' own
    assert any(path.is_relative_to(own[1]) for path in changed)
    foreign = [path for path in changed if not any(path.is_relative_to(each) for each in [*own, *shared])]
    assert foreign == []
    assert list(passing.iterdir()) == []
