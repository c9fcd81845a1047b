"""Any orders in any sequence, by two processes that may be gone at any time: the file and the memory always agree.

What holds however a queue came about: a row is in at most one open batch, a row that succeeded never changes, every row
ends once for each time that it was sent, and the counts are what counting gives.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule

from kireji.core.errors import JobConflict
from kireji.core.history import Origin
from kireji.core.jobs.limits import LONGEST_WAIT
from kireji.core.jobs.states import ENDED_ROWS, RETRIED_ROWS, BatchState, JobState, RowState
from kireji.core.jobs.values import JoinedRow, Outcome
from kireji.storage.jobs.counting import counts_of, recounted
from kireji.storage.jobs.loading import BadRow
from tests.support.queues import LEASE, US, Queue, World, in_file, in_memory, result, row

OWNERS = [US, Origin(200, "another"), Origin(300, "a third")]

owners = st.sampled_from(OWNERS)
numbers = st.integers(1, 7)
outcomes = st.sampled_from(Outcome)
any_jobs, any_batches = Bundle("jobs"), Bundle("batches")


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="kireji-queue-"))
        self.world = World()
        self.memory = in_memory(self.world)
        self.file, self.database = self.runner.run(in_file(self.folder / "jobs.db", self.world))
        self.answers: dict[tuple[int, int], JoinedRow] = {}
        self.made = 0
        self.keys = 0
        self.payloads = 0

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    def both(self, order: Callable[[Queue], Awaitable[Any]]) -> Any:
        """Give the same order to both; they must answer the same."""
        answers = [self.runner.run(self.answered(order(queue))) for queue in (self.memory, self.file)]
        assert answers[0] == answers[1]
        return answers[0]

    async def answered(self, order: Awaitable[Any]) -> Any:
        try:
            return await order
        except JobConflict:
            return JobConflict

    @initialize(target=any_jobs, rows=st.integers(4, 7))
    def begin(self, rows: int) -> int:
        return self.make(rows, set(), 0)

    @precondition(lambda self: self.made < 3)
    @rule(target=any_jobs, rows=numbers, bad=st.sets(numbers, max_size=2), same=st.integers(0, 3))
    def make(self, rows: int, bad: set[int], same: int) -> int:
        """Rows of which some are refused, and the last of which ask what the first do; it runs."""
        lines = [
            BadRow(number, number, "No.")
            if number in bad
            else row(number, print=bytes([number % max(rows - same, 1)] * 16))
            for number in range(1, rows + 1)
        ]
        self.made += 1
        made: int = self.both(lambda queue: queue.made(lines))
        return made

    @rule(job=any_jobs, state=st.sampled_from(JobState))
    def change_job(self, job: int, state: JobState) -> None:
        self.both(lambda queue: queue.store.set_state(job, state))

    @rule(job=any_jobs)
    def run(self, job: int) -> None:
        self.both(lambda queue: queue.store.set_state(job, JobState.RUNNING))

    @rule(target=any_batches, job=any_jobs, owner=owners, rows=st.integers(1, 4), live=st.booleans())
    def take(self, job: int, owner: Origin, rows: int, live: bool) -> Any:
        self.keys += 1
        state = BatchState.LIVE if live else BatchState.SUBMITTING
        taken = self.both(lambda queue: queue.store.take(job, owner, f"key{self.keys}", rows, state, LEASE))
        return multiple() if taken is None else taken.id

    @rule(batch=any_batches, after=numbers)
    def give_back(self, batch: int, after: int) -> None:
        self.both(lambda queue: queue.store.give_back(batch, after))

    @rule(batch=any_batches, number=numbers)
    def mark_sent(self, batch: int, number: int) -> None:
        self.both(lambda queue: queue.store.mark_sent(batch, number))

    @rule(batch=any_batches, number=numbers)
    def hide(self, batch: int, number: int) -> None:
        async def order(queue: Queue) -> None:
            if number in await queue.store.numbers(batch):
                await queue.store.keep_values(batch, {number: {"<X>": f"{batch}-{number}"}})

        self.both(order)

    @rule(batch=any_batches, state=st.sampled_from(BatchState))
    def change_batch(self, batch: int, state: BatchState) -> None:
        self.both(lambda queue: queue.store.set_batch(batch, state, sentence=f"It is {state.value}."))

    @rule(batch=any_batches)
    def submit(self, batch: int) -> None:
        async def order(queue: Queue) -> Any:
            for job in await queue.store.jobs():
                for known in await queue.store.open_batches(job.id):
                    if known.id == batch:
                        remote = queue.remote(known)
                        return await queue.store.set_batch(batch, BatchState.SUBMITTED, remote=remote)
            return None

        self.both(order)

    @rule(owner=owners, job=st.none() | any_jobs)
    def claim(self, owner: Origin, job: int | None) -> None:
        self.both(lambda queue: queue.store.claim_due(owner, self.world.now, LEASE, job))

    @rule(batch=any_batches, owner=owners, wait=st.sampled_from([None, 0, 10, 60, 2 * LONGEST_WAIT]))
    def release(self, batch: int, owner: Origin, wait: float | None) -> None:
        due = None if wait is None else World(self.world.now)
        if due is not None and wait is not None:
            due.pass_by(wait)
        self.both(lambda queue: queue.store.release(batch, owner, due.now if due else None))

    @rule(owner=owners)
    def renew(self, owner: Origin) -> None:
        self.both(lambda queue: queue.store.renew(owner, LEASE))

    @rule(owner=owners)
    def lose(self, owner: Origin) -> None:
        self.world.dead.add(owner)

    @rule(owner=owners)
    def find_again(self, owner: Origin) -> None:
        self.world.dead.discard(owner)

    @rule(owner=owners, other=owners, jump=st.sampled_from([LEASE, -LONGEST_WAIT - LEASE - 1]))
    def lose_and_take_over(self, owner: Origin, other: Origin, jump: float) -> None:
        self.world.dead.add(owner)
        self.world.pass_by(jump)
        self.claim(other, None)
        self.world.dead.discard(owner)

    @rule(seconds=st.sampled_from([1, LEASE, 100, -50, -2 * LONGEST_WAIT]))
    def pass_by(self, seconds: float) -> None:
        self.world.pass_by(seconds)

    @rule(job=st.none() | any_jobs)
    def make_due(self, job: int | None) -> None:
        self.both(lambda queue: queue.store.make_due(job))

    @rule(batch=any_batches, found=st.lists(st.tuples(numbers, outcomes), max_size=7))
    def record(self, batch: int, found: list[tuple[int, Outcome]]) -> None:
        """Any rows in any order, also twice, also those of others."""
        given = [result(number, outcome, payload=self.payload()) for number, outcome in found]
        waiting = self.both(lambda queue: queue.store.numbers(batch, waiting=True))
        new = self.both(lambda queue: queue.store.record(batch, given))
        assert new == len(waiting & {number for number, _ in found})

    @rule(batch=any_batches, how=outcomes, share=st.integers(1, 3), again=st.booleans())
    def record_those_that_wait(self, batch: int, how: Outcome, share: int, again: bool) -> None:
        waiting = sorted(self.both(lambda queue: queue.store.numbers(batch, waiting=True)), reverse=True)
        given = [result(number, how, payload=self.payload(), again=again) for number in waiting[::share]]
        assert self.both(lambda queue: queue.store.record(batch, given)) == len(given)

    @rule(batch=any_batches, other=any_batches, share=st.integers(1, 3))
    def record_those_of_another(self, batch: int, other: int, share: int) -> None:
        """They are taken only where it is the same one."""
        waiting = sorted(self.both(lambda queue: queue.store.numbers(other, waiting=True)))[::share]
        given = [result(number, payload=self.payload()) for number in waiting]
        own = self.both(lambda queue: queue.store.numbers(batch, waiting=True))
        assert self.both(lambda queue: queue.store.record(batch, given)) == len(own & set(waiting))

    @rule(target=any_batches, job=any_jobs, number=numbers, owner=owners)
    def take_row(self, job: int, number: int, owner: Origin) -> Any:
        self.keys += 1
        taken = self.both(lambda queue: queue.store.take_row(job, number, owner, f"key{self.keys}", LEASE))
        return multiple() if taken is None else taken.id

    @rule(job=any_jobs)
    def reuse(self, job: int) -> None:
        self.both(lambda queue: queue.store.reuse(job))

    @rule(
        job=any_jobs,
        states=st.sets(st.sampled_from(sorted(RETRIED_ROWS | {RowState.UNCERTAIN}, key=lambda s: s.value))),
    )
    def retry(self, job: int, states: set[RowState]) -> None:
        self.both(lambda queue: queue.store.retry(job, frozenset(states)))

    @rule(job=any_jobs)
    def cancel_pending(self, job: int) -> None:
        self.both(lambda queue: queue.store.cancel_pending(job))

    @rule(job=any_jobs)
    def fail_uncertain(self, job: int) -> None:
        self.both(lambda queue: queue.store.fail_uncertain(job, "Given up."))

    @invariant()
    def both_hold_the_same(self) -> None:
        async def all_of(queue: Queue) -> list[Any]:
            store = queue.store
            held: list[Any] = [await store.jobs(), await store.known_remotes(), await store.next_due()]
            for job in range(1, self.made + 1):
                held += [await store.joined(job), await store.open_batches(job), await store.bytes_pending(job)]
            return held

        self.both(all_of)

    @invariant()
    def what_always_holds_holds(self) -> None:
        async def check() -> None:
            for job in range(1, self.made + 1):
                joined = {one.row.number: one for one in await self.file.store.joined(job)}
                self.what_succeeded_never_changes(job, joined)
                await self.a_row_is_in_at_most_one_open_batch(job, joined)
                await self.counts_are_what_counting_gives(job, joined)

        self.runner.run(check())

    def what_succeeded_never_changes(self, job: int, joined: Mapping[int, JoinedRow]) -> None:
        for number, one in joined.items():
            if one.row.state is RowState.SUCCEEDED:
                assert self.answers.setdefault((job, number), one) == one
            answered = one if one.row.same_as is None else joined[one.row.same_as]
            assert (one.result is not None) == (answered.row.state in ENDED_ROWS)

    async def a_row_is_in_at_most_one_open_batch(self, job: int, joined: Mapping[int, JoinedRow]) -> None:
        there: Counter[int] = Counter()
        for batch in await self.file.store.open_batches(job):
            there.update(await self.file.store.numbers(batch.id))
        assert all(count == 1 for count in there.values())
        assert {number for number, one in joined.items() if one.row.state is RowState.TAKEN} <= set(there)

    async def counts_are_what_counting_gives(self, job: int, joined: Mapping[int, JoinedRow]) -> None:
        found = await self.database.run(lambda connection: recounted(connection, job))
        reused = sum(one.row.cached for one in joined.values())
        assert (await self.file.job(job)).counts == counts_of(found, reused)

    def payload(self) -> bytes:
        self.payloads += 1
        return b"%d" % self.payloads


Machine.TestCase.settings = settings(
    max_examples=15, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnySequence = Machine.TestCase
