"""A million lines into a job: speed, memory, and what the window and the app's own writes notice of it.

The file has a gigabyte; every fiftieth line asks what an earlier one asks, and line 700,001 is broken. The floor is a
program that reads the same file by lines and inserts them into the one table of a file of its own, with the same care
for the disk, some thousand in a transaction, and finds nothing. It gives way to others as the import does; it runs
before and after, and the quicker run counts.

`python -m tests.benchmarks.job_import FILE DATABASE` is that program.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil

from tests.benchmarks.table import Row, percentile
from tests.support.desktop import x_server

if TYPE_CHECKING:
    from kireji.core.jobs.values import ImportProgress, Job
    from kireji.storage.jobs.importer import ImportProcess
    from kireji.storage.jobs.store import SqliteJobStore

_LINES = 1_000_000
_SAME_EVERY = 50
_BROKEN = 700_001
_LINE_BYTES = 1_000
_IDLE_SECONDS = 10.0
_WRITE_EVERY = 0.05
_AT_ONCE = 2_000
_LEAST_SPEED, _MOST_MEMORY, _MOST_STALL, _MOST_WAIT = 0.4, 150, 8.0, 0.1


class Watched(NamedTuple):
    """What happened while the lines were read.

    Args:
        seconds: How long it took.
        job: The job afterwards.
        peak: Bytes of memory that the process had at most.
        idle: The same of a process that reads one line.
        quiet: Seconds between the ticks of the window's loop before.
        gaps: The same meanwhile.
        waits: Seconds that each of the app's own writes took meanwhile.
        said: Reasons of refused lines.
    """

    seconds: float
    job: Job
    peak: int
    idle: int
    quiet: list[float]
    gaps: list[float]
    waits: list[float]
    said: list[str]


def measure() -> list[Row]:
    with x_server(1280, 800) as display, tempfile.TemporaryDirectory(prefix="kireji-import-") as folder:
        os.environ["DISPLAY"] = display
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        file = Path(folder) / "lines.jsonl"
        size = write_lines(file)
        before = _bare(file, Path(folder))
        watched = _in_qt(file, Path(folder))
        bare = min(before, _bare(file, Path(folder)))
    return _rows(watched, bare, size)


def _rows(watched: Watched, bare: float, size: int) -> list[Row]:
    counts = watched.job.counts
    speed, memory = bare / watched.seconds, (watched.peak - watched.idle) / 1e6
    quiet, busy = (percentile(gaps, 0.99) * 1000 for gaps in (watched.quiet, watched.gaps))
    wait, longest = percentile(watched.waits, 0.99), max(watched.waits)
    same = _LINES // _SAME_EVERY
    right = (counts.lines, counts.same, counts.invalid) == (_LINES, same, 1) and "column" in watched.said[0]
    return [
        Row(f"Import of {_LINES:,} lines, {size / 1e9:.2f} GB, duplicates found", f"≥ {_LEAST_SPEED} x the floor",
            f"bare insert: {bare:.1f} s", f"{watched.seconds:.1f} s", f"{speed:.2f} x", speed >= _LEAST_SPEED),
        Row("Its memory above that of one line", f"≤ {_MOST_MEMORY} MB", f"one line: {watched.idle / 1e6:.0f} MB",
            f"{watched.peak / 1e6:.0f} MB", f"{memory / _MOST_MEMORY:.2f}", memory <= _MOST_MEMORY),
        Row("The window's loop meanwhile, 99th percentile between ticks of 1 ms", f"≤ {_MOST_STALL:.0f} ms over idle",
            f"idle: {quiet:.1f} ms", f"{busy:.1f} ms", f"+{busy - quiet:.1f} ms", busy - quiet <= _MOST_STALL),
        Row("The app's own writes into the queue meanwhile, 99th percentile", f"≤ {_MOST_WAIT * 1000:.0f} ms",
            "none: absolute", f"{wait * 1000:.0f} ms, at most {longest * 1000:.0f} ms", f"{wait / _MOST_WAIT:.2f}",
            wait <= _MOST_WAIT),
        Row("Duplicates, and the broken line", f"{same:,} and 1", "none: absolute",
            f"{counts.same:,} and {counts.invalid}", "1.00" if right else "wrong", right),
    ]  # fmt: skip


def write_lines(file: Path, lines: int = _LINES) -> int:
    """Write the file; returns its size."""
    chance = random.Random(11)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(5_000)]
    stream = " ".join(chance.choices(words, k=200_000)).encode()
    with file.open("wb") as out:
        for number in range(1, lines + 1):
            if number == _BROKEN:
                out.write(b'{"id": "%d", "prompt": "cut o\n' % number)
                continue
            asked = number - number % _SAME_EVERY - 1 if number % _SAME_EVERY == 0 else number
            begin = asked * 911 % (len(stream) - _LINE_BYTES)
            words_of_it = stream[begin : begin + _LINE_BYTES - 50]
            out.write(b'{"id": "row-%d", "prompt": "%d: %b"}\n' % (number, asked, words_of_it))
    return file.stat().st_size


def _bare(file: Path, folder: Path) -> float:
    database = folder / "bare.db"
    command = [sys.executable, "-P", "-m", "tests.benchmarks.job_import", str(file), str(database)]
    root = Path(__file__).resolve().parents[2]
    environ = os.environ | {"PYTHONPATH": str(root)}
    seconds = float(subprocess.run(command, check=True, capture_output=True, text=True, env=environ).stdout)
    for left in folder.glob("bare.db*"):
        left.unlink()
    return seconds


def _insert_bare(file: str, database: str) -> float:
    import sqlite3

    os.nice(10)
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")
    begun = time.perf_counter()
    with open(file, "rb") as lines:
        numbered = enumerate(lines, 1)
        while rows := list(itertools.islice(numbered, _AT_ONCE)):
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO rows VALUES (?, ?)", rows)
            connection.execute("COMMIT")
    connection.close()
    return time.perf_counter() - begun


def _in_qt(file: Path, folder: Path) -> Watched:
    from kireji.ui import aio
    from kireji.ui.qt_application import create

    found: list[Watched] = []

    async def main(_stop: asyncio.Event) -> int:
        found.append(await _watched(file, folder))
        return 0

    aio.run(main, create(["benchmark"]))
    return found[0]


async def _watched(file: Path, folder: Path) -> Watched:
    from kireji.bootstrap.job_import import command
    from kireji.core.jobs.states import RowState
    from kireji.desktop.processes import origin_alive
    from kireji.storage.jobs.importer import ImportProcess
    from kireji.storage.jobs.store import SqliteJobStore
    from kireji.storage.jobs.tables import open_jobs

    database = await open_jobs(folder / "jobs.db")
    store = SqliteJobStore(database, origin_alive)
    importer = ImportProcess(database.path, folder / "pictures", lambda *_: None, command(), os.environ)
    one = folder / "one.jsonl"
    one.write_bytes(b'{"prompt": "Why?"}\n')
    other, _, idle = await _read(store, importer, one, lambda _: None)
    quiet: list[float] = []
    gaps: list[float] = []
    waits: list[float] = []
    async with _ticks(quiet):
        await asyncio.sleep(_IDLE_SECONDS)
    async with _ticks(gaps), asyncio.TaskGroup() as group:
        writing = group.create_task(_write(store, other, waits))
        job, seconds, peak = await _read(store, importer, file, lambda _: None)
        writing.cancel()
    read = await store.job(job)
    bad = await store.rows(job, states=frozenset({RowState.INVALID}))
    await database.close()
    assert read is not None
    return Watched(seconds, read, peak, idle, quiet, gaps, waits, [row.sentence for row in bad])


async def _read(
    store: SqliteJobStore, importer: ImportProcess, file: Path, progress: Callable[[ImportProgress], None]
) -> tuple[int, float, int]:
    """The job, the seconds, and the most memory that the process had."""
    from kireji.core.jobs.values import JobPlan, JobSource, Mode, SourceKind
    from kireji.desktop.processes import process_origin

    plan = JobPlan("a job", "anthropic", "claude-haiku-5-5", mode=Mode.LIVE)
    source = JobSource(SourceKind.JSONL, (str(file),))
    job = await store.create(plan, source, process_origin())
    peak = [0]
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(_look_at_memory(peak))
        begun = time.perf_counter()
        await importer.run(job, plan, source, progress)
        seconds = time.perf_counter() - begun
        looking.cancel()
    return job, seconds, peak[0]


async def _look_at_memory(peak: list[int]) -> None:
    """The most memory that the importing process has had (VmHWM)."""
    pid = 0
    while True:
        with suppress(OSError, psutil.Error, IndexError):
            pid = pid or next(
                (child.pid for child in psutil.Process().children() if "job_import" in " ".join(child.cmdline())), 0
            )
            if pid:
                status = Path(f"/proc/{pid}/status").read_text()  # noqa: ASYNC240 - no disk behind it
                peak[0] = max(peak[0], int(status.split("VmHWM:")[1].split()[0]) * 1024)
        await asyncio.sleep(0.2 if peak[0] else 0.02)


async def _write(store: SqliteJobStore, job: int, waits: list[float]) -> None:
    for number in itertools.count():
        begun = time.perf_counter()
        await store.tell(job, f"{number}")
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(_WRITE_EVERY)


@asynccontextmanager
async def _ticks(gaps: list[float]) -> AsyncIterator[None]:
    """Seconds between the ticks of a timer of one millisecond."""
    from PySide6.QtCore import QObject, Qt, QTimerEvent

    class Ticker(QObject):
        last = time.perf_counter()

        def timerEvent(self, event: QTimerEvent) -> None:
            del event
            now = time.perf_counter()
            gaps.append(now - self.last)
            self.last = now

    ticker: Any = Ticker()
    ticker.startTimer(1, Qt.TimerType.PreciseTimer)
    try:
        yield
    finally:
        ticker.deleteLater()


if __name__ == "__main__":
    print(_insert_bare(*sys.argv[1:]))
