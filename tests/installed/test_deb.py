"""The Debian package in a system with nothing but its base: installed, used by an ordinary person, removed.

What packaging/build has made is packed and installed. The screen and the service are this computer's; the program sees
nothing else of it.
"""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kireji.core.identity import APP_ID
from tests.service import KEY, Delivery, Rule, ServiceProcess, Text
from tests.support.clean_root import HOME, USER, CleanRoot, NotHere, clean_root
from tests.support.desktop import x_server
from tests.support.outside import MAIN, titled
from tests.support.packaging import module
from tests.support.pattern_window import pattern
from tests.support.program import showing
from tests.support.reading import words_on
from tests.support.stand_in import stand_in
from tests.support.x11 import XClient, wait_until, x_client

pytestmark = [pytest.mark.installed, pytest.mark.timeout(600)]

WIDTH, HEIGHT = 1280, 800
WINDOW = (100, 80, 500, 400)
FROM, TO = (160, 140), (480, 360)
ANSWER = ["The violet ", "lantern ", "hangs over ", "the quiet harbour."]
QUESTION = "What hangs over the harbour?"

OWN = tuple(
    f"{HOME}/{folder}" for folder in (".config/kireji", ".local/share/kireji", ".local/state/kireji", ".cache/kireji")
)
"""Where the program may write."""
SHARED = (f"{HOME}/.cache/fontconfig",)
"""What fontconfig writes for every program that shows text."""
BOOKS = ("/var/lib/dpkg/", "/var/lib/apt/", "/var/log/", "/var/cache/", "/etc/ld.so.cache")
"""Where package management keeps its books."""
STATE = ("/var/lib/fontconfig", "/var/lib/systemd/")
"""What other packages keep."""


