"""Arguments held to a schema: what is said names the place."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from kireji.tools.validation import JsonSchemaValidator

SCHEMA = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "minLength": 2},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}}},
        "mode": {"enum": ["fast", "slow"]},
    },
    "required": ["path"],
    "additionalProperties": False,
}


def problem(arguments: object, schema: object = SCHEMA) -> str:
    return JsonSchemaValidator().problem(json.dumps(schema).encode(), arguments)


def test_what_fits_is_no_problem() -> None:
    assert problem({"path": "/a", "lines": [{"n": 1}], "mode": "fast"}) == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "'path' is a required property."),
        ({"path": 1}, "path: 1 is not of type 'string'."),
        ({"path": "x"}, "path: 'x' is too short."),
        ({"path": "/a", "mode": "quick"}, "mode: 'quick' is not one of ['fast', 'slow']."),
        ({"path": "/a", "lines": [{"n": 1}, {"n": 0}]}, "lines[1].n: 0 is less than the minimum of 1."),
        ({"path": "/a", "other": 1}, "'other' is not known here; there are path, lines, mode."),
        ({"path": "/a", "b": 1, "c": 2}, "'b', 'c' are not known here; there are path, lines, mode."),
        ({"path": True}, "path: True is not of type 'string'."),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(arguments: object, said: str) -> None:
    assert problem(arguments) == said


def test_that_they_fit_is_seen_at_once_where_the_schema_is_plain_and_known() -> None:
    validator, plain = JsonSchemaValidator(), b'{"type":"object","properties":{"n":{"type":"integer"}}}'
    assert not validator.fits(plain, {"n": 1})
    assert validator.problem(plain, {"n": 1}) == ""
    assert validator.fits(plain, {"n": 1})
    assert not validator.fits(plain, {"n": "1"})
    costly = b'{"type":"object","properties":{"n":{"pattern":"^a"}}}'
    assert validator.problem(costly, {"n": "a"}) == ""
    assert not validator.fits(costly, {"n": "a"})


def test_a_long_argument_is_not_repeated_whole() -> None:
    assert len(problem({"path": ["x" * 10_000]})) < 300


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "#/nowhere"},
        {"$ref": "https://example.org/schema.json"},
        {"properties": {"path": {"$ref": "file:///etc/passwd"}}},
        [],
        "text",
    ],
)
def test_a_schema_that_cannot_be_used_is_a_problem_of_its_own(schema: object) -> None:
    assert problem({"path": "/a"}, schema).startswith("the tool's own schema cannot be used")


@pytest.mark.parametrize(
    ("pattern", "text", "said"),
    [
        ("^[a-z]+$", "Ab", "value: 'Ab' does not match '^[a-z]+$'."),
        ("^[a-z]+$", "ab", ""),
        (r"^\d{4}-\d{2}$", "2026", r"value: '2026' does not match '^\\d{4}-\\d{2}$'."),
        ("^(a|b)$", "c", "value: 'c' does not match '^(a|b)$'."),
        ("(a+)+$", "a" * 50 + "b", ""),
        ("(a|a)*$", "a" * 50 + "b", ""),
        ("(a?){30}a{30}", "a" * 30 + "b", ""),
        ("a*a*a*a*b", "a" * 5000, ""),
        (r"^(a+)\1+$", "a" * 50 + "b", ""),
        ("x+y", "x" * 1_000_000, ""),
        ("(a|a){40}$", "a" * 50 + "b", ""),
        ("(a|aa)" * 40 + "b", "a" * 50, ""),
        ("((a|a){6}){6}$", "a" * 50 + "b", ""),
        ("(){400000000}", "a", ""),
        (r"(\b){400000000}", "a", ""),
        ("a*a{1000}b", "a" * 2000, ""),
        ("^(a|b){2}$", "cc", "value: 'cc' does not match '^(a|b){2}$'."),
        ("^([0-9a-f]{2}:){2}[0-9a-f]{2}$", "00:1", "value: '00:1' does not match '^([0-9a-f]{2}:){2}[0-9a-f]{2}$'."),
        ("^https?://", "ftp://a", "value: 'ftp://a' does not match '^https?://'."),
    ],
)
def test_a_pattern_holds_unless_it_could_take_for_ever(pattern: str, text: str, said: str) -> None:
    assert problem({"value": text}, {"properties": {"value": {"pattern": pattern}}}) == said


@pytest.mark.parametrize("draft", ["https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/schema#"])
def test_a_part_that_names_a_draft_is_held_to_the_same_bounds(draft: str) -> None:
    part = {"$schema": draft, "type": "string", "pattern": "(a+)+$"}
    assert problem({"value": "a" * 60 + "b"}, {"properties": {"value": part}}) == ""
    assert problem({"value": 1}, {"properties": {"value": part}}) == "value: 1 is not of type 'string'."


def test_whether_a_schema_is_one_is_told_without_comparing_every_two_of_its_values() -> None:
    many = [{f"name{number}": number} for number in range(20_000)]
    schema = {"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"value": {"enum": many}}}
    assert problem({"value": many[7]}, schema) == ""


def test_names_that_match_a_costly_pattern_are_let() -> None:
    schema = {"patternProperties": {"(a+)+$": {"type": "integer"}}, "additionalProperties": False}
    assert problem({"a" * 50 + "b": "x"}, schema) == ""


def test_names_that_match_a_cheap_pattern_are_held_to_it() -> None:
    schema = {"patternProperties": {"^n": {"type": "integer"}}, "additionalProperties": False}
    assert problem({"n1": "x"}, schema) == "n1: 'x' is not of type 'integer'."
    assert problem({"m1": 1}, schema) == "'m1' does not match any of the regexes: '^n'."


def test_definitions_that_multiply_are_not_followed_for_ever() -> None:
    parts = {f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(60)} | {"a60": {"const": 1}}
    schema = {"$defs": parts, "$ref": "#/$defs/a0"}
    assert problem({}, schema) == "the tool's own schema takes too long to be followed."


def test_no_json_at_all_is_no_schema() -> None:
    assert JsonSchemaValidator().problem(b"{", {}).startswith("the tool's own schema cannot be used")


def test_a_schema_that_names_itself_is_followed() -> None:
    tree = {
        "$defs": {"n": {"properties": {"next": {"$ref": "#/$defs/n"}, "v": {"type": "integer"}}}},
        "$ref": "#/$defs/n",
    }
    assert problem({"next": {"next": {"v": "x"}}}, tree) == "next.next.v: 'x' is not of type 'integer'."


def test_endless_nesting_is_a_problem() -> None:
    deep: dict[str, object] = {}
    for _ in range(5_000):
        deep = {"next": deep}
    tree = {"$defs": {"n": {"properties": {"next": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"}
    assert problem(deep, tree) == "they are nested too deeply."


def test_many_threads_may_ask_at_once() -> None:
    validator = JsonSchemaValidator()
    schemas = [json.dumps({"type": "object", "minProperties": number % 3}).encode() for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda schema: validator.problem(schema, {"a": 1}), schemas))
    assert {bool(text) for text in found} == {True, False}


def test_nothing_is_imported_before_the_first_call() -> None:
    code = (
        "import sys; from kireji.tools.validation import JsonSchemaValidator; JsonSchemaValidator();"
        "print('jsonschema' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


@pytest.mark.parametrize("frames", range(0, 60, 7))
def test_a_schema_that_leads_to_itself_ends_however_little_room_there_is(frames: int) -> None:
    def deeper(left: int) -> list[str]:
        if left:
            return deeper(left - 1)
        loops = [{"$ref": "#"}, {"allOf": [{"$ref": "#"}] * 2}, {"dependentSchemas": {"a": {"$ref": "#"}}}]
        return [problem({"a": 1}, loop) for loop in loops]

    assert set(deeper(frames)) <= {
        "they are nested too deeply.",
        "the tool's own schema takes too long to be followed.",
    }


@pytest.mark.parametrize(
    ("schema", "place", "words"),
    [
        (b'{"type": "objekt"}', ("type",), "'objekt' is no type; there are object, array"),
        (b'{"properties": {"a": {"type": "strin"}}}', ("properties", "a", "type"), "'strin' is no type"),
        (b'{"properties": {"a": {"items": 5}}}', ("properties", "a", "items"), "5 is not of type"),
        (b'{"required": "a"}', ("required",), "'a' is not of type 'array'"),
        (b"5", (), "it is no object"),
        (b'"x"', (), "'x' is not of type 'object'"),
        (b"{", (), "truncated"),
    ],
)
def test_a_flaw_in_a_schema_is_told_with_its_place(schema: bytes, place: tuple[str, ...], words: str) -> None:
    flaw = JsonSchemaValidator().flaw(schema)
    assert flaw is not None
    assert flaw.place == place
    assert words in flaw.words


def test_a_schema_without_flaws_has_none() -> None:
    assert JsonSchemaValidator().flaw(b'{"type": "object", "properties": {"a": {"type": "string"}}}') is None
