"""The bounded log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.tools.supervisor.log import BoundedLog


@contextmanager
def log_of(path: Path, limit: int = 100) -> Iterator[BoundedLog]:
    log = BoundedLog(str(path), limit)
    try:
        yield log
    finally:
        log.close()


def test_it_keeps_everything_that_has_room(tmp_path: Path) -> None:
    with log_of(tmp_path / "log") as log:
        log.write(b"one\n")
        log.write(b"two\n")
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\n"


def test_when_it_is_full_the_older_half_goes_at_a_line(tmp_path: Path) -> None:
    with log_of(tmp_path / "log") as log:
        for number in range(12):
            log.write(b"line %03d\n" % number)
    assert (tmp_path / "log").read_bytes().startswith(b"line 007\n")
    assert (tmp_path / "log").read_bytes().endswith(b"line 011\n")


def test_what_is_longer_than_the_whole_log_leaves_its_end(tmp_path: Path) -> None:
    with log_of(tmp_path / "log") as log:
        log.write(b"x" * 1000 + b"end")
    assert (tmp_path / "log").read_bytes() == b"x" * 47 + b"end"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.binary(max_size=150)))
def test_it_is_never_longer_than_allowed_and_always_the_latest(tmp_path: Path, pieces: list[bytes]) -> None:
    path = tmp_path / "log"
    path.unlink(missing_ok=True)
    with log_of(path) as log:
        for piece in pieces:
            log.write(piece)
            assert path.stat().st_size <= 100
    assert b"".join(pieces).endswith(path.read_bytes())


def test_after_closing_nothing_is_written(tmp_path: Path) -> None:
    with log_of(tmp_path / "log") as log:
        log.close()
        log.write(b"words")
    assert (tmp_path / "log").read_bytes() == b""


def test_its_folder_is_made(tmp_path: Path) -> None:
    with log_of(tmp_path / "logs" / "plugins" / "log") as log:
        log.write(b"words")
    assert (tmp_path / "logs" / "plugins" / "log").read_bytes() == b"words"
    assert (tmp_path / "logs" / "plugins").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("path", ["/dev/null/log", "/"])
def test_a_file_that_cannot_be_made_takes_nothing(path: str) -> None:
    BoundedLog(path).write(b"words")
