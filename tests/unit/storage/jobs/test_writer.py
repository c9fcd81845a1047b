"""Results in a file that the person named: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kireji.core.errors import JobError
from kireji.storage.jobs.writer import FileJobWriter
from tests.unit.storage.jobs.test_spool import small_files as small_files


async def write(path: Path, *lines: bytes) -> None:
    async with FileJobWriter().open(str(path)) as add:
        for line in lines:
            add(line)


@pytest.fixture
def usual_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


async def test_lines_are_there_when_all_are_written(tmp_path: Path) -> None:
    await write(tmp_path / "out.jsonl", b"one\n", b"two\n")
    assert (tmp_path / "out.jsonl").read_bytes() == b"one\ntwo\n"
    assert os.listdir(tmp_path) == ["out.jsonl"]


async def test_the_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    async with FileJobWriter().open(str(tmp_path / "out.jsonl")) as add:
        add(b"one\n")
        assert not (tmp_path / "out.jsonl").exists()


async def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_bytes(b"old")
    with suppress(KeyError):
        async with FileJobWriter().open(str(tmp_path / "out.jsonl")) as add:
            add(b"new")
            raise KeyError
    assert (tmp_path / "out.jsonl").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.jsonl"]


@pytest.mark.usefixtures("small_files")
async def test_a_full_disk_has_its_sentence_and_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_bytes(b"old")
    with pytest.raises(JobError, match="no room left"):
        await write(tmp_path / "out.jsonl", *[b"x" * 400_000] * 4)
    assert (tmp_path / "out.jsonl").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.jsonl"]


@pytest.mark.usefixtures("usual_mask")
async def test_a_new_file_may_be_read_by_whom_the_system_allows_it(tmp_path: Path) -> None:
    await write(tmp_path / "out.jsonl", b"x")
    assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o644


async def test_a_file_that_is_replaced_keeps_who_may_read_it(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_bytes(b"old")
    (tmp_path / "out.jsonl").chmod(0o640)
    await write(tmp_path / "out.jsonl", b"new")
    assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o640


async def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.jsonl").write_bytes(b"old")
    (tmp_path / "out.jsonl").symlink_to("real.jsonl")
    await write(tmp_path / "out.jsonl", b"new")
    assert (tmp_path / "out.jsonl").is_symlink()
    assert (tmp_path / "real.jsonl").read_bytes() == b"new"


async def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="is a folder"):
        await write(tmp_path, b"x")


async def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(JobError, match="not a file"):
        await write(tmp_path / "pipe", b"x")


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="missing"):
        await write(tmp_path / "missing" / "out.jsonl", b"x")
