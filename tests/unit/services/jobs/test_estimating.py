"""What a job will take, told before anything is sent."""

from __future__ import annotations

import msgspec
import pytest

from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.values import LineKind
from kireji.core.messages import Usage
from kireji.core.models import ModelInfo
from kireji.storage.jobs.loading import NewRow
from tests.fakes.job_parts import body_rows, prompt_rows
from tests.fakes.provider import answer
from tests.support.job_world import LIVE, PLAN, JobWorld

UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")
WORDS = "The quick brown fox jumps over the lazy dog. "


async def test_it_is_half_the_price_through_a_batch_service() -> None:
    made = JobWorld(rows=prompt_rows(*(f"{number} {WORDS}" for number in range(50))))
    half, full = (await made.added(PLAN)).estimate, (await made.added(LIVE)).estimate
    assert half is not None
    assert full is not None
    assert (half.rows, half.share, full.share) == (50, 0.5, 1.0)
    assert half.cost is not None
    assert half.most is not None
    assert full.cost == pytest.approx(2 * half.cost)
    assert half.cost < half.most


async def test_tokens_are_about_what_such_words_have() -> None:
    made = JobWorld(rows=prompt_rows(*(f"{number} {WORDS * 10}" for number in range(50))))
    estimate = (await made.added()).estimate
    assert estimate is not None
    assert 50 * 90 < estimate.input_tokens < 50 * 150


async def test_many_rows_are_estimated_from_some_spread_over_all() -> None:
    short, long = ([f"{number} {WORDS * size}" for number in range(1_000)] for size in (1, 9))
    rows = prompt_rows(*(text for pair in zip(short, long, strict=True) for text in pair))
    whole = JobWorld(rows=rows)
    estimate = (await whole.added()).estimate
    assert estimate is not None
    assert 2_000 * 5 * 9 < estimate.input_tokens < 2_000 * 5 * 16


async def test_pictures_count_once_for_each_row() -> None:
    made = JobWorld()
    part = made.world.job_pictures.put(b"\x89PNG", 1280, 800)
    made.world.job_importer.rows = [
        NewRow(number, number, "", LineKind.PROMPT, b'{"prompt":"?"}', bytes([number]) * 16, pictures=(part,))
        for number in range(1, 11)
    ]
    estimate = (await made.added()).estimate
    assert estimate is not None
    assert 10 * 1_000 < estimate.input_tokens < 10 * 3_000


async def test_bodies_are_weighed_by_all_that_stands_in_them() -> None:
    body = {"max_tokens": 7, "system": WORDS * 50, "messages": [{"role": "user", "content": WORDS * 50}]}
    made = JobWorld(rows=body_rows(body))
    estimate = (await made.added()).estimate
    assert estimate is not None
    assert 900 < estimate.input_tokens < 1_600
    assert estimate.output_tokens <= 7


async def test_answers_are_expected_to_be_a_third_of_the_longest_while_none_is_there() -> None:
    estimate = (await JobWorld().added()).estimate
    assert estimate is not None
    assert estimate.output_tokens == 100


async def test_answers_are_expected_to_be_like_those_that_are_there() -> None:
    made = JobWorld(answer("1", usage=Usage(10, 6, cost=0.01)))
    job = await made.added()
    await made.jobs.dry_run(job.id)
    estimate = await made.jobs.estimate(job.id)
    assert (estimate.rows, estimate.output_tokens) == (2, 12)
    assert (await made.jobs.job(job.id)).estimate == estimate


async def test_a_model_of_unknown_price_has_tokens_but_no_cost() -> None:
    estimate = (await JobWorld(model=UNKNOWN).added()).estimate
    assert estimate is not None
    assert (estimate.cost, estimate.most) == (None, None)
    assert estimate.input_tokens > 0


async def test_how_long_it_takes_at_most_is_what_the_service_allows_itself() -> None:
    made = JobWorld()
    made.world.batches.most = BatchLimits(100, 1_000_000, 100_000, True, hours=12)
    estimate = (await made.added()).estimate
    assert estimate is not None
    assert (estimate.seconds, estimate.usual_seconds) == (12 * 3600, 3600)


async def test_one_by_one_it_takes_as_long_as_rows_side_by_side_take() -> None:
    one, four = (JobWorld(settings={"jobs": {"side_by_side": beside}}) for beside in (1, 4))
    slow, quick = (await one.added(LIVE)).estimate, (await four.added(LIVE)).estimate
    assert slow is not None
    assert quick is not None
    assert slow.seconds is None
    assert slow.usual_seconds is not None
    assert quick.usual_seconds == pytest.approx(slow.usual_seconds / 4)


async def test_the_estimate_at_most_holds_for_what_is_kept_free_in_the_end() -> None:
    made = JobWorld(rows=prompt_rows(*(f"{number} {WORDS * (number % 7)}" for number in range(60))))
    job = await made.running_anyhow()
    estimate = job.estimate
    assert estimate is not None
    assert estimate.most is not None
    batch = await made.taken(job.id)
    desk = (await made.jobs.opened()).desk
    await desk.write(job, batch, await made.services.credentials.find("anthropic"))
    [held] = (await made.services.spending.held()).values()
    assert estimate.most == pytest.approx(held, rel=0.02)


async def test_the_instructions_are_read_with_every_row() -> None:
    made = JobWorld()
    bare, instructed = await made.added(), await made.added(msgspec.structs.replace(PLAN, system=WORDS * 100))
    assert bare.estimate is not None
    assert instructed.estimate is not None
    assert instructed.estimate.input_tokens > bare.estimate.input_tokens + 3 * 900
