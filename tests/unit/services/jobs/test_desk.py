"""The body of a batch and its account: what fits, what is refused, what is kept free and written down."""

from __future__ import annotations

import hashlib
import json

import msgspec
import pytest

from kireji.core.errors import (
    BudgetReached,
    ModelUnavailable,
    PriceUnknown,
    RedactionFailed,
    RequestRejected,
    StoreFull,
)
from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.values import LineKind
from kireji.core.ledger import Outcome
from kireji.core.messages import ImagePart, Usage
from kireji.core.models import ModelInfo
from kireji.core.requests import ClearedRequest
from kireji.services.credentials import Credential
from kireji.storage.jobs.loading import NewRow
from tests.fakes.job_parts import body_rows, prompt_rows
from tests.support.job_world import PLAN, JobWorld

ADDRESS = Credential("https://api.anthropic.com", None)
UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")
MAIL = "ada@lovelace.org"


class Scene(JobWorld):
    """A job that runs, and its first batch."""

    async def write(self, rows: int = 100) -> ClearedRequest | None:
        self.job = await self.running_anyhow()
        self.batch = await self.taken(self.job.id, rows)
        self.parts = await self.jobs.opened()
        return await self.parts.desk.write(self.job, self.batch, ADDRESS)

    @property
    def body(self) -> bytes:
        return self.world.spool.written["key123456789"]

    @property
    def sent(self) -> list[dict[str, object]]:
        requests = json.loads(self.body)["requests"]
        assert isinstance(requests, list)
        return requests


async def test_every_row_stands_in_the_body_under_its_id() -> None:
    scene = Scene()
    await scene.write()
    assert [(one["custom_id"], one["params"]["messages"][0][1]) for one in scene.sent] == [  # type: ignore[index]
        *(("key123456789-1", "one"), ("key123456789-2", "two"), ("key123456789-3", "three"))
    ]


async def test_what_is_cleared_is_the_file_that_was_written() -> None:
    scene = Scene()
    cleared = await scene.write()
    assert cleared is not None
    assert cleared.outgoing is not None
    file = cleared.outgoing.file
    assert file is not None
    assert (file.size, file.digest) == (len(scene.body), hashlib.sha256(scene.body).hexdigest())


async def test_the_ledger_has_a_row_that_tells_what_is_in_it() -> None:
    scene = Scene(redacts=True, rows=prompt_rows(f"Write to {MAIL}", "and to bob@example.com", "hello"))
    await scene.write()
    [row] = scene.world.ledger.rows
    assert (row.purpose, row.model, row.size) == ("job", "fake-model", len(scene.body))
    assert row.digest == hashlib.sha256(scene.body).hexdigest()
    assert (row.facts.rows, row.facts.batch, row.facts.hidden) == (3, "key123456789", {"mail": 2})
    assert row.facts.tokens is not None
    assert row.facts.tokens > 10


async def test_no_value_leaves_and_each_is_known_when_the_answer_comes() -> None:
    scene = Scene(redacts=True, rows=prompt_rows(f"Write to {MAIL}", "hello"))
    await scene.write()
    assert MAIL.encode() not in scene.body
    joined = await scene.parts.store.joined(scene.job.id)
    assert [dict(one.values) for one in joined] == [{"[MAIL_1]": MAIL}, {}]


async def test_half_the_price_of_the_longest_answers_is_kept_free_under_its_name() -> None:
    scene = Scene()
    await scene.write()
    held = await scene.services.spending.held()
    longest = 3 * 100 * 50.0 / 1_000_000 * 0.5
    assert longest < held["key123456789"] < 1.2 * longest
    [row] = scene.world.ledger.rows
    assert row.facts.price == held["key123456789"]


async def test_a_batch_that_could_pass_a_budget_leaves_nothing_behind() -> None:
    scene = Scene(settings={"budget": {"day": 0.001}})
    with pytest.raises(BudgetReached):
        await scene.write()
    assert await scene.services.spending.held() == {}
    assert (scene.world.ledger.rows, scene.world.spool.bodies) == ([], {})


async def test_an_unknown_price_is_asked_about_where_there_is_a_budget() -> None:
    scene = Scene(settings={"budget": {"day": 1.0}}, model=UNKNOWN)
    with pytest.raises(PriceUnknown):
        await scene.write()
    assert scene.world.ledger.rows == []


