"""Schemas as providers take them: what they refuse is said in words, whatever the schema is."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.offered_schema import offered_form
from tests.service.schemas import check_schema
from tests.service.tools import check_input


def offered(**properties: Any) -> dict[str, Any]:
    """The properties of an object's offered form."""
    found: dict[str, Any] = offered_form({"type": "object", "properties": properties})["properties"]
    return found


WORDS = {
    "a range": ({"type": "integer", "minimum": 1, "maximum": 10}, "Between 1 and 10."),
    "at least": ({"type": "number", "minimum": 0.5}, "At least 0.5."),
    "at most": ({"type": "number", "maximum": 3}, "At most 3."),
    "above": ({"type": "number", "exclusiveMinimum": 0}, "Above 0."),
    "below": ({"type": "number", "exclusiveMaximum": 1}, "Below 1."),
    "steps": ({"type": "integer", "multipleOf": 5}, "A multiple of 5."),
    "lengths": ({"type": "string", "minLength": 2, "maxLength": 4}, "Between 2 and 4 characters."),
    "one character": ({"type": "string", "minLength": 1}, "At least 1 character."),
    "exactly": ({"type": "string", "minLength": 3, "maxLength": 3}, "Exactly 3 characters."),
    "items": ({"type": "array", "items": {"type": "string"}, "minItems": 2}, "At least 2 items."),
    "no item twice": ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, "No item twice."),
    "a format": ({"type": "string", "format": "iban"}, "Its format is iban."),
    "a path": ({"type": "string", "format": "path"}, "The path of a file or folder."),
    "a pattern": ({"type": "string", "pattern": "^(?!x)"}, "It must match the regular expression ^(?!x)"),
    "not": ({"type": "string", "not": {"const": "x"}}, 'not: {"const":"x"}'),
    "an example": ({"type": "string", "examples": ["x"]}, 'examples: ["x"]'),
    "values that are no scalars": ({"enum": [[1], [2]]}, "One of [[1],[2]]."),
    "places in a list": (
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
        'Its items in order: {"type":"integer"}; {"type":"string"}.',
    ),
}


@pytest.mark.parametrize("case", WORDS)
def test_what_is_refused_is_said_in_words(case: str) -> None:
    schema, words = WORDS[case]
    part = offered(value=schema)["value"]
    assert part["description"] == words
    check_schema(
        {"type": "object", "properties": {"value": {"type": "string"} | part}, "additionalProperties": False}, ""
    )


def test_words_stand_behind_the_description_that_was_there() -> None:
    part = offered(count={"type": "integer", "minimum": 1, "description": "How many"})["count"]
    assert part["description"] == "How many. At least 1."


TAKEN: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "title": "Name", "description": "Whose", "default": "x"},
    "a known format": {"type": "string", "format": "date-time"},
    "a simple pattern": {"type": "string", "pattern": "^[a-z]+$"},
    "values": {"type": "string", "enum": ["a", "b"]},
    "nothing or something": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    "several types": {"type": ["string", "null"]},
    "a list that is not empty": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
    "an object": {
        "type": "object",
        "properties": {"x": {"type": "integer"}},
        "required": ["x"],
        "additionalProperties": False,
    },
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_taken_stays(case: str) -> None:
    part = offered(value=TAKEN[case])["value"]
    expected = dict(TAKEN[case])
    if expected.get("type") == ["string", "null"]:
        assert sorted(part.pop("type")) == sorted(expected.pop("type"))
    assert part == expected


def test_a_definition_stands_where_it_is_used() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/Point", "description": "Here"}, "b": {"$ref": "#/$defs/Point"}},
        "$defs": {"Point": {"type": "object", "properties": {"x": {"type": "integer"}}, "description": "A point"}},
    }
    point = {"type": "object", "properties": {"x": {"type": "integer"}}, "additionalProperties": False}
    assert offered_form(schema)["properties"] == {
        "a": {**point, "description": "Here"},
        "b": {**point, "description": "A point"},
    }


def test_recursion_ends_in_words() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}
    found = offered_form({"type": "object", "properties": {"top": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}})
    inner = found["properties"]["top"]["properties"]["next"]["properties"]["next"]
    assert inner == {"type": "object", "description": "Again of the form Node, as above."}


def test_a_root_that_refers_to_a_definition_is_that_definition() -> None:
    schema = {"$ref": "#/$defs/All", "$defs": {"All": {"type": "object", "properties": {"x": {"type": "null"}}}}}
    assert offered_form(schema) == {
        "type": "object",
        "properties": {"x": {"type": "null"}},
        "additionalProperties": False,
    }


