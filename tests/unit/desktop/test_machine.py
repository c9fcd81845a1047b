"""Plain looks at this computer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kireji.desktop.machine import has_route, look_at_folder


def test_a_private_folder_exposes_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "kireji.db").touch(0o644)
    look = look_at_folder(tmp_path)
    assert (look.path, look.problem, look.exposed) == (str(tmp_path), "", ())
    assert look.free > 0


def test_files_that_others_can_read_are_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "kireji.db").touch()
    (tmp_path / "kireji.db").chmod(0o644)
    (tmp_path / "private").touch()
    (tmp_path / "private").chmod(0o600)
    assert look_at_folder(tmp_path).exposed == ("kireji.db",)


def test_a_folder_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    look = look_at_folder(tmp_path / "new" / "folder")
    assert look.problem == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that cannot be written, even by root")
def test_a_folder_that_cannot_be_written_says_why() -> None:
    assert look_at_folder(Path("/proc")).problem


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    look_at_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_looking_for_a_route_gives_an_answer_and_leaves_no_socket_open() -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    assert has_route() in (True, False)
    if before:
        assert len(os.listdir("/proc/self/fd")) == before