async def test_who_has_agreed_to_an_unknown_price_is_not_asked_again() -> None:
    scene = Scene(settings={"budget": {"day": 1.0}}, model=UNKNOWN)
    scene.plan = msgspec.structs.replace(PLAN, unpriced=True)
    assert await scene.write() is not None


async def test_when_the_ledger_cannot_be_written_nothing_stays_kept_free() -> None:
    scene = Scene()
    scene.world.ledger.failure = StoreFull("The disk is full.", "Make room.")
    with pytest.raises(StoreFull):
        await scene.write()
    assert (await scene.services.spending.held(), scene.world.spool.bodies) == ({}, {})


async def test_rows_that_do_not_fit_wait_for_the_next_batch() -> None:
    scene = Scene(rows=prompt_rows(*(f"{number} " + "x" * 200 for number in range(6))))
    scene.world.batches.most = BatchLimits(100, 1_200, 1_000, True)
    await scene.write()
    assert len(scene.body) <= 1_200
    assert await scene.states(scene.job.id) == ["taken"] * 3 + ["pending"] * 3
    assert [row.facts.rows for row in scene.world.ledger.rows] == [3]


async def test_a_row_that_is_too_large_fails_and_holds_up_no_other() -> None:
    scene = Scene(rows=prompt_rows("one", "x" * 2_000, "three"))
    scene.world.batches.most = BatchLimits(100, 10_000, 1_000, True)
    await scene.write()
    assert await scene.states(scene.job.id) == ["taken", "errored", "taken"]
    assert await scene.sentences(scene.job.id) == ["It has 2.1 kB; the service takes 1.0 kB at most."]


async def test_a_picture_that_is_lost_fails_its_row_alone() -> None:
    lost = ImagePart("0" * 64, "image/png", 1, 1)
    row = NewRow(1, 1, "", LineKind.PROMPT, b'{"prompt":"What is it?"}', b"1" * 16, pictures=(lost,))
    [other] = prompt_rows("two")
    scene = Scene(rows=[row, msgspec.structs.replace(other, number=2)])
    await scene.write()
    assert await scene.states(scene.job.id) == ["errored", "taken"]
    assert "missing or damaged" in (await scene.sentences(scene.job.id))[0]


async def test_a_picture_that_cannot_be_looked_through_stays_here() -> None:
    scene = Scene(redacts=True)
    part = scene.world.job_pictures.put(b"no picture for the reader")
    row = NewRow(1, 1, "", LineKind.PROMPT, b'{"prompt":"What is it?"}', b"1" * 16, pictures=(part,))
    scene.world.job_importer.rows = [row, *(msgspec.structs.replace(each, number=2) for each in prompt_rows("two"))]
    await scene.write()
    assert await scene.states(scene.job.id) == ["errored", "taken"]
    assert "cannot open this picture" in (await scene.sentences(scene.job.id))[0]


async def test_without_hiding_pictures_are_not_looked_through() -> None:
    scene = Scene(redacts=True, settings={"privacy": {"anthropic": "never"}})
    part = scene.world.job_pictures.put(b"no picture for the reader")
    scene.world.job_importer.rows = [
        NewRow(1, 1, "", LineKind.PROMPT, b'{"prompt":"What is it?"}', b"1" * 16, pictures=(part,))
    ]
    await scene.write()
    assert await scene.states(scene.job.id) == ["taken"]


async def test_when_no_row_can_be_sent_there_is_nothing_to_send() -> None:
    scene = Scene(rows=prompt_rows("x" * 2_000))
    scene.world.batches.most = BatchLimits(100, 10_000, 1_000, True)
    assert await scene.write() is None
    assert (scene.world.spool.bodies, scene.world.ledger.rows) == ({}, [])


async def test_a_row_that_the_service_form_cannot_hold_fails_alone() -> None:
    scene = Scene()
    scene.world.formats["anthropic"].refused["two"] = RequestRejected("Jobs cannot hold that.", "Ask it by itself.")
    await scene.write()
    assert await scene.states(scene.job.id) == ["taken", "errored", "taken"]
    assert await scene.sentences(scene.job.id) == ["Jobs cannot hold that. Ask it by itself."]


async def test_a_model_that_is_retired_concerns_every_row() -> None:
    scene = Scene()
    scene.world.formats["anthropic"].refused["two"] = ModelUnavailable("It is retired.", "Use another.")
    with pytest.raises(ModelUnavailable):
        await scene.write()
    assert scene.world.spool.bodies == {}


