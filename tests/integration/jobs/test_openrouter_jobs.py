"""Whole jobs over OpenRouter's batches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kireji.core.jobs.states import JobState
from tests.service import Orders, ServiceThread
from tests.service.base import ScriptedService
from tests.service.openrouter import KEY, OpenRouterService
from tests.support.job_program import job_program

MODEL = "mistral/words-only"
ROWS, EACH = 60, 20


class RouterThread(ServiceThread):
    """OpenRouter on a thread."""

    def make(self, *script: Any, **options: Any) -> ScriptedService:
        return OpenRouterService(*script, **options)


@pytest.fixture
def service() -> Iterator[RouterThread]:
    with RouterThread(batches=Orders(seconds=0.05)) as thread:
        yield thread


def environ(service: RouterThread) -> dict[str, str]:
    return {"OPENROUTER_BASE_URL": service.base_url, "OPENROUTER_API_KEY": KEY}


async def finished(service: RouterThread, home: Path) -> None:
    async with job_program(home, environ(service)) as program:
        await program.add(ROWS, EACH, provider="openrouter", model=MODEL)
        job = await program.work()
    counted = service.control(batches={})["batches"]
    assert (job.state, job.counts.succeeded, job.sentence) == (JobState.FINISHED, ROWS, "")
    assert (counted["twice"], counted["paid"], counted["most"], counted["orphaned"]) == (0, ROWS, 1, 0)


async def test_a_job_goes_through(service: RouterThread, tmp_path: Path) -> None:
    await finished(service, tmp_path)


@pytest.mark.parametrize("how", ["close", "reset", "error"])
async def test_a_swallowed_answer_is_found_in_the_list(how: Any, service: RouterThread, tmp_path: Path) -> None:
    service.batches.orders.swallow, service.batches.orders.swallow_how = 2, how
    await finished(service, tmp_path)
