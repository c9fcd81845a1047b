"""The subset of JSON Schema that answers and strict tools can be held to."""

from __future__ import annotations

import re
from typing import Any

from tests.service.refusal import invalid

_NOTES = {"title", "description", "default", "$schema", "$defs", "definitions"}
_BY_TYPE = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems"},
    "string": {"format", "pattern"},
    "integer": set(),
    "number": set(),
    "boolean": set(),
    "null": set(),
}
_SHAPES = {"properties": dict, "$defs": dict, "definitions": dict, "required": list, "enum": list}
_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}
_NOT_SIMPLE = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]|\(\?P=|\\[bB]")
_EXAMPLES = {
    "date-time": "2026-11-22T12:00:00Z",
    "time": "12:00:00Z",
    "date": "2026-11-22",
    "duration": "PT1H",
    "email": "someone@example.com",
    "hostname": "example.com",
    "uri": "https://example.com/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def check_schema(schema: Any, at: str) -> None:
    """Refuse what the grammar compiler does not take."""
    if not isinstance(schema, dict):
        raise invalid(at, "Input should be a valid dictionary")
    _check(schema, schema, at, ())


def example(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """A value that fits; everything that may be there is there."""
    root = schema if root is None else root
    if "$ref" in schema:
        return example(_resolved(schema["$ref"], root), root)
    for name in ("const", "enum"):
        if name in schema:
            return schema[name] if name == "const" else schema[name][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], root)
    if "allOf" in schema:
        return example({name: value for part in schema["allOf"] for name, value in part.items()}, root)
    kind = schema.get("type", "object")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            return {name: example(part, root) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [example(schema.get("items", {"type": "string"}), root)]
        case "string":
            return _EXAMPLES.get(schema.get("format", ""), "words")
        case other:
            return {"integer": 1, "number": 1.5, "boolean": True}.get(other)


def _check(schema: Any, root: dict[str, Any], at: str, through: tuple[str, ...]) -> None:
    if not isinstance(schema, dict):
        raise invalid(at, "Input should be a valid dictionary")
    for name, shape in _SHAPES.items():
        if name in schema and not isinstance(schema[name], shape):
            raise invalid(f"{at}.{name}", f"Input should be a valid {shape.__name__}")
    for name in ("$defs", "definitions"):
        for key, part in schema.get(name, {}).items():
            _check(part, root, f"{at}.{name}.{key}", (*through, f"#/{name}/{key}"))
    if "$ref" in schema:
        _check_reference(schema, root, at, through)
    elif "anyOf" in schema or "allOf" in schema:
        _check_combination(schema, root, at, through)
    elif "enum" in schema or "const" in schema:
        _check_values(schema, at)
    else:
        _check_type(schema, root, at, through)


def _check_reference(schema: dict[str, Any], root: dict[str, Any], at: str, through: tuple[str, ...]) -> None:
    _no_others(schema, {"$ref"}, "$ref", at)
    reference = schema["$ref"]
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise invalid(at, f"External schema reference '{reference}' is not supported")
    if reference in through:
        raise invalid(at, "Circular reference detected in schema definitions")
    _check(_resolved(reference, root, at), root, at, (*through, reference))


def _check_combination(schema: dict[str, Any], root: dict[str, Any], at: str, through: tuple[str, ...]) -> None:
    name = "anyOf" if "anyOf" in schema else "allOf"
    _no_others(schema, {name}, name, at)
    parts = schema[name]
    if not isinstance(parts, list) or not parts:
        raise invalid(f"{at}.{name}", "Input should be a non-empty list")
    for number, part in enumerate(parts):
        if name == "allOf" and isinstance(part, dict) and "$ref" in part:
            raise invalid(f"{at}.allOf.{number}", "'$ref' inside 'allOf' is not supported")
        _check(part, root, f"{at}.{name}.{number}", through)


def _check_values(schema: dict[str, Any], at: str) -> None:
    _no_others(schema, {"enum", "const", "type"}, "enum", at)
    values = [*schema.get("enum", []), *([schema["const"]] if "const" in schema else [])]
    if any(isinstance(value, (dict, list)) for value in values) or not values:
        raise invalid(at, "Enum and const values must be scalars")


def _check_type(schema: dict[str, Any], root: dict[str, Any], at: str, through: tuple[str, ...]) -> None:
    kinds = schema.get("type")
    for kind in kinds if isinstance(kinds, list) and kinds else [kinds]:
        if not isinstance(kind, str) or kind not in _BY_TYPE:
            raise invalid(f"{at}.type", f"Schema type '{kind}' is not supported")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    _no_others(schema, {"type"}.union(*(_BY_TYPE[kind] for kind in kinds)), str(kinds[0]), at)
    if "object" in kinds:
        _check_object(schema, root, at, through)
    if "items" in schema:
        _check(schema["items"], root, f"{at}.items", through)
    if schema.get("minItems", 0) not in (0, 1):
        raise invalid(at, "For 'array' type, 'minItems' values other than 0 or 1 are not supported")
    if "format" in schema and schema["format"] not in _FORMATS:
        raise invalid(at, f"For 'string' type, format '{schema['format']}' is not supported")
    if "pattern" in schema and _NOT_SIMPLE.search(str(schema["pattern"])):
        raise invalid(at, "For 'string' type, 'pattern' uses features that are not supported")


def _check_object(schema: dict[str, Any], root: dict[str, Any], at: str, through: tuple[str, ...]) -> None:
    if schema.get("additionalProperties") is not False:
        raise invalid(at, "For 'object' type, 'additionalProperties' must be explicitly set to false")
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if not isinstance(name, str) or name not in properties:
            raise invalid(at, f"'{name}' is required but not defined in 'properties'")
    for name, part in properties.items():
        _check(part, root, f"{at}.properties.{name}", through)


def _no_others(schema: dict[str, Any], allowed: set[str], kind: str, at: str) -> None:
    for name in schema:
        if name not in allowed | _NOTES:
            raise invalid(at, f"For '{kind}' type, property '{name}' is not supported")


def _resolved(reference: str, root: dict[str, Any], at: str = "") -> dict[str, Any]:
    value: Any = root
    for step in reference.removeprefix("#/").split("/"):
        value = value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        raise invalid(at, f"Reference '{reference}' does not resolve")
    return value
