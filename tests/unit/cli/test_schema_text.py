"""Schemas of tools in words, and what is typed as K=V."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.cli.schema_text import Argument, arguments_of, typed_arguments


def schema(properties: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"type": "object", "properties": properties, **more}).encode()


@pytest.mark.parametrize(
    ("property_", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "whole number, at least 1, at most 9"),
        ({"type": "boolean"}, "true or false"),
        ({"type": ["string", "null"]}, "text or null"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number or null"),
        ({"enum": ["a", "b"]}, '"a" or "b"'),
        ({"const": 3}, "3"),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 2}, "list of text, at most 2 of them"),
        ({"type": "array", "items": {"type": "array", "items": {"enum": [1]}}}, "list of list of 1"),
        ({"type": "string", "pattern": "^a$"}, 'text, matching "^a$"'),
        ({"$ref": "#/$defs/unit"}, '"m" or "s"'),
        ({}, "anything"),
        (True, "anything"),
    ],
)
def test_what_an_argument_takes_is_told_in_words(property_: object, words: str) -> None:
    [found] = arguments_of(schema({"x": property_}, **{"$defs": {"unit": {"enum": ["m", "s"]}}}))
    assert found.kind == words


def test_required_defaults_and_descriptions_are_told() -> None:
    properties = {
        "text": {"type": "string", "description": "What\n  to count."},
        "unique": {"type": "boolean", "default": False},
    }
    assert arguments_of(schema(properties, required=["text"])) == (
        Argument("text", "text", True, "", "What to count."),
        Argument("unique", "true or false", False, "false"),
    )


def test_objects_are_told_with_what_is_in_them() -> None:
    point = {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}
    properties = {"at": point, "path": {"type": "array", "items": {"$ref": "#/$defs/point"}}}
    found = arguments_of(schema(properties, **{"$defs": {"point": point}}))
    assert [(one.name, one.kind, one.required) for one in found] == [
        ("at", "object", False),
        ("at.x", "number", True),
        ("path", "list of object", False),
        ("path[].x", "number", True),
    ]


def test_a_schema_that_contains_itself_ends() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}
    assert len(arguments_of(schema({"first": {"$ref": "#/$defs/node"}}, **{"$defs": {"node": node}}))) < 10
    circle = {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}
    assert arguments_of(schema({"x": {"$ref": "#/$defs/a"}}, **{"$defs": circle}))[0].kind == "anything"


KEYS = st.sampled_from(
    ["type", "properties", "items", "anyOf", "enum", "$ref", "$defs", "required", "default", "minimum", "x", "const"]
) | st.text(max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_no_schema_however_strange_stops_it(value: object) -> None:
    encoded = json.dumps(value).encode()
    assert isinstance(arguments_of(encoded), tuple)
    assert set(typed_arguments(encoded, [("x", "1"), ("x", "2"), ("type", "a")])) == {"x", "type"}


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_schema_has_no_arguments(text: bytes) -> None:
    assert arguments_of(text) == ()
    assert typed_arguments(text, [("x", "1")]) == {"x": "1"}


@pytest.mark.parametrize(
    ("property_", "typed", "value"),
    [
        ({"type": "string"}, ["7"], "7"),
        ({"type": "string"}, ["null"], "null"),
        ({"type": "string"}, ['{"a": 1}'], '{"a": 1}'),
        ({"type": "integer"}, ["7"], 7),
        ({"type": "integer"}, ["seven"], "seven"),
        ({"type": "number"}, ["NaN"], "NaN"),
        ({"type": "boolean"}, ["true"], True),
        ({"type": ["integer", "null"]}, ["null"], None),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, ["7"], "7"),
        ({"type": "array", "items": {"type": "integer"}}, ["1"], [1]),
        ({"type": "array", "items": {"type": "integer"}}, ["1", "2"], [1, 2]),
        ({"type": "array", "items": {"type": "integer"}}, ["[1, 2]"], [1, 2]),
        ({"type": "array", "items": {"type": "string"}}, ["a", "b"], ["a", "b"]),
        ({"type": "object"}, ['{"a": 1}'], {"a": 1}),
        ({"enum": ["a", "b"]}, ["a"], "a"),
        ({"enum": [1, 2]}, ["1"], 1),
        ({"enum": ["1", "2"]}, ["1"], "1"),
        ({"$ref": "#/$defs/n"}, ["7"], 7),
        ({}, ["7"], "7"),
        ({"type": "string"}, ["a", "b"], ["a", "b"]),
    ],
)
def test_what_is_typed_becomes_what_is_wanted(property_: dict[str, Any], typed: list[str], value: object) -> None:
    encoded = schema({"x": property_}, **{"$defs": {"n": {"type": "integer"}}})
    assert typed_arguments(encoded, [("x", text) for text in typed]) == {"x": value}


def test_what_the_schema_does_not_know_is_text() -> None:
    assert typed_arguments(schema({}), [("y", "1")]) == {"y": "1"}
