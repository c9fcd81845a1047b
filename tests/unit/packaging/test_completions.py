"""What real shells complete after `kireji`: bash and zsh are typed into, with tabs, at a terminal; fish is asked."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.packaging import module
from tests.support.terminal import at_terminal

completions, usage = module("completions"), module("usage")
PROGRAM = usage.program()

Typing = Callable[[str], list[str]]
"""Types a line that may hold tabs, and gives the words that `kireji` was then called with."""

_TOLD = """\
kireji() { printf '%s\\n' "$@" >told; count=$((count + 1)); printf '(%s told)\\n' $count; }
"""
TYPED = {
    "kireji bat\test\t": ["batch", "estimate"],
    "kireji keys test open\t": ["keys", "test", "openrouter"],
    "kireji ask --rec\tlow": ["ask", "--receipt", "low"],
    "kireji ask --effort med\t": ["ask", "--effort", "medium"],
    "kireji ask --provider=dev\t": ["ask", "--provider=device"],
    "kireji ask -p any\t": ["ask", "-p", "any"],
    "kireji ask -i orch\twhat": ["ask", "-i", "orchid picture.png", "what"],
    "kireji ask -m orch\t": ["ask", "-m", "orch"],
    "kireji count quin\t": ["count", "quince.csv"],
    "kireji mcp add near -- cat quin\t": ["mcp", "add", "near", "--", "cat", "quince.csv"],
    "kireji --hid\t": ["--hidden"],
    "kireji capture --clip\t": ["capture", "--clipboard"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts, and two files whose names can be completed."""
    folder = tmp_path_factory.mktemp("completions")
    (folder / "_kireji").write_text(completions.zsh(PROGRAM))
    (folder / "kireji.bash").write_text(completions.bash(PROGRAM))
    (folder / "kireji.fish").write_text(completions.fish(PROGRAM))
    (folder / "orchid picture.png").touch()
    (folder / "quince.csv").touch()
    return folder


@contextmanager
def _shell(command: str, start: str, folder: Path) -> Iterator[Typing]:
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    with at_terminal(["/bin/sh", "-c", f"cd {folder}; exec {command} </dev/tty >/dev/tty 2>&1"], variables) as seated:
        seated.type(f"{start}\n{_TOLD}count=0; kireji\n".encode())
        seated.wait_for(b"(1 told)")
        lines = 1

        def typing(line: str) -> list[str]:
            nonlocal lines
            lines += 1
            seated.type(line.encode() + b"\r")
            seated.wait_for(f"({lines} told)".encode())
            return (folder / "told").read_text().splitlines()

        yield typing


@pytest.fixture(scope="module")
def bash(folder: Path) -> Iterator[Typing]:
    with _shell("bash --norc --noprofile -i", "source ./kireji.bash", folder) as typing:
        yield typing


@pytest.fixture(scope="module")
def zsh(folder: Path) -> Iterator[Typing]:
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    with _shell("zsh -f -i", "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D", folder) as typing:
        yield typing


@pytest.mark.parametrize("typed", TYPED)
def test_bash_completes(bash: Typing, typed: str) -> None:
    assert bash(typed) == TYPED[typed]


@pytest.mark.parametrize("typed", TYPED)
def test_zsh_completes(zsh: Typing, typed: str) -> None:
    assert zsh(typed) == TYPED[typed]


def _fish(folder: Path, line: str) -> list[str]:
    """What fish offers for the end of a line."""
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    script = "source ./kireji.fish; complete -C $line"
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "line": line}
    asked = subprocess.run(
        ["fish", "--no-config", "-c", script], cwd=folder, env=variables, capture_output=True, text=True, check=True
    )
    assert asked.stderr == ""
    return [offer.split("\t")[0] for offer in asked.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("kireji batch est", ["estimate"]),
        ("kireji keys test ", ["anthropic", "local", "openrouter"]),
        ("kireji ask --effort me", ["medium"]),
        ("kireji ask --provider=dev", ["--provider=device"]),
        ("kireji ask -i orch", ["orchid picture.png"]),
        ("kireji ask -m orch", []),
        ("kireji count quin", ["quince.csv"]),
        ("kireji history list est", []),
        ("kireji --hid", ["--hidden"]),
        ("kireji capture --clip", ["--clipboard"]),
        ("kireji ask --hid", []),
    ],
)
def test_fish_offers(folder: Path, line: str, offers: list[str]) -> None:
    assert sorted(_fish(folder, line)) == offers


def test_fish_tells_what_a_command_is_for(folder: Path) -> None:
    told = completions.fish(PROGRAM)
    assert f"-a 'doctor' -d '{next(sub.summary for sub in PROGRAM.commands if sub.path == ('doctor',))}'" in told


@pytest.mark.parametrize("command", [command for command in PROGRAM.walk() if command.commands])
def test_bash_offers_every_action(folder: Path, command: object) -> None:
    words = ["kireji", *command.path, ""]  # type: ignore[attr-defined]
    script = (
        'source ./kireji.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kireji; printf \'%s\\n\' "${COMPREPLY[@]}"'
    )
    offered = subprocess.run(
        ["bash", "-c", script, "bash", *words], cwd=folder, capture_output=True, text=True, check=True
    )
    assert offered.stdout.split() == [sub.path[-1] for sub in command.commands]  # type: ignore[attr-defined]
    assert offered.stderr == ""


def test_every_option_of_every_command_is_offered_in_each_shell() -> None:
    scripts = [completions.bash(PROGRAM), completions.zsh(PROGRAM), completions.fish(PROGRAM)]
    names = {name for command in PROGRAM.walk() for option in command.options for name in option.names}
    assert len(names) > 60
    for name in names:
        assert name in scripts[0]
        assert f"*{name}" in scripts[1]
        assert f" -l {name[2:]} " in scripts[2] or f" -s {name[1:]} " in scripts[2]
