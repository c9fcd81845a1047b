"""Processes that work one queue, and processes that die in the middle of it."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from kireji.core.jobs.counts import Counts
from kireji.core.jobs.states import JobState
from kireji.storage.jobs.counting import counts_of, recounted
from tests.support.queues import in_file

CHILD = Path(__file__).parent / "children" / "queue_worker.py"
ROWS = 400
KILLS = 20


def started(path: Path, seed: int, steps: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, str(CHILD), str(path), str(seed), str(steps)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(processes: Sequence[subprocess.Popen[str]]) -> list[list[str]]:
    """Let them begin at the same moment; what each has printed when it has ended."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    found = []
    for process in processes:
        out, error = process.communicate(timeout=100)
        assert process.returncode in (0, 9, -9), error
        found.append(out.splitlines())
    return found


async def made(path: Path, rows: int = ROWS) -> int:
    queue, database = await in_file(path)
    job = await queue.made(rows)
    await database.close()
    return job


async def check(path: Path, job: int) -> tuple[Counts, dict[int, str]]:
    """That the queue is whole; its counts, and what is stored for which row."""
    queue, database = await in_file(path)
    assert await database.run(lambda c: c.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
    found = await queue.job(job)
    assert found.counts == counts_of(await database.run(lambda c: recounted(c, job)), 0)
    taken = [number for one in await queue.store.open_batches(job) for number in await queue.store.numbers(one.id)]
    assert len(taken) == len(set(taken))
    joined = await queue.store.joined(job, limit=ROWS)
    stored = {one.row.number: one.result.payload.decode().strip('"') for one in joined if one.result is not None}
    results = await database.run(lambda c: c.execute("SELECT count(*), sum(cost) FROM results").fetchone())
    assert results[0] == len(stored) == found.counts.succeeded
    assert abs((results[1] or 0.0) - found.cost) < 1e-9
    await database.close()
    return found.counts, stored


async def test_of_three_processes_on_one_queue_none_takes_what_another_has(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    job = await made(path)
    printed = await asyncio.to_thread(ended, [started(path, seed) for seed in range(3)])
    lines = [line.split() for lines in printed for line in lines if line != "done"]
    assert sorted(int(number) for number, _ in lines) == list(range(1, ROWS + 1))
    counts, stored = await check(path, job)
    assert counts == Counts(succeeded=ROWS)
    assert stored == {int(number): said for number, said in lines}


async def test_whenever_a_process_dies_the_next_one_finds_a_whole_queue_and_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    job = await made(path)
    chance = random.Random(20)
    said: dict[int, str] = {}
    for kill in range(KILLS):
        (lines,) = await asyncio.to_thread(ended, [started(path, kill, chance.randint(200, 15_000))])
        assert "done" not in lines, "it was to die before the end"
        for number, what in map(str.split, lines):
            assert said.setdefault(int(number), what) == what, "a row was stored twice"
        counts, stored = await check(path, job)
        assert said.items() <= stored.items()
        said = stored
    (lines,) = await asyncio.to_thread(ended, [started(path, KILLS)])
    assert lines[-1] == "done"
    counts, stored = await check(path, job)
    assert counts == Counts(succeeded=ROWS)
    assert said.items() <= stored.items()
    queue, database = await in_file(path)
    assert (await queue.job(job)).state is JobState.FINISHED
    await database.close()
