"""Starting with the session: Windows' Run key against a registry in memory, macOS's agents in real files."""

from __future__ import annotations

import plistlib
import stat
from pathlib import Path

import pytest

from kireji.core.errors import KirejiError
from kireji.core.identity import APP_ID
from kireji.desktop.autostart_macos import LaunchAgentAutostart, switched_off
from kireji.desktop.autostart_win32 import APPROVED, RUN, RunKeyAutostart, own_command
from tests.fakes.windows import FakeRegistry

COMMAND = (r"C:\Program Files\Kireji\kirejiw.exe", "--hidden")
LINE = r'"C:\Program Files\Kireji\kirejiw.exe" --hidden'


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry()


@pytest.fixture
def run_key(registry: FakeRegistry) -> RunKeyAutostart:
    return RunKeyAutostart(lambda: registry, COMMAND)


def test_windows_gets_the_command_with_its_path_quoted(run_key: RunKeyAutostart, registry: FakeRegistry) -> None:
    run_key.set(True)
    assert registry.values == {(RUN, "Kireji"): LINE}
    assert run_key.enabled()


def test_switching_it_off_leaves_nothing(run_key: RunKeyAutostart, registry: FakeRegistry) -> None:
    run_key.set(True)
    registry.values[APPROVED, "Kireji"] = b"\x02" + bytes(11)
    run_key.set(False)
    assert registry.values == {}
    assert not run_key.enabled()


@pytest.mark.parametrize(("mark", "on"), [(2, True), (6, True), (3, False), (7, False)])
def test_the_task_manager_s_mark_counts(run_key: RunKeyAutostart, registry: FakeRegistry, mark: int, on: bool) -> None:
    run_key.set(True)
    registry.values[APPROVED, "Kireji"] = bytes([mark]) + bytes(11)
    assert run_key.enabled() is on


def test_switching_it_on_overrules_the_task_manager(run_key: RunKeyAutostart, registry: FakeRegistry) -> None:
    registry.values[APPROVED, "Kireji"] = b"\x03" + bytes(11)
    run_key.set(True)
    assert run_key.enabled()


def test_letters_in_names_of_files_are_no_difference(run_key: RunKeyAutostart, registry: FakeRegistry) -> None:
    registry.values[RUN, "Kireji"] = LINE.swapcase().replace("--HIDDEN", "--hidden")
    assert run_key.enabled()


def test_another_copy_s_entry_does_not_count(run_key: RunKeyAutostart, registry: FakeRegistry) -> None:
    registry.values[RUN, "Kireji"] = r'"D:\old\kireji.exe" --hidden'
    assert not run_key.enabled()


def test_a_registry_that_refuses_is_one_sentence(run_key: RunKeyAutostart, registry: FakeRegistry) -> None:
    registry.failure = PermissionError("access denied")
    assert not run_key.enabled()
    assert not run_key.availability().ok
    for on in (True, False):
        with pytest.raises(KirejiError) as caught:
            run_key.set(on)
        assert caught.value.hint


def test_a_command_too_long_for_windows_is_refused(registry: FakeRegistry) -> None:
    autostart = RunKeyAutostart(lambda: registry, ("C:\\" + "x" * 300, "--hidden"))
    assert not autostart.availability().ok
    with pytest.raises(KirejiError, match="too long"):
        autostart.set(True)
    assert registry.values == {}


def test_where_there_is_no_registry_it_says_so() -> None:
    assert not RunKeyAutostart(command=COMMAND).availability().ok


def test_an_interpreter_is_started_without_a_console() -> None:
    command = own_command(r"C:\venv\Scripts\python.exe", frozen=False)
    assert command == (r"C:\venv\Scripts\pythonw.exe", "-P", "-m", "kireji", "--hidden")
    windowed = (r"C:\Kireji\kirejiw.exe", "--hidden")
    assert own_command(r"C:\Kireji\kireji.exe", frozen=True) == windowed
    assert own_command(r"C:\Kireji\kirejiw.exe", frozen=True) == windowed


