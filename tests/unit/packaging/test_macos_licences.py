"""What is in an application of macOS, which holds its files in several places and links them to each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import packaging

collected = packaging.module("licensing.collected", packaging.ROOT / "packaging")

TABLE = [
    ("kireji", "/b/kireji", "EXECUTABLE"),
    ("PIL/_imaging.so", "/v/PIL/_imaging.so", "EXTENSION"),
    ("PIL/.dylibs/libjpeg.dylib", "/v/PIL/.dylibs/libjpeg.dylib", "BINARY"),
    ("tzdata/zones", "/v/tzdata/zones", "DATA"),
    ("Python.framework/Versions/3.13/Python", "/p/Python", "BINARY"),
    ("Python.framework/Versions/Current", "3.13", "SYMLINK"),
]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Kireji.app, as PyInstaller's building/osx.py lays it out, and signed."""
    contents = tmp_path / "Kireji.app" / "Contents"
    for name in (
        *("MacOS/kireji", "Info.plist", "_CodeSignature/CodeResources"),
        *("Frameworks/PIL/_imaging.so", "Frameworks/PIL/__dot__dylibs/libjpeg.dylib"),
        *("Frameworks/Python.framework/Versions/3.13/Python",),
        *("Frameworks/Python.framework/Versions/3.13/_CodeSignature/CodeResources",),
        *("Resources/tzdata/zones", "Resources/kireji.icns", "Resources/zh-Hans.lproj/InfoPlist.strings"),
    ):
        (contents / name).parent.mkdir(parents=True, exist_ok=True)
        (contents / name).touch()
    for link, target in {
        "Frameworks/tzdata": "../Resources/tzdata",
        "Frameworks/zh-Hans.lproj": "../Resources/zh-Hans.lproj",
        "Frameworks/PIL/.dylibs": "__dot__dylibs",
        "Frameworks/Python.framework/Versions/Current": "3.13",
        "Resources/PIL": "../Frameworks/PIL",
    }.items():
        (contents / link).symlink_to(target)
    (tmp_path / "COLLECT-00.toc").write_text(repr((TABLE,)))
    return contents.parent


def test_everything_in_it_has_an_owner(app: Path) -> None:
    assert collected.read_collected(app, app.parent).strangers == []


def test_every_file_is_found_where_it_lies(app: Path) -> None:
    found = {item.name for item in collected.read_collected(app, app.parent).items}
    assert found == {name for name, _, kind in TABLE if kind != "SYMLINK"}


def test_what_nobody_has_collected_is_a_stranger(app: Path) -> None:
    (app / "Contents" / "Frameworks" / "PIL" / "unknown.dylib").touch()
    assert collected.read_collected(app, app.parent).strangers == ["Contents/Frameworks/PIL/unknown.dylib"]


def test_what_was_taken_out_again_is_not_listed(app: Path) -> None:
    (app / "Contents" / "Frameworks" / "PIL" / "__dot__dylibs" / "libjpeg.dylib").unlink()
    found = {item.name for item in collected.read_collected(app, app.parent).items}
    assert "PIL/.dylibs/libjpeg.dylib" not in found
