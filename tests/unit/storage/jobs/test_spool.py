"""Bodies of new batches as files."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kireji.core.errors import StoreFull
from kireji.core.history import Origin
from kireji.core.requests import BodyFile
from kireji.storage.jobs.spool import FileSpool

US = Origin(4711, "just now ☕")
GONE = Origin(4712, "long ago")


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def spool(folder: Path, owner: Origin = US) -> FileSpool:
    return FileSpool(folder, owner, lambda origin: origin == US)


def content(body: BodyFile) -> bytes:
    return Path(body.path).read_bytes()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


async def test_a_body_stands_in_a_file_with_its_size_and_hash(tmp_path: Path) -> None:
    body = await spool(tmp_path / "jobs" / "outgoing").write("k-1_x", pieces(b"one", b"", b"two"))
    assert content(body) == b"onetwo"
    assert (body.size, body.digest) == (6, hashlib.sha256(b"onetwo").hexdigest())


async def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "jobs" / "outgoing"
    body = await spool(folder).write("key", pieces(b"x"))
    assert mode(Path(body.path)) == 0o600
    assert mode(folder) == 0o700


async def test_large_bodies_are_written_in_pieces(tmp_path: Path) -> None:
    chunks = [bytes([number]) * 300_000 for number in range(10)]
    body = await spool(tmp_path).write("key", pieces(*chunks))
    assert content(body) == b"".join(chunks)
    assert body.digest == hashlib.sha256(b"".join(chunks)).hexdigest()


async def test_a_body_that_was_sent_is_discarded(tmp_path: Path) -> None:
    here = spool(tmp_path)
    await here.write("key", pieces(b"x"))
    await here.discard("key")
    await here.discard("key")
    assert files(tmp_path) == []


async def test_the_same_key_is_written_anew(tmp_path: Path) -> None:
    here = spool(tmp_path)
    await here.write("key", pieces(b"old"))
    body = await here.write("key", pieces(b"new"))
    assert content(body) == b"new"
    assert len(files(tmp_path)) == 1


async def test_what_a_process_that_is_gone_has_left_is_removed(tmp_path: Path) -> None:
    await spool(tmp_path, GONE).write("lost", pieces(b"x"))
    (tmp_path / "4712-00-half.part").write_bytes(b"x")
    (tmp_path / "not ours.txt").write_bytes(b"x")
    mine = await spool(tmp_path).write("mine", pieces(b"x"))
    again = await spool(tmp_path).write("second", pieces(b"x"))
    assert {file.name for file in files(tmp_path)} == {Path(mine.path).name, Path(again.path).name, "not ours.txt"}


async def test_a_write_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        raise KeyError("gone")

    with pytest.raises(KeyError):
        await spool(tmp_path).write("key", broken())
    assert files(tmp_path) == []


async def test_a_write_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        begun.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(spool(tmp_path).write("key", endless()))
        await begun.wait()
        writing.cancel()
    assert files(tmp_path) == []


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 1 MB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
async def test_a_full_disk_has_its_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreFull, match="no room left"):
        await spool(tmp_path).write("key", pieces(*[b"x" * 600_000] * 4))
    assert files(tmp_path) == []


@pytest.mark.parametrize("key", ["", "../up", "a/b", "a b"])
async def test_a_key_is_no_path(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        await spool(tmp_path).write(key, pieces(b"x"))
    assert os.listdir(tmp_path) == []
