"""What is sent for a row: the line's own words, and what the person has set for all."""

from __future__ import annotations

import json

import msgspec
import pytest

from kireji.core.errors import RequestRejected, StoreCorrupt
from kireji.core.jobs.values import JobPlan, LineKind, Mode, RowInput
from kireji.core.messages import ImagePart
from kireji.core.models import ModelInfo
from kireji.core.requests import Routing
from kireji.services.jobs.row_making import RowMaking
from kireji.services.preferences import Preferences
from tests.fakes.job_parts import MemoryPictures
from tests.fakes.stores import MemorySettings

PLAN = JobPlan("Rows", "anthropic", "claude-haiku-5-5", max_tokens=500)
ROUTER = JobPlan("Rows", "openrouter", "x/y", max_tokens=500)
CLAUDE = msgspec.structs.replace(ROUTER, model="anthropic/claude-haiku-5.5")
BODY = RowInput(1, LineKind.BODY, b'{"messages":[{"role":"user","content":"Hi"}]}')


def making(**openrouter: object) -> RowMaking:
    return RowMaking(MemoryPictures(), Preferences.read(MemorySettings({"openrouter": dict(openrouter)})))


def prompt(text: str = "Hi") -> RowInput:
    return RowInput(1, LineKind.PROMPT, msgspec.json.encode({"prompt": text}))


async def test_a_prompt_is_a_question_with_the_plans_bounds() -> None:
    row = await making().row(PLAN, None, prompt())
    assert (row.request.messages[0].text, row.request.max_tokens, row.body) == ("Hi", 500, b"")


async def test_an_answer_is_no_longer_than_the_model_can_give() -> None:
    short = ModelInfo("anthropic", "claude-haiku-5-5", "Short", max_output_tokens=100)
    assert (await making().row(PLAN, short, prompt())).request.max_tokens == 100


async def test_a_picture_that_is_lost_is_said() -> None:
    row = RowInput(1, LineKind.PROMPT, b'{"prompt":"?"}', (ImagePart("0" * 64, "image/png", 1, 1),))
    with pytest.raises(StoreCorrupt):
        await making().row(PLAN, None, row)


async def test_a_question_is_passed_on_only_to_where_the_person_wants_it() -> None:
    row = await making(data_collection="allow", zero_retention=True).row(ROUTER, None, prompt())
    assert row.request.routing == Routing(data_collection=True, zero_retention=True)


async def test_a_whole_body_is_passed_on_only_there_too() -> None:
    row = await making(only=["Ada"]).row(ROUTER, None, BODY)
    assert json.loads(row.body)["provider"] == {"data_collection": "deny", "only": ["Ada"]}


async def test_a_line_that_says_itself_where_to_is_left_alone() -> None:
    own = RowInput(1, LineKind.BODY, b'{"messages":[],"provider":{"only":["Bob"]}}')
    assert json.loads((await making().row(ROUTER, None, own)).body)["provider"] == {"only": ["Bob"]}


async def test_other_services_are_told_nothing_of_that() -> None:
    row = await making().row(PLAN, None, RowInput(1, LineKind.PARAMS, BODY.content))
    assert "provider" not in json.loads(row.body)


async def test_claude_at_openrouter_is_asked_in_its_own_form_one_by_one_and_in_the_common_one_in_batches() -> None:
    spoken = RowInput(1, LineKind.BODY, b'{"messages":[{"role":"system","content":"Be short."}]}')
    live, batch = [
        json.loads((await making().row(CLAUDE, None, spoken, mode)).body) for mode in (Mode.LIVE, Mode.BATCH)
    ]
    assert (live["max_tokens"], live["model"]) == (500, CLAUDE.model)
    assert "system" in live
    assert "system" not in batch
    assert live["provider"] == batch["provider"] == {"data_collection": "deny"}


async def test_what_a_form_cannot_hold_is_named() -> None:
    logits = RowInput(1, LineKind.BODY, b'{"messages":[],"logit_bias":{"1":2}}')
    with pytest.raises(RequestRejected, match="logit_bias"):
        await making().row(PLAN, None, logits)


async def test_this_computers_own_reader_takes_no_whole_bodies() -> None:
    with pytest.raises(RequestRejected, match="own reader"):
        await making().row(msgspec.structs.replace(PLAN, provider="device"), None, BODY)


async def test_a_body_counts_with_all_that_stands_in_it() -> None:
    row = await making().row(
        PLAN, None, RowInput(1, LineKind.PARAMS, b'{"max_tokens":7,"messages":[{"content":"Hi"}]}')
    )
    assert row.request.max_tokens == 7
    assert "Hi" in row.request.messages[0].text
