"""From a source to a job that is ready: who answers, where it runs, and what is left when it goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from kireji.core.errors import JobError, KirejiError, StoreFull
from kireji.core.history import Origin
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import ImportProgress, JobPlan, JobSource, LineKind, Mode, SourceKind
from kireji.core.models import ModelInfo
from kireji.core.structured.forms import AnswerForm
from kireji.storage.jobs.loading import BadRow, NewRow
from tests.fakes.job_parts import MemoryImporter, prompt_rows
from tests.fakes.provider import FakeProvider, answer
from tests.support.job_world import FILE, LIVE, PLAN, JobWorld

FOLDER = JobSource(SourceKind.FOLDER, ("/in",), label="in")
BLIND = ModelInfo("anthropic", "blind", "Blind", sees_images=False)


async def test_a_new_job_is_ready_and_estimated_and_nothing_has_left() -> None:
    made = JobWorld()
    told: list[ImportProgress] = []
    job = await made.jobs.add(PLAN, FILE, told.append)
    assert (job.state, job.counts.pending, job.source) == (JobState.READY, 3, "rows.jsonl")
    assert job.estimate is not None
    assert told[-1].lines == 3
    assert made.world.ledger.rows == []


async def test_everybody_is_told_of_it() -> None:
    made = JobWorld()
    changed: list[int] = []
    made.jobs.changed.subscribe(changed.append)
    job = await made.added()
    assert changed == [job.id]


async def test_a_plan_without_names_takes_the_provider_and_model_in_force() -> None:
    made = JobWorld()
    job = await made.jobs.add(JobPlan("Rows", "", ""), FILE)
    assert (job.plan.provider, job.plan.model) == ("anthropic", "fake-model")
    assert made.world.job_importer.wins == [False]


async def test_the_model_that_the_first_line_names_is_taken_and_lines_that_name_others_are_refused() -> None:
    made = JobWorld()
    made.world.job_importer.named = "fake-model"
    job = await made.jobs.add(JobPlan("Rows", "", ""), FILE)
    assert (job.plan.model, made.world.job_importer.wins) == ("fake-model", [False])


async def test_a_model_that_the_person_names_holds_for_all_lines() -> None:
    made = JobWorld()
    made.world.job_importer.named = "other-model"
    job = await made.added()
    assert (job.plan.model, made.world.job_importer.wins) == ("fake-model", [True])


async def test_this_computers_reader_answers_rows_only_when_it_was_chosen() -> None:
    made = JobWorld()
    made.world.keychain.secrets.clear()
    with pytest.raises(JobError, match="There is no key and no model server"):
        await made.jobs.add(JobPlan("Rows", "", ""), FILE)
    assert await made.jobs.jobs() == []
    assert (await made.jobs.add(JobPlan("Rows", "device", ""), FOLDER)).plan.mode is Mode.LIVE


async def test_what_this_computers_reader_cannot_do_it_is_not_asked_for_row_by_row() -> None:
    made = JobWorld()
    plan = JobPlan("Rows", "device", "", form=AnswerForm.TRANSLATION)
    with pytest.raises(KirejiError, match="reads words, and answers nothing of this kind"):
        await made.jobs.add(plan, FOLDER)
    assert await made.jobs.jobs() == []


async def test_where_there_is_no_batch_service_rows_go_one_by_one() -> None:
    made = JobWorld()
    made.world.batches.most = None
    assert (await made.added()).plan.mode is Mode.LIVE


async def test_stored_pictures_go_one_by_one_where_a_batch_takes_none() -> None:
    made = JobWorld()
    assert made.world.batches.most is not None
    made.world.batches.most = msgspec.structs.replace(made.world.batches.most, stored_pictures=False)
    assert (await made.jobs.add(PLAN, FOLDER)).plan.mode is Mode.LIVE
    assert (await made.jobs.add(PLAN, FILE)).plan.mode is Mode.BATCH


async def test_lines_with_stored_pictures_go_one_by_one_there_too() -> None:
    made = JobWorld()
    assert made.world.batches.most is not None
    made.world.batches.most = msgspec.structs.replace(made.world.batches.most, stored_pictures=False)
    part = made.world.job_pictures.put(b"\x89PNG")
    made.world.job_importer.rows = [
        *prompt_rows("one"),
        NewRow(2, 2, "", LineKind.PROMPT, b'{"prompt":"What is it?"}', b"1" * 16, pictures=(part,)),
    ]
    job = await made.added()
    assert job.plan.mode is Mode.LIVE
    assert job.estimate is not None
    assert job.estimate.share == 1.0


async def test_pictures_go_to_a_model_that_sees() -> None:
    made = JobWorld()
    seeing = ModelInfo("anthropic", "seeing", "Seeing")
    made.world.remote = FakeProvider(models=(BLIND, seeing))
    made.jobs = made.world.services().jobs
    job = await made.jobs.add(JobPlan("Pictures", "anthropic", ""), FOLDER)
    assert job.plan.model == "seeing"


async def test_a_model_that_cannot_see_is_refused_for_pictures_when_it_was_named() -> None:
    made = JobWorld(model=BLIND)
    with pytest.raises(JobError, match="Blind cannot see pictures"):
        await made.jobs.add(JobPlan("Pictures", "anthropic", "blind"), FOLDER)
    assert await made.jobs.jobs() == []


async def test_a_source_without_a_good_row_makes_no_job() -> None:
    made = JobWorld(rows=[BadRow(1, 1, "This is no JSON.")])
    with pytest.raises(JobError) as raised:
        await made.added()
    assert "no JSON" in raised.value.sentence
    assert await made.jobs.jobs() == []


async def test_bad_rows_are_listed_with_their_lines() -> None:
    made = JobWorld(rows=[*prompt_rows("one"), BadRow(2, 7, "This is no JSON.")])
    job = await made.added()
    [bad] = await made.jobs.bad(job.id)
    assert (bad.line, bad.sentence) == (7, "This is no JSON.")


@pytest.mark.parametrize("error", [JobError("It is not there."), StoreFull("The disk is full.")])
async def test_a_source_that_cannot_be_read_leaves_nothing(error: JobError) -> None:
    made = JobWorld()
    made.world.job_importer.failure = error
    with pytest.raises(type(error)):
        await made.added()
    assert await made.jobs.jobs() == []


class Waiting(MemoryImporter):
    """Reads for ever."""

    began: asyncio.Event

    async def run(
        self,
        job: int,
        plan: JobPlan,
        source: JobSource,
        progress: Callable[[ImportProgress], None],
        *,
        wins: bool = True,
    ) -> ImportProgress:
        self.began.set()
        await asyncio.Event().wait()
        raise AssertionError


async def test_who_stops_the_reading_leaves_nothing() -> None:
    made = JobWorld()
    importer = made.world.job_importer = Waiting(made.world.job_store)
    importer.began = asyncio.Event()
    made.jobs = made.world.services().jobs
    async with asyncio.TaskGroup() as group:
        adding = group.create_task(made.added())
        await importer.began.wait()
        adding.cancel()
    assert await made.jobs.jobs() == []


async def test_what_a_process_left_half_read_is_removed_at_the_first_use() -> None:
    made = JobWorld()
    made.world.job_store._alive = lambda origin: origin.pid == 1
    await made.world.job_store.create(PLAN, FILE, Origin(2, "gone"))
    kept = await made.world.job_store.create(PLAN, FILE, Origin(1, "now"))
    assert [job.id for job in await made.jobs.jobs()] == [kept]


async def test_results_of_earlier_jobs_are_taken_where_that_is_wanted() -> None:
    made = JobWorld(answer("1"), answer("2"), answer("3"))
    first = await made.running(LIVE)
    await (await made.jobs.opened()).live.run(first)
    job = await made.jobs.add(msgspec.structs.replace(LIVE, reuse=True), FILE)
    assert (job.counts.succeeded, job.counts.reused, job.counts.pending) == (3, 3, 0)
    answers = await made.jobs.answers(job.id)
    assert [(one.text, one.cost, one.cached) for one in answers] == [
        ("1", 0.0, True),
        ("2", 0.0, True),
        ("3", 0.0, True),
    ]
    assert job.estimate is not None
    assert (job.estimate.rows, job.estimate.cost) == (0, 0.0)