def test_all_of_a_list_is_one_object() -> None:
    schema = {
        "allOf": [
            {"properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"properties": {"b": {"type": "string"}}, "required": ["b"]},
        ]
    }
    found = offered_form(schema)
    assert (sorted(found["properties"]), sorted(found["required"])) == (["a", "b"], ["a", "b"])


def test_a_root_of_several_forms_has_what_any_of_them_has() -> None:
    schema = {
        "type": "object",
        "oneOf": [
            {"properties": {"id": {"type": "integer"}}, "required": ["id"]},
            {"properties": {"name": {"type": "string"}}, "required": ["name"]},
        ],
    }
    found = offered_form(schema)
    assert sorted(found["properties"]) == ["id", "name"]
    assert found["description"] == "One of these forms. Form 1: needs id, of id. Form 2: needs name, of name."


def test_choices_that_only_bound_an_object_are_said_in_words() -> None:
    part = offered(value={"type": "object", "properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}]})["value"]
    assert sorted(part["properties"]) == ["a", "b"]
    assert part["description"] == 'It must also fit one of [{"required":["a"]}].'


def test_an_object_of_any_names_stays_open() -> None:
    part = offered(value={"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}})["value"]
    assert part == {"type": "object", "additionalProperties": {"type": "integer", "description": "At least 1."}}


def test_a_name_that_providers_refuse_is_told_in_words() -> None:
    found = offered_form({"type": "object", "properties": {"$filter": {"type": "string"}, "top": {"type": "integer"}}})
    assert list(found["properties"]) == ["top"]
    assert found["description"] == 'It also takes "$filter": {"type":"string"}.'
    assert found.get("additionalProperties") is not False


NO_ARGUMENTS = {"type": "object", "properties": {}, "additionalProperties": False}


@pytest.mark.parametrize(
    "schema", [{}, {"type": "object"}, None, True, [], "text", 3, {"properties": None}, {"type": 3}]
)
def test_what_says_nothing_is_a_tool_without_arguments(schema: object) -> None:
    assert offered_form(schema) == NO_ARGUMENTS


def test_a_root_that_is_no_object_becomes_one() -> None:
    assert offered_form({"type": "string", "minLength": 3})["type"] == "object"


def test_a_flood_becomes_small() -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    for number in range(20_000):
        schema["properties"][f"name{number}"] = {"type": "string", "description": "words " * 100}
    assert len(json.dumps(offered_form(schema))) <= 70_000


def test_definitions_that_multiply_end() -> None:
    parts = {f"A{n}": {"allOf": [{"$ref": f"#/$defs/A{n + 1}"}, {"$ref": f"#/$defs/A{n + 1}"}]} for n in range(60)}
    forms = {f"B{n}": {"anyOf": [{"$ref": f"#/$defs/B{n + 1}"}, {"$ref": f"#/$defs/B{n + 1}"}]} for n in range(60)}
    schema = {"properties": {"a": {"$ref": "#/$defs/A0"}, "b": {"$ref": "#/$defs/B0"}}, "$defs": {**parts, **forms}}
    check_input(offered_form(schema), "")


def test_a_deep_tower_ends() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(500):
        schema = {"type": "object", "properties": {"deeper": schema}}
    check_input(offered_form(schema), "")


# any schema at all

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
KEYWORDS = st.sampled_from(
    [
        *("type", "$ref", "properties", "required", "additionalProperties", "items", "prefixItems", "enum", "const"),
        *("anyOf", "oneOf", "allOf", "not", "if", "then", "minimum", "maximum", "exclusiveMinimum", "multipleOf"),
        *("minLength", "maxLength", "pattern", "format", "minItems", "maxItems", "uniqueItems", "patternProperties"),
        *("title", "description", "default", "examples", "$defs", "definitions", "contains", "minProperties"),
    ]
)
SENSIBLE = st.sampled_from(
    [
        *("object", "array", "string", "integer", "number", "boolean", "null", "file", "date", "path", "^a$", "("),
        *("#", "#/$defs/a", "#/properties/a", "https://other.example/schema.json"),
    ]
)
ANYTHING = st.recursive(
    SCALARS | SENSIBLE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYWORDS, inner, max_size=5)
        | st.dictionaries(st.sampled_from("abc") | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=25,
)
SCHEMAS = st.dictionaries(KEYWORDS, ANYTHING, max_size=6) | ANYTHING


def keywords(value: object) -> set[str]:
    """Every name that is used anywhere as a keyword of a schema."""
    if isinstance(value, list):
        return set().union(*map(keywords, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = set(value)
    for name, part in value.items():
        if name == "properties":
            found |= set().union(*map(keywords, part.values())) if part else set()
        elif name not in ("default", "enum", "const"):
            found |= keywords(part)
    return found


@given(SCHEMAS)
def test_every_schema_has_a_form_that_providers_take(schema: object) -> None:
    found = offered_form(schema)
    check_input(found, "input_schema")
    assert keywords(found) <= {
        *("type", "properties", "required", "additionalProperties", "items", "minItems", "format", "pattern"),
        *("enum", "anyOf", "title", "description", "default"),
    }
    jsonschema.Draft202012Validator.check_schema(found)


@given(SCHEMAS)
def test_the_same_schema_has_the_same_form(schema: object) -> None:
    before = json.dumps(schema)
    assert json.dumps(offered_form(schema)) == json.dumps(offered_form(schema))
    assert json.dumps(schema) == before
