"""Where programs are found: as the person's own terminal would find them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kireji.core.errors import ToolSourceError
from kireji.tools.children import SupervisedProcesses
from kireji.tools.commands import Commands

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no login shell on Windows")


class Person:
    """Somebody whose shell reads files.

    Args:
        folder: Their folder.
    """

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.kept = folder / "login-path.json"
        self.environ = {"SHELL": "/bin/bash", "HOME": str(self.home), "PATH": f"{self.has('session')}:/usr/bin:/bin"}
        self.profile(f"PATH={self.has('managed')}:/usr/bin")  # /etc/profile may have set another one

    def has(self, folder: str, *programs: str) -> str:
        """A folder with programs in it."""
        path = self.home / folder
        path.mkdir(exist_ok=True)
        for name in programs:
            (path / name).write_text("#!/bin/sh\n")
            (path / name).chmod(0o755)
        return str(path)

    def profile(self, *lines: str) -> None:
        """What their shell reads; it counts how often."""
        (self.home / ".bash_profile").write_text("\n".join(('echo >> "$HOME/asked"', *lines, "")))

    @property
    def asked(self) -> int:
        """How often the shell was asked."""
        file = self.home / "asked"
        return len(file.read_text()) if file.exists() else 0

    def commands(self, processes: SupervisedProcesses, seconds: float = 20) -> Commands:
        return Commands(processes, self.environ, self.kept, home=self.home, seconds=seconds)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


async def test_a_program_is_found_where_only_the_login_shell_looks(
    person: Person, processes: SupervisedProcesses
) -> None:
    folder = person.has("managed", "npx")
    assert await person.commands(processes).find("npx") == f"{folder}/npx"


async def test_what_the_shell_finds_comes_before_what_the_session_finds(
    person: Person, processes: SupervisedProcesses
) -> None:
    person.has("session", "node")
    folder = person.has("managed", "node")
    assert await person.commands(processes).find("node") == f"{folder}/node"


async def test_a_program_of_the_session_alone_is_found_too(person: Person, processes: SupervisedProcesses) -> None:
    person.profile("PATH=/usr/bin")
    folder = person.has("session", "tool")
    assert await person.commands(processes).find("tool") == f"{folder}/tool"


async def test_a_program_that_is_nowhere_is_told_with_the_folders(
    person: Person, processes: SupervisedProcesses
) -> None:
    with pytest.raises(ToolSourceError) as caught:
        await person.commands(processes).find("uvx-nowhere")
    assert caught.value.message == (
        f"The program “uvx-nowhere” was not found. It was looked for in {person.home}/managed, /usr/bin,"
        f" {person.home}/session, /bin."
    )
    assert caught.value.hint == "Install it, or give its whole path."


async def test_a_whole_command_line_is_no_program(person: Person, processes: SupervisedProcesses) -> None:
    with pytest.raises(ToolSourceError) as caught:
        await person.commands(processes).find("uvx-nowhere --yes")
    assert caught.value.hint == "Write its arguments apart from it: each is a text of its own in args."


async def test_started_programs_get_the_same_path(person: Person, processes: SupervisedProcesses) -> None:
    path = await person.commands(processes).path()
    assert path == f"{person.home}/managed:/usr/bin:{person.home}/session:/bin"


async def test_folders_that_are_not_whole_paths_are_left_out(person: Person, processes: SupervisedProcesses) -> None:
    person.profile("PATH=.:bin::/usr/bin")
    person.environ["PATH"] = "/bin:."
    assert await person.commands(processes).path() == "/usr/bin:/bin"


# paths


async def test_a_path_is_taken_as_it_is_and_the_shell_is_not_asked(
    person: Person, processes: SupervisedProcesses
) -> None:
    folder = person.has("own", "server")
    commands = person.commands(processes)
    assert await commands.find(f"{folder}/server") == f"{folder}/server"
    assert await commands.find("own/server") == f"{folder}/server"
    assert person.asked == 0


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nothing", "The program {home}/own/nothing is not there."),
        ("text", "{home}/own/text is not a program: the file is not executable."),
        ("folder", "{home}/own/folder is not a program: it is a folder."),
    ],
)
async def test_a_path_that_is_no_program_is_told_with_the_reason(
    person: Person, processes: SupervisedProcesses, name: str, sentence: str
) -> None:
    folder = person.has("own")
    person.has("own/folder")
    (person.home / "own" / "text").write_text("words")
    with pytest.raises(ToolSourceError) as caught:
        await person.commands(processes).find(f"{folder}/{name}")
    assert caught.value.message == sentence.format(home=person.home)


# how the shell is asked


async def test_the_shell_is_asked_once(person: Person, processes: SupervisedProcesses) -> None:
    commands = person.commands(processes)
    for _ in range(3):
        with pytest.raises(ToolSourceError):
            await commands.find("nowhere")
    assert person.asked == 1


async def test_what_it_said_is_kept_for_the_next_run(person: Person, processes: SupervisedProcesses) -> None:
    folder = person.has("managed", "npx")
    await person.commands(processes).find("npx")
    assert await person.commands(processes).find("npx") == f"{folder}/npx"
    assert person.asked == 1
    assert person.kept.stat().st_mode & 0o777 == 0o600


async def test_it_is_asked_again_for_a_program_that_is_not_where_it_said(
    person: Person, processes: SupervisedProcesses
) -> None:
    await person.commands(processes).path()
    folder = person.has("newer", "just-installed")
    person.profile(f"PATH={folder}")
    assert await person.commands(processes).find("just-installed") == f"{folder}/just-installed"


async def test_it_is_asked_again_when_its_answer_is_old(person: Person, processes: SupervisedProcesses) -> None:
    person.kept.write_bytes(b'{"shell":"/bin/bash","path":"/old","at":0}')
    assert "/old" not in await person.commands(processes).path()


async def test_another_shell_is_asked_anew(person: Person, processes: SupervisedProcesses) -> None:
    person.kept.write_bytes(b'{"shell":"/bin/zsh","path":"/old","at":9e12}')
    assert "/old" not in await person.commands(processes).path()


async def test_a_damaged_answer_is_as_none(person: Person, processes: SupervisedProcesses) -> None:
    person.kept.write_bytes(b"\0")
    assert "managed" in await person.commands(processes).path()


async def test_what_the_persons_files_print_does_not_matter(person: Person, processes: SupervisedProcesses) -> None:
    person.profile("echo Welcome; echo trouble >&2", f'PATH="{person.has("managed")}"', "printf 'no line end'")
    assert (await person.commands(processes).path()).startswith(f"{person.home}/managed:")


@pytest.mark.parametrize("line", ["sleep 600", "exit 3", "kill -9 $$", "exec true"])
async def test_a_shell_that_does_not_answer_is_done_without(
    person: Person, processes: SupervisedProcesses, line: str
) -> None:
    person.profile(line)
    folder = person.has("session", "tool")
    assert await person.commands(processes, 0.5).find("tool") == f"{folder}/tool"


async def test_a_file_that_asks_the_person_something_gets_no_answer(
    person: Person, processes: SupervisedProcesses
) -> None:
    person.profile("read answer", f'PATH="{person.has("managed")}"')
    assert (await person.commands(processes).path()).startswith(f"{person.home}/managed:")


@pytest.mark.parametrize("shell", ["/usr/sbin/nologin", "/nowhere/zsh", "bash", ""])
async def test_without_a_shell_the_usual_folders_are_looked_through(
    person: Person, processes: SupervisedProcesses, shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kireji.tools.commands._shell_of_user", lambda: "")
    person.environ["SHELL"] = shell
    path = (await person.commands(processes).path()).split(":")
    assert path[:3] == [f"{person.home}/session", "/usr/bin", "/bin"]
    assert f"{person.home}/.local/bin" in path
    assert processes.pid is None


@pytest.mark.parametrize("shell", [each for each in ("/bin/sh", "/bin/dash", "/bin/zsh") if Path(each).exists()])
async def test_other_shells_understand_the_question(person: Person, processes: SupervisedProcesses, shell: str) -> None:
    person.environ["SHELL"] = shell
    for name in (".profile", ".zprofile"):
        (person.home / name).write_text("export PATH=/from/profile")
    assert (await person.commands(processes).path()).startswith("/from/profile:")


async def test_the_shell_sees_no_keys(person: Person, processes: SupervisedProcesses) -> None:
    person.environ["ANTHROPIC_API_KEY"] = "sk-secret"
    person.profile('env > "$HOME/seen"')
    await person.commands(processes).path()
    assert "sk-secret" not in (person.home / "seen").read_text()
