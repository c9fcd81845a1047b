"""What is quickly seen to fit does fit; nothing else is ever said to."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.extraction.questions import extraction_question
from kireji.tools.quick_validation import quick_check
from kireji.tools.validation import JsonSchemaValidator

TABLE = {
    "type": "object",
    "properties": {
        "rows": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "count": {"type": ["integer", "null"]},
        "share": {"anyOf": [{"type": "number"}, {"type": "boolean"}]},
    },
    "required": ["rows"],
    "additionalProperties": False,
}
NOT_PLAIN = (
    True,
    {},
    {"type": "string", "minLength": 1},
    {"type": "array", "items": {"$ref": "#"}},
    {"type": "array", "items": [{"type": "string"}]},
    {"type": "object", "additionalProperties": {"type": "string"}},
    {"type": "object", "properties": {"a": {"format": "date", "type": "string"}}},
    {"enum": ["a"]},
    {"const": 1},
    {"not": {}},
)


@pytest.mark.parametrize("schema", NOT_PLAIN, ids=str)
def test_a_schema_that_is_not_plain_has_no_quick_check(schema: Any) -> None:
    assert quick_check(schema) is None


def test_what_fits_is_seen() -> None:
    fits = quick_check(TABLE)
    assert fits is not None
    assert fits({"rows": [["a"], []], "kind": "a", "count": None, "share": 1.5})


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"rows": [["a", 1]]},
        {"rows": ["a"]},
        {"rows": [], "kind": "c"},
        {"rows": [], "count": 1.5},
        {"rows": [], "count": True},
        {"rows": [], "share": "1"},
        {"rows": [], "more": 1},
    ],
)
def test_what_does_not_fit_is_left_to_the_whole_check(value: Any) -> None:
    fits = quick_check(TABLE)
    assert fits is not None
    assert not fits(value)
    assert JsonSchemaValidator().problem(jsonschema_bytes(), value)


def jsonschema_bytes() -> bytes:

    return json.dumps(TABLE).encode()


def test_tables_are_checked_quickly() -> None:

    assert quick_check(json.loads(extraction_question().schema)) is not None


plain = st.sampled_from(["string", "number", "integer", "boolean", "null", "array", "object"])
schemas: st.SearchStrategy[Any] = st.recursive(
    st.builds(lambda kind: {"type": kind}, plain)
    | st.builds(lambda kinds: {"type": kinds}, st.lists(plain, min_size=1, max_size=3, unique=True))
    | st.just({"type": "string", "enum": ["a", "b"]}),
    lambda inner: (
        st.builds(lambda items: {"type": "array", "items": items}, inner)
        | st.builds(lambda parts: {"anyOf": parts}, st.lists(inner, min_size=1, max_size=2))
        | st.builds(
            lambda parts, needed, more: {
                "type": "object",
                "properties": parts,
                "required": needed,
                "additionalProperties": more,
            },
            st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
            st.lists(st.sampled_from("abc"), max_size=2, unique=True),
            st.booleans(),
        )
    ),
    max_leaves=6,
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([1.0, 1.5, "a", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)


@given(schemas, values)
def test_nothing_that_does_not_fit_is_said_to(schema: Any, value: Any) -> None:
    fits = quick_check(schema)
    if fits is not None and fits(value):
        jsonschema.validate(value, schema)
