"""One row before all others: now, at full price, and never paid for twice."""

from __future__ import annotations

import asyncio
import json

import msgspec
import pytest

from kireji.core.errors import AuthenticationFailed, ConnectionFailed, JobConflict, RequestRejected
from kireji.core.jobs.states import JobState
from kireji.core.messages import Usage
from tests.fakes.job_parts import body_rows, prompt_rows
from tests.fakes.provider import Hold, answer
from tests.support.job_world import PLAN, JobWorld


async def test_the_first_row_that_waits_is_asked_and_has_its_answer() -> None:
    made = JobWorld(answer("1", usage=Usage(10, 5, cost=0.01)))
    job = await made.added()
    told = await made.jobs.dry_run(job.id)
    assert (told.row.number, told.text, told.cost) == (1, "1", 0.01)
    assert await made.states(job.id) == ["succeeded", "pending", "pending"]


async def test_the_next_one_asks_the_next_row() -> None:
    made = JobWorld(answer("1"), answer("2"))
    job = await made.added()
    await made.jobs.dry_run(job.id)
    assert (await made.jobs.dry_run(job.id)).row.number == 2


async def test_any_row_that_waits_can_be_asked() -> None:
    made = JobWorld(answer("3"))
    job = await made.added()
    assert (await made.jobs.dry_run(job.id, 3)).text == "3"
    assert await made.states(job.id) == ["pending", "pending", "succeeded"]


async def test_a_row_that_has_its_answer_is_not_asked_again() -> None:
    made = JobWorld(answer("1"))
    job = await made.added()
    await made.jobs.dry_run(job.id, 1)
    with pytest.raises(JobConflict):
        await made.jobs.dry_run(job.id, 1)
    assert len(made.world.remote.asked) == 1


@pytest.mark.parametrize("error", [RequestRejected("Too long."), AuthenticationFailed("The key was refused.")])
async def test_a_row_that_could_not_be_asked_waits_as_before(error: RequestRejected) -> None:
    made = JobWorld([error])
    job = await made.added()
    with pytest.raises(type(error)):
        await made.jobs.dry_run(job.id)
    assert await made.states(job.id) == ["pending"] * 3


async def test_a_row_of_which_nobody_knows_whether_it_was_answered_has_failed() -> None:
    made = JobWorld([ConnectionFailed("The connection was lost.")])
    job = await made.added()
    with pytest.raises(ConnectionFailed):
        await made.jobs.dry_run(job.id)
    assert await made.states(job.id) == ["errored", "pending", "pending"]
    assert await made.sentences(job.id) == ["The connection was lost. It may have been paid for nevertheless."]


async def test_a_row_that_is_being_tried_does_not_leave_with_the_others() -> None:
    waits = Hold()
    made = JobWorld([waits, *answer("1")])
    job = await made.added()
    async with asyncio.TaskGroup() as group:
        trying = group.create_task(made.jobs.dry_run(job.id))
        await waits.reached.wait()
        await made.jobs.start(job.id)
        assert (await made.taken(job.id)).rows == 2
        waits.release()
    assert trying.result().text == "1"
    assert await made.states(job.id) == ["succeeded", "taken", "taken"]


async def test_a_job_that_is_cancelled_while_a_row_is_tried_waits_for_its_answer() -> None:
    waits = Hold()
    made = JobWorld([waits, *answer("1")])
    job = await made.added()
    async with asyncio.TaskGroup() as group:
        group.create_task(made.jobs.dry_run(job.id))
        await waits.reached.wait()
        assert (await made.jobs.cancel(job.id)).state is JobState.CANCELLING
        waits.release()
    assert await made.states(job.id) == ["succeeded", "canceled", "canceled"]


async def test_a_try_that_is_stopped_leaves_its_row_in_doubt_and_not_to_be_sent_again() -> None:
    waits = Hold()
    made = JobWorld([waits, *answer("1")])
    job = await made.added()
    async with asyncio.TaskGroup() as group:
        trying = group.create_task(made.jobs.dry_run(job.id))
        await waits.reached.wait()
        trying.cancel()
    assert await made.states(job.id) == ["uncertain", "pending", "pending"]


async def test_without_a_key_nothing_is_asked() -> None:
    made = JobWorld()
    job = await made.added()
    made.world.keychain.secrets.clear()
    with pytest.raises(AuthenticationFailed):
        await made.jobs.dry_run(job.id)


async def test_what_is_hidden_is_put_back_in_the_answer_at_once_and_later() -> None:
    made = JobWorld(answer("To [MAIL_1]."), rows=prompt_rows("Write to ada@lovelace.org"), redacts=True)
    job = await made.added()
    assert (await made.jobs.dry_run(job.id)).text == "To ada@lovelace.org."
    [later] = await made.jobs.answers(job.id)
    assert later.text == "To ada@lovelace.org."
    detail = await made.jobs.detail(job.id, 1)
    assert detail.hidden == {"[MAIL_1]": "ada@lovelace.org"}
    assert "[MAIL_1]" in detail.raw


async def test_a_whole_body_goes_as_it_stands_without_a_stream() -> None:
    body = {"model": "fake-model", "stream": True, "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
    made = JobWorld(answer("Hello."), rows=body_rows(body))
    job = await made.added()
    assert (await made.jobs.dry_run(job.id)).text == "Hello."
    [asked] = made.world.remote.asked
    assert asked.cleared.outgoing is not None
    assert json.loads(asked.cleared.outgoing.body) == {key: value for key, value in body.items() if key != "stream"}


async def test_a_structured_answer_is_held_to_the_schema() -> None:
    made = JobWorld(answer('{"size":3}'), answer('{"size":"x"}'), answer("no"))
    job = await made.added(msgspec.structs.replace(PLAN, schema=b'{"type":"object"}'))
    assert (await made.jobs.dry_run(job.id)).data == {"size": 3}
    made.world.validator.complaint = "size: 'x' is no number."  # type: ignore[attr-defined]
    told = await made.jobs.dry_run(job.id)
    assert (told.data, told.error) == (None, "The answer does not fit the schema: size: 'x' is no number.")
    assert (await made.jobs.dry_run(job.id)).error == "The answer is no JSON, so it does not fit the schema."
