"""What Windows shows of the two programs, as PyInstaller reads it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kireji import __version__
from tests.support import packaging

resource = packaging.module("version_info", packaging.ROOT / "packaging" / "windows")


def read(text: str) -> Any:
    """The resource, evaluated as PyInstaller does it, with names that keep what they are given."""
    names = ("StringFileInfo", "StringTable", "StringStruct", "VarFileInfo", "VarStruct")
    keep: dict[str, Any] = {name: lambda *values: values for name in names}
    keep |= dict.fromkeys(("VSVersionInfo", "FixedFileInfo"), SimpleNamespace)
    return eval(text, {"__builtins__": {}}, keep)


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("1.2.3", (1, 2, 3, 0)),
        ("2.0", (2, 0, 0, 0)),
        ("0.2.0.dev1", (0, 2, 0, 0)),
        ("1.3.0rc1", (1, 3, 0, 0)),
        ("1.2.3.4", (1, 2, 3, 0)),
    ],
)
def test_a_version_is_four_numbers(version: str, numbers: tuple[int, int, int, int]) -> None:
    assert resource.numbers(version) == numbers


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(ValueError, match="no version"):
        resource.numbers("unknown")


def test_the_resource_says_the_version_and_the_program() -> None:
    made = read(resource.version_resource(__version__, "Kireji", "kirejiw.exe"))
    assert made.ffi.filevers == made.ffi.prodvers == resource.numbers(__version__)
    ((_, strings),) = made.kids[0][0]
    assert dict(strings)["FileVersion"] == __version__
    assert dict(strings)["FileDescription"] == "Kireji"
    assert dict(strings)["OriginalFilename"] == "kirejiw.exe"


@pytest.mark.parametrize(("version", "unfinished"), [("1.2.3", 0), ("1.3.0.dev1", 2)])
def test_a_version_on_its_way_is_marked(version: str, unfinished: int) -> None:
    assert read(resource.version_resource(version, "Kireji", "kireji.exe")).ffi.flags == unfinished


def test_a_name_with_quotation_marks_is_kept() -> None:
    made = read(resource.version_resource("1.0", 'Kireji "quoted" \\ it\'s', "kireji.exe"))
    ((_, strings),) = made.kids[0][0]
    assert dict(strings)["FileDescription"] == 'Kireji "quoted" \\ it\'s'
