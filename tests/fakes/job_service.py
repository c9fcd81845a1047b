"""Jobs for front ends, without a queue: a test says what there is and sees what was asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from kireji.core.errors import JobError, KirejiError
from kireji.core.jobs.answers import Answer, Column, ColumnKind, Exported, ExportForm, RowDetail
from kireji.core.jobs.counts import Counts
from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.states import RETRIED_ROWS, JobState, RowState
from kireji.core.jobs.values import (
    Estimate,
    ImportProgress,
    Job,
    JobPlan,
    JobSource,
    Outcome,
    Row,
    SourceHead,
    SourceKind,
)
from kireji.core.messages import Usage
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.row_results import RowResult
from kireji.services.jobs.service import JobService

if TYPE_CHECKING:
    from kireji.services.jobs.parts import JobParts

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ESTIMATE = Estimate(rows=3, input_tokens=3_000, output_tokens=900, cost=0.0034, most=0.0092, share=0.5, seconds=86_400,
                    usual_seconds=1_800)  # fmt: skip


async def _no_parts() -> JobParts:
    raise AssertionError("there is no queue")


class FakeJobService(JobService):
    """Jobs in memory.

    Attributes:
        held: The jobs, by number.
        answered: Their rows, in the order of the input.
        details: Rows in full, by job and number; others are made from the answer.
        results: What came of rows, by job and number.
        gave_nothing: How many rows `export` leaves out of a table because nothing came of them.
        refused: What `add` and `bad` say could not be read.
        read: What `add` finds: rows in the order of the input.
        told: What `add` tells while it reads.
        reading: When set, `add` waits for it.
        heads: What sources look like at a glance, by their first path.
        terms: What batches of every model may hold.
        expected: What `estimate` and `add` expect.
        dry: What `dry_run` brings.
        failure: When set, the next order raises it.
        orders: What was asked for, in order: a word and its arguments.
        asked: Every page of answers that was read: job, after, limit.
    """

    def __init__(self) -> None:
        super().__init__(_no_parts, lambda: bool(self.held), JobNews())
        self.held: dict[int, Job] = {}
        self.answered: dict[int, list[Answer]] = {}
        self.details: dict[tuple[int, int], RowDetail] = {}
        self.results: dict[tuple[int, int], RowResult] = {}
        self.gave_nothing = 0
        self.refused: list[Row] = []
        self.read: list[Answer] = []
        self.told: list[ImportProgress] = []
        self.reading: asyncio.Event | None = None
        self.heads: dict[str, SourceHead] = {}
        self.terms: BatchLimits | None = BatchLimits(100_000, 256_000_000, 32_000_000, stored_pictures=True)
        self.expected = ESTIMATE
        self.dry: Answer | None = None
        self.failure: KirejiError | None = None
        self.orders: list[tuple[Any, ...]] = []
        self.asked: list[tuple[int, int, int]] = []
        self.watchers = 0
        self.offered: list[int] = []

    # For tests.

    def hold(self, job: Job, answers: Sequence[Answer] = ()) -> Job:
        """There is a job, new or changed; said to whoever wants to know."""
        self.held[job.id] = job
        if answers:
            self.answered[job.id] = list(answers)
        self.changed.publish(job.id)
        return job

    def end(self, job: Job) -> None:
        """A job has ended."""
        self.hold(job)
        self.ended.publish(job)

    def _order(self, *words: Any) -> None:
        self.orders.append(words)
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure

    def _turned(self, job: int, state: JobState) -> Job:
        return self.hold(msgspec.structs.replace(self.held[job], state=state, sentence=""))

    # As the real one.

    async def jobs(self) -> Sequence[Job]:
        return sorted(self.held.values(), key=lambda job: -job.id)

    async def job(self, job: int) -> Job:
        if job not in self.held:
            raise JobError(f"There is no job {job}.", "")
        return self.held[job]

    async def add(
        self, plan: JobPlan, source: JobSource, progress: Callable[[ImportProgress], None] = lambda _: None
    ) -> Job:
        self.orders.append(("add", plan, source))
        for told in self.told:
            progress(told)
        if self.reading is not None:
            await self.reading.wait()
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        number = max(self.held, default=0) + 1
        if self.read:
            counts = counts_of(self.read)
            self.answered[number] = list(self.read)
        else:
            counts = Counts(pending=self.expected.rows, invalid=len(self.refused))
        return self.hold(
            Job(number, plan, source.label, source.kind, JobState.READY, counts, NOON, estimate=self.expected)
        )

    async def offer(self, job: int) -> None:
        self.offered.append(job)

    async def head(self, source: JobSource) -> SourceHead:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return self.heads.get(source.paths[0], SourceHead(pictures=len(source.paths)))

    async def limits(self, provider: str, model: str) -> BatchLimits | None:
        del provider, model
        return self.terms

    async def bad(self, job: int, after: int = 0, limit: int = 100) -> Sequence[Row]:
        return [row for row in self.refused if row.number > after][:limit]

    async def estimate(self, job: int) -> Estimate:
        self._order("estimate", job)
        return self.expected

    async def dry_run(self, job: int, number: int | None = None) -> Answer:
        self._order("dry run", job, number)
        assert self.dry is not None
        held = self.held[job]
        counts = msgspec.structs.replace(
            held.counts, pending=held.counts.pending - 1, succeeded=held.counts.succeeded + 1
        )
        self.hold(msgspec.structs.replace(held, counts=counts))
        return self.dry

    async def start(self, job: int) -> Job:
        self._order("start", job)
        return self._turned(job, JobState.RUNNING)

    async def pause(self, job: int) -> Job:
        self._order("pause", job)
        return self._turned(job, JobState.PAUSED)

    async def resume(self, job: int) -> Job:
        self._order("resume", job)
        return self._turned(job, JobState.RUNNING)

    async def cancel(self, job: int) -> Job:
        self._order("cancel", job)
        return self._turned(job, JobState.CANCELLING)

    async def retry(self, job: int) -> int:
        self._order("retry", job)
        return self.held[job].counts.failed

    async def decide(self, job: int, *, again: bool) -> Job:
        self._order("decide", job, again)
        return self._turned(job, JobState.RUNNING)

    async def allow_unpriced(self, job: int) -> None:
        self._order("allow unpriced", job)

    async def remove(self, job: int) -> None:
        self._order("remove", job)
        del self.held[job]
        self.changed.publish(job)

    async def rows(
        self, job: int, after: int = 0, limit: int = 200, states: frozenset[RowState] = frozenset()
    ) -> Sequence[Row]:
        return [answer.row for answer in await self.answers(job, after, limit, states)]

    async def answers(
        self, job: int, after: int = 0, limit: int = 200, states: frozenset[RowState] = frozenset()
    ) -> Sequence[Answer]:
        self.asked.append((job, after, limit))
        rows = self.answered.get(job, ())
        wanted = rows[after:] if not states else [each for each in rows if each.row.state in states]
        return [each for each in wanted if each.row.number > after][:limit]

    async def detail(self, job: int, number: int) -> RowDetail:
        if (job, number) in self.details:
            return self.details[job, number]
        answer = self.answered[job][number - 1]
        raw = json.dumps({"text": answer.text}) if answer.text else ""
        return RowDetail(answer, f"Question {number}", content=json.dumps({"prompt": f"Question {number}"}), raw=raw)

    async def result(self, job: int, number: int) -> RowResult:
        self._order("result", job, number)
        return self.results[job, number]

    def policy(self, _job: Job) -> None:
        return None

    def columns(self, job: Job) -> tuple[Column, ...]:
        properties = json.loads(job.plan.schema)["properties"] if job.plan.schema else {}
        kinds = {"string": ColumnKind.TEXT, "integer": ColumnKind.INTEGER, "number": ColumnKind.NUMBER,
                 "boolean": ColumnKind.BOOLEAN}  # fmt: skip
        return tuple(Column(name, kinds.get(each.get("type"), ColumnKind.JSON)) for name, each in properties.items())

    async def export(
        self,
        job: int,
        path: str,
        form: ExportForm,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        *,
        failed: bool = False,
    ) -> Exported:
        self._order("export", job, path, form, *(("failed",) if failed else ()))
        rows = self.held[job].counts.lines
        progress(rows, rows)
        return Exported(rows, 0, self.gave_nothing)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        self.watchers += 1
        try:
            yield
        finally:
            self.watchers -= 1


def counts_of(answers: Sequence[Answer]) -> Counts:
    """How many rows are in which state."""
    numbers = dict.fromkeys(RowState, 0)
    for answer in answers:
        numbers[answer.row.state] += 1
    return Counts(
        **{state.value: number for state, number in numbers.items()}, reused=sum(one.cached for one in answers)
    )


def a_job(number: int = 1, state: JobState = JobState.RUNNING, counts: Counts | None = None, **more: Any) -> Job:
    """A job; its plan can be changed by `plan`.

    Args:
        number: Its own.
        state: Where it stands.
        counts: Its rows.
        more: Other fields of `Job`.
    """
    plan = more.pop("plan", None) or JobPlan("Receipts 2026", "anthropic", "claude-haiku-5-5")
    return Job(
        number, plan, more.pop("source", "receipts.jsonl"), more.pop("kind", SourceKind.JSONL), state,
        counts or Counts(), more.pop("created", NOON), **more,
    )  # fmt: skip


def an_answer(number: int, text: str = "", state: RowState = RowState.SUCCEEDED, **more: Any) -> Answer:
    """A row with how it ended.

    Args:
        number: Of the row.
        text: What was answered.
        state: Where it stands.
        more: Other fields of `Answer`; `id`, `source`, `sentence` and `same_as` are the row's.
    """
    row = Row(
        number,
        number,
        more.pop("id", ""),
        state,
        more.pop("sentence", ""),
        more.pop("same_as", None),
        more.get("cached", False),
        more.pop("source", f"Question {number}"),
    )
    ended = state is RowState.SUCCEEDED or state in RETRIED_ROWS
    outcome = more.pop("outcome", Outcome(state.value) if ended else None)
    usage = more.pop("usage", Usage(input_tokens=900, output_tokens=40) if ended else Usage())
    return Answer(row, outcome, text, usage=usage, cost=more.pop("cost", 0.0002 if ended else None), **more)
