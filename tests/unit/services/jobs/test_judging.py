"""Answers that are none of the job's form: they have failed, are asked again once, and then wait for the person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from kireji.core.jobs.answers import Answer
from kireji.core.jobs.forms import extracted, moderated, translated
from kireji.core.jobs.values import Job, JobPlan, Outcome, RowResult
from kireji.core.messages import StopReason, Usage
from kireji.core.moderation.policy_file import parse
from kireji.core.moderation.verdicts import Action
from kireji.resources import resource
from kireji.services.jobs.judging import Judging
from kireji.tools.validation import JsonSchemaValidator
from tests.fakes.job_parts import prompt_rows
from tests.fakes.provider import answer
from tests.support.job_answered import answered, said
from tests.support.job_world import LIVE, PLAN, JobWorld

POLICY = resource("policies/community.toml").read_bytes()
FRENCH = {"source_language": "English", "translation": "un"}
GOOD = json.dumps(FRENCH)
PRICE = Usage(10, 5, cost=0.25)
TRANSLATED = translated(LIVE, "French")


def judges() -> JobPlan:
    policy = parse("community", POLICY).policy
    assert policy is not None
    return moderated(PLAN, policy, POLICY)


def world(*turns: Any, prompts: Sequence[str] = ("one",)) -> JobWorld:
    return JobWorld(*turns, rows=prompt_rows(*prompts), settings={"jobs": {"side_by_side": 1}})


async def worked(made: JobWorld, plan: JobPlan = TRANSLATED) -> Job:
    """A job whose rows were asked one by one until none waits."""
    job = await made.running(plan)
    async with made.time_passing():
        await (await made.jobs.opened()).live.run(job)
    return await made.jobs.job(job.id)


async def only(made: JobWorld, job: Job) -> Answer:
    [one] = await made.jobs.answers(job.id)
    return one


async def judged(plan: JobPlan, result: RowResult, made: JobWorld | None = None) -> RowResult:
    """A result of a batch, as it is to be stored."""
    made = made or JobWorld(rows=prompt_rows("one"))
    made.world.validator = JsonSchemaValidator()
    made.services = made.world.services()
    made.jobs = made.services.jobs
    parts = await made.jobs.opened()
    job = await answered(made, plan, [None])
    [batch] = await parts.store.open_batches(job.id)
    [found] = await Judging(parts.store, parts.reading).judged(job, batch.id, [result])
    return found


def masking(text: str) -> dict[str, object]:
    """The person does not want to see this."""
    return {"privacy": {"rules": [{"text": text}]}}


def came(text: str, stop: str = "end_turn") -> RowResult:
    return RowResult(1, Outcome.SUCCEEDED, json.dumps({"text": text, "stop": stop}).encode(), PRICE)


async def test_broken_once_a_row_succeeds_in_the_end_and_both_answers_are_paid() -> None:
    made = world(answer("no", usage=PRICE), answer(GOOD, usage=PRICE))
    job = await worked(made)
    one = await only(made, job)
    assert (one.outcome, one.text, one.error, one.cost) == (Outcome.SUCCEEDED, "un", "", 0.25)
    assert (job.cost, len(made.world.remote.asked)) == (0.5, 2)
    assert (await made.services.spending.today()).cost == 0.5


async def test_broken_twice_it_has_failed_and_says_why() -> None:
    made = world(answer("no", usage=PRICE), answer("nor this", usage=PRICE))
    job = await worked(made)
    one = await only(made, job)
    assert (one.outcome, one.data) == (Outcome.ERRORED, None)
    assert one.error == "The answer is no JSON, so it does not fit the schema."
    assert (one.usage, one.cost, job.cost) == (PRICE, 0.25, 0.5)
    assert (job.counts.errored, job.counts.succeeded, len(made.world.remote.asked)) == (1, 0, 2)
    assert "nor this" in (await made.jobs.detail(job.id, 1)).raw


async def test_a_retry_takes_it_up_and_asks_it_again_once_more() -> None:
    made = world(answer("a"), answer("b"), answer("c"), answer(GOOD))
    job = await worked(made)
    parts = await made.jobs.opened()
    await parts.store.retry(job.id, frozenset({(await parts.store.rows(job.id))[0].state}))
    async with made.time_passing():
        await parts.live.run(job)
    assert (await only(made, job)).outcome is Outcome.SUCCEEDED
    assert len(made.world.remote.asked) == 4


async def test_rows_that_ask_the_same_are_asked_again_together() -> None:
    made = world(answer("no"), answer(GOOD), prompts=("one", "one"))
    job = await worked(made)
    assert [one.outcome for one in await made.jobs.answers(job.id)] == [Outcome.SUCCEEDED] * 2
    assert len(made.world.remote.asked) == 2


async def test_an_answer_that_was_cut_has_failed_and_is_not_paid_a_second_time() -> None:
    made = world(answer('{"source_language": "Eng', reason=StopReason.MAX_TOKENS))
    job = await worked(made)
    one = await only(made, job)
    assert (one.outcome, one.error) == (Outcome.ERRORED, "The answer was cut off at its longest length.")
    assert len(made.world.remote.asked) == 1


async def test_a_refusal_to_translate_has_failed_and_is_not_asked_again() -> None:
    made = world(answer("I cannot.", reason=StopReason.REFUSAL))
    job = await worked(made)
    one = await only(made, job)
    assert (one.outcome, one.error) == (Outcome.ERRORED, "The model declined to answer.")
    assert len(made.world.remote.asked) == 1


async def test_a_job_with_a_schema_of_the_persons_keeps_what_does_not_fit_as_its_answer() -> None:
    made = world(answer("no"))
    job = await worked(made, msgspec.structs.replace(LIVE, schema=TRANSLATED.schema))
    one = await only(made, job)
    assert one.outcome is Outcome.SUCCEEDED
    assert one.error == "The answer is no JSON, so it does not fit the schema."


async def test_the_row_that_is_tried_first_tells_what_is_wrong_and_waits_to_be_asked_again() -> None:
    made = world(answer("no"), answer("nor this"))
    job = await made.added(TRANSLATED)
    told = await made.jobs.dry_run(job.id)
    assert (told.outcome, told.error) == (Outcome.ERRORED, "The answer is no JSON, so it does not fit the schema.")
    assert await made.states(job.id) == ["pending"]
    assert (await made.jobs.dry_run(job.id)).outcome is Outcome.ERRORED
    assert await made.states(job.id) == ["errored"]


async def test_an_answer_that_breaks_the_schema_of_a_batch_is_to_be_asked_again_with_all_of_it_kept() -> None:
    before = came(json.dumps({"translation": "un"}))
    after = await judged(translated(PLAN, "French"), before)
    assert (after.outcome, after.again) == (Outcome.ERRORED, True)
    assert (after.payload, after.usage) == (before.payload, before.usage)
    assert after.sentence.startswith("The answer does not fit the schema: ")


async def test_an_answer_that_fits_stays_as_it_came() -> None:
    result = came(GOOD)
    assert await judged(translated(PLAN, "French"), result) is result


async def test_an_answer_that_is_whole_fits_although_it_is_as_long_as_may_be() -> None:
    result = came(GOOD, "max_tokens")
    assert await judged(translated(PLAN, "French"), result) is result


async def test_a_table_without_columns_for_its_cells_has_failed() -> None:
    table = {"title": "Bill", "columns": [], "rows": [["Tea"]]}
    after = await judged(extracted(PLAN, fields=False), came(json.dumps({"tables": [table]})))
    assert after.outcome is Outcome.ERRORED


async def test_a_category_that_the_policy_does_not_have_has_failed() -> None:
    finding = {"category": "weather", "level": "severe", "confidence": 0.9, "evidence": [], "reason": "Rain."}
    after = await judged(judges(), came(json.dumps({"findings": [finding], "reason": "Rain."})))
    assert (after.outcome, after.again) == (Outcome.ERRORED, True)


async def test_a_refusal_to_judge_is_a_verdict() -> None:
    result = came("", "refusal")
    assert await judged(judges(), result) is result
    made = JobWorld(rows=prompt_rows("one"))
    job = await answered(made, judges(), [said("x") | {"text": "", "stop": "refusal"}])  # type: ignore[operator]
    one = await only(made, job)
    assert one.verdict is not None
    assert (one.outcome, one.verdict.action) == (Outcome.SUCCEEDED, Action.REVIEW)


async def test_a_policy_that_cannot_be_read_any_more_is_not_the_answers_fault() -> None:
    result = came("no")
    assert await judged(msgspec.structs.replace(judges(), policy=b"["), result) is result


async def test_what_failed_at_the_service_stays_as_it_came() -> None:
    result = RowResult(1, Outcome.ERRORED, b"{}", sentence="Too long.")
    assert await judged(translated(PLAN, "French"), result) is result


@pytest.mark.parametrize("text", ["[" * 100_000, "\x00", '{"translation": 1e999999}', "\\ud800", '"' + "x" * 100_000])
async def test_hostile_answers_have_failed_with_a_short_sentence(text: str) -> None:
    after = await judged(translated(PLAN, "French"), came(text))
    assert after.outcome is Outcome.ERRORED
    assert 0 < len(after.sentence) <= 1_000


async def test_what_the_person_does_not_want_to_see_decides_nothing_and_is_in_no_sentence() -> None:
    made = JobWorld(rows=prompt_rows("one"), settings=masking("zebra"))
    fits = came(json.dumps({"source_language": "zebra", "translation": "zebra"}))
    assert await judged(translated(PLAN, "French"), fits, made) is fits
    made = JobWorld(rows=prompt_rows("one"), settings=masking("zebra"))
    after = await judged(translated(PLAN, "French"), came(json.dumps({"zebra": 1, "translation": "x"})), made)
    assert after.outcome is Outcome.ERRORED
    assert "zebra" not in after.sentence
