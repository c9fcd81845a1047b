"""Results of batches: joined to their rows by custom id and written into the queue, beside a bare insert of the same.

The path is the one of the app: the lines of a file take the place of the service's answer, the provider's own reader
makes results of them, and the runner's step stores them in a queue of 100,000 rows. The bare program reads the same
lines with the fastest parser there is, takes what a result is out of each (whose, how it ended, its tokens, what came)
and inserts that with `executemany` in one transaction into one table without an index: no rows to join, no price, no
write-ahead log, nobody else who may look meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from kireji.core.jobs.states import BatchState
from kireji.providers.anthropic_batch_results import read_results
from kireji.providers.failures import Answerer
from kireji.services.jobs.collecting import Collecting
from kireji.services.jobs.reconciling import Reconciling
from kireji.services.jobs.stopping import Troubles
from tests.benchmarks.table import Row, median
from tests.fakes.desktop import FakeClock
from tests.support.job_scene import Scene
from tests.support.queues import US, Queue, in_file, row

if TYPE_CHECKING:
    from kireji.core.jobs.ports import BatchResult
    from kireji.core.jobs.values import Batch

_RESULTS = 100_000
_ROWS_PER_BATCH = 1_000
_WORDS = 90
_RUNS = 3
_MODEL = "claude-haiku-5-5"
_AT_ONCE = 64 * 1024
"""Bytes that come from the network together."""
_READ_AT_ONCE = 500
_SIDE_BY_SIDE = 4
"""Batches that are collected at the same time, as in the app."""
_VOCABULARY = [
    "invoice",
    "total",
    "amount",
    "due",
    "the",
    "of",
    "on",
    "paid",
    "by",
    "naïve",
    "größe",
    "漢字",
    "customer",
]


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="kireji-results-") as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[Row]:
    runs: dict[int, list[tuple[float, float, float, float]]] = {_ROWS_PER_BATCH: [], _RESULTS: []}
    for run in range(_RUNS):
        for rows, found in runs.items():
            place = folder / f"{run}-{rows}"
            place.mkdir()
            found.append(await _one(place, rows))
    many, one = runs.values()
    return [
        _row("100,000 results of batches of 1,000, in any order: joined and written", "half", 1 / 2, many),
        _row("The same as one batch of 100,000, from all over it", "a third of", 1 / 3, one),
        _reading(many),
    ]


def _row(what: str, share: str, least: float, found: Sequence[tuple[float, float, float, float]]) -> Row:
    bare, ours = median([one[0] for one in found]), median([one[1] for one in found])
    return Row(
        what, f"at no less than {share} the speed of the floor", f"reading and inserting them bare: {bare:.2f} s",
        f"{ours:.2f} s", f"{bare / ours:.2f} x the speed", bare / ours >= least,
    )  # fmt: skip


def _reading(found: Sequence[tuple[float, float, float, float]]) -> Row:
    bare, ours = median([one[2] for one in found]), median([one[3] for one in found])
    return Row(
        "100,000 rows with their results, read in the order of the input for an export", "under 2 s",
        f"selecting them bare: {bare:.2f} s", f"{ours:.2f} s", f"{bare / ours:.2f} x the speed", ours < 2,
    )  # fmt: skip


async def _one(folder: Path, rows: int) -> tuple[float, float, float, float]:
    """Seconds for: bare insert, ours, bare select, ours."""
    queue, database = await in_file(folder / "jobs.db")
    job = await queue.made([row(number) for number in range(1, _RESULTS + 1)])
    batches: list[Batch] = []
    while batch := await queue.store.take(job, US, f"key{len(batches):09d}", rows, BatchState.SUBMITTING, 30.0):
        await queue.store.set_batch(batch.id, BatchState.SUBMITTED, remote=queue.remote(batch))
        batches.append(await queue.store.set_batch(batch.id, BatchState.COLLECTING))
    files = [_written(folder, batch, first) for batch, first in zip(batches, range(1, _RESULTS, rows), strict=True)]
    bare, bare_reading = _bare(files, folder / "bare.db")
    begun = time.perf_counter()
    await _collect(queue, job, batches, files)
    ours = time.perf_counter() - begun
    counts = (await queue.job(job)).counts
    assert counts.succeeded == _RESULTS, counts
    begun = time.perf_counter()
    assert await _read(queue, job) == _RESULTS
    reading = time.perf_counter() - begun
    await database.close()
    shutil.rmtree(folder)
    print(f"  batches of {rows}: bare {bare:.2f} s, ours {ours:.2f} s; reading {reading:.2f} s", file=sys.stderr)
    return bare, ours, bare_reading, reading


def _written(folder: Path, batch: Batch, first: int) -> Path:
    """The results of a batch as the service sends them, in an order of its own."""
    chance = random.Random(batch.id)
    numbers = list(range(first, first + batch.rows))
    chance.shuffle(numbers)
    file = folder / f"{batch.key}.jsonl"
    with file.open("wb") as stream:
        for number in numbers:
            text = " ".join(chance.choices(_VOCABULARY, k=_WORDS))
            used = {"input_tokens": chance.randrange(200, 4000), "output_tokens": chance.randrange(50, 300)}
            message = {
                "id": f"msg_{number:024d}",
                "type": "message",
                "role": "assistant",
                "model": _MODEL,
                "content": [{"type": "text", "text": text}],
                "stop_reason": "end_turn",
                "stop_sequence": None,
                "usage": used | {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
            }
            line = {"custom_id": f"{batch.key}-{number}", "result": {"type": "succeeded", "message": message}}
            stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return file


class _Line(msgspec.Struct, gc=False):
    custom_id: str
    result: msgspec.Raw


class _Usage(msgspec.Struct, gc=False):
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0


class _Message(msgspec.Struct, gc=False):
    usage: _Usage


class _Result(msgspec.Struct, gc=False):
    type: str
    message: _Message


_Bare = tuple[str, str, int, int, int, int, bytes]


def _bare_rows(lines: Iterable[bytes]) -> Iterator[_Bare]:
    """What a result is: whose, how it ended, its tokens, and what came."""
    decode_line, decode_result = msgspec.json.Decoder(_Line).decode, msgspec.json.Decoder(_Result).decode
    for text in lines:
        line = decode_line(text)
        result = decode_result(line.result)
        used = result.message.usage
        yield (
            line.custom_id,
            result.type,
            used.input_tokens,
            used.output_tokens,
            used.cache_read_input_tokens,
            used.cache_creation_input_tokens,
            bytes(line.result),
        )


def _bare(files: Sequence[Path], path: Path) -> tuple[float, float]:
    """Seconds for inserting, and for selecting in order."""
    begun = time.perf_counter()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE results (id, outcome, input, output, cache_read, cache_write, result)")
        for file in files:
            with file.open("rb") as stream:
                connection.executemany("INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?)", _bare_rows(stream))
        connection.commit()
        written = time.perf_counter() - begun
        begun = time.perf_counter()
        assert sum(1 for _ in connection.execute("SELECT * FROM results ORDER BY rowid")) == _RESULTS
        return written, time.perf_counter() - begun


class _FileService:
    """Gives what stands in a file for a batch's results, read by the provider's own reader."""

    name = "anthropic"

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files

    @asynccontextmanager
    async def results(
        self, gate: object, base_url: str, secret: object, remote: str, model: str
    ) -> AsyncIterator[AsyncIterator[BatchResult]]:
        async with aclosing(read_results(_lines(self._files[remote]), Answerer(self.name, "Anthropic", model))) as read:
            yield read


async def _lines(file: Path) -> AsyncIterator[list[bytes]]:
    with file.open("rb") as stream:
        while some := stream.readlines(_AT_ONCE):
            yield some


async def _collect(queue: Queue, job: int, batches: Sequence[Batch], files: Sequence[Path]) -> None:
    service: Any = _FileService({batch.remote: file for batch, file in zip(batches, files, strict=True)})
    scene = Scene(queue.store, files[0], service, FakeClock(), {US}, US)
    engine = scene.engine
    collecting = Collecting(engine, Reconciling(engine, Troubles(engine)))
    credential = await engine.credential(service.name)
    known = await queue.job(job)
    at_once = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def collect(batch: Batch) -> None:
        async with at_once:
            await collecting.collect(known, batch, service, credential, queue.remote(batch))

    async with asyncio.TaskGroup() as group:
        for batch in batches:
            group.create_task(collect(batch))


async def _read(queue: Queue, job: int) -> int:
    after = 0
    while rows := await queue.store.joined(job, after, _READ_AT_ONCE):
        after = rows[-1].row.number
    return after
