"""From a row to what is sent."""

from __future__ import annotations

import json

import pytest

from kireji.core.jobs.requests import model_request, row_body, row_words
from kireji.core.jobs.values import JobPlan, LineKind, RowInput
from kireji.core.messages import ImagePart, LinkedImagePart, TextPart
from kireji.core.models import Effort, ModelInfo

PLAN = JobPlan("a job", "anthropic", "m", system="Be short.", max_tokens=50, schema=b'{"type": "object"}')
CAT = ImagePart("ab" * 32, "image/png", 3, 4)
ASKED = '"messages": [{"role":  "user", "content": "Why?"}]'


def prompt(content: str, *pictures: ImagePart) -> RowInput:
    return RowInput(1, LineKind.PROMPT, content.encode(), pictures)


def body(plan: JobPlan, kind: LineKind, content: str, info: ModelInfo | None = None) -> dict[str, object]:
    found: dict[str, object] = json.loads(row_body(plan, RowInput(1, kind, content.encode()), info))
    return found


def test_a_prompt_becomes_a_question_with_all_that_the_plan_says() -> None:
    info = ModelInfo("anthropic", "m", "M")
    request = model_request(PLAN, prompt('{"prompt": "What?", "image": "cat.png"}', CAT), {CAT.blob: b"cat"}, info)
    assert (request.model, request.system, request.max_tokens) == ("m", "Be short.", 50)
    assert request.messages[0].parts == (CAT, TextPart("What?"))
    assert request.blobs == {CAT.blob: b"cat"}
    assert (request.output_schema, request.info) == (PLAN.schema, info)


def test_pictures_keep_the_order_of_the_line() -> None:
    row = prompt('{"prompt": "?", "image": ["https://e.org/a.png", "cat.png"]}', CAT)
    assert model_request(PLAN, row, {CAT.blob: b""}).messages[0].parts[:2] == (
        LinkedImagePart("https://e.org/a.png"),
        CAT,
    )


def test_a_picture_without_words_is_asked_the_plans_question() -> None:
    plan = JobPlan("a job", "anthropic", "m", prompt="What is it?")
    assert model_request(plan, prompt("{}", CAT), {CAT.blob: b""}).messages[0].text == "What is it?"


def test_params_are_sent_byte_for_byte_but_for_what_is_missing() -> None:
    content = '{"model": "m", "max_tokens":  5, "system": "Mine.", "output_config": {"format": null}, ' + ASKED + "}"
    sent = row_body(JobPlan("", "anthropic", ""), RowInput(1, LineKind.PARAMS, content.encode()))
    assert json.loads(sent) == json.loads(content)
    assert ASKED.encode().partition(b": ")[2] in sent


def test_the_plan_fills_what_params_leave_open() -> None:
    found = body(PLAN, LineKind.PARAMS, "{" + ASKED + ', "stream": true, "max_tokens": null}')
    assert (found["model"], found["max_tokens"], found["system"]) == ("m", 50, "Be short.")
    assert found["output_config"] == {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    assert "stream" not in found


def test_the_plans_model_wins() -> None:
    assert body(PLAN, LineKind.PARAMS, '{"model": "other", ' + ASKED + "}")["model"] == "m"


def test_what_a_line_says_wins_otherwise() -> None:
    found = body(PLAN, LineKind.PARAMS, '{"system": "Be long.", "max_tokens": 9, ' + ASKED + "}")
    assert (found["system"], found["max_tokens"]) == ("Be long.", 9)


def test_effort_is_asked_for_where_it_can_be_chosen() -> None:
    plan = JobPlan("", "anthropic", "m", effort=Effort.MAX)
    knows = ModelInfo("anthropic", "m", "M", efforts=(Effort.LOW, Effort.HIGH))
    assert body(plan, LineKind.PARAMS, "{" + ASKED + "}", knows)["output_config"] == {"effort": "high"}
    assert "output_config" not in body(plan, LineKind.PARAMS, "{" + ASKED + "}", ModelInfo("anthropic", "m", "M"))


@pytest.mark.parametrize(("provider", "limit"), [("openrouter", "max_completion_tokens"), ("local", "max_tokens")])
def test_bodies_are_filled_in_their_own_form(provider: str, limit: str) -> None:
    plan = JobPlan("", provider, "m", system="Be short.", max_tokens=50, schema=b"{}")
    found = body(plan, LineKind.BODY, "{" + ASKED + "}")
    assert found[limit] == 50
    assert found["messages"] == [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Why?"}]
    assert found["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": {}},
    }


def test_bodies_of_the_other_form_are_carried_over_first() -> None:
    found = body(PLAN, LineKind.BODY, '{"max_completion_tokens": 7, ' + ASKED + "}")
    assert (found["max_tokens"], found["system"]) == (7, "Be short.")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (LineKind.PROMPT, '{"prompt": "Why?"}'),
        (LineKind.PARAMS, "{" + ASKED + "}"),
        (
            LineKind.BODY,
            '{"messages": [{"role": "user", "content": [{"type": "text", "text": "Why?"}]},'
            ' {"role": "assistant", "content": "So."}]}',
        ),
    ],
)
def test_a_person_reads_the_last_words_that_are_theirs(kind: LineKind, content: str) -> None:
    assert row_words(PLAN, RowInput(1, kind, content.encode())) == "Why?"
