"""What a line of JSONL becomes, and why some become nothing."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kireji.core.jobs.lines import LARGEST_LINE, Line, LineReader, LineRefused
from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.values import JobPlan, LineKind, Mode

PLAN = JobPlan("a job", "anthropic", "claude-haiku-5-5")
OPENAI = JobPlan("a job", "openrouter", "some/model")
WEB_ONLY = BatchLimits(5_000, 200_000_000, 1_000_000, False)
ASKED = '"messages":[{"role":"user","content":"Why?"}]'


def read(line: str | bytes, plan: JobPlan = PLAN, limits: BatchLimits | None = None) -> Line:
    return LineReader(plan, limits).read(line.encode() if isinstance(line, str) else line)


def refused(line: str | bytes, plan: JobPlan = PLAN, limits: BatchLimits | None = None) -> str:
    with pytest.raises(LineRefused) as caught:
        read(line, plan, limits)
    return caught.value.sentence


def outcome(line: str | bytes, plan: JobPlan = PLAN) -> str:
    """What is kept of a line, or why nothing is."""
    try:
        return read(line, plan).content.decode().strip()
    except LineRefused as error:
        return error.sentence


def test_a_prompt_alone_is_a_row() -> None:
    line = '{"prompt": "Why?"}'
    assert read(line) == Line(LineKind.PROMPT, line.encode(), "Why?")


def test_a_prompt_may_have_an_id_and_pictures() -> None:
    found = read('{"id": "a-7", "prompt": "What is it?", "image": "cats/one.png"}')
    assert (found.id, found.images) == ("a-7", ("cats/one.png",))
    several = read('{"prompt": "Compare.", "image": ["one.png", "https://example.org/two.png"]}')
    assert several.images == ("one.png", "https://example.org/two.png")


def test_an_id_may_be_a_whole_number() -> None:
    assert read('{"id": 7, "prompt": "Why?"}').id == "7"


def test_params_are_kept_as_they_are_written() -> None:
    found = read('{"custom_id": "x", "params": {"model": "m",  "max_tokens": 5, ' + ASKED + "}}")
    assert found.kind is LineKind.PARAMS
    assert found.content == b'{"model": "m",  "max_tokens": 5, ' + ASKED.encode() + b"}"
    assert (found.id, found.model) == ("x", "m")


def test_a_body_is_known_by_its_address() -> None:
    line = '{"custom_id": "x", "method": "POST", "url": "%s", "body": {"model": "m", ' + ASKED + "}}"
    assert read(line % "/v1/chat/completions", OPENAI).kind is LineKind.BODY
    assert read(line % "https://api.example.org/v1/chat/completions", OPENAI).kind is LineKind.BODY
    assert read(line % "/v1/messages").kind is LineKind.PARAMS
    assert "/v1/embeddings" in refused(line % "/v1/embeddings")


def test_a_picture_without_words_takes_the_jobs_question() -> None:
    with_question = JobPlan("a job", "anthropic", "m", prompt="What is it?")
    assert read('{"image": "a.png"}', with_question).prompt is None
    assert "no prompt" in refused('{"image": "a.png"}')


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"prompt": "a"', "broken at column 15"),
        ('{"prompt": "a",, "id": 1}', "broken at column 16"),
        ('{"prompt": "äöü" x}', "broken at column 18"),
        ('{"prompt": "a\0"}', "column 14: there is a NUL byte"),
        ('{"prompt": "\\ud83d"}', "half of a character"),
        (b'{"prompt": "\xc3\xa4\xff"}', "not UTF-8: there is a wrong byte at column 14"),
        (b'{"params": {"model": "\xff"}}', "not UTF-8"),
        ("[1, 2]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("{}", "neither a prompt, nor params, nor a body"),
        ('{"promt": "a"}', "did you mean “prompt”?"),
        ('{"prompt": "a", "temperature": 0}', "“temperature” is not known here"),
        ('{"prompt": 5}', "“prompt” cannot be a number"),
        ('{"prompt": "a", "image": {"url": "x"}}', "“image” cannot be an object"),
        ('{"prompt": " \\n"}', "The prompt is empty"),
        ('{"prompt": "a", "image": " "}', "name of the picture is empty"),
        ('{"prompt": "a", "id": ""}', "The id is empty"),
        ('{"prompt": "a", "id": "a\\u0007"}', "cannot be seen"),
        ('{"prompt": "a", "id": "' + "x" * 257 + '"}', "longer than 256"),
        ('{"prompt": "a", "id": 1.5}', "“id” cannot be a number"),
        ('{"prompt": "a", "id": 1, "custom_id": "2"}', "two ids"),
        ('{"prompt": "a", "params": {}}', "more than one of"),
        ('{"prompt": "a", "url": "/v1/chat/completions"}', "but no body"),
        ('{"params": []}', "“params” is not a JSON object"),
        ('{"params": {"messages": []}}', "no messages"),
        ('{"params": {"max_tokens": 0, ' + ASKED + "}}", "max_tokens is 0"),
        ('{"params": {"max_tokens": 1.5, ' + ASKED + "}}", "“params.max_tokens” cannot be a number that is not whole"),
        ('{"params": {"output_config": 1, ' + ASKED + "}}", "“params.output_config” cannot be a number"),
        ('{"params": {"messages": [{"content": "?"}]}}', "A message has no “role”"),
        ('{"params": {"max_tokens": "9", ' + ASKED + "}}", "“params.max_tokens” cannot be text"),
        ('{"method": "GET", "url": "/v1/chat/completions", "body": {' + ASKED + "}}", "The method is GET"),
        ('{"params": ' + "[" * 100_000, "nested too deeply"),
    ],
)
def test_what_cannot_be_a_row_is_refused_with_its_reason(line: str | bytes, reason: str) -> None:
    assert reason in refused(line)


def test_a_line_over_the_services_limit_is_refused() -> None:
    limits = BatchLimits(100, 1_000, 100, True)
    assert "0.0001 MB" in refused('{"prompt": "' + "a" * 100 + '"}', PLAN, limits)


def test_no_line_is_larger_than_any_service_takes() -> None:
    assert LineReader(PLAN, BatchLimits(1, 1, 10**12, True)).largest == LARGEST_LINE


def test_live_rows_have_no_limits_of_batches() -> None:
    live = JobPlan("a job", "openrouter", "m", mode=Mode.LIVE)
    body = '{"body": {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url":'
    body += ' {"url": "data:image/png;base64,aGk="}}]}]}}'
    assert read(body, live, WEB_ONLY).kind is LineKind.BODY
    assert "from the web only" in refused(body, OPENAI, WEB_ONLY)


def test_what_the_other_form_cannot_carry_is_named() -> None:
    line = '{"body": {"temperature": 0, ' + ASKED + "}}"
    assert "“temperature”" in refused(line)
    assert read(line, OPENAI).kind is LineKind.BODY


def test_two_schemas_are_one_too_many() -> None:
    plan = JobPlan("a job", "anthropic", "m", schema=b'{"type": "object"}')
    line = '{"params": {"output_config": {"format": {"type": "json_schema", "schema": {}}}, ' + ASKED + "}}"
    assert "schema of its own" in refused(line, plan)
    assert read(line).kind is LineKind.PARAMS


@given(st.binary(max_size=200))
@example(b'{"prompt":"a"}')
def test_whatever_a_line_holds_it_is_a_row_or_has_a_reason(line: bytes) -> None:
    assert outcome(line).endswith((".", "?", "}"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["prompt", "image", "id", "custom_id", "params", "method", "url", "body", "other"])
bodies = st.dictionaries(st.sampled_from(["messages", "model", "max_tokens", "system", "tools", "stop"]), json_values)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(keys, json_values | bodies, max_size=5), st.sampled_from([PLAN, OPENAI]))
def test_whatever_json_a_line_holds_it_is_a_row_or_has_a_reason(value: object, plan: JobPlan) -> None:
    assert outcome(json.dumps(value), plan)


TUNED = [("temperature", "0"), ("top_p", "0.5"), ("seed", "7"), ("metadata", '{"a":"b"}'),
         ("response_format", '{"type":"json_object"}')]  # fmt: skip
LEAVING_OUT = msgspec.structs.replace(PLAN, drop=tuple(name for name, _ in TUNED))


@pytest.mark.parametrize(("name", "value"), TUNED)
def test_a_field_that_cannot_be_carried_is_refused_with_the_next_step(name: str, value: str) -> None:
    why = refused(f'{{"body":{{"{name}":{value},{ASKED}}}}}')
    assert "cannot be carried over to this service's form. Take it out" in why
    assert f"--drop {name})" in why
    assert "OpenRouter or a local server" in why


@pytest.mark.parametrize(("name", "value"), TUNED)
def test_a_field_that_the_plan_leaves_out_stands_in_the_row_no_more(name: str, value: str) -> None:
    assert read(f'{{"body":{{"{name}":{value},{ASKED}}}}}', LEAVING_OUT).content == f"{{{ASKED}}}".encode()


def test_what_can_be_carried_is_not_left_out() -> None:
    line = f'{{"body":{{"temperature":0,{ASKED}}}}}'
    plan = msgspec.structs.replace(OPENAI, drop=("temperature",))
    assert read(line, plan).content == f'{{"temperature":0,{ASKED}}}'.encode()


def test_what_the_plan_does_not_name_is_still_refused() -> None:
    plan = msgspec.structs.replace(PLAN, drop=("temperature",))
    assert "“seed”" in refused(f'{{"body":{{"temperature":0,"seed":7,{ASKED}}}}}', plan)


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
def test_params_with_what_anthropic_has_no_more_are_refused_or_go_without(name: str) -> None:
    line = f'{{"params":{{"{name}":1,{ASKED}}}}}'
    assert f"--drop {name})" in refused(line)
    assert read(line, msgspec.structs.replace(PLAN, drop=(name,))).content == f"{{{ASKED}}}".encode()
    assert read(line, OPENAI).content == f'{{"{name}":1,{ASKED}}}'.encode()


def test_words_of_that_name_in_a_question_are_none_of_it() -> None:
    line = '{"params":{"messages":[{"role":"user","content":"temperature"}],"temperature":null}}'
    assert read(line).kind is LineKind.PARAMS


def test_params_that_no_other_service_knows_name_anthropic() -> None:
    assert "--drop thinking), or let Anthropic answer." in refused(
        f'{{"params":{{"thinking":{{"type":"adaptive"}},{ASKED}}}}}', OPENAI
    )
