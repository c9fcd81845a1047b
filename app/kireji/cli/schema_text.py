"""JSON schemas of tools: in words for people, and as what K=V at the command line means."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "array": "list",
    "null": "null",
}
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "pattern": "matching {}",
    "format": "as {}",
}
_DEEPEST = 5
"""Levels of objects that are told, and references that are followed."""


class Argument(NamedTuple):
    """One argument of a tool.

    Args:
        name: With the names of the objects that it lies in.
        kind: What it takes.
        required: Whether a call must have it.
        default: As JSON; empty when there is none.
        description: In the tool's own words.
    """

    name: str
    kind: str
    required: bool
    default: str = ""
    description: str = ""


def arguments_of(schema: bytes) -> Sequence[Argument]:
    """The arguments in words; nothing where the schema is none."""
    root = _decoded(schema)
    return tuple(_described(root, root, "", 0))


def typed_arguments(schema: bytes, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What was typed as K=V, as the schema wants it.

    What takes text is taken as it was typed; everything else is read as JSON where it is some, and left as text where
    it is not: whoever holds it to the schema says what is wrong. What is typed several times is a list.
    """
    root = _decoded(schema)
    properties = _mapping(_resolved(root, root).get("properties"))
    typed: dict[str, list[str]] = {}
    for name, text in pairs:
        typed.setdefault(name, []).append(text)
    return {name: _value(properties.get(name), root, texts) for name, texts in typed.items()}


def _value(schema: object, root: Mapping[str, Any], texts: Sequence[str]) -> Any:
    choices = [_resolved(choice, root) for choice in _choices(schema, root)]
    if len(texts) == 1 and (not choices or any("string" in _types(choice) for choice in choices)):
        return texts[0]
    if len(texts) == 1 and any(texts[0] in _named(choice) for choice in choices):
        return texts[0]
    lists = [choice for choice in choices if "array" in _types(choice)]
    whole = _json(texts[0]) if len(texts) == 1 else texts
    if lists and (len(texts) > 1 or not isinstance(whole, list)):
        return [_value(lists[0].get("items", {}), root, [text]) for text in texts]
    return whole if len(texts) == 1 else list(texts)


def _named(schema: Mapping[str, Any]) -> Sequence[object]:
    """The values that a schema names one by one."""
    named = schema.get("enum")
    return [*(named if isinstance(named, list) else ()), schema.get("const")]


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return text


def _no_number(text: str) -> float:
    raise ValueError(text)


def _described(schema: Mapping[str, Any], root: Mapping[str, Any], prefix: str, depth: int) -> Iterator[Argument]:
    schema = _resolved(schema, root)
    required = schema.get("required")
    needed = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
    for name, property_ in _mapping(schema.get("properties")).items():
        inner = _resolved(property_, root)
        whole = f"{prefix}{name}"
        default = _plain(inner["default"]) if "default" in inner else ""
        description = inner.get("description") or _mapping(property_).get("description") or ""
        yield Argument(
            whole,
            _kind(property_, root),
            name in needed,
            default,
            " ".join(description.split()) if isinstance(description, str) else "",
        )
        if depth < _DEEPEST:
            for choice in _choices(property_, root):
                yield from _described(_object(choice, root), root, whole + _step(choice, root), depth + 1)


def _object(schema: object, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object that a value is, or that each of its items is."""
    found = _resolved(schema, root)
    return _resolved(found.get("items"), root) if "array" in _types(found) else found


def _step(schema: object, root: Mapping[str, Any]) -> str:
    return "[]." if "array" in _types(_resolved(schema, root)) else "."


def _kind(schema: object, root: Mapping[str, Any], depth: int = 0) -> str:
    words = [_one_kind(_resolved(choice, root), root, depth) for choice in _choices(schema, root)]
    return " or ".join(dict.fromkeys(words)) or "anything"


def _one_kind(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> str:
    if "const" in schema:
        return _plain(schema["const"])
    if isinstance(schema.get("enum"), list):
        return " or ".join(map(_plain, schema["enum"]))
    words: list[str] = []
    for type_ in _types(schema):
        word = _WORDS.get(type_, type_)
        if type_ == "array" and depth < _DEEPEST and "items" in schema:
            word = f"list of {_kind(schema['items'], root, depth + 1)}"
        words.append(word)
    bounds = [form.format(_plain(schema[key])) for key, form in _BOUNDS.items() if key in schema]
    return ", ".join(filter(None, (" or ".join(words) or "anything", *bounds)))


def _choices(schema: object, root: Mapping[str, Any]) -> list[object]:
    """The schema itself, or those of which it takes one."""
    found = _resolved(schema, root)
    for key in ("anyOf", "oneOf"):
        if isinstance(found.get(key), list):
            return list(found[key])
    return [found] if found else []


def _resolved(schema: object, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that stands here, or the one within the same document that is named."""
    found = _mapping(schema)
    for _ in range(_DEEPEST):
        reference = found.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return found
        at: object = root
        for step in reference[2:].split("/"):
            at = _mapping(at).get(step.replace("~1", "/").replace("~0", "~"))
        found = {**_mapping(at), **{key: value for key, value in found.items() if key != "$ref"}}
    return {}


def _types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    found = schema.get("type")
    named = found if isinstance(found, list) else [found]
    types = tuple(one for one in named if isinstance(one, str))
    return types or (("object",) if "properties" in schema else ())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _decoded(schema: bytes) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(schema))
    except (ValueError, RecursionError):
        return {}


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
