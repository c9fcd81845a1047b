"""What a build takes, and what the built program gives back."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.support.packaging import ROOT, module

parts = module("parts", ROOT / "packaging")
entry = module("entry", ROOT / "packaging")


def script(name: str) -> ModuleType:
    """A program below packaging/ that has no ending."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(ROOT / "packaging" / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    found = importlib.util.module_from_spec(spec)
    loader.exec_module(found)
    return found


def test_the_persons_library_path_is_put_back() -> None:
    environ = {"LD_LIBRARY_PATH": "/app/_internal:/opt", "LD_LIBRARY_PATH_ORIG": "/opt", "PATH": "/bin"}
    entry.give_back(environ)
    assert environ == {"LD_LIBRARY_PATH": "/opt", "PATH": "/bin"}


def test_without_one_there_is_none_afterwards() -> None:
    environ = {"LD_LIBRARY_PATH": "/app/_internal"}
    entry.give_back(environ)
    assert environ == {}


def test_what_the_loader_says_to_itself_and_folders_of_foreign_plugins_are_taken_out() -> None:
    environ = {"_PYI_ARCHIVE_FILE": "/app/kireji", "QT_PLUGIN_PATH": "/tmp", "QT_QPA_PLATFORM_PLUGIN_PATH": "/tmp"}
    entry.give_back(environ)
    assert environ == {}


@pytest.mark.parametrize(
    ("place", "is_kept"),
    [
        ("PySide6/Qt/lib/libQt6Widgets.so.6", True),
        ("PySide6/Qt/lib/libQt6Network.so.6", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/translations/qtbase_de.qm", True),
        ("PySide6/Qt/translations/qtbase_fr.qm", False),
        ("PySide6/QtNetwork.abi3.so", False),
        ("PIL/_avif.cpython-311-x86_64-linux-gnu.so", False),
        ("PIL/_webp.cpython-311-x86_64-linux-gnu.so", True),
    ],
)
def test_only_parts_that_are_used_are_kept(monkeypatch: pytest.MonkeyPatch, place: str, is_kept: bool) -> None:
    monkeypatch.setattr(parts.sys, "platform", "linux")
    monkeypatch.setattr(parts, "_left_to_the_system", lambda entries: set())
    assert bool(parts.kept([(place, f"/src/{place}", "DATA")], ["de"])) is is_kept


def test_a_link_to_what_was_left_out_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts.sys, "platform", "linux")
    monkeypatch.setattr(parts, "_left_to_the_system", lambda entries: set())
    gone = "PySide6/Qt/lib/libQt6Network.so.6"
    entries = [(gone, "/src", "BINARY"), ("libQt6Network.so.6", gone, "SYMLINK")]
    here = "PySide6/Qt/lib/libQt6Gui.so.6"
    entries += [(here, "/src", "BINARY"), ("libQt6Gui.so.6", here, "SYMLINK")]
    assert [entry[0] for entry in parts.kept(entries, [])] == [here, "libQt6Gui.so.6"]


def test_plugins_get_the_standard_library_without_its_windows_and_tests() -> None:
    names = parts.standard_library()
    assert {"statistics", "csv", "sqlite3", "tomllib", "xml.etree.ElementTree", "concurrent.futures"} <= set(names)
    assert not {name for name in names if name.startswith(("tkinter", "idlelib", "test.", "lib2to3"))}


def test_a_build_takes_what_the_program_needs_and_pyinstaller_and_no_other_tool() -> None:
    wanted = script("build").requirements()
    assert "\npyside6-essentials==" in wanted
    assert "\npyinstaller==" in wanted
    assert "--hash=sha256:" in wanted
    assert "\npytest==" not in wanted


def test_builds_that_differ_are_told_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, text in ((one, "1"), (other, "2")):
        folder.mkdir()
        (folder / "same").write_text("x")
        (folder / "changed").write_text(text)
    (other / "more").write_text("")
    (other / "more").chmod(0o755)
    differences = script("compare-builds").differences
    assert list(differences(one, other)) == ["changed: other bytes", f"more: only in {other}"]
    assert list(differences(one, one)) == []


@pytest.mark.parametrize(
    ("inside", "is_replaced"),
    [
        ("", True),
        ("kireji/_internal/base_library.zip", True),
        ("kireji/Contents/MacOS/kireji", True),
        ("kireji/README.md", False),
        ("kireji", False),
    ],
)
def test_only_an_earlier_build_is_replaced(tmp_path: Path, inside: str, is_replaced: bool) -> None:
    if inside:
        (tmp_path / inside).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / inside).write_text("x")
    assert script("build").may_replace(tmp_path / "kireji") is is_replaced


@pytest.mark.parametrize("text", ["one", "another"])
def test_a_build_says_whether_it_was_made_of_the_commit_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    licences = script("licences")
    monkeypatch.setattr(licences, "ROOT", tmp_path)
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    (tmp_path / "file").write_text("one")
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "One"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "file").write_text(text)
    assert json.loads(licences.made_from())["changed"] is (text != "one")


def test_without_the_packages_it_needs_the_maker_of_lists_says_how_to_start_it() -> None:
    alone = [sys.executable, "-S", "-P", str(ROOT / "packaging" / "manifest")]
    result = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert (result.returncode, len(result.stderr.splitlines())) == (1, 1)
    assert ".venv/bin/python" in result.stderr


def test_late_modules_come_from_the_file_that_runs(tmp_path: Path) -> None:
    archive = SimpleNamespace(_filename="/opt/kireji/kireji")
    entry.hold_on_to(archive, str(tmp_path / "no-such-file"))
    assert archive._filename == "/opt/kireji/kireji"
    (tmp_path / "exe").touch()
    entry.hold_on_to(archive, str(tmp_path / "exe"))
    assert archive._filename == str(tmp_path / "exe")
