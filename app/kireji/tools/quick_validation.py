"""Sees quickly that a value fits a plain schema; says nothing about values that do not.

A table of a thousand cells takes the complete validator several milliseconds. Nearly every answer fits, and nearly
every schema of ours is plain: types, properties, items, lists of values. For these a check is put together once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Fits: TypeAlias = Callable[[Any], bool]

_NOTES = frozenset(("title", "description", "default", "$schema", "$comment", "examples"))
_OBJECT = frozenset(("properties", "required", "additionalProperties"))
_DEEPEST = 40


def quick_check(schema: Any) -> Fits | None:
    """A check that is true only for values that fit; None where the schema is not a plain one.

    Args:
        schema: A decoded JSON schema that is one.
    """
    return _check(schema, 0)


def _check(schema: Any, depth: int) -> Fits | None:
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return None
    keys = set(schema) - _NOTES
    if keys == {"anyOf"}:
        return _any([_check(part, depth + 1) for part in schema["anyOf"]])
    kind = schema.get("type")
    if isinstance(kind, list):
        plain = all(isinstance(each, str) and each in _PLAIN for each in kind)
        return _any([_PLAIN[each] for each in kind]) if keys == {"type"} and plain else None
    if keys == {"type", "enum"} and kind == "string":
        return _among(schema["enum"])
    if kind == "object" and keys <= {"type", *_OBJECT}:
        return _object(schema, depth)
    if kind == "array" and keys <= {"type", "items"}:
        return _array(schema, depth)
    return _PLAIN.get(kind) if isinstance(kind, str) and keys == {"type"} else None


def _is_string(value: Any) -> bool:
    return type(value) is str


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


def _is_integer(value: Any) -> bool:
    return type(value) is int


def _is_boolean(value: Any) -> bool:
    return type(value) is bool


def _is_null(value: Any) -> bool:
    return value is None


_PLAIN: Mapping[str, Fits] = {
    "string": _is_string,
    "number": _is_number,
    "integer": _is_integer,
    "boolean": _is_boolean,
    "null": _is_null,
}


def _among(values: Any) -> Fits | None:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return None
    known = frozenset(values)
    return lambda value: type(value) is str and value in known


def _any(checks: list[Fits | None]) -> Fits | None:
    known = [check for check in checks if check is not None]
    if len(known) < len(checks) or not known:
        return None
    return lambda value: any(check(value) for check in known)


def _array(schema: Mapping[str, Any], depth: int) -> Fits | None:
    if "items" not in schema:
        return lambda value: type(value) is list
    inner = _check(schema["items"], depth + 1)
    if inner is None:
        return None
    each = inner
    if each is _is_string:  # the cells of a table
        return lambda value: type(value) is list and all(type(item) is str for item in value)
    return lambda value: type(value) is list and all(map(each, value))


def _object(schema: Mapping[str, Any], depth: int) -> Fits | None:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    more = schema.get("additionalProperties", True)
    if not isinstance(properties, Mapping) or not isinstance(required, list) or not isinstance(more, bool):
        return None
    checks: dict[str, Fits] = {}
    for name, part in properties.items():
        check = _check(part, depth + 1)
        if check is None:
            return None
        checks[name] = check
    needed = frozenset(required)

    def fits(value: Any) -> bool:
        if type(value) is not dict or not needed <= value.keys():
            return False
        for name, each in value.items():
            check = checks.get(name)
            if check is None:
                if not more:
                    return False
            elif not check(each):
                return False
        return True

    return fits
