"""What a build takes, and what the built program gives back."""

from __future__ import annotations

import importlib.machinery
import importlib.util
from pathlib import Path
from types import ModuleType

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
