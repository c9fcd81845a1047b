"""Columns from a JSON schema."""

from __future__ import annotations

import json

import pytest

from kireji.core.jobs.answers import Column, ColumnKind
from kireji.core.jobs.columns import columns_of


def kinds(**properties: object) -> dict[str, str]:
    schema = json.dumps({"type": "object", "properties": properties, "$defs": {"size": {"type": "integer"}}})
    return {column.name: column.kind.value for column in columns_of(schema.encode())}


def test_columns_stand_in_the_order_of_the_schema() -> None:
    schema = b'{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"integer"}}}'
    assert columns_of(schema) == (Column("b", ColumnKind.TEXT), Column("a", ColumnKind.INTEGER))


@pytest.mark.parametrize(
    ("described", "kind"),
    [
        ({"type": "string"}, "text"),
        ({"type": "integer"}, "integer"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "array"}, "json"),
        ({"type": "object"}, "json"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": ["integer", "number"]}, "number"),
        ({"type": ["integer", "string"]}, "json"),
        ({"enum": ["a", "b", None]}, "text"),
        ({"enum": ["a", 1]}, "json"),
        ({"const": True}, "boolean"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer"),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "json"),
        ({"$ref": "#/$defs/size"}, "integer"),
        ({"$ref": "#/$defs/nowhere"}, "json"),
        ({}, "json"),
        (True, "json"),
    ],
)
def test_the_kind_of_a_column(described: object, kind: str) -> None:
    assert kinds(x=described) == {"x": kind}


@pytest.mark.parametrize("schema", [b"", b"{", b"[]", b"true", b'{"type":"array"}', b'{"properties":[]}'])
def test_what_describes_no_object_has_no_columns(schema: bytes) -> None:
    assert columns_of(schema) == ()


def test_references_that_go_round_end() -> None:
    loop = b'{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}'
    assert columns_of(loop) == ()