@pytest.fixture
def agent(tmp_path: Path) -> LaunchAgentAutostart:
    return LaunchAgentAutostart({"HOME": str(tmp_path)}, ("/opt/kireji", "--hidden"), lambda: "")


@pytest.mark.parametrize(
    "place",
    [
        "/private/var/folders/zz/x/T/AppTranslocation/1F-2/d/Kireji.app/Contents/MacOS/kireji",
        "/Volumes/Kireji/Kireji.app/Contents/MacOS/kireji",
    ],
)
def test_a_mac_is_given_no_agent_for_a_place_that_will_be_gone(tmp_path: Path, place: str) -> None:
    agent = LaunchAgentAutostart({"HOME": str(tmp_path)}, (place, "--hidden"), lambda: "")
    assert "Applications" in agent.availability().hint
    with pytest.raises(KirejiError) as caught:
        agent.set(True)
    assert "Applications" in caught.value.hint
    assert not file(tmp_path).exists()


def file(home: Path) -> Path:
    return home / "Library" / "LaunchAgents" / f"{APP_ID}.plist"


def test_macos_gets_an_agent_for_the_login(agent: LaunchAgentAutostart, tmp_path: Path) -> None:
    assert not agent.enabled()
    agent.set(True)
    told = plistlib.loads(file(tmp_path).read_bytes())
    assert told["Label"] == APP_ID
    assert told["ProgramArguments"] == ["/opt/kireji", "--hidden"]
    assert told["RunAtLoad"] is True
    assert agent.enabled()


def test_others_may_not_write_the_agent(agent: LaunchAgentAutostart, tmp_path: Path) -> None:
    agent.set(True)
    assert stat.S_IMODE(file(tmp_path).stat().st_mode) == 0o644
    assert [entry.name for entry in file(tmp_path).parent.iterdir()] == [f"{APP_ID}.plist"]


def test_switching_it_off_removes_the_agent(agent: LaunchAgentAutostart, tmp_path: Path) -> None:
    agent.set(True)
    agent.set(False)
    agent.set(False)
    assert not file(tmp_path).exists()
    assert not agent.enabled()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a list",
        b"<plist><dict><key>RunAtLoad</key>",
        b"bplist00" + b"\xff" * 40,
        plistlib.dumps(["list"]),
        plistlib.dumps({"RunAtLoad": True, "ProgramArguments": ["/elsewhere"]}),
        plistlib.dumps({"RunAtLoad": True, "ProgramArguments": ["/opt/kireji", "--hidden"], "Disabled": True}),
        plistlib.dumps({"RunAtLoad": False, "ProgramArguments": ["/opt/kireji", "--hidden"]}),
    ],
)
def test_an_agent_that_would_not_start_this_program_is_off(
    agent: LaunchAgentAutostart, tmp_path: Path, content: bytes
) -> None:
    file(tmp_path).parent.mkdir(parents=True)
    file(tmp_path).write_bytes(content)
    assert not agent.enabled()


def test_an_agent_switched_off_in_system_settings_is_off_and_says_so(tmp_path: Path) -> None:
    overrides = f'disabled services = {{\n\t"com.example" => enabled\n\t"{APP_ID}" => disabled\n}}'
    agent = LaunchAgentAutostart({"HOME": str(tmp_path)}, ("/opt/kireji",), lambda: overrides)
    with pytest.raises(KirejiError, match="switched off") as caught:
        agent.set(True)
    assert "Login Items" in caught.value.hint
    assert not agent.enabled()


@pytest.mark.parametrize(
    ("line", "off"),
    [("=> disabled", True), ("=> true", True), ("=> enabled", False), ("=> false", False), ("", False)],
)
def test_launchd_s_words_of_old_and_new_are_known(line: str, off: bool) -> None:
    assert switched_off(f'"{APP_ID}" {line}', APP_ID) is off


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "Library").write_text("a file")
    agent = LaunchAgentAutostart({"HOME": str(tmp_path)}, ("/opt/kireji",), lambda: "")
    with pytest.raises(KirejiError, match="cannot be written") as caught:
        agent.set(True)
    assert caught.value.hint
