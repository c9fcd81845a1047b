"""Whatever is asked, the service answers or refuses; it never stumbles."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.service.asking import (
    CACHE,
    assistant,
    call,
    document,
    image,
    pdf,
    picture,
    question,
    record,
    result,
    shaped,
    text,
    tool,
    user,
)
from tests.service.memory import Memory
from tests.service.refusal import Refusal
from tests.service.rules import check_body
from tests.service.schemas import example

LOOSE = {"type": "object", "properties": {"a": {"type": ["object", "null"], "properties": {"b": {"items": {}}}}}}
FULL = question(
    user(text("a", **CACHE), image(picture(4, 4)), document(pdf(), title="t", citations={"enabled": False})),
    assistant({"type": "thinking", "thinking": "", "signature": "A"}, call(), call("b")),
    user(result(content=[text("a")]), result("b"), text("c")),
    {"role": "system", "content": "d"},
    system=[text("e")],
    tools=[
        tool(strict=False, input_schema=LOOSE, **CACHE),
        {"type": "web_search_20260318", "name": "web_search"},
    ],
    tool_choice={"type": "auto"},
    thinking={"type": "adaptive"},
    stop_sequences=["x"],
    **shaped({**record(a={"type": "array", "items": {"$ref": "#/$defs/b"}}), "$defs": {"b": {"enum": ["x"]}}}),
)
VALUES = st.sampled_from(
    [None, True, 5, -1.5, "", "text", [], {}, [None], [{}], {"type": "text"}, {"type": []}, "system"]
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside `value`."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(*at, key) for key, _ in inner] + [place for key, part in inner for place in places(part, (*at, key))]


PLACES = places(FULL)


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.one_of(VALUES, st.just("gone"))), min_size=1, max_size=3))
def test_a_request_with_something_wrong_is_answered_or_refused(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    body = copy.deepcopy(FULL)
    for place, value in changes:
        with suppress(LookupError, TypeError):
            change(body, place, value)
    with suppress(Refusal):
        check_body(msgspec.json.encode(body), memory=Memory())


def change(body: Any, place: tuple[Any, ...], value: Any) -> None:
    for step in place[:-1]:
        body = body[step]
    if value == "gone":
        del body[place[-1]]
    else:
        body[place[-1]] = copy.deepcopy(value)


SIMPLE = st.sampled_from([{"type": kind} for kind in ("string", "integer", "number", "boolean", "null")])
SCHEMAS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(lambda parts: record(**parts)),
        inner.map(lambda part: {"type": "array", "items": part}),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"anyOf": parts}),
    ),
    max_leaves=6,
)
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}


@given(SCHEMAS.filter(lambda schema: schema.get("type") == "object"))
def test_the_answer_of_a_form_fits_it(schema: dict[str, Any]) -> None:
    check_body(msgspec.json.encode(question(**shaped(schema))))
    assert fits(example(schema), schema)


def fits(value: Any, schema: dict[str, Any]) -> bool:
    if "anyOf" in schema:
        return any(fits(value, part) for part in schema["anyOf"])
    match schema["type"]:
        case "object":
            return value.keys() == set(schema["required"]) and all(
                fits(value[name], part) for name, part in schema["properties"].items()
            )
        case "array":
            return all(fits(part, schema["items"]) for part in value)
        case kind:
            return isinstance(value, TYPES[kind])
