"""No value that is hidden is in any byte that a service receives from jobs, and results hold the values again."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.bootstrap.services import Overrides, open_services
from kireji.core.jobs.answers import ExportForm
from kireji.core.jobs.polling import Timings
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job, JobPlan, JobSource, Mode, SourceKind
from kireji.desktop.paths import Paths
from kireji.services.application import Services
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.reader import FakeReader
from tests.integration.redaction.scene import SETTINGS, holding
from tests.service import KEY, Orders, ServiceThread
from tests.support import known_secrets as made
from tests.support.hosted import Hosted, hosted
from tests.support.pictures import png

MODEL = "claude-haiku-5-5"
QUICK = Timings(first_look=0.05, longest_look=0.2, first_retry=0.1, longest_retry=0.2, longest_sleep=0.2, others=0.1)
VALUES = st.builds(
    lambda maker, seed: maker(random.Random(seed)),
    st.sampled_from([*made.KEYS.values(), made.card, made.iban, made.mail, made.person, made.private_key]),
    st.integers(0, 10_000),
)


class Place(NamedTuple):
    """A program and who answers it."""

    services: Services
    service: ServiceThread
    home: Path

    async def worked(self, rows: Sequence[object], mode: Mode) -> tuple[Job, list[dict[str, object]]]:
        """Run a job to its end; the job and its results as they were exported."""
        jobs, file, out = self.services.jobs, self.home / "rows.jsonl", self.home / "out.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        plan = JobPlan("Secret", "anthropic", MODEL, mode, system="Work for Heron.", max_tokens=200, rows_per_batch=3)
        job = await jobs.add(plan, JobSource(SourceKind.JSONL, (str(file),), label="rows.jsonl"))
        await jobs.start(job.id)
        (await jobs.opened()).runner._engine.timings = QUICK
        await self.services.job_runner().run(job.id, until_done=True)
        await jobs.export(job.id, str(out), ExportForm.JSONL)
        return await jobs.job(job.id), [json.loads(line) for line in out.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted[Place]]:
    home: Path = tmp_path_factory.mktemp("home")
    (home / "settings.toml").write_text(SETTINGS)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Place]:
        with ServiceThread(batches=Orders(seconds=0.01)) as service:
            environ = {
                "KIREJI_HOME": str(home),
                "ANTHROPIC_BASE_URL": service.base_url,
                "ANTHROPIC_API_KEY": KEY,
            }
            overrides = Overrides(keychain=FakeKeyStore(), reader=FakeReader(["the key is", "Heron"]), tools=())
            async with open_services(Paths.find(environ), environ, overrides=overrides) as services:
                yield Place(services, service, home)

    with hosted(opened) as found:
        yield found


def rows_with(values: Sequence[str]) -> list[object]:
    """Every shape of a line with every value in it."""
    words = "For Heron:\n" + "\n".join(values)
    picture = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(png(64, 48)).decode()}
    content = [{"type": "image", "source": picture}, {"type": "text", "text": words}]
    return [
        {"prompt": words, "id": "prompt"},
        {"custom_id": "params", "params": {"max_tokens": 90, "messages": [{"role": "user", "content": words}]}},
        {"custom_id": "picture", "params": {"messages": [{"role": "user", "content": content}], "system": words}},
        {
            "custom_id": "body",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"messages": [{"role": "user", "content": words}]},
        },
    ]


@pytest.mark.parametrize("mode", Mode)
@given(values=st.lists(VALUES, min_size=1, max_size=3, unique=True))
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_value_is_in_any_byte_and_results_hold_them_again(
    place: Hosted[Place], mode: Mode, values: list[str]
) -> None:
    async def work(here: Place) -> None:
        before, rows = len(here.service.requests), rows_with(values)
        job, results = await here.worked(rows, mode)
        assert (job.state, job.counts.succeeded) == (JobState.FINISHED, len(rows))
        received = here.service.requests[before:]
        assert holding(received, [*values, "Heron"]) == []
        assert [one["id"] for one in results] == ["prompt", "params", "picture", "body"]
        for result in results:
            said = str(result["text"])
            assert "For Heron:" in said
            assert all(line in said for value in values for line in value.splitlines())
        await _ledger_holds(here, [one.raw for one in received if one.raw])
        _is_painted(received)

    place.call(work)


async def _ledger_holds(here: Place, bodies: Sequence[bytes]) -> None:
    """What the ledger says of the last requests is what was received."""
    rows = [row for row in await here.services.ledger.recent(200) if row.size]
    newest = rows[: len(bodies)]
    assert sorted(row.digest for row in newest) == sorted(hashlib.sha256(body).hexdigest() for body in bodies)
    assert sorted(row.size for row in newest) == sorted(map(len, bodies))
    assert all(row.facts.hidden for row in newest)


def _is_painted(received: Sequence[object]) -> None:
    """The picture is another one than the row's."""
    told = b"".join(one.raw for one in received)  # type: ignore[attr-defined]
    assert b'"image/png"' in told
    assert base64.b64encode(png(64, 48)) not in told


def test_a_receipt_tells_of_a_batch_what_left(place: Hosted[Place]) -> None:
    async def work(here: Place) -> None:
        job, _ = await here.worked(
            [{"prompt": f"Write to ada{number}@lovelace.org"} for number in range(3)], Mode.BATCH
        )
        sent = next(row for row in await here.services.ledger.recent(50) if row.purpose == "job")
        receipt = await here.services.receipts.find(sent.id)
        assert receipt is not None
        assert (sent.provider, sent.model, sent.facts.rows) == ("anthropic", MODEL, 3)
        assert sent.facts.hidden == {"mail": 3, "own": 3}
        assert sent.facts.tokens is not None
        assert sent.facts.price is not None
        assert sent.answer is not None
        assert sent.answer.usage is not None
        assert sent.answer.usage.cost is not None
        assert 0 < sent.answer.usage.cost < sent.facts.price
        assert sent.answer.usage.cost == pytest.approx(job.cost)
        assert await here.services.spending.held() == {}
        assert (await here.services.receipts.verify()).intact

    place.call(work)
