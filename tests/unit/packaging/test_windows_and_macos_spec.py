"""What kireji.spec tells PyInstaller to make on each system; PyInstaller's own work is left out."""

from __future__ import annotations

import plistlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import PyInstaller.utils.hooks  # noqa: F401 - looks at the system it runs on, before another one is played
import pytest

from kireji import __version__
from kireji.core.identity import APP_ID
from tests.support import packaging

FOLDER = packaging.ROOT / "packaging"


class Made:
    """One of PyInstaller's products, with what it was made from."""

    def __init__(self, kind: str, parts: tuple[Any, ...], said: dict[str, Any]) -> None:
        self.kind, self.parts, self.said = kind, parts, said
        self.pure: list[Any] = []
        self.binaries: list[Any] = []
        self.datas: list[Any] = []
        self.scripts = [("pyi_rth_pyside6", "hook.py", "PYSOURCE"), ("entry", "entry.py", "PYSOURCE")]


def told(system: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> list[Made]:
    """Run the spec as on another system; returns the products in the order in which they are made."""
    made: list[Made] = []

    def maker(kind: str) -> Any:
        def make(*parts: Any, **said: Any) -> Made:
            made.append(Made(kind, parts, said))
            return made[-1]

        return make

    names = {kind: maker(kind) for kind in ("Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE")}
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(sys, "path", list(sys.path))
    spec = FOLDER / "kireji.spec"
    exec(compile(spec.read_text("utf-8"), spec, "exec"), {**names, "SPECPATH": str(FOLDER), "workpath": str(place)})
    return made


def of(kind: str, made: list[Made]) -> list[Made]:
    return [each for each in made if each.kind == kind]


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Made]]:
    """What is made on each of them without a certificate; icons are drawn once."""
    made = {}
    for system in ("linux", "win32", "darwin"):
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("KIREJI_CODESIGN_IDENTITY", raising=False)
            made[system] = told(system, tmp_path_factory.mktemp(system), patch)
    return made


@pytest.fixture
def windows(systems: dict[str, list[Made]]) -> list[Made]:
    return systems["win32"]


@pytest.fixture
def mac(systems: dict[str, list[Made]]) -> list[Made]:
    return systems["darwin"]


def test_windows_gets_one_program_with_a_console_and_one_without(windows: list[Made]) -> None:
    assert {each.said["name"]: each.said["console"] for each in of("EXE", windows)} == {
        "kireji": True,
        "kirejiw": False,
    }


def test_both_are_made_of_the_same_modules_and_lie_in_one_folder(windows: list[Made]) -> None:
    programs = of("EXE", windows)
    (archive,), (folder,) = of("PYZ", windows), of("COLLECT", windows)
    assert all(each.parts[0] is archive for each in programs)
    assert list(folder.parts[:2]) == programs


def test_windows_is_told_name_and_version_of_each(windows: list[Made]) -> None:
    for each in of("EXE", windows):
        resource = Path(each.said["version"]).read_text("utf-8")
        assert f"'OriginalFilename', '{each.said['name']}.exe'" in resource
        assert __version__ in resource
        assert Path(each.said["icon"]).read_bytes()[:4] == b"\0\0\1\0"


def test_a_mac_gets_an_app_that_says_who_it_is(mac: list[Made]) -> None:
    (app,) = of("BUNDLE", mac)
    assert (app.said["name"], app.said["bundle_identifier"]) == ("Kireji.app", APP_ID)
    assert plistlib.loads(plistlib.dumps(app.said["info_plist"]))["CFBundleShortVersionString"] == __version__
    assert Path(app.said["icon"]).read_bytes()[:4] == b"icns"
    assert {place for place, _, _ in app.parts[1]} >= {"de.lproj/InfoPlist.strings", "ar.lproj/InfoPlist.strings"}


def test_without_a_certificate_nobody_is_named(mac: list[Made]) -> None:
    (program,) = of("EXE", mac)
    assert program.said["console"] is False  # with one, macOS would be told that it runs in the background only
    assert "codesign_identity" not in program.said


def test_with_a_certificate_everything_inside_is_signed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIREJI_CODESIGN_IDENTITY", "Somebody")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: None)  # no icon is drawn
    (program,) = of("EXE", told("darwin", tmp_path, monkeypatch))
    assert program.said["codesign_identity"] == "Somebody"
    assert Path(program.said["entitlements_file"]).is_file()


@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_no_system_runs_what_pyinstaller_would_run_first(system: str, systems: dict[str, list[Made]]) -> None:
    for each in of("EXE", systems[system]):
        assert [name for name, _, _ in each.parts[1]] == ["entry"]
        assert ("X utf8", None, "OPTION") in each.parts[2]
