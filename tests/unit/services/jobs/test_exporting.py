"""Answers as a person reads them, and as files: in the order of the input, whatever became of each row."""

from __future__ import annotations

import csv
import io
import json

import msgspec
import pytest

from kireji.core.errors import JobError
from kireji.core.jobs.answers import ExportForm
from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import LineKind, Outcome, RowResult
from kireji.core.messages import Usage
from kireji.storage.jobs.loading import BadRow, NewRow
from tests.fakes.job_parts import prompt_rows
from tests.support.job_world import PLAN, JobWorld

SCHEMA = b'{"type":"object","properties":{"name":{"type":"string"},"size":{"type":"integer"}}}'


async def answered(made: JobWorld, *results: RowResult, plan: object = PLAN) -> int:
    """A job of which some rows have ended in a batch; its number."""
    assert isinstance(plan, type(PLAN))
    job = await made.running(plan)
    batch = await made.taken(job.id, 10_000)
    await made.world.job_store.record(batch.id, results)
    return job.id


def said(number: int, text: str, stop: str = "end_turn", cost: float = 0.01) -> RowResult:
    payload = msgspec.json.encode({"text": text, "stop": stop})
    return RowResult(number, Outcome.SUCCEEDED, payload, Usage(10, 5, cost=cost))


async def lines(made: JobWorld, job: int) -> list[dict[str, object]]:
    await made.jobs.export(job, "/out.jsonl", ExportForm.JSONL)
    return [json.loads(line) for line in made.world.job_writer.files["/out.jsonl"].splitlines()]


async def table(made: JobWorld, job: int) -> list[dict[str, str]]:
    await made.jobs.export(job, "/out.csv", ExportForm.CSV)
    text = made.world.job_writer.files["/out.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_results_stand_in_the_order_of_the_input_however_they_came() -> None:
    made = JobWorld()
    job = await answered(made, said(3, "c"), said(1, "a"), said(2, "b"))
    assert [(one["id"], one["text"]) for one in await lines(made, job)] == [("1", "a"), ("2", "b"), ("3", "c")]


async def test_rows_that_have_not_ended_are_left_out_so_far() -> None:
    made = JobWorld()
    job = await answered(made, said(2, "b"))
    assert [one["id"] for one in await lines(made, job)] == ["2"]
    assert await made.jobs.export(job, "/out.jsonl", ExportForm.JSONL) == (1, 2, 0)


async def test_the_same_request_has_the_shared_answer_and_is_paid_once() -> None:
    made = JobWorld(rows=prompt_rows("one", "two", "one"))
    job = await answered(made, said(1, "a"), said(2, "b"))
    found = await lines(made, job)
    assert [(one["text"], one["cost"], one["cached"]) for one in found] == [
        *(("a", 0.01, False), ("b", 0.01, False), ("a", 0.0, True))
    ]


async def test_rows_that_failed_and_lines_that_were_refused_say_why() -> None:
    made = JobWorld(rows=[*prompt_rows("one", "two"), BadRow(3, 3, "This is no JSON.", "mine")])
    job = await answered(made, RowResult(1, Outcome.ERRORED, sentence="Too long."), RowResult(2, Outcome.EXPIRED))
    assert [(one["id"], one["status"], one.get("error")) for one in await lines(made, job)] == [
        *(("1", "errored", "Too long."), ("2", "expired", None), ("mine", "errored", "This is no JSON."))
    ]


async def test_what_the_service_says_it_has_not_answered_costs_nothing_and_what_nobody_knows_has_no_cost() -> None:
    made = JobWorld()
    refused = RowResult(1, Outcome.ERRORED, b'{"type":"errored"}', sentence="Too long.")
    job = await answered(made, refused, RowResult(2, Outcome.ERRORED, sentence="It may have been paid for."))
    assert [line["cost"] for line in await lines(made, job)][:2] == [0.0, None]


async def test_an_answer_that_was_cut_or_declined_says_so() -> None:
    made = JobWorld()
    job = await answered(made, said(1, "a", "max_tokens"), said(2, "", "refusal"), said(3, "c"))
    assert [one.error for one in await made.jobs.answers(job)] == [
        "The answer was cut off at its longest length.",
        "The model declined to answer.",
        "",
    ]


async def test_structured_answers_are_values_and_typed_columns() -> None:
    plan = msgspec.structs.replace(PLAN, schema=SCHEMA)
    made = JobWorld()
    job = await answered(made, said(1, '{"name":"=x","size":3}'), said(2, '{"name":null}'), said(3, "no"), plan=plan)
    assert [one["data"] for one in await lines(made, job)] == [{"name": "=x", "size": 3}, {"name": None}, None]
    assert [(one["name"], one["size"], one["error"][:20]) for one in await table(made, job)] == [
        *(("'=x", "3", ""), ("", "", ""), ("", "", "The answer is no JSO"))
    ]
    assert [column.name for column in made.jobs.columns(await made.jobs.job(job))] == ["name", "size"]


async def test_a_table_begins_with_the_inputs_own_columns() -> None:
    rows = [
        NewRow(
            number, number + 1, "", LineKind.PROMPT, b'{"prompt":"%d"}' % number, bytes([number]) * 16,
            columns={"name": name, "id": str(number)},
        )
        for number, name in enumerate(("Ada", "Bob"), 1)
    ]  # fmt: skip
    made = JobWorld(rows=rows)
    job = await answered(made, said(1, "a"), said(2, "b"))
    found = await table(made, job)
    assert list(found[0])[:4] == ["name", "id", "id_", "status"]
    assert [(one["name"], one["id"], one["id_"], one["text"]) for one in found] == [
        *(("Ada", "1", "2", "a"), ("Bob", "2", "3", "b"))
    ]


async def test_hidden_values_are_put_back_also_inside_of_structured_answers() -> None:
    value = 'Ada "the first" Lovelace'
    made = JobWorld(rows=prompt_rows("one"), redacts=True)
    job = await made.running(msgspec.structs.replace(PLAN, schema=SCHEMA))
    batch = await made.taken(job.id)
    await made.world.job_store.keep_values(batch.id, {1: {"[NAME_1]": value}})
    await made.world.job_store.record(batch.id, [said(1, '{"name":"[NAME_1]","size":1}')])
    [one] = await made.jobs.answers(job.id)
    assert one.data == {"name": value, "size": 1}
    assert json.loads(one.text)["name"] == value


async def test_progress_is_told_and_pages_join_without_a_seam() -> None:
    made = JobWorld(rows=prompt_rows(*map(str, range(2_500))))
    job = await answered(made, *(said(number, str(number)) for number in range(1, 2_501)))
    told: list[tuple[int, int]] = []
    await made.jobs.export(job, "/out.jsonl", ExportForm.JSONL, lambda done, total: told.append((done, total)))
    assert told == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]
    assert [one["text"] for one in await lines(made, job)] == [str(number) for number in range(1, 2_501)]