@pytest.fixture(scope="module")
def package(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the built program."""
    made = module("deb").make(built, tmp_path_factory.mktemp("deb"), quick=True)
    assert isinstance(made, Path)
    return made


@pytest.fixture(scope="module")
def installed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The layers of a system with the package, and with what it depends on but not with what it recommends."""
    try:
        with clean_root(tmp_path_factory.mktemp("installed")) as root:
            shutil.copyfile(package, root.path / "tmp/kireji.deb")
            root.run("apt-get", "-qq", "install", "--yes", "--no-install-recommends", "/tmp/kireji.deb")
            (root.path / "tmp/kireji.deb").unlink()
            return root.layers
    except NotHere as problem:
        pytest.skip(str(problem))


@pytest.fixture
def root(installed: tuple[Path, ...], tmp_path: Path) -> Iterator[CleanRoot]:
    """Such a system for one test."""
    with clean_root(tmp_path / "system", *installed) as system:
        yield system


@pytest.fixture
def display() -> Iterator[str]:
    with x_server(WIDTH, HEIGHT) as name:
        yield name


@contextmanager
def app(root: CleanRoot, *arguments: str, output: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """The program as the ordinary person starts it; ended by SIGTERM if it still runs."""
    with open(output, "ab") as sink:
        process = subprocess.Popen(root.command(["kireji", *arguments], USER, **variables), stdout=sink, stderr=sink)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_window(client: XClient, process: subprocess.Popen[bytes], output: Path) -> Any:
    def shown() -> bool:
        assert process.poll() is None, output.read_text()
        return bool(titled(client, MAIN))

    wait_until(shown, "the main window", 60)
    return titled(client, MAIN)[0]


def _pattern_pixel(x: int, y: int) -> int:
    return (x >> 8) << 20 | (y >> 8) << 16 | (y & 0xFF) << 8 | (x & 0xFF)


def _xdotool(display: str, *commands: str) -> None:
    subprocess.run(["xdotool", *commands], env=os.environ | {"DISPLAY": display}, check=True)


def _cut_out(client: XClient, display: str) -> None:
    def dimmed() -> bool:
        return client.pixel(WINDOW[0] + 200, WINDOW[1] + 100) != _pattern_pixel(200, 100)

    client.press_chord("Control_L", "Shift_L", "space")
    wait_until(dimmed, "the frozen screen")
    _xdotool(display, "mousemove", *map(str, FROM), "mousedown", "1")
    _xdotool(display, "mousemove", "300", "250", "mousemove", *map(str, TO), "mouseup", "1")
    wait_until(lambda: not dimmed(), "the selection, bright again")


def _pixels_sent(service: ServiceProcess) -> bytes:
    asked = next(item for item in service.requests if item["path"] == "/v1/messages")
    block = next(block for block in asked["body"]["messages"][-1]["content"] if block["type"] == "image")
    return Image.open(io.BytesIO(base64.b64decode(block["source"]["data"]))).convert("RGB").tobytes()


def _pixels_shown() -> bytes:
    whole = Image.frombytes("RGB", WINDOW[2:], pattern(*WINDOW[2:]), "raw", "BGRX")
    left, top = FROM[0] - WINDOW[0], FROM[1] - WINDOW[1]
    return whole.crop((left, top, TO[0] - WINDOW[0], TO[1] - WINDOW[1])).tobytes()


@pytest.fixture
def main_job(root: CleanRoot, display: str, tmp_path: Path) -> Iterator[Callable[[], ServiceProcess]]:
    """A region is cut out, asked about and answered, and the program is quit by its own command."""
    output = tmp_path / "output"
    with ExitStack() as stack:
        client = stack.enter_context(x_client(display))
        service = stack.enter_context(ServiceProcess(Rule(Text(ANSWER, delivery=Delivery(delay=0.05)), times=None)))
        variables = {"DISPLAY": display, "ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}

        def done() -> ServiceProcess:
            root.write(f"{HOME}/.config/kireji/settings.toml", "[general]\nwelcomed = true\n")
            with app(root, output=output, **variables) as process:
                _wait_for_window(client, process, output)
                with showing(os.environ | {"DISPLAY": display}, "tests.support.pattern_window", *WINDOW):
                    _cut_out(client, display)
                    _xdotool(display, "type", QUESTION)
                    _xdotool(display, "key", "Return")
                    wait_until(
                        lambda: "harbour." in words_on(client, 490, 80, WIDTH - 490, 500),
                        "the answer on the screen",
                        60,
                    )
                root.run("kireji", "quit", user=USER)
                assert process.wait(20) == 0
            assert output.read_text() == ""
            return service

        yield done


def test_the_command_is_there_and_says_its_version(root: CleanRoot) -> None:
    assert re.fullmatch(r"kireji \d+\.\d+\.\d+\n", root.run("kireji", "--version", user=USER).stdout)
    assert root.run("readlink", "-f", "/usr/bin/kireji").stdout == "/opt/kireji/kireji\n"


def test_what_is_installed_is_what_was_packed(root: CleanRoot) -> None:
    assert root.run("dpkg", "--verify", "kireji").stdout == ""


def test_every_library_that_its_files_need_is_found(root: CleanRoot) -> None:
    inside = [f"/{file.relative_to(root.path)}" for file in module("libraries").elf_files(root.path / "opt/kireji")]
    assert len(inside) > 50
    look = 'for file; do ldd "$file" 2>&1 | sed -n "s,.*not found,$file: &,p"; done'
    told = root.run("sh", "-c", look, "sh", *inside, LD_LIBRARY_PATH="/opt/kireji/_internal", check=False)
    assert told.stdout == ""


def test_the_main_job(root: CleanRoot, main_job: Callable[[], ServiceProcess]) -> None:
    service = main_job()
    assert _pixels_sent(service) == _pixels_shown()
    listed = root.run("kireji", "history", "show", user=USER).stdout
    assert QUESTION in listed
    assert "".join(ANSWER) in listed


def test_it_writes_into_its_own_folders_only(root: CleanRoot, main_job: Callable[[], ServiceProcess]) -> None:
    before = root.entries()
    main_job()
    after = root.entries()
    written = {path for path, entry in after.items() if before.get(path) != entry}
    assert written >= {f"{HOME}/.local/share/kireji/kireji.db"}
    above = {str(parent) for own in (*OWN, *SHARED) for parent in Path(own).parents}
    assert sorted(path for path in written if not path.startswith((*OWN, *SHARED)) and path not in above) == []
    assert before.keys() <= after.keys()


def test_nothing_is_left_but_data(root: CleanRoot, main_job: Callable[[], ServiceProcess]) -> None:
    main_job()
    data = {path: entry for path, entry in root.entries().items() if path.startswith(HOME)}
    root.run("apt-get", "-qq", "remove", "--yes", "kireji")
    after = root.entries()
    assert {path: entry for path, entry in after.items() if path.startswith(HOME)} == data
    names = [path for path in after if "kireji" in path.lower() and not path.startswith((*OWN, "/var/cache/apt/"))]
    assert names == []
    assert "kireji" not in root.run("dpkg-query", "--show", "--showformat", "${Package}\n").stdout
    assert root.run("dpkg", "--purge", "kireji", check=False).stderr.strip().endswith("which isn't installed")


def test_the_system_is_as_before_when_what_it_brought_is_gone(
    root: CleanRoot, main_job: Callable[[], ServiceProcess], tmp_path: Path
) -> None:
    with clean_root(tmp_path / "fresh") as fresh:
        before = fresh.entries()
    main_job()
    root.run("apt-get", "-qq", "autoremove", "--purge", "--yes", "kireji")
    kept = (*BOOKS, *STATE, HOME)
    after = {path: entry for path, entry in root.entries().items() if not path.startswith(kept)}
    before = {path: entry for path, entry in before.items() if not path.startswith(kept)}
    changed = {path for path in before.keys() | after.keys() if _told(before, path) != _told(after, path)}
    assert changed <= {"/opt"}  # dpkg takes a folder away with the last package that has something in it


def _told(entries: dict[str, Any], path: str) -> object:
    """What is compared: what is there and what it holds, but of folders not how often they were written to."""
    entry = entries.get(path)
    return None if entry is None else (entry.kind, entry.size, entry.target)


def test_the_first_start_welcomes_and_hears_the_shortcut(root: CleanRoot, display: str, tmp_path: Path) -> None:
    with x_client(display) as client, app(root, output=tmp_path / "output", DISPLAY=display) as process:
        _wait_for_window(client, process, tmp_path / "output")
        client.press_chord("Control_L", "Shift_L", "space")
        wait_until(lambda: "It works" in words_on(client, 0, 0, WIDTH, HEIGHT), "the welcome hears the shortcut", 60)


def test_the_self_test_finds_no_fault(root: CleanRoot, display: str) -> None:
    told = root.run("kireji", "--self-test", user=USER, check=False, DISPLAY=display)
    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"^ok\s+reader", told.stdout, re.MULTILINE)
    assert "failed" not in told.stdout


def test_with_a_keychain_that_it_recommends_keys_are_kept(root: CleanRoot) -> None:
    root.run("apt-get", "-qq", "install", "--yes", "--no-install-recommends", "gnome-keyring", "dbus-daemon")
    script = (
        "printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec kireji --self-test keychain"
    )
    (root.path / HOME[1:] / "run").mkdir(mode=0o700)
    root.run("chown", f"{USER}:{USER}", f"{HOME}/run")
    told = root.run("dbus-run-session", "--", "sh", "-c", script, user=USER, check=False, XDG_RUNTIME_DIR=f"{HOME}/run")
    assert re.search(r"^ok\s+keychain", told.stdout, re.MULTILINE), told.stdout + told.stderr


def test_windows_belong_to_the_desktop_file(root: CleanRoot, display: str, tmp_path: Path) -> None:
    with x_client(display) as client, app(root, output=tmp_path / "output", DISPLAY=display) as process:
        window = _wait_for_window(client, process, tmp_path / "output")
        question = ["xprop", "-id", str(window.id), "WM_CLASS"]
        told = subprocess.run(
            question, env=os.environ | {"DISPLAY": display}, capture_output=True, text=True, check=True
        )
    entry = (root.path / f"usr/share/applications/{APP_ID}.desktop").read_text("utf-8")
    name = re.search(r"^StartupWMClass=(.*)$", entry, re.MULTILINE)
    assert name is not None
    assert f'"{name[1]}"' in told.stdout


def test_sigterm_ends_it(root: CleanRoot, display: str, tmp_path: Path) -> None:
    with x_client(display) as client, app(root, output=tmp_path / "output", DISPLAY=display) as process:
        _wait_for_window(client, process, tmp_path / "output")
        process.terminate()
        assert process.wait(20) == 0
    assert (tmp_path / "output").read_text() == ""


def test_the_desktop_files_command_is_there(root: CleanRoot) -> None:
    entry = (root.path / f"usr/share/applications/{APP_ID}.desktop").read_text("utf-8")
    commands = {line.removeprefix("Exec=").split()[0] for line in entry.splitlines() if line.startswith("Exec=")}
    assert commands == {"/usr/bin/kireji"}
    assert root.run("test", "-x", *commands).returncode == 0


def test_bash_completes_it(root: CleanRoot) -> None:
    script = "source /usr/share/bash-completion/completions/kireji; complete -p kireji"
    assert root.run("bash", "-c", script, user=USER).stdout == "complete -F _kireji kireji\n"


def test_without_its_libraries_it_says_what_to_install_and_that_is_enough(
    package: Path, display: str, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    with ExitStack() as stack:
        try:
            root = stack.enter_context(clean_root(tmp_path / "system"))
        except NotHere as problem:
            pytest.skip(str(problem))
        subprocess.run(["dpkg-deb", "--extract", str(package), str(root.path)], check=True)
        client = stack.enter_context(x_client(display))
        for _ in range(4):  # what is needed to reach the display comes first, then what Qt needs
            output.unlink(missing_ok=True)
            with app(root, output=output, DISPLAY=display) as process:
                wait_until(lambda process=process: process.poll() is not None or titled(client, MAIN), "an end", 60)
                if process.poll() is None:
                    break
            assert process.returncode == 1
            told = output.read_text()
            advice = re.fullmatch(
                r"kireji: The librar(?:y|ies) .+ missing\. Install .+: sudo apt-get install (.+)\n", told
            )
            assert advice is not None, told
            root.run("apt-get", "-qq", "install", "--yes", "--no-install-recommends", *advice[1].split())
        else:
            pytest.fail(f"what it said was not enough: {output.read_text()}")


ACCEPTED = {
    "dir-or-file-in-opt",  # where programs of no distribution belong (FHS 3.13)
    "initial-upload-closes-no-bugs",  # nobody uploads it to Debian
    "unstripped-binary-or-object",  # the compiler's work here stands for the built program
    "hardening-no-relro",
    "library-not-linked-against-libc",
}
"""What Debian's checker says of any such package; the rest would be a fault."""


def test_debians_checker_has_nothing_more_to_say(tmp_path: Path) -> None:
    if shutil.which("lintian") is None:
        pytest.skip("lintian is not installed")
    made = module("deb").make(stand_in(tmp_path / "kireji"), tmp_path / "out", quick=True)
    told = subprocess.run(["lintian", "--allow-root", str(made)], capture_output=True, text=True, check=False)
    tags = {line.split()[2] for line in told.stdout.splitlines() if line[:2] in ("E:", "W:")}
    assert tags - ACCEPTED == set()
