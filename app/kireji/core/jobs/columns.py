"""The columns of answers that follow a JSON schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from kireji.core.jobs.answers import Column, ColumnKind

_KINDS = {
    "string": ColumnKind.TEXT,
    "integer": ColumnKind.INTEGER,
    "number": ColumnKind.NUMBER,
    "boolean": ColumnKind.BOOLEAN,
}
_DEEPEST = 16
"""References that are followed."""


def columns_of(schema: bytes) -> tuple[Column, ...]:
    """One column for each property of the object that a schema describes; none where it describes anything else.

    Args:
        schema: JSON schema as JSON text; empty for none.
    """
    try:
        whole = msgspec.json.decode(schema) if schema else None
    except msgspec.DecodeError:
        return ()
    if not isinstance(whole, dict):
        return ()
    described = _followed(whole, whole)
    properties = described.get("properties")
    if not isinstance(properties, dict):
        return ()
    return tuple(Column(str(name), _kind(each, whole)) for name, each in properties.items())


def _kind(described: Any, whole: Mapping[str, Any]) -> ColumnKind:
    if not isinstance(described, dict):
        return ColumnKind.JSON
    described = _followed(described, whole)
    for several in ("anyOf", "oneOf"):
        if isinstance(cases := described.get(several), list):
            kinds = {_kind(case, whole) for case in cases if not _is_nothing(case)}
            return kinds.pop() if len(kinds) == 1 else ColumnKind.JSON
    names = described.get("type")
    if isinstance(names, str | list):
        named = {name for name in ([names] if isinstance(names, str) else names) if name != "null"}
        if named == {"integer", "number"}:
            return ColumnKind.NUMBER
        return _KINDS.get(str(named.pop()), ColumnKind.JSON) if len(named) == 1 else ColumnKind.JSON
    if "const" in described:
        return _of_values([described["const"]])
    if isinstance(values := described.get("enum"), list):
        return _of_values(values)
    return ColumnKind.JSON


def _of_values(values: list[Any]) -> ColumnKind:
    kinds = {_of_value(value) for value in values if value is not None}
    return kinds.pop() if len(kinds) == 1 else ColumnKind.JSON


def _of_value(value: Any) -> ColumnKind:
    match value:
        case bool():
            return ColumnKind.BOOLEAN
        case str():
            return ColumnKind.TEXT
        case int():
            return ColumnKind.INTEGER
        case float():
            return ColumnKind.NUMBER
    return ColumnKind.JSON


def _is_nothing(case: Any) -> bool:
    return isinstance(case, dict) and case.get("type") == "null"


def _followed(described: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference within the same schema names; the description itself where there is none."""
    for _ in range(_DEEPEST):
        reference = described.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#"):
            return described
        found: Any = whole
        for step in filter(None, reference[1:].split("/")):
            found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            return described
        described = found
    return described