async def test_a_place_that_cannot_be_written_is_said() -> None:
    made = JobWorld()
    job = await answered(made, said(1, "a"))
    made.world.job_writer.failure = JobError("/out.jsonl cannot be written.", "Choose another place.")
    with pytest.raises(JobError, match="cannot be written"):
        await made.jobs.export(job, "/out.jsonl", ExportForm.JSONL)


async def test_answers_can_be_read_by_their_state() -> None:
    made = JobWorld()
    job = await answered(made, said(1, "a"), RowResult(2, Outcome.ERRORED, sentence="No."))
    failed = await made.jobs.answers(job, states=frozenset({RowState.ERRORED}))
    assert [(one.row.number, one.error) for one in failed] == [(2, "No.")]


async def test_a_result_that_cannot_be_read_says_so() -> None:
    made = JobWorld()
    job = await answered(made, RowResult(1, Outcome.SUCCEEDED, b"nothing"))
    [one, *_] = await made.jobs.answers(job)
    assert (one.text, one.error) == ("", "The service sent something that is no answer.")


async def test_a_row_opens_with_everything_about_it() -> None:
    made = JobWorld()
    part = made.world.job_pictures.put(b"\x89PNG picture")
    row = NewRow(
        1, 4, "mine", LineKind.PROMPT, b'{"prompt":"What is it?","image":"https://x/y.png"}', b"1" * 16, (part,)
    )
    made.world.job_importer.rows = [row]
    job = await answered(made, said(1, "A cat."), plan=msgspec.structs.replace(PLAN, system="Be short."))
    detail = await made.jobs.detail(job, 1)
    assert (detail.prompt, detail.system, detail.answer.text) == ("What is it?", "Be short.", "A cat.")
    assert (detail.pictures, detail.addresses) == ((b"\x89PNG picture",), ("https://x/y.png",))
    assert json.loads(detail.content)["prompt"] == "What is it?"
    assert json.loads(detail.raw) == {"text": "A cat.", "stop": "end_turn"}


async def test_a_picture_that_is_lost_is_told_by_its_emptiness() -> None:
    made = JobWorld()
    part = made.world.job_pictures.put(b"\x89PNG picture")
    made.world.job_importer.rows = [NewRow(1, 1, "", LineKind.PROMPT, b'{"prompt":"?"}', b"1" * 16, (part,))]
    job = await made.added()
    made.world.job_pictures.kept.clear()
    assert (await made.jobs.detail(job.id, 1)).pictures == (b"",)


async def test_there_is_no_detail_of_a_row_that_there_is_not() -> None:
    made = JobWorld()
    job = await made.added()
    with pytest.raises(JobError, match="There is no row 9"):
        await made.jobs.detail(job.id, 9)


MASKS = {"privacy": {"masks": ["Fliegenpilz"]}}


async def test_what_the_person_masks_in_answers_is_masked_wherever_results_are_read() -> None:
    made = JobWorld(settings=MASKS)
    job = await answered(made, said(1, "A Fliegenpilz stands there."), said(2, "Nothing."))
    masked = "A ▇▇▇ stands there."
    assert [one.text for one in await made.jobs.answers(job)][:2] == [masked, "Nothing."]
    assert (await lines(made, job))[0]["text"] == masked
    assert (await table(made, job))[0]["text"] == masked
    first, second = await made.jobs.detail(job, 1), await made.jobs.detail(job, 2)
    assert (first.answer.text, first.raw) == (masked, "")
    assert "Nothing." in second.raw


async def test_masks_hold_within_the_values_of_a_schema() -> None:
    made = JobWorld(settings=MASKS)
    plan = msgspec.structs.replace(PLAN, schema=SCHEMA)
    job = await answered(made, said(1, '{"name": "Fliegenpilz", "size": 3}'), plan=plan)
    [one, *_] = await made.jobs.answers(job)
    assert (one.data, json.loads(one.text)) == ({"name": "▇▇▇", "size": 3}, one.data)
    assert (await table(made, job))[0]["name"] == "▇▇▇"


async def test_an_answer_ends_where_the_person_wants_answers_to_end() -> None:
    made = JobWorld(settings={"privacy": {"stops": ["ENDE"]}})
    job = await answered(made, said(1, "Yes. ENDE And more."))
    [one, *_] = await made.jobs.answers(job)
    assert one.text == "Yes. "
    assert (await made.jobs.detail(job, 1)).raw == ""
