"""The installer for Windows: its script against the program it installs, and what calls Inno Setup.

The script has never run; what is said here is that it says what the program says, that every name in it is defined, and
that every language has every text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from kireji.core.identity import APP_ID, CONSOLE_PROGRAM, WINDOWED_PROGRAM
from kireji.desktop.autostart_win32 import APPROVED, RUN, RunKeyAutostart, own_command
from tests.fakes.windows import FakeRegistry
from tests.support import packaging

FOLDER = packaging.ROOT / "packaging" / "windows"
SCRIPT = (FOLDER / "kireji.iss").read_text("utf-8")
installer = packaging.module("installer", FOLDER)

SECTIONS = dict(re.findall(r"^\[(\w+)\]\n(.*?)(?=^\[\w+\]\n|\Z)", SCRIPT, re.MULTILINE | re.DOTALL))
LANGUAGES = ("en", "de", "ar", "zh")
CONSTANTS = {"app", "autopf", "autoprograms", "localappdata"}
"""Of Inno Setup's own, those that are used; its manual describes them."""


def defined() -> dict[str, str]:
    return dict(re.findall(r'^#define (\w+) "([^"]*)"$', SCRIPT, re.MULTILINE))


def said(text: str) -> str:
    """A piece of the script as the preprocessor leaves it."""
    return re.sub(r"\{#(\w+)\}", lambda found: defined().get(found[1], f"<{found[1]}>"), text)


def parameters(line: str) -> dict[str, str]:
    """An entry's parameters, with their quotation marks undone."""
    found = re.findall(r'(\w+): (?:"((?:[^"]|"")*)"|([^;]*))', line)
    return {name: quoted.replace('""', '"') if quoted else bare.strip() for name, quoted, bare in found}


def entries(section: str) -> list[dict[str, str]]:
    lines = said(SECTIONS[section]).splitlines()
    return [parameters(line) for line in lines if line and not line.startswith((";", "#"))]


def messages() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for language, name, text in re.findall(r"^(\w+)\.(\w+)=(.+)$", SECTIONS["CustomMessages"], re.MULTILINE):
        found[language][name] = text
    return found


def test_the_names_are_those_of_the_program() -> None:
    assert defined()["AppId"] == APP_ID
    assert (defined()["Console"], defined()["Windowed"]) == (CONSOLE_PROGRAM, WINDOWED_PROGRAM)


def test_the_entry_of_the_start_menu_has_the_name_the_program_gives_its_windows() -> None:
    (entry,) = entries("Icons")
    assert entry["AppUserModelID"] == APP_ID
    assert entry["Filename"] == rf"{{app}}\{WINDOWED_PROGRAM}"


def test_the_settings_show_what_was_chosen_while_installing() -> None:
    run, approved = entries("Registry")
    program = rf"C:\Users\Anna Beck\AppData\Local\Programs\Kireji\{WINDOWED_PROGRAM}"
    registry = FakeRegistry()
    registry.values[run["Subkey"], run["ValueName"]] = run["ValueData"].replace("{app}", program.rpartition("\\")[0])
    assert RunKeyAutostart(lambda: registry, own_command(program, frozen=True)).enabled()
    assert (run["Subkey"], approved["Subkey"]) == (RUN, APPROVED)
    assert {run["Tasks"], approved["Tasks"]} == {"autostart"}


def test_it_starts_with_windows_only_if_the_person_says_so() -> None:
    autostart, _ = entries("Tasks")
    assert autostart["Flags"] == "unchecked"


def test_an_update_asks_and_changes_nothing_of_what_was_chosen() -> None:
    assert {entry["Check"] for entry in entries("Tasks")} == {"IsFirst"}


def test_it_is_one_person_s_program() -> None:
    setup = dict(re.findall(r"^(\w+)=(.*)$", SECTIONS["Setup"], re.MULTILINE))
    assert setup["PrivilegesRequired"] == "lowest"
    assert "HKLM" not in SCRIPT
    assert {entry["Root"] for entry in entries("Registry")} == {"HKCU"}


def test_uninstalling_removes_nothing_that_is_the_person_s() -> None:
    assert "UninstallDelete" not in SECTIONS
    assert "DelTree" not in SECTIONS["Code"]


def test_every_language_has_every_text() -> None:
    names = set(messages()["en"])
    assert {language: set(texts) for language, texts in messages().items()} == dict.fromkeys(LANGUAGES, names)


def test_every_language_has_the_same_places() -> None:
    for name, english in messages()["en"].items():
        places = sorted(re.findall(r"%\d", english))
        assert all(sorted(re.findall(r"%\d", texts[name])) == places for texts in messages().values())


def test_every_text_that_is_shown_is_there_and_every_text_is_shown() -> None:
    shown = set(re.findall(r"\{cm:(\w+)\}", SCRIPT)) | set(re.findall(r"CustomMessage\('(\w+)'\)", SCRIPT))
    assert shown == set(messages()["en"])


def test_chinese_is_left_out_where_inno_setup_has_none() -> None:
    for section in ("Languages", "CustomMessages"):
        before, _, inside = SECTIONS[section].partition("\n#if")
        assert not re.search(r'^(zh\.|Name: "zh")', before, re.MULTILINE)
        assert re.search(r'^(zh\.|Name: "zh")', inside, re.MULTILINE)
    assert SCRIPT.count("\n#if") == SCRIPT.count("\n#endif")


