"""Bodies of one form as bodies of the other, whole or not at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.core.jobs.conversion import NotCarried, carried, form_of
from kireji.core.jobs.values import LineKind

BODY, PARAMS = LineKind.BODY, LineKind.PARAMS


def to_params(body: dict[str, object]) -> object:
    return json.loads(carried(json.dumps(body).encode(), BODY, PARAMS))


def to_body(params: dict[str, object]) -> object:
    return json.loads(carried(json.dumps(params).encode(), PARAMS, BODY))


def asked(content: object, **more: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": content}], **more}


def test_only_anthropic_takes_params() -> None:
    assert [form_of(name) for name in ("anthropic", "openrouter", "local")] == [PARAMS, BODY, BODY]


def test_what_is_in_the_wanted_form_stays_byte_for_byte() -> None:
    content = b'{ "messages" : [ ] }'
    assert carried(content, PARAMS, PARAMS) is content


def test_words_are_carried_over() -> None:
    body = {
        "model": "m",
        "max_completion_tokens": 7,
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
            {"role": "user", "content": "Why?"},
            {"role": "assistant", "content": "Because."},
            {"role": "user", "content": "Really?"},
        ],
        "stop": "END",
        "user": "u",
        "temperature": 1,
        "stream": False,
        "n": 1,
    }
    assert to_params(body) == {
        "model": "m",
        "max_tokens": 7,
        "system": "Be short.\n\nBe kind.",
        "messages": [
            {"role": "user", "content": "Why?"},
            {"role": "assistant", "content": "Because."},
            {"role": "user", "content": "Really?"},
        ],
        "stop_sequences": ["END"],
        "metadata": {"user_id": "u"},
    }


BOTH_WAYS: list[tuple[dict[str, object], dict[str, object]]] = [
    (asked("Why?"), asked("Why?")),
    (
        asked([{"type": "text", "text": "This:"}, {"type": "image_url", "image_url": {"url": "https://e.org/a.png"}}]),
        asked([{"type": "text", "text": "This:"}, {"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}}]),
    ),
    (
        asked([{"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]),
        asked([{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}]),
    ),
    (
        asked([{"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,aGk="}}]),
        asked(
            [
                {
                    "type": "document",
                    "source": {"type": "base64", "media_type": "application/pdf", "data": "aGk="},
                    "title": "a.pdf",
                }
            ]
        ),
    ),
    (
        {
            "messages": [
                {"role": "user", "content": "How warm?"},
                {
                    "role": "assistant",
                    "content": "I look.",
                    "tool_calls": [
                        {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at":1}'}},
                        {"id": "c2", "type": "function", "function": {"name": "look", "arguments": "{}"}},
                    ],
                },
                {"role": "tool", "tool_call_id": "c1", "content": "20"},
                {"role": "tool", "tool_call_id": "c2", "content": "21"},
            ],
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "look",
                        "description": "Looks.",
                        "parameters": {"type": "object"},
                        "strict": True,
                    },
                }
            ],
            "tool_choice": "required",
            "parallel_tool_calls": False,
        },
        {
            "messages": [
                {"role": "user", "content": "How warm?"},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "text", "text": "I look."},
                        {"type": "tool_use", "id": "c1", "name": "look", "input": {"at": 1}},
                        {"type": "tool_use", "id": "c2", "name": "look", "input": {}},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {"type": "tool_result", "tool_use_id": "c1", "content": "20"},
                        {"type": "tool_result", "tool_use_id": "c2", "content": "21"},
                    ],
                },
            ],
            "tools": [
                {"name": "look", "description": "Looks.", "input_schema": {"type": "object"}, "strict": True}
            ],
            "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
        },
    ),
    (
        asked("?", tool_choice={"type": "function", "function": {"name": "look"}}),
        asked("?", tool_choice={"type": "tool", "name": "look"}),
    ),
    (
        asked(
            "?",
            reasoning_effort="high",
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": {"type": "object"}},
            },
        ),
        asked("?", output_config={"effort": "high", "format": {"type": "json_schema", "schema": {"type": "object"}}}),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "params"), BOTH_WAYS)
def test_a_question_goes_both_ways(body: dict[str, object], params: dict[str, object]) -> None:
    assert to_params(body) == params
    assert to_body(params) == body


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (asked("?", temperature=0), "temperature"),
        (asked("?", seed=1), "seed"),
        (asked("?", n=2), "n"),
        (asked("?", logit_bias={"1": 2}), "logit_bias"),
        (asked("?", response_format={"type": "json_object"}), "response_format.type"),
        (asked("?", reasoning_effort="minimal"), "reasoning_effort"),
        (asked("?", reasoning={"effort": "low", "summary": "auto"}), "reasoning.summary"),
        (asked([{"type": "input_audio", "input_audio": {}}]), "messages[0].content[0].type"),
        (
            asked([{"type": "image_url", "image_url": {"url": "https://e.org", "detail": "low"}}]),
            "messages[0].content[0].image_url.detail",
        ),
        (
            asked([{"type": "image_url", "image_url": {"url": "data:image/tiff;base64,aGk="}}]),
            "messages[0].content[0].image_url.url",
        ),
        ({"messages": [*asked("?")["messages"], {"role": "system", "content": "x"}]}, "messages[1].role"),  # type: ignore[misc]
        ({"messages": [{"role": "user", "content": "?", "name": "Ann"}]}, "messages[0].name"),
        (asked("?", tools=[{"type": "web_search"}]), "tools[0].type"),
    ],
)
def test_what_params_cannot_hold_is_named(body: dict[str, object], what: str) -> None:
    with pytest.raises(NotCarried) as caught:
        to_params(body)
    assert caught.value.what == what


@pytest.mark.parametrize(
    ("params", "what"),
    [
        (asked("?", thinking={"type": "adaptive"}), "thinking"),
        (asked("?", container="c"), "container"),
        (asked("?", stop_sequences=["1", "2", "3", "4", "5"]), "stop_sequences"),
        (asked("?", tools=[{"type": "web_search_20260101", "name": "web_search"}]), "tools[0].type"),
        (asked([{"type": "thinking", "thinking": "", "signature": ""}]), "messages[0].content[0].type"),
        (
            asked([{"type": "image", "source": {"type": "file", "file_id": "f"}}]),
            "messages[0].content[0].source.type",
        ),
        (asked("?", output_config={"task_budget": 5}), "output_config.task_budget"),
    ],
)
def test_what_a_body_cannot_hold_is_named(params: dict[str, object], what: str) -> None:
    with pytest.raises(NotCarried) as caught:
        to_body(params)
    assert caught.value.what == what


def test_where_a_cache_may_begin_changes_no_answer() -> None:
    block = {"type": "text", "text": "Why?", "cache_control": {"type": "ephemeral"}}
    assert to_body(asked([block])) == asked([{"type": "text", "text": "Why?"}])


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["user", "assistant", "text", "image", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "type", "text", "source", "url", "input", "id", "name", "function"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
names = st.sampled_from(["messages", "system", "tools", "tool_choice", "output_config", "response_format", "stop"])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(names, anything, max_size=4), st.sampled_from([(BODY, PARAMS), (PARAMS, BODY)]))
def test_whatever_a_body_holds_it_is_carried_over_or_named(
    body: dict[str, object], way: tuple[LineKind, LineKind]
) -> None:
    try:
        outcome = carried(json.dumps(body).encode(), *way).decode()
    except NotCarried as error:
        outcome = error.what
    assert outcome