async def test_own_words_that_cannot_be_read_concern_every_row() -> None:
    scene = Scene(redacts=True, settings={"privacy": {"words": 5}})
    with pytest.raises(RedactionFailed):
        await scene.write()
    assert await scene.sentences(scene.job.id) == []


async def test_bodies_that_lines_brought_along_go_to_the_byte() -> None:
    params = b'{"model":"fake-model","max_tokens":5,"messages":[{"role":"user","content":"h\\u00e4"}],"top_p":0.10}'
    scene = Scene(rows=body_rows(params))
    await scene.write()
    assert params in scene.body


async def test_the_bytes_are_kept_when_the_person_wants_that() -> None:
    scene = Scene(settings={"privacy": {"keep_contents": True}})
    await scene.write()
    [row] = scene.world.ledger.rows
    assert row.facts.kept
    assert scene.world.sent.kept_bytes[row.digest] == scene.body


async def test_what_it_used_takes_the_place_of_what_was_kept_free() -> None:
    scene = Scene()
    await scene.write()
    for _ in range(2):  # the service may have to be asked twice
        await scene.parts.desk.settle(scene.job, scene.batch, Usage(300, 30, cost=0.002))
    spent = await scene.services.spending.today()
    assert (spent.cost, spent.running, spent.output_tokens) == (0.002, 0.0, 30)
    [row] = scene.world.ledger.rows
    assert row.answer is not None
    assert (row.answer.outcome, row.answer.usage) == (Outcome.COMPLETE, Usage(300, 30, cost=0.002))


async def test_a_cost_that_the_service_does_not_tell_follows_from_its_tokens_at_half_the_price() -> None:
    scene = Scene()
    await scene.write()
    await scene.parts.desk.settle(scene.job, scene.batch, Usage(1_000_000, 0))
    assert (await scene.services.spending.today()).cost == pytest.approx(5.0)


async def test_what_nobody_can_tell_counts_with_what_it_could_cost_at_most() -> None:
    scene = Scene()
    await scene.write()
    most = (await scene.services.spending.held())["key123456789"]
    await scene.parts.desk.settle(scene.job, scene.batch, Usage())
    assert (await scene.services.spending.today()).cost == most


async def test_a_batch_that_was_never_taken_up_costs_nothing() -> None:
    scene = Scene()
    await scene.write()
    for _ in range(2):
        await scene.parts.desk.release(scene.batch)
    assert await scene.services.spending.held() == {}
    [row] = scene.world.ledger.rows
    assert row.answer is not None
    assert row.answer.outcome is Outcome.FAILED


async def test_what_a_batch_is_known_to_have_used_stays_though_its_rows_are_sent_again() -> None:
    scene = Scene()
    await scene.write()
    await scene.parts.desk.settle(scene.job, scene.batch, Usage(300, 30, cost=0.002))
    await scene.parts.desk.release(scene.batch)
    assert (await scene.services.spending.today()).cost == 0.002
    [row] = scene.world.ledger.rows
    assert row.answer is not None
    assert row.answer.outcome is Outcome.COMPLETE


async def test_the_body_goes_when_it_is_not_needed_any_more() -> None:
    scene = Scene()
    await scene.write()
    await scene.parts.desk.written(scene.batch)
    assert scene.world.spool.bodies == {}


async def test_what_is_kept_free_for_a_queue_that_is_lost_counts_as_spent_and_what_is_under_way_does_not() -> None:
    scene = Scene()
    await scene.write()
    await scene.services.spending.reserve_held("lost", "anthropic", "fake-model", 0.5)
    again = scene.world.services()
    await again.jobs.jobs()
    assert set(await again.spending.held()) == {"key123456789"}
    assert (await again.spending.today()).cost == 0.5


async def test_a_large_body_is_not_read_to_be_shown_but_to_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(settings={"privacy": {"keep_contents": True}})
    await scene.write()
    [row] = scene.world.ledger.rows
    monkeypatch.setattr("kireji.services.receipts._SHOWN", 100)
    shown = await scene.services.receipts.find(row.id)
    whole = await scene.services.receipts.find(row.id, whole=True)
    assert shown is not None
    assert whole is not None
    assert (shown.body, shown.exact, "too large to be shown" in shown.note) == (None, True, True)
    assert whole.body == scene.body
