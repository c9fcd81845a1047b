"""The licences of a build: `packaging/licences` on made builds, and what must not be in what we collect."""

from __future__ import annotations

import ctypes
import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "licences"
MIT = "Permission is hereby granted, free of charge, to any person\n"


class Made:
    """A build of PyInstaller's shape, with packages that do not exist elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.site, self.build, self.work = folder / "site", folder / "dist" / "kireji", folder / "work"
        for each in (self.site, self.build / "_internal", self.work):
            each.mkdir(parents=True)
        self.collected: list[tuple[str, str, str]] = []
        self.modules: list[tuple[str, str, str]] = []
        self.add_file("base_library.zip", self.work / "base_library.zip")

    def package(self, name: str, metadata: str = "", *, text: str = MIT) -> None:
        """Install one, and collect its module."""
        (self.site / name).mkdir()
        info = self.site / f"{name}-1.0.dist-info"
        info.mkdir()
        (self.site / name / "__init__.py").write_text("")
        (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{metadata}\n")
        record = [f"{name}/__init__.py,,", f"{info.name}/METADATA,,"]
        if text:
            (info / "LICENSE").write_text(text)
            record.append(f"{info.name}/LICENSE,,")
        (info / "RECORD").write_text("\n".join(record) + "\n")
        self.modules.append((name, str(self.site / name / "__init__.py"), "PYMODULE"))

    def add_file(self, name: str, source: Path, kind: str = "DATA") -> None:
        """Collect a file."""
        source.parent.mkdir(parents=True, exist_ok=True)
        source.touch()
        place = self.build / "_internal" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
        self.collected.append((name, str(source), kind))

    def run(self) -> subprocess.CompletedProcess[str]:
        """Collect its licences."""
        (self.work / "COLLECT-00.toc").write_text(repr((self.collected,)))
        (self.work / "PYZ-00.toc").write_text(repr(("PYZ-00.pyz", self.modules)))
        return subprocess.run(
            [sys.executable, "-S", "-P", str(SCRIPT), str(self.build), "--work", str(self.work)],
            env={**os.environ, "PYTHONPATH": str(self.site)},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def folder(self) -> Path:
        return self.build / "_internal" / "kireji" / "_resources" / "licences"

    def part(self, name: str) -> dict[str, object]:
        parts = json.loads((self.folder / "index.json").read_text(encoding="utf-8"))["parts"]
        return next(part for part in parts if part["name"] == name)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def test_a_part_is_listed_with_its_licence_and_text(made: Made) -> None:
    made.package("madeup", "License-Expression: MIT")
    result = made.run()
    assert result.returncode == 0, result.stderr
    part = made.part("madeup")
    assert (part["version"], part["licence"], part["kind"]) == ("1.0", "MIT", "python")
    (text,) = part["texts"]
    assert (made.folder / "texts" / f"{text}.txt").read_text() == MIT


def test_equal_texts_are_kept_once(made: Made) -> None:
    made.package("madeup", "License-Expression: MIT", text=MIT)
    made.package("another", "License-Expression: MIT", text=MIT.replace("\n", "  \r\n"))
    assert made.run().returncode == 0
    assert made.part("madeup")["texts"] == made.part("another")["texts"]


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ("", "its metadata says nothing of a licence"),
        ("License: BSD", "its metadata says License: 'BSD'"),
        ("License-Expression: LicenseRef-Ours", "its metadata says License-Expression: 'LicenseRef-Ours'"),
        ("Classifier: License :: OSI Approved :: Nokia Open Source License", "Nokia Open Source License"),
    ],
)
def test_an_unknown_licence_fails_and_says_what_to_do(made: Made, metadata: str, reason: str) -> None:
    made.package("madeup", metadata)
    result = made.run()
    assert result.returncode == 1
    assert "madeup 1.0" in result.stderr
    assert reason in result.stderr
    assert "[packages] in packaging/licensing/decisions.toml" in result.stderr
    assert not made.folder.exists()


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-or-later", "GPL-2.0-only AND MIT", "AGPL-3.0-only", "GPL-2.0-only OR GPL-3.0-only"]
)
def test_what_would_reach_the_whole_program_fails(made: Made, licence: str) -> None:
    made.package("madeup", f"License-Expression: {licence}")
    result = made.run()
    assert result.returncode == 1
    assert "would reach the whole program" in result.stderr


@pytest.mark.parametrize(
    "licence", ["LGPL-3.0-only OR GPL-3.0-only", "GPL-3.0-or-later WITH GCC-exception-3.1", "(MIT)"]
)
def test_a_choice_or_an_exception_may_be_there(made: Made, licence: str) -> None:
    made.package("madeup", f"License-Expression: {licence}")
    assert made.run().returncode == 0


def test_a_package_without_a_text_fails(made: Made) -> None:
    made.package("madeup", "License-Expression: MIT", text="")
    result = made.run()
    assert result.returncode == 1
    assert "brings no text of its licence" in result.stderr


def test_readline_may_not_be_there(made: Made) -> None:
    made.add_file(
        "python3/lib-dynload/readline.cpython-311-x86_64-linux-gnu.so", made.work / "readline.so", "EXTENSION"
    )
    result = made.run()
    assert result.returncode == 1
    assert "GNU Readline" in result.stderr


def test_a_library_of_a_wheel_that_nobody_looked_at_fails(made: Made) -> None:
    made.package("madeup", "License-Expression: MIT")
    library = made.site / "madeup.libs" / "libmystery-12345678.so.1"
    made.add_file("madeup.libs/libmystery-12345678.so.1", library, "BINARY")
    record = made.site / "madeup-1.0.dist-info" / "RECORD"
    record.write_text(record.read_text() + "madeup.libs/libmystery-12345678.so.1,,\n")
    result = made.run()
    assert result.returncode == 1
    assert "libmystery" in result.stderr
    assert "[vendored]" in result.stderr


def test_a_file_of_nobody_fails(made: Made, tmp_path: Path) -> None:
    made.add_file("libelsewhere.so", tmp_path / "opt" / "libelsewhere.so", "BINARY")
    result = made.run()
    assert result.returncode == 1
    assert "libelsewhere.so: nobody knows whose it is" in result.stderr


def test_a_file_that_no_table_names_fails(made: Made) -> None:
    (made.build / "_internal" / "extra").mkdir()
    (made.build / "_internal" / "extra" / "libextra.so").touch()
    result = made.run()
    assert result.returncode == 1
    assert "_internal/extra/libextra.so: lies in the build" in result.stderr


def test_what_was_taken_out_of_the_build_is_not_listed(made: Made, tmp_path: Path) -> None:
    made.add_file("libgone.so", tmp_path / "opt" / "libgone.so", "BINARY")
    (made.build / "_internal" / "libgone.so").unlink()
    assert made.run().returncode == 0


def test_two_runs_write_the_same(made: Made) -> None:
    made.package("madeup", "License-Expression: MIT")
    made.run()
    first = {path.name: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()}
    made.run()
    assert {path.name: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()} == first


def test_pillow_brings_no_gpl_quantizer() -> None:
    from PIL import features

    assert not features.check_feature("libimagequant")


@pytest.mark.skipif(sys.platform != "linux", reason="the libraries have other names elsewhere")
def test_the_video_libraries_of_opencv_are_built_without_gpl_parts() -> None:
    files = importlib.metadata.distribution("opencv-python-headless").files or ()
    paths = {file.name.partition("-")[0]: str(file.locate()) for file in files if ".libs/" in str(file)}
    for name in ("libavutil", "libswresample", "libavcodec"):  # each before what needs it
        library = ctypes.CDLL(paths[name])
    library.avcodec_license.restype = ctypes.c_char_p
    assert library.avcodec_license() == b"LGPL version 2.1 or later"
