"""What of a table of PyInstaller's goes into builds for systems other than this one, and what they start with."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import packaging

parts = packaging.module("parts", packaging.ROOT / "packaging")
entry = packaging.module("entry", packaging.ROOT / "packaging")


def kept(*places: str) -> list[str]:
    found = parts.kept([(place, f"C:/venv/{place}", "BINARY") for place in places], ["de"])
    return [place for place, _, _ in found]


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")


@pytest.mark.usefixtures("windows")
def test_windows_keeps_what_shows_windows() -> None:
    places = (
        r"PySide6\plugins\platforms\qwindows.dll",
        r"PySide6\plugins\imageformats\qjpeg.dll",
        r"PySide6\plugins\styles\qmodernwindowsstyle.dll",
        r"PySide6\Qt6Widgets.dll",
        r"PySide6\QtWidgets.pyd",
        r"PySide6\msvcp140.dll",
        r"PySide6\translations\qtbase_de.qm",
        "python313.dll",
        "VCRUNTIME140.dll",
    )
    assert kept(*places) == list(places)


@pytest.mark.usefixtures("windows")
def test_windows_leaves_out_what_nobody_loads() -> None:
    assert not kept(
        r"PySide6\plugins\platforms\qdirect2d.dll",
        r"PySide6\plugins\sqldrivers\qsqlite.dll",
        r"PySide6\Qt6Quick.dll",
        r"PySide6\QtQuick.pyd",
        r"PySide6\opengl32sw.dll",
        r"PySide6\translations\qtbase_fr.qm",
    )


@pytest.mark.usefixtures("mac")
def test_a_mac_keeps_the_frameworks_that_are_used_whole_and_no_others() -> None:
    table = [
        ("PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore", "/v/QtCore", "BINARY"),
        ("PySide6/Qt/lib/QtCore.framework/Versions/A/Resources/Info.plist", "/v/Info.plist", "DATA"),
        ("PySide6/Qt/lib/QtCore.framework/Versions/Current", "A", "SYMLINK"),
        ("PySide6/Qt/lib/QtCore.framework/QtCore", "Versions/Current/QtCore", "SYMLINK"),
        ("QtCore", "PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore", "SYMLINK"),
    ]
    unused = [
        ("PySide6/Qt/lib/QtQml.framework/Versions/A/QtQml", "/v/QtQml", "BINARY"),
        ("PySide6/Qt/lib/QtQml.framework/Versions/Current", "A", "SYMLINK"),
        ("QtQml", "PySide6/Qt/lib/QtQml.framework/Versions/A/QtQml", "SYMLINK"),
    ]
    assert parts.kept([*table, *unused], []) == table


@pytest.mark.usefixtures("mac")
def test_a_mac_keeps_its_own_plugins() -> None:
    assert kept(
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/plugins/styles/libqmacstyle.dylib",
        "PySide6/Qt/plugins/platforms/libqminimal.dylib",
        "PySide6/Qt/plugins/tls/libqopensslbackend.dylib",
    ) == ["PySide6/Qt/plugins/platforms/libqcocoa.dylib", "PySide6/Qt/plugins/styles/libqmacstyle.dylib"]


def test_what_is_started_on_windows_does_not_look_into_the_program_s_folder() -> None:
    done: list[tuple[str, str | None]] = []

    class Kernel:
        def SetDllDirectoryW(self, folder: str | None) -> int:
            done.append(("inherited", folder))
            return 1

    entry.give_back_search(Kernel(), r"C:\Kireji\_internal", lambda folder: done.append(("own", folder)))
    assert done == [("own", r"C:\Kireji\_internal"), ("inherited", None)]


def test_a_build_says_what_is_not_made_here() -> None:
    other = "--dmg" if sys.platform != "darwin" else "--setup"
    command = [sys.executable, str(packaging.ROOT / "packaging" / "build"), other]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"This is not made on this system: {other}\n")


def test_every_switch_of_a_build_calls_a_program_that_is_there() -> None:
    loader = importlib.machinery.SourceFileLoader("build_script", str(packaging.ROOT / "packaging" / "build"))
    spec = importlib.util.spec_from_loader("build_script", loader)
    assert spec is not None
    build = importlib.util.module_from_spec(spec)
    loader.exec_module(build)
    for switch in build.MADE_ON:
        program, *_ = build.packing(switch, Path("dist/kireji"), Path("dist"))
        assert (packaging.ROOT / program).is_file()