def test_no_name_is_undefined() -> None:
    given = {"Version", "Numbers", "Source", "Icon", "Output"}
    assert set(re.findall(r"\{#(\w+)\}", SCRIPT)) <= set(defined()) | given
    constants = set(re.findall(r"\{(\w+)\}", "".join(body for name, body in SECTIONS.items() if name != "Code")))
    constants |= set(re.findall(r"\{(\w+)\}", "".join(re.findall(r"'[^']*'", SECTIONS["Code"]))))
    assert constants <= CONSTANTS


def test_what_the_entries_call_is_written() -> None:
    called = {entry["Check"] for name in ("Tasks", "Registry", "Run") for entry in entries(name) if "Check" in entry}
    assert called <= set(re.findall(r"^function (\w+)", SECTIONS["Code"], re.MULTILINE))


def test_every_begin_has_its_end() -> None:
    code = re.sub(r"\{[^}]*\}|'[^']*'", "", said(SECTIONS["Code"]))
    assert len(re.findall(r"\bbegin\b", code)) == len(re.findall(r"\bend\b", code))


def test_what_runs_is_ended_by_the_program_s_own_command() -> None:
    from kireji.cli.parser import parse

    (typed,) = re.findall(r"Exec\(Console, '(\w+)'", SECTIONS["Code"])
    assert parse([typed]).command == "quit"


def test_what_the_workflow_looks_for_is_what_is_installed() -> None:
    tried = (FOLDER / "try-installer.ps1").read_text("utf-8")
    run, _ = entries("Registry")
    assert rf"HKCU:\{run['Subkey']}" in tried
    assert f"(Get-ItemProperty $run).{run['ValueName']}" in tried
    assert run["ValueData"].replace("{app}", "$folder").replace('"', '`"') in tried
    assert set(re.findall(r"'/TASKS=([\w,]+)'", tried)) == {",".join(entry["Name"] for entry in entries("Tasks"))}
    assert set(re.findall(r"\bkirejiw?\.exe\b", tried)) == {CONSOLE_PROGRAM, WINDOWED_PROGRAM}


# --- what calls it -------------------------------------------------------------------------------------------------


class Commands:
    """Runs nothing; the compiler leaves an installer."""

    def __init__(self, made: Path | None = None, code: int = 0) -> None:
        self.run: list[str | Sequence[str]] = []
        self._made, self._code = made, code

    def __call__(self, command: str | Sequence[str]) -> int:
        self.run.append(command)
        if self._made is not None and not isinstance(command, str):
            self._made.touch()
        return self._code


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build that says its version."""
    folder = tmp_path / "kireji"
    (folder / "_internal").mkdir(parents=True)
    for name in installer.PROGRAMS:
        (folder / name).write_text("#!/bin/sh\necho kireji 1.2.3\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    compiler = tmp_path / "bin" / "iscc"
    compiler.parent.mkdir()
    compiler.write_text("")
    compiler.chmod(0o755)
    return {"PATH": str(compiler.parent)}


def test_without_a_certificate_nothing_is_signed_and_that_is_said(
    built: Path, environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = Commands(tmp_path / "kireji-1.2.3-windows-x64.exe")
    made = installer.make(built, tmp_path / "k.ico", tmp_path, environ, commands)
    assert made.name == "kireji-1.2.3-windows-x64.exe"
    (compiling,) = commands.run
    assert "/DVersion=1.2.3" in compiling
    assert "/DNumbers=1.2.3.0" in compiling
    assert not any("Signed" in word for word in compiling)
    assert "nothing is signed" in capsys.readouterr().err


def test_with_a_certificate_both_programs_and_the_installer_are_signed(
    built: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    environ["KIREJI_SIGN_COMMAND"] = 'signtool sign /n "My Name" $f'
    commands = Commands(tmp_path / "kireji-1.2.3-windows-x64.exe")
    installer.make(built, tmp_path / "k.ico", tmp_path, environ, commands)
    *signing, compiling = commands.run
    assert signing == [f'signtool sign /n "My Name" "{built / name}"' for name in installer.PROGRAMS]
    assert "/DSigned" in compiling
    assert "/Skireji=signtool sign /n $qMy Name$q $f" in compiling


def test_a_command_that_signs_no_file_is_refused(built: Path, environ: dict[str, str], tmp_path: Path) -> None:
    environ["KIREJI_SIGN_COMMAND"] = "signtool sign"
    with pytest.raises(installer.Refused, match=r"must hold \$f"):
        installer.make(built, tmp_path / "k.ico", tmp_path, environ, Commands())


def test_a_folder_that_is_no_build_is_refused(tmp_path: Path) -> None:
    with pytest.raises(installer.Refused, match=r"kirejiw\.exe"):
        installer.make(tmp_path, tmp_path / "k.ico", tmp_path, {}, Commands())


def test_a_compiler_that_fails_or_makes_nothing_is_told(built: Path, environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(installer.Refused, match="failed with code 2"):
        installer.make(built, tmp_path / "k.ico", tmp_path, environ, Commands(code=2))
    with pytest.raises(installer.Refused, match="is not there"):
        installer.make(built, tmp_path / "k.ico", tmp_path, environ, Commands())


def test_a_missing_compiler_is_named(tmp_path: Path) -> None:
    with pytest.raises(installer.Refused, match="Inno Setup was not found"):
        installer.compiler({"PATH": str(tmp_path), "PROGRAMFILES(X86)": str(tmp_path)})


def test_the_compiler_is_found_where_it_installs_itself(tmp_path: Path) -> None:
    place = tmp_path / "Inno Setup 6" / "ISCC.exe"
    place.parent.mkdir()
    place.touch()
    assert installer.compiler({"PATH": "", "PROGRAMFILES(X86)": str(tmp_path)}) == str(place)
