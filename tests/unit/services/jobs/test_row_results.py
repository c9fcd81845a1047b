"""Rows of jobs as results: every kind of answer finds its places on the row's own pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from kireji.core.errors import JobError, ReaderError
from kireji.core.extraction.sheets import Extraction, Presence
from kireji.core.jobs.forms import compared, extracted, moderated, translated
from kireji.core.jobs.values import Job, JobPlan, LineKind, Outcome
from kireji.core.moderation.policy_file import parse
from kireji.core.moderation.verdicts import Action, Verdict
from kireji.core.structured.comparison import Comparison
from kireji.core.structured.translation import Translation
from kireji.resources import resource
from kireji.services.jobs.row_results import RowResult
from kireji.storage.jobs.loading import NewRow
from tests.fakes.reader import FakeReader
from tests.support.job_answered import answered, said
from tests.support.job_world import PLAN, JobWorld
from tests.support.pictures import png

POLICY = resource("policies/community.toml").read_bytes()
BILL = {
    "tables": [
        {
            "title": "Bill",
            "columns": [
                {"name": "Item", "type": "text", "unit": "", "choices": []},
                {"name": "Amount", "type": "currency", "unit": "EUR", "choices": []},
            ],
            "rows": [["Tea", "3.50"], ["Cake", "4.20"], ["Total", "7.70"]],
        }
    ]
}
WORDS = ("Item", "Amount", "Tea", "3.50", "Total", "7.70")
TABLES = extracted(PLAN, fields=False)


async def result(
    plan: JobPlan,
    answer: object,
    *,
    read: Sequence[str] | ReaderError = WORDS,
    pictures: Sequence[bytes] = (png(60, 40),),
    text: str = "",
    lost: bool = False,
) -> RowResult:
    """What comes of a row with these pictures, on which these words stand."""
    made, job = await job_of(plan, answer, read=read, pictures=pictures, text=text)
    if lost:
        made.world.job_pictures.kept.clear()
    return await made.jobs.result(job.id, 1)


async def job_of(
    plan: JobPlan,
    answer: object,
    *,
    read: Sequence[str] | ReaderError = WORDS,
    pictures: Sequence[bytes] = (),
    text: str = "",
) -> tuple[JobWorld, Job]:
    """A job with one row."""
    made = JobWorld(rows=[])
    made.world.reader = FakeReader((), error=read) if isinstance(read, ReaderError) else FakeReader(read)
    parts = tuple(made.world.job_pictures.put(data) for data in pictures)
    content = json.dumps({"prompt": text} if text else {"image": "a.png"}).encode()
    made.world.job_importer.rows = [NewRow(1, 1, "a", LineKind.PROMPT, content, b"1" * 16, parts)]
    made.services = made.world.services()
    made.jobs = made.services.jobs
    return made, await answered(made, plan, [answer if isinstance(answer, Outcome) else said(answer)])


def presences(found: RowResult) -> dict[str, Presence]:
    """Of all cells, by what they say."""
    assert isinstance(found.result, Extraction)
    return {cell.text: cell.presence for sheet in found.result.sheets for row in sheet.rows for cell in row}


async def test_cells_stand_where_the_reader_finds_them_and_others_are_marked() -> None:
    found = await result(TABLES, BILL)
    seen = presences(found)
    assert seen["Tea"] is seen["3.50"] is Presence.FOUND
    assert seen["Cake"] is Presence.MISSING
    assert isinstance(found.result, Extraction)
    assert found.result.sheets[0].rows[0][0].box is not None
    assert found.detail.pictures == (png(60, 40),)


async def test_sums_are_reckoned_still() -> None:
    found = await result(TABLES, BILL)
    assert isinstance(found.result, Extraction)
    assert [check.holds for check in found.result.sheets[0].sums] == [True]


@pytest.mark.parametrize("lost", [True, False])
async def test_of_a_picture_that_is_lost_or_cannot_be_read_nobody_knows_whether_a_value_stands_there(
    *, lost: bool
) -> None:
    found = await result(TABLES, BILL, read=WORDS if lost else ReaderError("It died.", "Again."), lost=lost)
    assert set(presences(found).values()) == {Presence.UNREAD}


async def test_a_cell_says_on_which_of_several_pictures_it_stands() -> None:
    found = await result(TABLES, BILL, pictures=(png(60, 40), png(61, 40)))
    assert presences(found)["Tea"] is Presence.FOUND
    assert presences(found)["Cake"] is Presence.MISSING


async def test_a_verdict_has_its_evidence_on_the_picture_and_the_policy_of_its_job() -> None:
    policy = parse("community", POLICY).policy
    assert policy is not None
    finding = {
        "category": "harassment", "evidence": [{"where": "picture", "picture": 1, "quote": "idiot"}],
        "reason": "An insult.", "level": "rude", "confidence": 0.9,
    }  # fmt: skip
    answer = {"findings": [finding], "reason": "A single insult.", "rewrite": None}
    found = await result(moderated(PLAN, policy, POLICY), answer, read=("You idiot",))
    assert isinstance(found.result, Verdict)
    assert found.result.action is not Action.ALLOW
    assert found.result.findings[0].evidence[0].boxes
    assert found.policy == policy


async def test_a_translation_stands_on_its_blocks_where_their_number_is_the_same() -> None:
    answer = {"source_language": "English", "translation": "Tee 2\n\nKuchen 4"}
    found = await result(translated(PLAN, "German"), answer, read=("Tea 2", "Cake 4"))
    assert isinstance(found.result, Translation)
    assert [(block.block.text, block.text) for block in found.result.blocks] == [
        ("Tea 2", "Tee 2"),
        ("Cake 4", "Kuchen 4"),
    ]
    assert all(block.block.box[2] for block in found.result.blocks)
    assert (found.result.language, found.result.source_language) == ("German", "English")


@pytest.mark.parametrize("words", ["Tee 2 Kuchen 4", "Kuchen 4\n\nTee 2", "Tee 2\n\nKuchen 4\n\nDanke"])
async def test_a_translation_whose_parts_do_not_go_with_the_blocks_has_no_places(words: str) -> None:
    answer = {"source_language": "", "translation": words}
    found = await result(translated(PLAN, "German"), answer, read=("Tea 2", "Cake 4"))
    assert isinstance(found.result, Translation)
    assert found.result.text == words
    assert not any(block.block.box[2] for block in found.result.blocks)


async def test_a_translated_text_has_its_paragraphs_beside_each_other() -> None:
    answer = {"source_language": "English", "translation": "Guten Morgen.\n\nBis bald."}
    found = await result(translated(PLAN, "German"), answer, pictures=(), text="Good morning.\n\nSee you.")
    assert isinstance(found.result, Translation)
    assert [block.block.text for block in found.result.blocks] == ["Good morning.", "See you."]


async def test_a_change_is_about_the_region_in_which_its_words_stand() -> None:
    change: dict[str, Any] = {"kind": "changed", "words": "The price went up.", "before": "Tea", "after": "7.70"}
    other = {"kind": "added", "words": "Something else.", "before": "", "after": "Cake"}
    answer = {"summary": "A price.", "changes": [change, other]}
    pictures = (png(60, 40), png(61, 40))
    found = await result(compared(PLAN), answer, read=("Tea",), pictures=pictures)
    assert isinstance(found.result, Comparison)
    assert [each.regions for each in found.result.changes] == [(0,), ()]
    assert found.result.unexplained == ()


async def test_a_row_that_failed_shows_nothing() -> None:
    made, job = await job_of(TABLES, Outcome.ERRORED)
    with pytest.raises(JobError, match="Nothing came of row 1"):
        await made.jobs.result(job.id, 1)


async def test_an_answer_in_words_is_no_result() -> None:
    made, job = await job_of(msgspec.structs.replace(PLAN), {"a": 1}, text="Say something.")
    with pytest.raises(JobError, match="Nothing came of row 1"):
        await made.jobs.result(job.id, 1)
