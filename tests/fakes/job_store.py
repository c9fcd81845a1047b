"""The queue of jobs in memory: what `core.jobs.ports.JobStore` promises, in the plainest way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from kireji.core.errors import JobConflict
from kireji.core.history import Origin
from kireji.core.jobs.counts import Counts, Leaving
from kireji.core.jobs.limits import LONGEST_DELIVERY_WAIT, LONGEST_WAIT
from kireji.core.jobs.ports import RemoteBatch
from kireji.core.jobs.states import ENDED_BATCHES, ENDED_ROWS, RETRIED_ROWS, BatchState, JobState, RowState, may_follow
from kireji.core.jobs.values import (
    Batch,
    Delivery,
    Estimate,
    Job,
    JobPlan,
    JobSource,
    JoinedRow,
    Outcome,
    Row,
    RowInput,
    RowResult,
)
from kireji.core.messages import Usage
from kireji.storage.jobs.loading import BadRow, NewRow
from kireji.storage.jobs.rows import beginning
from kireji.storage.rows import utc_now

_WAITING = frozenset({RowState.TAKEN, RowState.UNCERTAIN})
_CLAIMED = frozenset({BatchState.UNCERTAIN, BatchState.SUBMITTED, BatchState.CANCELLING, BatchState.COLLECTING})
_FOLLOW: Mapping[BatchState, tuple[frozenset[RowState], RowState]] = {
    BatchState.SUBMITTED: (frozenset({RowState.UNCERTAIN}), RowState.TAKEN),
    BatchState.UNCERTAIN: (frozenset({RowState.TAKEN}), RowState.UNCERTAIN),
    BatchState.NEEDS_YOU: (frozenset({RowState.TAKEN}), RowState.UNCERTAIN),
    BatchState.DISCARDED: (_WAITING, RowState.PENDING),
    BatchState.FAILED: (_WAITING, RowState.ERRORED),
    BatchState.EXPIRED: (_WAITING, RowState.EXPIRED),
    BatchState.COMPLETED: (_WAITING, RowState.EXPIRED),
}
_ALL: frozenset[RowState] = frozenset()


@dataclass
class _Row:
    number: int
    line: int
    own: str
    state: RowState
    sentence: str = ""
    same_as: int | None = None
    cached: bool = False
    batch: int | None = None
    sent: bool = False
    label: str = ""
    print: bytes = b""
    columns: Mapping[str, str] = field(default_factory=dict)
    input: RowInput | None = None
    result: RowResult | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    again: int | None = None

    def go(self, state: RowState) -> None:
        assert may_follow(self.state, state), f"{self.state} -> {state}"
        self.state = state

    def shown(self) -> Row:
        source = self.label or (beginning(self.input.kind, self.input.content) if self.input else "")
        return Row(self.number, self.line, self.own, self.state, self.sentence, self.same_as, self.cached, source)


@dataclass
class _Job:
    job: Job
    owner: Origin
    offered: bool = False
    rows: list[_Row] = field(default_factory=list)


class MemoryJobStore:
    """A queue without a file; also what is to be told (`core.jobs.ports.DeliveryStore`).

    Args:
        alive: Whether a process still runs.
        now: The time in UTC.

    Attributes:
        written_by_others: What `version` says.
    """

    def __init__(self, alive: Callable[[Origin], bool] = lambda _: True, now: Callable[[], datetime] = utc_now) -> None:
        self.written_by_others = 0
        self._alive = alive
        self._now = now
        self._jobs: dict[int, _Job] = {}
        self._batches: dict[int, Batch] = {}
        self._ready: dict[int, int] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._last_job = 0
        self._last_batch = 0

    def fill(self, job: int, rows: Sequence[NewRow | BadRow]) -> None:
        """Give a job that is IMPORTING its rows; it is READY then."""
        kept = self._jobs[job]
        assert kept.job.state is JobState.IMPORTING
        kept.rows += [_made(row) for row in rows]
        owns: dict[str, _Row] = {}
        prints: dict[bytes, _Row] = {}
        for row in kept.rows:
            if row.state is RowState.INVALID:
                continue
            first = owns.setdefault(row.own, row) if row.own else row
            if first is not row:
                row.state = RowState.INVALID
                row.sentence = f"Line {row.line} has the id of line {first.line}."
                continue
            first = prints.setdefault(row.print, row)
            if first is not row:
                row.state, row.same_as = RowState.SAME, first.number
        kept.job = msgspec.structs.replace(kept.job, state=JobState.READY)

    async def create(self, plan: JobPlan, source: JobSource, owner: Origin) -> int:
        self._last_job += 1
        label = source.label or (source.paths[0] if source.paths else "")
        made = Job(self._last_job, plan, label, source.kind, JobState.IMPORTING, Counts(), self._now())
        self._jobs[made.id] = _Job(made, owner)
        return made.id

    async def jobs(self) -> Sequence[Job]:
        return [self._job(kept) for _, kept in sorted(self._jobs.items(), reverse=True)]

    async def job(self, job: int) -> Job | None:
        kept = self._jobs.get(job)
        return None if kept is None else self._job(kept)

    async def set_state(self, job: int, state: JobState, sentence: str = "", delivery: Delivery | None = None) -> Job:
        kept = self._existing(job)
        known = self._job(kept)
        if not may_follow(known.state, state):
            raise JobConflict(f"job {job} is {known.state.value}")
        if state in (JobState.FINISHED, JobState.CANCELLED):
            waits = known.counts.pending + known.counts.taken
            waits += known.counts.uncertain if state is JobState.FINISHED else 0
            if waits or await self.open_batches(job):
                raise JobConflict(f"rows of job {job} have not ended")
        now = self._now()
        kept.job = msgspec.structs.replace(
            kept.job,
            state=state,
            sentence=sentence,
            started=kept.job.started or (now if state is JobState.RUNNING else None),
            ended=now if state in (JobState.FINISHED, JobState.CANCELLED) else None,
        )
        if delivery is not None:
            self._deliveries.setdefault(delivery.id, delivery)
        return self._job(kept)

    async def tell(self, job: int, sentence: str) -> None:
        if job in self._jobs:
            self._jobs[job].job = msgspec.structs.replace(self._jobs[job].job, sentence=sentence)

    async def set_estimate(self, job: int, estimate: Estimate) -> None:
        if job in self._jobs:
            self._jobs[job].job = msgspec.structs.replace(self._jobs[job].job, estimate=estimate)

    async def set_plan(self, job: int, plan: JobPlan) -> None:
        kept = self._existing(job)
        if kept.job.state is not JobState.IMPORTING:
            plan = msgspec.structs.replace(
                kept.job.plan,
                name=plan.name,
                mode=plan.mode,
                rows_per_batch=plan.rows_per_batch,
                unpriced=plan.unpriced,
            )
        kept.job = msgspec.structs.replace(kept.job, plan=plan)

    async def remove(self, job: int) -> None:
        if await self.open_batches(job):
            raise JobConflict(f"job {job} has rows with the service")
        self._jobs.pop(job, None)
        self._batches = {number: batch for number, batch in self._batches.items() if batch.job != job}

    async def offer(self, job: int) -> None:
        self._existing(job).offered = True

    async def left_over(self) -> Sequence[int]:
        importing = [kept for kept in self._jobs.values() if kept.job.state is JobState.IMPORTING]
        return [kept.job.id for kept in importing if not self._alive(kept.owner)]

    async def version(self) -> int:
        return self.written_by_others

    async def take(self, job: int, owner: Origin, key: str, rows: int, state: BatchState, lease: float) -> Batch | None:
        kept = self._jobs.get(job)
        if kept is None or kept.job.state is not JobState.RUNNING:
            return None
        taken = [row for row in kept.rows if row.state is RowState.PENDING][:rows]
        return self._taken(job, taken, owner, key, state, lease) if taken else None

    async def take_row(self, job: int, number: int, owner: Origin, key: str, lease: float) -> Batch | None:
        taken = [row for row in self._rows(job) if row.number == number and row.state is RowState.PENDING]
        return self._taken(job, taken, owner, key, BatchState.LIVE, lease) if taken else None

    def _taken(self, job: int, taken: list[_Row], owner: Origin, key: str, state: BatchState, lease: float) -> Batch:
        assert all(batch.key != key for batch in self._batches.values())
        now = self._now()
        self._last_batch = number = self._last_batch + 1
        for row in taken:
            row.go(RowState.TAKEN)
            row.batch, row.sent = number, False
        self._batches[number] = Batch(
            number, job, key, state, len(taken), created=now, owner=owner, lease=now + timedelta(seconds=lease)
        )
        return self._batches[number]

    async def give_back(self, batch: int, after: int) -> int:
        known = self._batch(batch)
        if known.state not in (BatchState.SUBMITTING, BatchState.LIVE):
            raise JobConflict(f"batch {batch} is {known.state.value}")
        beyond = [row for row in self._in(batch) if row.number > after and row.state is RowState.TAKEN and not row.sent]
        for row in beyond:
            self._wait(row)
        self._change(batch, rows=known.rows - len(beyond))
        return known.rows - len(beyond)

    async def set_ready(self, batch: int, rows: int) -> None:
        if self._batch(batch).state is BatchState.SUBMITTING:
            self._ready[batch] = rows

    async def inputs(self, batch: int, after: int = 0, limit: int = 200) -> Sequence[RowInput]:
        return [row.input for row in self._in(batch) if row.number > after and row.input is not None][:limit]

    async def keep_values(self, batch: int, values: Mapping[int, Mapping[str, str]]) -> None:
        self._batch(batch)
        for row in self._in(batch):
            if row.number in values and row.state in _WAITING:
                row.values = dict(values[row.number])

    async def mark_sent(self, batch: int, number: int, *, sent: bool = True) -> None:
        known = self._batch(batch)
        rows = [row for row in self._in(batch) if row.number == number and row.state is RowState.TAKEN]
        if known.state is not BatchState.LIVE or not rows:
            raise JobConflict(f"row {number} is not in batch {batch}")
        rows[0].sent = sent

    async def renew(self, owner: Origin, lease: float) -> None:
        for batch in self._open():
            if batch.owner == owner:
                self._change(batch.id, lease=self._now() + timedelta(seconds=lease))

    async def claim_due(self, owner: Origin, now: datetime, lease: float, job: int | None = None) -> Batch | None:
        self._free_lost(now)
        due = [
            batch
            for batch in self._open(job)
            if batch.state in _CLAIMED and batch.owner is None and _is_due(batch.next_poll, now, LONGEST_WAIT)
        ]
        if not due:
            return None
        first = min(due, key=lambda batch: (batch.next_poll is not None, batch.next_poll, batch.id))
        until = now + timedelta(seconds=lease)
        return self._change(first.id, owner=owner, lease=until, polls=first.polls + 1)

    async def release(self, batch: int, owner: Origin, next_poll: datetime | None) -> None:
        known = self._batches.get(batch)
        if known is not None and known.state not in ENDED_BATCHES and known.owner == owner:
            self._change(batch, owner=None, lease=None, next_poll=next_poll)

    async def next_due(self, job: int | None = None) -> datetime | None:
        now = self._now()
        times = []
        for batch in self._open(job):
            being_sent = batch.state in (BatchState.SUBMITTING, BatchState.LIVE)
            if being_sent or batch.state in _CLAIMED:
                due = now if being_sent or _is_due(batch.next_poll, now, LONGEST_WAIT) else batch.next_poll or now
                if not being_sent and batch.next_poll is not None and batch.next_poll < now:
                    due = batch.next_poll
                far = now + timedelta(seconds=LONGEST_WAIT)
                times.append(max(due, batch.lease) if batch.lease is not None and batch.lease <= far else due)
        return min(times, default=None)

    async def make_due(self, job: int | None = None) -> None:
        for batch in self._open(job):
            self._change(batch.id, next_poll=None)
        for delivery in self._deliveries.values():
            self._deliveries[delivery.id] = msgspec.structs.replace(delivery, next_try=None)

    async def open_batches(self, job: int) -> Sequence[Batch]:
        return self._open(job)

    async def numbers(self, batch: int, *, waiting: bool = False) -> frozenset[int]:
        return frozenset(row.number for row in self._in(batch) if not waiting or row.state in _WAITING)

    async def set_batch(
        self,
        batch: int,
        state: BatchState,
        *,
        remote: RemoteBatch | None = None,
        candidates: tuple[str, ...] | None = None,
        proven: bool | None = None,
        sentence: str = "",
    ) -> Batch:
        known = self._batch(batch)
        same = known.state is state
        if known.state in ENDED_BATCHES or not (same or may_follow(known.state, state)):
            raise JobConflict(f"batch {batch} is {known.state.value}")
        if state is BatchState.UNCERTAIN:
            self._change(batch, remote="", submitted=None, expires=None)
        elif remote is not None:
            expires = remote.expires or known.expires
            self._change(batch, remote=remote.id, submitted=remote.created, expires=expires)
        changes = {"candidates": candidates, "proven": proven}
        if state in ENDED_BATCHES:
            self._change(batch, owner=None, lease=None)
        self._follow(known, state, sentence)
        return self._change(
            batch,
            state=state,
            sentence=sentence,
            polls=known.polls if same else 0,
            **{name: value for name, value in changes.items() if value is not None},
        )

    async def known_remotes(self) -> frozenset[str]:
        return frozenset(batch.remote for batch in self._batches.values() if batch.remote)

    async def record(self, batch: int, results: Sequence[RowResult]) -> int:
        new = 0
        rows = {row.number: row for row in self._in(batch)}
        for result in results:
            row = rows.get(result.number)
            if row is not None and row.state in _WAITING:
                self._end(row, result)
                new += 1
        return new

    async def values(self, batch: int, numbers: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        return {row.number: row.values for row in self._in(batch) if row.number in numbers and row.values}

    async def reuse(self, job: int) -> int:
        taken = 0
        for row in self._rows(job):
            earlier = self._answered(job, row) if row.state is RowState.PENDING else None
            if earlier is not None and earlier.result is not None:
                row.go(RowState.SUCCEEDED)
                row.result = msgspec.structs.replace(earlier.result, number=row.number, cached=True)
                row.values, row.cached = earlier.values, True
                taken += 1
        return taken

    async def retry(self, job: int, states: frozenset[RowState]) -> int:
        if states - RETRIED_ROWS - {RowState.UNCERTAIN}:
            raise ValueError("they are not sent again")
        found = [row for row in self._rows(job) if row.state in states and not self._undecided(row)]
        for row in found:
            self._wait(row)
            row.result, row.values, row.sentence, row.cached, row.again = None, {}, "", False, None
        return len(found)

    async def fail_uncertain(self, job: int, sentence: str) -> int:
        found = [row for row in self._rows(job) if row.state is RowState.UNCERTAIN and not self._undecided(row)]
        for row in found:
            row.go(RowState.ERRORED)
            row.sentence = sentence
        return len(found)

    async def cancel_pending(self, job: int) -> int:
        found = [row for row in self._rows(job) if row.state is RowState.PENDING]
        for row in found:
            row.go(RowState.CANCELED)
        return len(found)

    async def rows(
        self, job: int, after: int = 0, limit: int = 200, states: frozenset[RowState] = _ALL
    ) -> Sequence[Row]:
        return [row.shown() for row in self._among(job, after, states)][:limit]

    async def input(self, job: int, number: int) -> RowInput | None:
        return next((row.input for row in self._rows(job) if row.number == number), None)

    async def joined(
        self, job: int, after: int = 0, limit: int = 500, states: frozenset[RowState] = _ALL
    ) -> Sequence[JoinedRow]:
        rows = {row.number: row for row in self._rows(job)}
        return [
            JoinedRow(row.shown(), _result(answered), answered.values, row.columns)
            for row in list(self._among(job, after, states))[:limit]
            for answered in (row if row.same_as is None else rows[row.same_as],)
        ]

    async def sample(self, job: int, most: int) -> Sequence[RowInput]:
        found = [row.input for row in self._rows(job) if row.state is RowState.PENDING and row.input is not None]
        most = min(most, len(found))
        return [found[len(found) * place // most] for place in range(most)]

    async def has_pictures(self, job: int) -> bool:
        return any(row.input is not None and row.input.pictures for row in self._jobs[job].rows)

    async def bytes_pending(self, job: int) -> int:
        return sum(len(row.input.content) for row in self._rows(job) if row.state is RowState.PENDING and row.input)

    async def claim_delivery(self, now: datetime, hold: float) -> Delivery | None:
        due = [one for one in self._deliveries.values() if _is_due(one.next_try, now, LONGEST_DELIVERY_WAIT)]
        if not due:
            return None
        first = min(due, key=lambda one: (one.next_try is not None, one.next_try or one.created, one.created, one.id))
        held = now + timedelta(seconds=hold)
        self._deliveries[first.id] = msgspec.structs.replace(first, attempts=first.attempts + 1, next_try=held)
        return self._deliveries[first.id]

    async def postpone_delivery(self, delivery: str, next_try: datetime) -> None:
        if delivery in self._deliveries:
            self._deliveries[delivery] = msgspec.structs.replace(self._deliveries[delivery], next_try=next_try)

    async def end_delivery(self, delivery: str) -> None:
        self._deliveries.pop(delivery, None)

    async def next_delivery(self) -> datetime | None:
        return min((one.next_try or one.created for one in self._deliveries.values()), default=None)

    def _existing(self, job: int) -> _Job:
        if job not in self._jobs:
            raise JobConflict(f"there is no job {job}")
        return self._jobs[job]

    def _job(self, kept: _Job) -> Job:
        states = Counter(row.state for row in kept.rows)
        batches = [batch for batch in self._batches.values() if batch.job == kept.job.id]
        alone = (BatchState.LIVE, BatchState.COMPLETED)
        sent = [
            batch
            for batch in batches
            if batch.state not in (BatchState.SUBMITTING, BatchState.DISCARDED)
            and (batch.remote or batch.state not in alone)
        ]
        there = (BatchState.SUBMITTED, BatchState.CANCELLING, BatchState.COLLECTING)
        leaving = [batch for batch in batches if batch.state is BatchState.SUBMITTING]
        return msgspec.structs.replace(
            kept.job,
            counts=Counts(
                **{state.value: number for state, number in states.items()}, reused=sum(row.cached for row in kept.rows)
            ),
            waiting_since=min((one.submitted for one in batches if one.state in there and one.submitted), default=None),
            batches=len(sent),
            batches_ended=sum(batch.state in ENDED_BATCHES for batch in sent),
            held=not kept.offered and self._alive(kept.owner),
            leaving=Leaving(sum(one.rows for one in leaving), sum(self._ready.get(one.id, 0) for one in leaving)),
        )

    def _batch(self, batch: int) -> Batch:
        if batch not in self._batches:
            raise JobConflict(f"there is no batch {batch}")
        return self._batches[batch]

    def _change(self, batch: int, **values: object) -> Batch:
        self._batches[batch] = msgspec.structs.replace(self._batches[batch], **values)
        return self._batches[batch]

    def _open(self, job: int | None = None) -> list[Batch]:
        return [one for one in self._batches.values() if one.state not in ENDED_BATCHES and job in (None, one.job)]

    def _in(self, batch: int) -> Iterator[_Row]:
        known = self._batches.get(batch)
        return iter(()) if known is None else (row for row in self._jobs[known.job].rows if row.batch == batch)

    def _rows(self, job: int) -> list[_Row]:
        return self._jobs[job].rows if job in self._jobs else []

    def _among(self, job: int, after: int, states: frozenset[RowState]) -> Iterator[_Row]:
        return (row for row in self._rows(job) if row.number > after and (not states or row.state in states))

    def _undecided(self, row: _Row) -> bool:
        """What becomes of it, its batch says."""
        is_open = row.batch is not None and self._batches[row.batch].state not in ENDED_BATCHES
        return row.state is RowState.UNCERTAIN and is_open

    def _wait(self, row: _Row) -> None:
        row.go(RowState.PENDING)
        row.batch, row.sent = None, False

    def _end(self, row: _Row, result: RowResult, job: int | None = None) -> None:
        row.go(result.outcome.row_state)
        row.result, row.sentence = msgspec.structs.replace(result, again=False), result.sentence
        if result.again and row.again is None and result.outcome is not Outcome.SUCCEEDED:
            row.again = row.batch
        number = self._batches[row.batch].job if job is None and row.batch is not None else job
        assert number is not None
        known = self._jobs[number]
        known.job = msgspec.structs.replace(known.job, cost=known.job.cost + (result.usage.cost or 0.0))

    def _answered(self, job: int, row: _Row) -> _Row | None:
        """The same request with an answer, in the newest of the other jobs."""
        others = [kept for number, kept in sorted(self._jobs.items(), reverse=True) if number != job]
        found = (
            one for kept in others for one in kept.rows if one.print == row.print and one.state is RowState.SUCCEEDED
        )
        return next(found, None)

    def _free_lost(self, now: datetime) -> None:
        for batch in self._open():
            if batch.owner is not None and (self._alive(batch.owner) or not _is_over(batch.lease, now)):
                continue
            if batch.state is BatchState.LIVE:
                self._follow(batch, BatchState.COMPLETED, "")
                self._change(batch.id, state=BatchState.COMPLETED)
            elif batch.state is BatchState.SUBMITTING:
                self._follow(batch, BatchState.UNCERTAIN, "")
                self._change(batch.id, state=BatchState.UNCERTAIN, polls=0, next_poll=None)
            self._change(batch.id, owner=None, lease=None)

    def _follow(self, batch: Batch, state: BatchState, sentence: str) -> None:
        if batch.state is BatchState.LIVE:
            if state is BatchState.COMPLETED:
                for row in self._in(batch.id):
                    if row.state is RowState.TAKEN:
                        if row.sent:
                            row.go(RowState.UNCERTAIN)
                        else:
                            self._wait(row)
                self._send_back(batch)
            return
        before, after = _FOLLOW.get(state, (frozenset(), RowState.PENDING))
        for row in list(self._in(batch.id)):
            if row.state in before:
                row.go(after)
                row.sentence = sentence if after in ENDED_ROWS else ""
                if after is RowState.PENDING:
                    row.batch = None
        if state in ENDED_BATCHES:
            self._send_back(batch)

    def _send_back(self, batch: Batch) -> None:
        if self._jobs[batch.job].job.state in (JobState.CANCELLING, JobState.CANCELLED):
            return
        for row in list(self._in(batch.id)):
            if row.again == batch.id and row.state is RowState.ERRORED:
                self._wait(row)
                row.result, row.values, row.sentence = None, {}, ""


def _made(row: NewRow | BadRow) -> _Row:
    if isinstance(row, BadRow):
        return _Row(row.number, row.line, row.id, RowState.INVALID, row.sentence)
    return _Row(
        row.number,
        row.line,
        row.id,
        RowState.PENDING,
        label=row.label,
        print=row.print,
        columns=row.columns,
        input=RowInput(row.number, row.kind, row.content, row.pictures),
    )


def _result(row: _Row) -> RowResult | None:
    if row.state not in ENDED_ROWS:
        return None
    found = row.result or RowResult(row.number, Outcome(row.state.value), b"", Usage())
    return msgspec.structs.replace(found, number=row.number, sentence=row.sentence, cached=row.cached)


def _is_due(time: datetime | None, now: datetime, longest: float) -> bool:
    return time is None or time <= now or time > now + timedelta(seconds=longest)


def _is_over(lease: datetime | None, now: datetime) -> bool:
    return _is_due(lease, now, LONGEST_WAIT)
