"""A file that the person named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kireji.core.errors import KirejiError
from kireji.storage.chosen_file import ChosenFiles
from tests.unit.storage.jobs.test_spool import small_files as small_files

FILES = ChosenFiles()


def test_what_is_written_is_there_alone(tmp_path: Path) -> None:
    FILES.write(str(tmp_path / "t.csv"), b"new", overwrite=False)
    assert os.listdir(tmp_path) == ["t.csv"]
    assert (tmp_path / "t.csv").read_bytes() == b"new"


def test_what_was_there_is_replaced_only_where_that_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"old")
    for use in (
        lambda: FILES.check(str(tmp_path / "t.csv"), overwrite=False),
        lambda: FILES.write(str(tmp_path / "t.csv"), b"new", overwrite=False),
    ):
        with pytest.raises(KirejiError, match="exists already"):
            use()
    assert (tmp_path / "t.csv").read_bytes() == b"old"
    FILES.write(str(tmp_path / "t.csv"), b"new", overwrite=True)
    assert (tmp_path / "t.csv").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none/t.csv", "There is no folder"),
        ("", "is a folder"),
        ("a\0b.csv", "not a file name"),
        ("x" * 300, "could not be used"),
    ],
)
def test_a_place_that_cannot_be_is_told_beforehand_and_when_it_is_written(
    tmp_path: Path, name: str, words: str
) -> None:
    path = str(tmp_path / name)
    with pytest.raises(KirejiError, match=words):
        FILES.check(path, overwrite=True)
    with pytest.raises(KirejiError, match=words):
        FILES.write(path, b"x", overwrite=True)
    assert os.listdir(tmp_path) == []


def test_what_is_no_file_is_not_replaced() -> None:
    with pytest.raises(KirejiError, match="can be replaced"):
        FILES.write("/dev/null", b"x", overwrite=True)


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_has_its_sentence_and_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"old")
    with pytest.raises(KirejiError, match="no room left"):
        FILES.write(str(tmp_path / "t.csv"), b"x" * 4_000_000, overwrite=True)
    assert (tmp_path / "t.csv").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["t.csv"]
