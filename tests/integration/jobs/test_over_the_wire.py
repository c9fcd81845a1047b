"""Whole jobs over real connections, real files and a strict service that does everything wrong once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

from kireji.core.jobs.states import RETRIED_ROWS, BatchState, JobState, RowState
from kireji.core.jobs.values import Job
from tests.service import KEY, Orders, ServiceThread
from tests.service.answers import Status
from tests.service.batches import DAY
from tests.support.job_program import JobProgram, job_program
from tests.support.job_worker import Observed
from tests.support.waiting import until_true

ROWS, EACH = 60, 20
HOW = ("close", "reset", "error", "silence")


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread(batches=Orders(seconds=0.05)) as thread:
        yield thread


def environ(service: ServiceThread, key: str = KEY) -> dict[str, str]:
    return {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": key}


def report(service: ServiceThread) -> dict[str, Any]:
    return dict(service.control(batches={"answered": True})["batches"])


def assert_each_once(service: ServiceThread, job: Job, rows: int = ROWS) -> None:
    counted = report(service)
    assert (job.state, job.counts.succeeded) == (JobState.FINISHED, rows)
    assert (counted["twice"], counted["paid"], counted["most"], counted["orphaned"]) == (0, rows, 1, 0)


async def until_state(program: JobProgram, state: JobState, job: int = 1) -> Job:
    """Let the runner work until a job comes into a state."""
    while (found := await program.job(job)).state is not state:  # noqa: ASYNC110 - a file has no event
        await asyncio.sleep(0.02)
    return found


@asynccontextmanager
async def working(program: JobProgram) -> AsyncIterator[None]:
    """While inside, the program works the queue."""
    work = asyncio.get_running_loop().create_task(program.parts.runner.run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait([work])


async def until_submitted(program: JobProgram, batches: int = ROWS // EACH) -> None:
    wanted = [BatchState.SUBMITTED] * batches
    while [batch.state for batch in await program.parts.store.open_batches(1)] != wanted:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)


async def until_made(service: ServiceThread, batches: int = ROWS // EACH) -> None:
    await until_true(lambda: len(service.batches.all) >= batches)


async def test_a_job_goes_through(service: ServiceThread, tmp_path: Path) -> None:
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        job = await program.work()
        answers = await program.services.jobs.answers(job.id, limit=ROWS)
    assert_each_once(service, job)
    assert [answer.row.number for answer in answers] == list(range(1, ROWS + 1))
    assert all(f"row {answer.row.number} of job 1" in answer.text for answer in answers)
    assert job.cost == pytest.approx(sum(answer.cost or 0.0 for answer in answers))


async def test_every_request_stands_in_the_ledger(service: ServiceThread, tmp_path: Path) -> None:
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        await program.work()
        rows = await program.services.ledger.recent(1000)
        assert len(rows) == len(service.requests)
        assert sum(row.purpose == "job" for row in rows) == ROWS // EACH
        assert (await program.services.ledger.verify()).intact


async def test_what_it_costs_counts_in_the_budgets(service: ServiceThread, tmp_path: Path) -> None:
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        job = await program.work()
        spent = await program.services.spending.today()
    assert spent.cost == pytest.approx(job.cost)
    assert (spent.running, spent.answers) == (0.0, ROWS // EACH)


async def test_no_body_stays_on_the_disk(service: ServiceThread, tmp_path: Path) -> None:
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        await program.work()
        assert list((program.paths.jobs / "outgoing").iterdir()) == []


# Answers that are lost


@pytest.mark.parametrize("how", [name for name in HOW if name != "silence"])
async def test_a_swallowed_answer_is_found_in_the_list(
    how: Literal["close", "reset", "error"], service: ServiceThread, tmp_path: Path
) -> None:
    service.batches.orders.swallow, service.batches.orders.swallow_how = 2, how
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        job = await program.work()
    assert_each_once(service, job)
    assert report(service)["made"] == ROWS // EACH


async def test_a_batch_that_was_read_and_not_made_is_sent_again(service: ServiceThread, tmp_path: Path) -> None:
    service.batches.orders.lose = 1
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        job = await program.work()
    assert_each_once(service, job)


async def test_a_batch_that_is_listed_late_is_not_sent_again(service: ServiceThread, tmp_path: Path) -> None:
    service.batches.orders.swallow, service.batches.orders.unlisted = 1, 0.3
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        job = await program.work()
    assert_each_once(service, job)


async def test_two_computers_with_lost_answers_each_find_their_own(service: ServiceThread, tmp_path: Path) -> None:
    """Batches of one size, made in the same second with one account: only custom ids tell them apart."""
    service.batches.orders.swallow = 4
    async with (
        job_program(tmp_path / "one", environ(service)) as one,
        job_program(tmp_path / "other", environ(service)) as other,
    ):
        await one.add(ROWS, EACH, "one's")
        await other.add(ROWS, EACH, "the other's")
        jobs = await asyncio.gather(one.work(), other.work())
    assert [job.counts.succeeded for job in jobs] == [ROWS, ROWS]
    counted = report(service)
    assert (counted["twice"], counted["paid"], counted["most"]) == (0, 2 * ROWS, 1)


# Results


@pytest.mark.parametrize("how", ["close", "end", "between"])
async def test_results_that_are_cut_are_read_again(
    how: Literal["close", "end", "between"], service: ServiceThread, tmp_path: Path
) -> None:
    service.batches.orders.cut, service.batches.orders.cut_how = [7, 0, 13], how
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        job = await program.work()
    assert_each_once(service, job)


async def test_results_that_are_not_found_for_a_moment_are_asked_for_again(
    service: ServiceThread, tmp_path: Path
) -> None:
    service.batches.orders.missing_results = 2
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        job = await program.work()
    assert_each_once(service, job)


async def test_a_batch_that_is_not_found_right_after_it_was_made(service: ServiceThread, tmp_path: Path) -> None:
    service.batches.orders.missing = 5
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        job = await program.work()
    assert_each_once(service, job)


async def test_results_after_29_days_are_expired_and_may_be_asked_for_anew(
    service: ServiceThread, tmp_path: Path
) -> None:
    service.batches.orders.seconds = None
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        async with working(program):
            await until_submitted(program)
        service.control(batches={"finish": True, "seconds": 0.0})
        await until_true(lambda: all(batch.ended for batch in service.batches.all))
        service.control(batches={"advance": 30 * DAY})
        job = await program.work()
        assert (job.state, job.counts.expired) == (JobState.FINISHED, ROWS)
        [row, *_] = await program.services.jobs.rows(job.id, states=frozenset({RowState.EXPIRED}))
        assert "deleted the results" in row.sentence
        await program.services.jobs.retry(job.id)
        assert (await program.work()).counts.succeeded == ROWS


async def test_only_what_failed_is_asked_again(service: ServiceThread, tmp_path: Path) -> None:
    service.batches.orders.fail, service.batches.orders.expire = 3, 2
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        job = await program.work()
        batches = ROWS // EACH
        assert (job.counts.errored, job.counts.expired) == (3 * batches, 2 * batches)
        service.control(batches={"fail": 0, "expire": 0})
        assert await program.services.jobs.retry(job.id) == 5 * batches
        job = await program.work()
    assert_each_once(service, job)
    assert {RowState.ERRORED, RowState.EXPIRED, RowState.CANCELED} == RETRIED_ROWS


async def test_a_full_disk_while_results_are_read_loses_nothing(service: ServiceThread, tmp_path: Path) -> None:
    rows = 400
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(rows, 100)
        service.batches.orders.seconds = None
        work = asyncio.get_running_loop().create_task(program.parts.runner.run())
        await until_submitted(program, 4)
        pages = await program.database.run(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
        await program.database.run(lambda c: c.execute(f"PRAGMA max_page_count = {pages + 8}").fetchall())
        service.control(batches={"finish": True})
        job = await until_state(program, JobState.NEEDS_YOU)
        assert "full" in job.sentence
        assert job.counts.taken > 0
        await program.database.run(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchall())
        await program.services.jobs.resume(job.id)
        job = await until_state(program, JobState.FINISHED)
        work.cancel()
        await asyncio.wait([work])
    assert_each_once(service, job, rows)


# What only the person can put right


async def test_credit_that_ends_half_way(service: ServiceThread, tmp_path: Path) -> None:
    refusal = Status(402, "billing_error", "Your credit balance is too low")
    async with job_program(tmp_path, environ(service)) as program:

        def about_to_submit(*_: Any) -> None:
            if len(service.batches.all) == 2 and not refused:
                refused.append(True)
                service.batches.orders.refuse = [refusal]

        refused: list[bool] = []
        providers = program.engine.providers
        program.engine.providers = {
            "anthropic": Named(providers["anthropic"], {"submit": about_to_submit}, {}),
        }
        await program.add(ROWS, EACH)
        job = await program.work()
        assert (job.state, job.counts.pending) == (JobState.NEEDS_YOU, EACH)
        assert job.sentence.endswith("Then resume the job.")
        await program.services.jobs.resume(job.id)
        job = await program.work()
    assert_each_once(service, job)


class Named(Observed):
    """An observed provider."""

    name = "anthropic"


async def test_a_key_that_was_revoked_while_waiting_and_replaced(service: ServiceThread, tmp_path: Path) -> None:
    service.batches.orders.seconds = None
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        async with working(program):
            await until_submitted(program)
            service.control(keys=["sk-ant-api03-the-new-key"], batches={"finish": True})
            job = await until_state(program, JobState.NEEDS_YOU)
        assert "ANTHROPIC_API_KEY" in job.sentence
    async with job_program(tmp_path, environ(service, "sk-ant-api03-the-new-key")) as program:
        await program.services.jobs.resume(job.id)
        job = await program.work()
    assert_each_once(service, job)


async def test_a_service_that_takes_no_more_rows_for_now_gets_them_later(
    service: ServiceThread, tmp_path: Path
) -> None:
    service.batches.orders.at_once, service.batches.orders.seconds = 2 * EACH, 0.3
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        job = await program.work()
    assert_each_once(service, job)


# Calling back


async def test_calling_back_takes_a_while_and_keeps_what_was_finished(service: ServiceThread, tmp_path: Path) -> None:
    orders = service.batches.orders
    orders.seconds, orders.cancel_seconds, orders.before_cancel = None, 0.4, 5
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        work = asyncio.get_running_loop().create_task(program.parts.runner.run(until_done=True))
        await until_made(service)
        job = await program.services.jobs.cancel(1)
        assert job.state is JobState.CANCELLING
        await until_true(lambda: all(batch.cancelling for batch in service.batches.all))
        assert {batch.state for batch in await program.parts.store.open_batches(1)} <= {
            BatchState.SUBMITTED,
            BatchState.CANCELLING,
        }
        assert (await program.job()).state is JobState.CANCELLING
        await work
        job = await program.job()
    assert (job.state, job.counts.succeeded, job.counts.canceled) == (JobState.CANCELLED, 15, 45)
    assert report(service)["orphaned"] == 0


# Several processes


async def test_a_job_that_was_left_with_the_service_is_collected_by_the_next_process(
    service: ServiceThread, tmp_path: Path
) -> None:
    service.batches.orders.seconds = 0.3
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH)
        async with working(program):
            await until_made(service)
    async with job_program(tmp_path, environ(service)) as program:
        job = await program.work()
    assert_each_once(service, job)


async def test_a_schema_that_the_service_refuses_fails_each_row_with_its_words_and_another_job_with_a_correct_one_works(
    service: ServiceThread, tmp_path: Path
) -> None:
    open_ended = b'{"type":"object","properties":{"word":{"type":"string"}},"required":["word"]}'
    async with job_program(tmp_path, environ(service)) as program:
        await program.add(ROWS, EACH, schema=open_ended)
        job = await program.work()
        assert (job.state, job.counts.errored) == (JobState.FINISHED, ROWS)
        answers = await program.services.jobs.answers(1, limit=ROWS)
        assert {answer.error for answer in answers} == {
            "Anthropic refused the question: output_config.format.schema: For 'object' type, 'additionalProperties' "
            "must be explicitly set to false."
        }
        assert (await program.services.spending.today()).cost == 0.0
        assert await program.services.jobs.retry(1) == ROWS  # a job stays as it was read: the same is refused again
        assert (await program.work()).counts.errored == ROWS
        corrected = await program.add(ROWS, EACH, schema=open_ended[:-1] + b',"additionalProperties":false}')
        await program.work()
        job = await program.job(corrected)
        assert (job.state, job.counts.succeeded) == (JobState.FINISHED, ROWS)
        [first] = await program.services.jobs.answers(corrected, limit=1)
    assert list(first.data) == ["word"]
