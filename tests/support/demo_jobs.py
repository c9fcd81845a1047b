"""The jobs that the README shows, as they stand in the middle of a day; their rows are counted and not there."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from kireji.core.jobs.states import JobState, RowState
from kireji.core.jobs.values import Estimate, JobPlan, JobSource, SourceKind
from kireji.desktop.processes import process_origin
from kireji.storage.jobs.tables import CODES, open_jobs

HAIKU, SONNET = "claude-haiku-5-5", "claude-sonnet-5-5"
_COLUMNS = ("shop", "date", "total", "currency", "category", "paid_by")
_SCHEMA = json.dumps({"type": "object", "properties": {name: {"type": "string"} for name in _COLUMNS}}).encode()


class DemoJob(msgspec.Struct, frozen=True):
    """One job.

    Args:
        name: What the person calls it.
        state: Where it stands.
        rows: How many are in which state.
        source: What it was made from.
        kind: The form of that.
        model: Which answers.
        schema: Of the answers.
        cost: US dollars so far.
        expected: US dollars that were expected.
        reused: Rows with an earlier job's result.
        since: Hours and minutes before now when the service took what it has.
        ended: The same for its end.
        sentence: Why it needs the person.
    """

    name: str
    state: JobState
    rows: Mapping[RowState, int]
    source: str
    kind: SourceKind = SourceKind.FOLDER
    model: str = HAIKU
    schema: bytes = b""
    cost: float = 0.0
    expected: float = 0.0
    reused: int = 0
    since: tuple[int, int] | None = None
    ended: tuple[int, int] | None = None
    sentence: str = ""


OF_THE_MOCK_UP = (
    DemoJob(
        "Moderate comments", JobState.FINISHED, {RowState.SUCCEEDED: 621, RowState.ERRORED: 19}, "comments-v3.jsonl",
        SourceKind.JSONL, SONNET, cost=0.88, expected=0.90, ended=(50, 0),
    ),
    DemoJob(
        "Support mail triage", JobState.FINISHED, {RowState.SUCCEEDED: 7_333, RowState.SAME: 2_077}, "mail.csv",
        SourceKind.CSV, cost=1.12, expected=1.10, ended=(16, 30),
    ),
    DemoJob(
        "Alt text for docs", JobState.RUNNING, {RowState.TAKEN: 212}, "docs", expected=0.05, since=(0, 31),
    ),
    DemoJob(
        "Receipts 2026", JobState.RUNNING,
        {RowState.TAKEN: 284, RowState.SUCCEEDED: 976, RowState.ERRORED: 24}, "Receipts 2026",
        schema=_SCHEMA, cost=0.26, expected=0.34, reused=31, since=(0, 39),
    ),
)  # fmt: skip
"""The oldest first."""

WAITING = DemoJob(
    "Letters of the archive", JobState.NEEDS_YOU, {RowState.PENDING: 400, RowState.SUCCEEDED: 600}, "letters.jsonl",
    SourceKind.JSONL, cost=0.31, expected=0.50,
    sentence="Anthropic does not take the key any more. Replace it in Settings, Keys & models, then resume.",
)  # fmt: skip


def named(jobs: tuple[DemoJob, ...], names: Sequence[str]) -> tuple[DemoJob, ...]:
    """The same jobs under other names; without names, as they are."""
    return (
        tuple(msgspec.structs.replace(job, name=name) for job, name in zip(jobs, names, strict=True)) if names else jobs
    )


def fill_jobs(path: Path, jobs: tuple[DemoJob, ...] = OF_THE_MOCK_UP, now: datetime | None = None) -> None:
    """Write jobs into a queue that nobody works on.

    Args:
        path: The queue's file.
        jobs: Which.
        now: The time of the day that it is.
    """
    now = now or datetime.now(UTC)
    asyncio.run(_make(path))
    with closing(sqlite3.connect(path)) as connection, connection:
        for number, job in enumerate(jobs, start=1):
            _write(connection, number, job, now)


async def _make(path: Path) -> None:
    await (await open_jobs(path)).close()


def _write(connection: sqlite3.Connection, number: int, job: DemoJob, now: datetime) -> None:
    plan = JobPlan(job.name, "anthropic", job.model, schema=job.schema)
    rows = sum(count for state, count in job.rows.items() if state is not RowState.SAME)
    estimate = Estimate(rows, rows * 1_200, rows * 120, job.expected, job.expected * 2, 0.5, 86_400.0, 3_600.0)
    source = JobSource(job.kind, (job.source,), label=job.source)
    texts = [msgspec.json.encode(value).decode() for value in (plan, source, estimate)]
    ended = None if job.ended is None else _before(now, job.ended)
    begun = _before(now, job.since or job.ended or (1, 0)) - 600_000_000
    connection.execute(
        "INSERT INTO jobs (id, state, plan, source, sentence, estimate, cost, reused, created, started, ended)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            job.state.value,
            texts[0],
            texts[1],
            job.sentence,
            texts[2],
            job.cost,
            job.reused,
            begun,
            begun,
            ended,
        ),
    )
    for state, count in job.rows.items():
        connection.execute("INSERT INTO counts (job, state, rows) VALUES (?, ?, ?)", (number, CODES[state], count))
    if job.since is not None:
        _with_service(connection, number, job.rows[RowState.TAKEN], _before(now, job.since), now)


def _with_service(connection: sqlite3.Connection, job: int, rows: int, since: int, now: datetime) -> None:
    """A batch that this very process works on, so that nobody else asks for it."""
    owner, lease = process_origin(), _micros(now + timedelta(days=1))
    connection.execute(
        "INSERT INTO batches (job, key, state, rows, first, last, remote, created, submitted, owner_pid, owner_started,"
        " lease) VALUES (?, ?, 'submitted', ?, 1, 1, ?, ?, ?, ?, ?, ?)",
        (job, f"demo{job:08}", rows, f"msgbatch_demo{job}", since, since, owner.pid, owner.started, lease),
    )


def _before(now: datetime, ago: tuple[int, int]) -> int:
    return _micros(now - timedelta(hours=ago[0], minutes=ago[1]))


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
