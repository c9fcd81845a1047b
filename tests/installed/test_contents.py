"""What is in a build, and what is not."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

import kireji
from tests.support.packaging import module

libraries = module("libraries")

pytestmark = pytest.mark.installed


def test_it_is_of_this_version(built: Path) -> None:
    told = subprocess.run([built / "kireji", "--version"], capture_output=True, check=True, text=True)
    assert told.stdout == f"kireji {kireji.__version__}\n"


def test_every_library_is_inside_or_one_that_the_system_is_asked_for(built: Path) -> None:
    assert libraries.depends(libraries.needs(built))


def needed_by(folder: Path) -> Counter[str]:
    """How often each library is needed in a build."""
    counted: Counter[str] = Counter()
    for file in libraries.elf_files(folder):
        dynamic = subprocess.run(["readelf", "-d", file], capture_output=True, check=True, text=True).stdout
        counted.update(re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic))
    return counted


def test_no_part_of_qt_lies_there_unused(built: Path) -> None:
    needed = needed_by(built)
    present = {path.name for path in (built / "_internal" / "PySide6" / "Qt" / "lib").iterdir()}
    assert present <= set(needed)
    assert not {name for name in present if re.search("Qml|Quick|Network|OpenGL|EglF", name)}


def test_no_library_of_this_computer_lies_there_unused(built: Path) -> None:
    needed = needed_by(built)
    top = {path.name for path in (built / "_internal").glob("lib*.so*") if not path.is_symlink()}
    assert {name for name in top if not name.startswith("libpython")} <= set(needed)


def test_neither_parts_of_tests_nor_sources_of_translations_lie_there(built: Path) -> None:
    found = [path for path in built.rglob("*") if path.suffix == ".ts" or path.name in ("tests", "testing")]
    assert found == []
