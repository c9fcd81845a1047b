"""Jobs of every shape with every service, one by one and together, over real files, processes and sockets."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kireji.bootstrap.services import Overrides, open_services
from kireji.core.jobs.answers import ExportForm
from kireji.core.jobs.polling import Timings
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job, JobPlan, JobSource, Mode, SourceKind
from kireji.core.models import Effort
from kireji.desktop.paths import Paths
from kireji.services.application import Services
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.reader import FakeReader
from tests.integration.tools.test_loop import SERVICES, Model, model_of
from tests.service import KEY, RateRule, ServiceThread
from tests.support.pictures import png

QUICK = Timings(first_look=0.05, longest_look=0.2, first_retry=0.1, longest_retry=0.2, longest_sleep=0.2, others=0.1)
SCHEMA = b'{"type":"object","properties":{"size":{"type":"integer"}},"required":["size"],"additionalProperties":false}'


@asynccontextmanager
async def program(home: Path, environ: dict[str, str], settings: str = "") -> AsyncIterator[Services]:
    (home / "settings.toml").write_text(settings)
    environ = {"KIREJI_HOME": str(home), **environ}
    overrides = Overrides(keychain=FakeKeyStore(), reader=FakeReader(["Hello"]), tools=())
    async with open_services(Paths.find(environ), environ, overrides=overrides) as services:
        (await services.jobs.opened()).runner._engine.timings = QUICK
        yield services


async def worked(services: Services, plan: JobPlan, source: JobSource) -> Job:
    job = await services.jobs.add(plan, source)
    await services.jobs.start(job.id)
    await services.job_runner().run(job.id, until_done=True)
    return await services.jobs.job(job.id)


def lines(file: Path, *rows: object) -> JobSource:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return JobSource(SourceKind.JSONL, (str(file),), label=file.name)


async def results(services: Services, job: Job, out: Path) -> list[dict[str, object]]:
    await services.jobs.export(job.id, str(out), ExportForm.JSONL)
    return [json.loads(line) for line in (await asyncio.to_thread(out.read_text)).splitlines()]


def shapes(words: Sequence[str]) -> list[object]:
    """Lines of all three shapes."""
    first, second, third = words
    return [
        {"prompt": first, "id": "a"},
        {
            "custom_id": "b",
            "params": {"max_tokens": 90, "system": "Be short.", "messages": [{"role": "user", "content": second}]},
        },
        {
            "custom_id": "c",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"stream": True, "messages": [{"role": "user", "content": third}]},
        },
    ]


@pytest.fixture(params=SERVICES)
async def model(request: pytest.FixtureRequest) -> AsyncIterator[Model]:
    async with model_of(request.param) as found:
        yield found


def plan_of(model: Model, **values: object) -> JobPlan:
    question = model.question
    return JobPlan("Rows", question.provider, question.model, **({"max_tokens": 200} | values))  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", Mode)
async def test_lines_of_every_shape_are_answered_by_every_service(model: Model, mode: Mode, tmp_path: Path) -> None:
    async with program(tmp_path, dict(model.environ)) as services:
        source = lines(tmp_path / "rows.jsonl", *shapes(("One.", "Two.", "Three.")))
        plan = plan_of(model, mode=mode, effort=Effort.LOW, system="Work well.")
        job = await worked(services, plan, source)
        found = await results(services, job, tmp_path / "out.jsonl")
    assert (job.state, job.counts.succeeded) == (JobState.FINISHED, 3)
    assert [(one["id"], one["status"]) for one in found] == [(name, "succeeded") for name in "abc"]
    said = [str(one["text"]) for one in found]
    assert all(words in text for words, text in zip(("One.", "Two.", "Three."), said, strict=True))
    assert not any(b'"stream":true' in request.raw for request in model.service.requests)


async def test_pictures_go_to_every_service(model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(png(40 + number, 30))
    async with program(tmp_path, dict(model.environ)) as services:
        source = JobSource(SourceKind.FOLDER, (str(folder),), label="pictures")
        job = await worked(services, plan_of(model, prompt="What is it?"), source)
        found = await results(services, job, tmp_path / "out.jsonl")
        detail = await services.jobs.detail(job.id, 2)
    assert (job.state, job.counts.succeeded) == (JobState.FINISHED, 3)
    assert all("1 picture" in str(one["text"]) for one in found)
    assert detail.pictures == (png(41, 30),)


async def test_a_table_comes_out_with_its_own_columns_and_typed_answers(tmp_path: Path) -> None:
    with ServiceThread() as service:
        environ = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        async with program(tmp_path, environ) as services:
            (tmp_path / "in.csv").write_text("name,note\nAda,=1+1\nBob,\n")
            source = JobSource(SourceKind.CSV, (str(tmp_path / "in.csv"),), label="in.csv")
            plan = JobPlan("Table", "anthropic", "claude-haiku-5-5", prompt="How tall is {name}?", schema=SCHEMA)
            job = await worked(services, plan, source)
            await services.jobs.export(job.id, str(tmp_path / "out.csv"), ExportForm.CSV)
    text = (tmp_path / "out.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(one["name"], one["note"], one["status"]) for one in rows] == [
        *(("Ada", "'=1+1", "succeeded"), ("Bob", "", "succeeded"))
    ]
    assert all(int(one["size"]) is not None and one["error"] == "" for one in rows)


async def test_one_by_one_a_service_that_limits_is_followed_and_no_row_is_lost_or_asked_twice(tmp_path: Path) -> None:
    with ServiceThread(rate=RateRule(8, 0.8)) as service:
        environ = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        async with program(tmp_path, environ, "[jobs]\nside_by_side = 8\n") as services:
            source = lines(tmp_path / "rows.jsonl", *({"prompt": f"Row {number}."} for number in range(30)))
            plan = JobPlan("Rows", "anthropic", "claude-haiku-5-5", Mode.LIVE, max_tokens=100)
            job = await worked(services, plan, source)
        asked = [json.loads(one.raw)["messages"] for one in service.requests if one.status == 200 and one.raw]
    assert (job.state, job.counts.succeeded) == (JobState.FINISHED, 30)
    assert len(asked) == len({json.dumps(messages) for messages in asked}) == 30


async def test_equal_rows_are_sent_once_and_all_have_the_answer(tmp_path: Path) -> None:
    with ServiceThread() as service:
        environ = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        async with program(tmp_path, environ) as services:
            source = lines(tmp_path / "rows.jsonl", *({"prompt": f"Row {number % 3}."} for number in range(9)))
            plan = JobPlan("Rows", "anthropic", "claude-haiku-5-5", max_tokens=100)
            job = await worked(services, plan, source)
            found = await results(services, job, tmp_path / "out.jsonl")
            again = await worked(
                services, JobPlan("Rows", "anthropic", job.plan.model, max_tokens=100, reuse=True), source
            )
        [batch] = [one for one in service.requests if one.method == "POST"]
    assert len(json.loads(batch.raw)["requests"]) == 3
    assert [one["cached"] for one in found] == [False] * 3 + [True] * 6
    assert sum(float(str(one["cost"])) for one in found) == pytest.approx(job.cost)
    assert (again.state, again.counts.reused) == (JobState.FINISHED, 3)
